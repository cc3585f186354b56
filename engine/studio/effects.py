"""Whom and what a draft touches before it is published: cases, tasks, people, callers, scheduled starts, links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from engine import live_files
from engine.authorization import Actor
from engine.bpmn import Element
from engine.bpmn.names import called_keys
from engine.cards import Bilingual
from engine.definitions import Definition
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.identity import PublicLink
from engine.models.repository import ProcessDefinition, StartSubscription
from engine.models.runtime import EventSubscription, Job, ProcessInstance, UserTask
from engine.simulation.content import of_files
from engine.simulation.past import Place
from engine.sketches import home_of
from engine.studio.rows import looking

DAYS = 30
"""The days before now in which visits are counted."""
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True)
class TouchedStep:
    """An element that the draft adds, changes or removes, in its process or in one that this calls. ``why`` are the
    kinds of change: element, flow, form, decision, deadline. ``here`` cases stand at it now, ``tasks`` are open
    (``late`` of them), ``visits`` were in the last 30 days."""

    process_key: str
    process: Bilingual
    element_id: str
    name: Bilingual
    kind: str
    change: str
    why: tuple[str, ...]
    here: int = 0
    tasks: int = 0
    late: int = 0
    visits: int = 0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a draft touches. ``people`` hold open tasks at touched steps or may claim them, or will get the new ones;
    ``versions`` are (version, running cases) of the draft's own process, ``touched_cases`` those that stand at a
    touched step, ``coming_cases`` those of the same processes that stand elsewhere."""

    process_key: str
    definition_id: str
    drawing: str
    running: int
    versions: tuple[tuple[int, int], ...]
    touched_cases: int
    coming_cases: int
    tasks: int
    people: int
    roles: tuple[Bilingual, ...]
    callers: tuple[tuple[str, Bilingual, int], ...]
    scheduled: int
    subscriptions: int
    links: int
    steps: tuple[TouchedStep, ...]


class Effects:
    """What a change would touch."""

    def __init__(self, parts: Any):
        self._parts = parts

    def of(self, draft_id: str, by: Actor) -> Effect:
        """What publishing a draft would touch. Raises NotFound, and Refused where the draft cannot be read."""
        looking(by)
        parts = self._parts
        with parts.database.reading() as connection:
            key = live_files.process_of(connection, draft_id)
            live = parts.live.at(connection)
            files = live_files.files_of(connection, draft_id)
            draft = of_files(files, live, lambda _key: None)
            was, is_ = live_files.live(connection), live_files.overlaid(connection, draft_id)
            sketched = live_files.sketches(connection, was | is_)
            drawing = home_of(live_files.sketches(connection, is_), key) or ""
            moved = {one for path in was.keys() | is_.keys() if was.get(path) != is_.get(path)
                     for one in sketched[path].keys}
            pairs = {one: (parts.definitions.get(connection, live.newest[one]) if one in live.newest else None,
                           draft.changed.get(one)) for one in {key, *draft.changed}}
            steps = [step for one in (key, *sorted(pairs.keys() - {key}))
                     for step in differences(*pairs[one], live, draft.live, moved)]
            return _counted(connection, parts, key, pairs, drawing, steps, live)


Pairs = Mapping[str, tuple[Definition | None, Definition | None]]
"""By process: as it is live, as the draft has it."""


def differences(before: Definition | None, after: Definition | None, live: Live, then: Live,
                moved: Collection[str]) -> list[TouchedStep]:
    """The elements that differ between two versions; forms and tables whose keys are in ``moved``, and deadlines,
    count for the steps that use them."""
    old = before.model.elements if before else {}
    new = after.model.elements if after else {}
    found = []
    for element_id in [*new, *(one for one in old if one not in new)]:
        was, is_ = old.get(element_id), new.get(element_id)
        change = ADDED if was is None else REMOVED if is_ is None else CHANGED
        why = ("element",)
        if was is not None and is_ is not None and before is not None and after is not None:
            why = _why(was, is_, before, after, live, then, moved)
            if not why:
                continue
        definition = after if is_ is not None else before
        assert definition is not None
        found.append(TouchedStep(definition.key, definition.name, element_id, definition.element_name(element_id),
                                 (is_ or was).kind, change, why))  # type: ignore[union-attr]
    return found


