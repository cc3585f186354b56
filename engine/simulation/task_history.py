"""How tasks went, from the history: when they were claimed, how they ended, when nobody could work on them; who was
away.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.models.history import HistoryEntry
from engine.models.working import Substitution
from engine.simulation.measuring import Done
from engine.simulation.past import Ending, Period
from engine.simulation.resting import SIGNING, Stretch, length, signing, standing_still, within

ENDINGS = ("completed", "returned", "skipped")
"""Verbs of the history that end a task."""
PASSED = ("released", "transferred", "delegated", "handed_back", "delegation_taken_back", "reassigned", "taken_over",
          "handed_over")
"""Verbs after which the claim before tells nothing any more: who got it began at a moment that nobody noted."""
DAY = 86400.0
"""Seconds without a completion after which a person with a substitute counts as away."""
End = tuple[str, str, datetime]
"""A task that ended: its instance, its element, when."""
Absences = Mapping[str, Sequence[tuple[float, float, str]]]
"""Person -> from, until (seconds since the beginning) and the key of who stood in."""


@dataclass
class TaskHistory:
    """What is told of the tasks of a period."""

    claims: dict[End, datetime] = field(default_factory=dict)
    """When whoever completed a task had claimed it."""
    endings: dict[str, dict[str, list[Ending]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    """By instance and element how its tasks went, in order."""
    rests: dict[End, list[Stretch]] = field(default_factory=dict)
    """When nobody could work on it."""
    jointly: set[End] = field(default_factory=set)
    """Tasks that no assignee completed: the votes of signers did."""


def read_tasks(connection: Connection, roots: Any, period: Period, visits: Mapping[str, list[Row[Any]]]) -> TaskHistory:
    """Two statements. ``roots`` selects the cases whose suspensions count, ``visits`` are theirs by instance."""
    table, found = HistoryEntry, TaskHistory()
    rows = connection.execute(
        select(table.task_id, table.root_id, table.instance_id, table.element_id, table.verb, table.at, table.detail)
        .where(table.verb.in_(("claimed", *PASSED, *SIGNING, *ENDINGS)), table.instance_id.is_not(None),
               table.at >= period.begin, table.at < period.until).order_by(table.at, table.id)).all()
    opened = {(instance, visit.element_id, visit.left_at): visit.entered_at
              for instance, several in visits.items() for visit in several}
    still = _suspended(connection, roots, period)
    claimed: dict[str, datetime] = {}
    signed: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.verb == "claimed":
            claimed[row.task_id] = row.at
        elif row.verb in PASSED:
            claimed.pop(row.task_id, None)
        elif row.verb in SIGNING:
            signed[row.task_id].append(row)
        else:
            end = (row.instance_id, row.element_id, row.at)
            if row.task_id in claimed:
                found.claims[end] = claimed[row.task_id]
            begin = opened.get(end, row.at)
            stood = within(still.get(row.root_id, ()), begin, row.at)
            found.rests[end] = within([*stood, *signing([*signed.pop(row.task_id, ()), row])], begin, row.at)
            if (row.detail or {}).get("signed"):
                found.jointly.add(end)
            found.endings[row.instance_id][row.element_id].append(_ending(row, length(found.rests[end]), length(stood)))
    return found


def _ending(row: Row[Any], rest: float, stood: float) -> Ending:
    detail = row.detail or {}
    return Ending(row.verb, str(detail.get("to") or ""), bool(detail.get("straight")),
                  str(detail.get("outcome") or ""), rest, stood)


def _suspended(connection: Connection, roots: Any, period: Period) -> dict[str, list[Stretch]]:
    """When each of the cases was suspended."""
    table = HistoryEntry
    told: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(
            select(table.root_id, table.verb, table.at)
            .where(table.verb.in_(("suspended", "resumed")), table.root_id.in_(roots)).order_by(table.at, table.id)):
        told[row.root_id].append(row)
    return {root: standing_still(rows, period.until) for root, rows in told.items()}


def read_absences(connection: Connection, key: str, period: Period, done: Sequence[Done]) -> Absences:
    """When people were away from the process ``key``, by their substitutions: one statement. Who completed something
    meanwhile was there: what counts is a day and more without any."""
    table = Substitution
    rows = connection.execute(
        select(table.person_id, table.substitute_id, table.from_at, table.until_at, table.ended_at, table.processes)
        .where(table.from_at < period.until, table.until_at > period.begin).order_by(table.from_at, table.id)).all()
    found: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for row in rows:
        gone = max(0.0, (row.from_at - period.begin).total_seconds())
        back = (min(row.until_at, row.ended_at or row.until_at, period.until) - period.begin).total_seconds()
        if row.processes and key not in row.processes:
            continue
        seen = sorted(one.left for one in done if one.by == row.person_id and gone <= one.left < back)
        found[row.person_id] += [(since, until, row.substitute_id)
                                 for since, until in zip([gone, *seen], [*seen, back]) if until - since >= DAY]
    return found
