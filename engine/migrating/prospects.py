"""What a move of all running cases would do, before anything is done: counts by element and group, cases by reason.

A group tells the outcome for each of its cases, unless that hangs on the case: those are tried one by one, and nothing
of it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from engine.authorization import Actor
from engine.cards import Bilingual
from engine.migrating.batches import attempt_all, heaps
from engine.migrating.cards import (
    MAP,
    MOVES,
    NEVER,
    CaseLine,
    Choice,
    ElementLine,
    GroupLine,
    Prospect,
    Refusals,
    RunningVersion,
)
from engine.migrating.proposals import choices
from engine.migrating.reasons import problem, sentence
from engine.migrating.route import Route
from engine.migrating.standing import Group, groups
from engine.models.runtime import ProcessInstance

SHOWN, MOST_REASONS = 50, 20
"""Cases listed for a reason; reasons listed by themselves."""
MOST_TRIALS = 2_000
"""Cases tried one by one while somebody waits for the page; each of the others is tried when it is moved."""


@dataclass
class Looking:
    """The outcome group by group, then case by case."""

    parts: Any
    by: Actor
    routes: Mapping[str, Route]
    groups: list[Group]
    fates: list[str] = field(default_factory=list)
    reasons: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Instances that were tried in vain, and how they count."""
    untried: int = 0

    def tell(self) -> None:
        """Which groups move, which need a mapping, which cannot."""
        for group in self.groups:
            route = self.routes[group.source]
            review = group.review(route)
            fate = MOVES
            if review.problems:
                fixable = all(code in MAPPED and choices(route, element) for element, code, _ in review.problems)
                fate = MAP if fixable else NEVER
                said = problem(route, *review.problems[0])
                self.reasons.setdefault((said.zh, said.en), []).extend(one for _, one in group.members)
            self.fates.append(fate)

        self._families()

    def _families(self) -> None:
        """A case moves as a whole: an instance stays if another one of the same case has to."""
        stays = {root for group, fate in zip(self.groups, self.fates) if fate != MOVES for root, _ in group.members}
        for group, fate in zip(self.groups, self.fates):
            for root, instance in group.members if fate == MOVES and stays else ():
                if root in stays:
                    self._refuse(instance, Bilingual("同一案件中的另一个流程实例不能迁移",
                                                     "another process of the same case cannot move"))

    def attempt(self, most: int = MOST_TRIALS) -> None:
        """Try the cases whose outcome hangs on the case, at most so many, and one of each other group; where that one
        is refused, the others of its group as well."""
        first, rest = [], []
        for group, fate in zip(self.groups, self.fates):
            members = [one for one in group.members if one[1] not in self.refused] if fate == MOVES else []
            route = self.routes[group.source]
            alike = not group.hangs_on_the_case(route, group.review(route)) if members else True
            first += members[:1] if alike else members
            rest += [(members[0][1], members[1:])] if alike and members else []
        self.untried += len(first) - most if len(first) > most else 0
        self._try(first[:most])
        again = [one for sample, members in rest if sample in self.refused for one in members]
        self.untried += len(again) - most if len(again) > most else 0
        self._try(again[:most])

    def _try(self, wanted: list[tuple[str, str]]) -> None:
        for result in attempt_all(self.parts, self.by, heaps(wanted), self.routes):
            if result.state == "refused":
                self._refuse(result.instance_id, sentence(result.reason) or Bilingual(""))

    def _refuse(self, instance: str, why: Bilingual) -> None:
        self.refused[instance] = NEVER
        self.reasons.setdefault((why.zh, why.en), []).append(instance)

    def count(self, fate: str) -> int:
        """Instances with an outcome."""
        whole = sum(len(group.members) for group, one in zip(self.groups, self.fates) if one == fate)
        if fate == MOVES:
            return whole - len(self.refused)
        return whole + (len(self.refused) if fate == NEVER else 0)


OTHER = ("其他原因", "other reasons")
MAPPED = {"unknown_element", "not_a_target", "other_place", "other_repetition", "other_events", "two_at_one"}
"""Problems that another mapping may mend."""


def look(parts: Any, connection: Connection, by: Actor, routes: Mapping[str, Route]) -> Looking:
    """Gather where all running instances stand, and what their groups tell."""
    found = Looking(parts, by, routes, groups(connection, routes))
    found.tell()
    return found