def _why(was: Element, is_: Element, before: Definition, after: Definition, live: Live, then: Live,
         moved: Collection[str]) -> tuple[str, ...]:
    def flows(one: Definition) -> set[tuple[Any, ...]]:
        return {(flow.id, flow.target, flow.condition, flow.default) for flow in one.model.flows.values()
                if flow.source == was.id}

    form, table = is_.attributes.get("formKey", ""), is_.attributes.get("decisionRef", "")
    deadline = is_.properties.get("bihuan:deadline", "")
    told = {
        "element": replace(was, line=0) != replace(is_, line=0),
        "flow": flows(before) != flows(after),
        "form": form in moved, "decision": table in moved,
        "deadline": bool(deadline) and live.deadline(before.pack, deadline) != then.deadline(after.pack, deadline)}
    return tuple(name for name, differs in told.items() if differs)


def _counted(connection: Connection, parts: Any, key: str, pairs: Pairs, drawing: str, steps: list[TouchedStep],
             live: Live) -> Effect:
    """The counts beside the steps. A dozen statements, however many cases there are."""
    keys = {key, *(step.process_key for step in steps)}
    cases = select(ProcessInstance.id).where(ProcessInstance.process_key.in_(keys), ProcessInstance.ended_at.is_(None))
    versions = tuple((row[0], row[1]) for row in connection.execute(
        select(ProcessDefinition.version, func.count()).join(
            ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessInstance.process_key == key, ProcessInstance.ended_at.is_(None))
        .group_by(ProcessDefinition.version).order_by(ProcessDefinition.version.desc())))
    standing, tasks, late, holders = _standing(connection, cases, parts.clock.now())
    for one, (before, _after) in pairs.items():
        if before is not None and one in keys:
            _calling(connection, before, standing)
    visits = _visits(connection, keys, parts.clock.now() - timedelta(days=DAYS))
    told = tuple(replace(step, here=len(standing.get(_place(step), ())), tasks=tasks.get(_place(step), 0),
                         late=late.get(_place(step), 0), visits=visits.get(_place(step), 0)) for step in steps)
    touched = {_place(step) for step in told if step.change != ADDED}
    here = set().union(*(standing.get(one, set()) for one in touched))
    everywhere = set().union(*standing.values()) if standing else set()
    roles = _roles(told, pairs)
    people = {holder for one in touched for holder in holders.get(one, ())} | {
        person.id for person in live.people.values() if person.roles & roles}
    own = pairs[key][0]
    return Effect(
        key, own.id if own else "", drawing, sum(count for _version, count in versions), versions, len(here),
        len(everywhere - here), sum(step.tasks for step in told), len(people),
        tuple(live.role_name(role) for role in sorted(roles)), _callers(connection, key, live),
        *_from_outside(connection, key, cases), told)


def _place(step: TouchedStep) -> Place:
    return step.process_key, step.element_id


def _standing(connection: Connection, cases: Any, now: Any) -> tuple[
        dict[Place, set[str]], dict[Place, int], dict[Place, int], dict[Place, set[str]]]:
    """Cases by the element at which they wait, open and late tasks, and who has them. Three statements."""
    standing: dict[Place, set[str]] = defaultdict(set)
    tasks: dict[Place, int] = defaultdict(int)
    late: dict[Place, int] = defaultdict(int)
    holders: dict[Place, set[str]] = defaultdict(set)
    for key, element, root, assignee, due in connection.execute(
            select(UserTask.process_key, UserTask.element_id, UserTask.root_id, UserTask.assignee_id,
                   UserTask.due_at).where(UserTask.instance_id.in_(cases))):
        standing[key, element].add(root)
        tasks[key, element] += 1
        late[key, element] += bool(due and due <= now)
        if assignee:
            holders[key, element].add(assignee)
    for table in (EventSubscription, Job):
        query = (select(ProcessInstance.process_key, table.element_id, table.root_id)
                 .join(ProcessInstance, ProcessInstance.id == table.instance_id).where(table.instance_id.in_(cases)))
        if table is Job:
            query = query.where(Job.kind.in_(("timer", "service")))
        for key, element, root in connection.execute(query.distinct()):
            standing[key, element].add(root)
    return standing, tasks, late, holders


