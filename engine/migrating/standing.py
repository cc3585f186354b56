"""Where the running instances of a process stand, gathered to groups for which a move has the same outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson
from sqlalchemy import Connection, select

from engine.bpmn import Marking, Review
from engine.migrating.route import Route
from engine.models.runtime import ProcessInstance

AT_ONCE = 500
"""Rows read at a time."""


@dataclass
class Group:
    """Instances of one version with equal markings. ``members`` are (root, instance)."""

    source: str
    marking: Marking
    members: list[tuple[str, str]] = field(default_factory=list)

    @property
    def at(self) -> tuple[str, ...]:
        """The elements where they stand."""
        return self.marking.at

    def review(self, route: Route) -> Review:
        """What a move would do with each of them."""
        return route.migration.review_of(self.marking)

    def hangs_on_the_case(self, route: Route, review: Review) -> bool:
        """Whether the group does not tell the outcome of each: something is evaluated, begins, or may go on at once."""
        return bool(review.arms) or review.stirs or route.evaluates(self.at)


def groups(connection: Connection, sources: Iterable[str]) -> list[Group]:
    """All running instances of the versions ``sources``, the largest groups first. States are read, no run is made."""
    found: dict[tuple[str, str], Group] = {}
    known: dict[tuple[str, str], Group] = {}  # states of the same words need not be looked into again
    rows = connection.execution_options(yield_per=AT_ONCE).execute(
        select(ProcessInstance.id, ProcessInstance.root_id, ProcessInstance.definition_id, ProcessInstance.run_state)
        .where(ProcessInstance.definition_id.in_(list(sources)), ProcessInstance.ended_at.is_(None))
        .order_by(ProcessInstance.id))
    for row in rows:
        text = orjson.loads(row.run_state)[0]
        group = known.get((row.definition_id, text))
        if group is None:
            marking = Marking(text)
            group = found.setdefault((row.definition_id, marking.key), Group(row.definition_id, marking))
            known[row.definition_id, text] = group
        group.members.append((row.root_id, row.id))
    return sorted(found.values(), key=lambda group: -len(group.members))