def prospect(connection: Connection, looking: Looking, *, versions: Sequence[RunningVersion], target: RunningVersion,
             chosen: Mapping[int, Mapping[str, str]], tried: bool, may_run: bool) -> Prospect:
    """Everything the page of a migration shows before it is run."""
    route = next(iter(looking.routes.values()))
    return Prospect(
        route.new.key, route.new.name, tuple(versions), target,
        tuple(sorted((one.old.version for one in looking.routes.values()), reverse=True)),
        tuple(_elements(looking, chosen)), tuple(_groups(looking)), looking.count(MOVES), looking.count(MAP),
        looking.count(NEVER), looking.untried, tried,
        tuple(refusals(connection, looking.reasons)),
        {one.old.version: dict(one.mapping) for one in looking.routes.values()}, may_run)


def _elements(looking: Looking, chosen: Mapping[int, Mapping[str, str]]) -> Iterable[ElementLine]:
    """A line for each element where cases stand, and for each clock that would cease; by version and place."""
    counts: dict[tuple[str, str, bool], int] = {}
    blocked: dict[tuple[str, str], str] = {}
    for group in looking.groups:
        review = group.review(looking.routes[group.source])
        for element in group.at:
            counts[group.source, element, False] = counts.get((group.source, element, False), 0) + len(group.members)
        for element, code, _ in review.problems:
            blocked[group.source, element] = code
            if element not in group.at:
                counts[group.source, element, False] = counts.get((group.source, element, False), 0) + len(
                    group.members)
        for element in review.drops:
            counts[group.source, element, True] = counts.get((group.source, element, True), 0) + len(group.members)
    for (source, element, listens), cases in sorted(counts.items(), key=lambda entry: (entry[0][2], -entry[1])):
        yield _element(looking.routes[source], element, cases, blocked.get((source, element)), chosen,
                       listens=listens)


def _element(route: Route, element_id: str, cases: int, code: str | None,
             chosen: Mapping[int, Mapping[str, str]], *, listens: bool) -> ElementLine:
    said = chosen.get(route.old.version, {})
    fitting = route.migration.fitting
    to = route.name(element_id) if fitting.code(element_id) is None else ""
    may = choices(route, element_id) if code in MAPPED or listens or element_id in route.mapping or element_id in said \
        else []
    fate = MOVES if code is None else MAP if code in MAPPED and may else NEVER
    return ElementLine(
        route.old.version, element_id, route.old.element_name(element_id), route.old.model.elements[element_id].kind,
        cases, fate, to, route.new.element_name(to) if to else None,
        bool(to) and to != element_id and said.get(element_id) is None,
        tuple(Choice(one, route.new.element_name(one)) for one in may),
        problem(route, element_id, code, route.name(element_id)) if code else None, listens)


def _groups(looking: Looking) -> Iterable[GroupLine]:
    for group, fate in zip(looking.groups, looking.fates):
        route = looking.routes[group.source]
        review = group.review(route)
        yield GroupLine(
            route.old.version, tuple(route.old.element_name(one) for one in group.at), len(group.members), fate,
            tuple(problem(route, *one) for one in review.problems),
            tuple(_new_name(route, one) for one in review.arms),
            tuple(_listener(route.old, one) for one in review.drops))


def _new_name(route: Route, name: str) -> Bilingual:
    flow = route.new.model.flows.get(name)  # of an alternative behind an event gateway its way is told
    return _listener(route.new, flow.target if flow is not None else name)


def _listener(definition: Any, element_id: str) -> Bilingual:
    """The name of an event that listens; of one without a name, that of the step it hangs on."""
    element = definition.model.elements.get(element_id)
    if element is None or element.name or not element.attached_to:
        return definition.element_name(element_id)
    host = definition.element_name(element.attached_to)
    return Bilingual(f"{host.zh}（{element_id}）", f"{host.in_('en')} ({element_id})")


def refusals(connection: Connection, reasons: Mapping[tuple[str, str], Sequence[str]]) -> list[Refusals]:
    """Cases by reason, the most frequent first, rare ones together; a statement for each reason."""
    found = []
    ordered = sorted(reasons.items(), key=lambda entry: -len(entry[1]))
    rest = [one for _, instances in ordered[MOST_REASONS:] for one in instances]
    for (zh, en), instances in [*ordered[:MOST_REASONS], *([(OTHER, rest)] if rest else [])]:
        found.append(Refusals(Bilingual(zh, en), len(instances), tuple(case_lines(connection, instances[:SHOWN]))))
    return found


def case_lines(connection: Connection, instances: Sequence[str]) -> list[CaseLine]:
    """The cases of some instances."""
    root = ProcessInstance.__table__.alias("root")
    rows = connection.execute(
        select(root.c.id, root.c.case_number, root.c.customer).distinct()
        .join(ProcessInstance, ProcessInstance.root_id == root.c.id)
        .where(ProcessInstance.id.in_(list(instances))).order_by(root.c.case_number)).all()
    return [CaseLine(row.id, row.case_number or "", row.customer) for row in rows]