def _calling(connection: Connection, definition: Definition, standing: dict[Place, set[str]]) -> None:
    """Cases stand at a call activity while the process it calls runs. One statement."""
    called = called_keys(definition.model)
    child, parent = aliased(ProcessInstance), aliased(ProcessInstance)
    for key, root in connection.execute(
            select(child.process_key, parent.root_id).join(parent, parent.id == child.parent_id)
            .where(child.ended_at.is_(None), parent.process_key == definition.key)) if called else ():
        for element in (one for one, callee in called.items() if callee == key):
            standing[definition.key, element].add(root)


def _visits(connection: Connection, keys: Collection[str], since: Any) -> dict[Place, int]:
    return {(row[0], row[1]): row[2] for row in connection.execute(
        select(ProcessDefinition.key, ElementVisit.element_id, func.count())
        .join(ProcessDefinition, ProcessDefinition.id == ElementVisit.definition_id)
        .where(ProcessDefinition.key.in_(keys), ElementVisit.left_at >= since)
        .group_by(ProcessDefinition.key, ElementVisit.element_id))}


def _roles(steps: tuple[TouchedStep, ...], pairs: Pairs) -> set[str]:
    """The roles of the touched user tasks, before and after."""
    found = set()
    for step in steps:
        for definition in pairs[step.process_key]:
            element = definition.model.elements.get(step.element_id) if definition else None
            if element is not None and element.kind == "userTask":
                text = element.attributes.get("candidateGroups") or element.property("bihuan:role") or ""
                found |= {part.strip() for part in text.split(",")} if not text.startswith("=") else set()
    return found - {""}


def _callers(connection: Connection, key: str, live: Live) -> tuple[tuple[str, Bilingual, int], ...]:
    """The live processes that call this one, with their running cases."""
    sketched = live_files.sketches(connection, live_files.live(connection))
    keys = sorted({one for sketch in sketched.values() if sketch.kind == "drawing" and key in sketch.calls
                   for one in sketch.keys if one != key and one in live.newest})
    if not keys:
        return ()
    counts = dict(connection.execute(
        select(ProcessInstance.process_key, func.count())
        .where(ProcessInstance.process_key.in_(keys), ProcessInstance.ended_at.is_(None))
        .group_by(ProcessInstance.process_key)).all())
    names = {row.key: Bilingual(row.name, row.name_en) for row in connection.execute(
        select(ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.name_en)
        .where(ProcessDefinition.id.in_([live.newest[one] for one in keys])))}
    return tuple((one, names[one], counts.get(one, 0)) for one in keys)


def _from_outside(connection: Connection, key: str, cases: Any) -> tuple[int, int, int]:
    """Scheduled starts, messages and signals that start it, links of customers that still open."""
    scheduled = connection.scalar(select(func.count()).select_from(Job).where(
        Job.kind == "start", Job.element_instance_id == f"calendar:{key}")) or 0
    subscriptions = connection.scalar(select(func.count()).select_from(StartSubscription).where(
        StartSubscription.process_key == key, StartSubscription.kind != "timer")) or 0
    links = connection.scalar(select(func.count()).select_from(PublicLink).where(
        PublicLink.instance_id.in_(cases), PublicLink.used_at.is_(None))) or 0
    return scheduled, subscriptions, links
