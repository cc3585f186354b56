"""Returning (退回): to the start, the previous or any earlier step of a case, with an exact preview.

Where one can go back to is read off the visits in the history, in the task's own instance, in those that called it, and
in processes they called that have ended: such a one is called again and begins at the step. *Through all steps* calls
off whatever came of the step; *straight back* calls off nothing: the task rests until the step is done again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from engine.authorization import Actor
from engine.bpmn import RunFailed
from engine.cards import Bilingual, CompletedCard, NextStep
from engine.errors import Conflict
from engine.family import Family, Member, Restart
from engine.forms import draft
from engine.models.history import ElementVisit
from engine.models.runtime import ProcessInstance, UserTask
from engine.tasks.beginning import begin, keep_draft
from engine.tasks.finishing import card
from engine.tasks.open_task import OpenTask
from engine.undoing import KEPT_OF_TASK
from engine.values import loads
from engine.wait_state import refuse_if_due, save, settle


class NotATarget(Conflict):
    """The case cannot go back to that step (any more)."""

    code = "not_a_target"
    zh = "案件现在不能退回到这一步，请重新选择。"
    en = "The case cannot go back to that step now; please choose again."


@dataclass(frozen=True, slots=True)
class ReturnTarget:
    """A step to go back to. ``kind``: start, previous or earlier; ``cancels`` are the other open steps that a return
    through all steps calls off; ``by`` is who did it last and gets it again; ``restarts`` names the called process
    that is called again for it."""

    element_id: str
    instance_id: str
    name: Bilingual
    when: datetime
    by: Bilingual | None
    kind: str
    cancels: tuple[NextStep, ...]
    restarts: Bilingual | None = None


@dataclass(frozen=True)
class _Way:
    """How to get to a target: the walk in ``member``, and where a called process begins again."""

    target: ReturnTarget
    member: Member
    walk: Any
    person_id: str | None
    restart: Row[Any] | None = None
    """The ended instance that is called again."""


class Returning:
    """The verbs; a part of :class:`~engine.tasks.Tasks`."""

    _parts: Any

    def return_targets(self, task_id: str, by: Actor) -> list[ReturnTarget]:
        """The steps that the task can be returned to, the latest first, each with what that calls off."""
        parts = self._parts
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "return_to", by, parts.clock.now(), reason="?")
            return [way.target for way in _Paths(task).ways()]

    def return_to(self, task_id: str, element_id: str, reason: str, by: Actor, *, straight: bool = False,
                  instance_id: str | None = None, values: Mapping[str, Any] | None = None) -> CompletedCard:
        """Go back to an earlier step; ``straight`` brings it straight back to this task when that is done.

        What earlier steps filled in stays; ``values`` typed here are kept as a draft. Raises ReasonNeeded, NotATarget,
        TimerIsDue, and what every verb on a task raises.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "return_to", by, now, reason=reason)
            family, row = task.family, task.row
            refuse_if_due(family, family.member(row.instance_id))
            way = next((one for one in _Paths(task).ways() if one.target.element_id == element_id
                        and instance_id in (None, one.target.instance_id)), None)
            if way is None:
                raise NotATarget()
            _keep_values(task, values, by)
            self._tell(task, way, reason, straight)
            _go(task, way, reason, by, straight=straight)
            return card(family, by)

    @staticmethod
    def _tell(task: OpenTask, way: _Way, reason: str, straight: bool) -> None:
        row, target = task.row, way.target
        task.family.record.tell(
            "returned", root_id=row.root_id, instance_id=row.instance_id, task_id=row.id,
            definition_id=row.definition_id, element_id=row.element_id, reason=reason.strip(), form_key=row.form_key,
            name=row.name, name_en=row.name_en, role=row.role, to=target.element_id, to_name=target.name.zh,
            to_name_en=target.name.en, to_person=way.person_id, straight=straight,
            cancelled=[] if straight else [step.name.zh for step in target.cancels])


def _go(task: OpenTask, way: _Way, reason: str, by: Actor, *, straight: bool) -> None:
    family, row, target = task.family, task.row, way.target
    own = family.member(row.instance_id)
    own.previous_step = way.member.previous_step = row.element_id
    person = family.live.people_by_id.get(way.person_id or "")
    given = {"returned_by": by.person_id or None, "returned_why": reason.strip(),
             "straight_to": _straight_to(row) if straight else None}
    if person is not None:
        given |= {"assignee_id": person.id, "claimed_at": family.now}
    if way.restart is not None:
        family.routes.restarts[way.member.id, way.walk.node.name] = Restart(
            target.element_id, _variables(family, way.restart.instance_id), given, stop=straight)
    else:
        family.routes.given[way.member.id, target.element_id] = given
    family.routes.left_as = "returned"
    if straight:
        way.member.run.detour(way.walk, (own.id, row.element_instance_id))
        own.run.go_away(row.element_instance_id)
    else:
        way.member.run.go_back(way.walk)
    settle(family, *([own] if own is way.member else [way.member, own]))
    save(family)


def _variables(family: Family, instance_id: str) -> dict[str, Any]:
    """The variables of a called process as it ended: what was filled in there stays."""
    return loads(family.connection.scalar(select(ProcessInstance.variables).where(ProcessInstance.id == instance_id)))


def _straight_to(row: Any) -> dict[str, Any]:
    """What the task that is returned must be again when it comes back."""
    kept = {name: getattr(row, name) for name in KEPT_OF_TASK}
    return {"instance_id": row.instance_id, "element_instance_id": row.element_instance_id,
            "element_id": row.element_id, "name": row.name, "name_en": row.name_en, "assignee_id": row.assignee_id,
            "task": kept}


def _keep_values(task: OpenTask, values: Mapping[str, Any] | None, by: Actor) -> None:
    row, family = task.row, task.family
    member = family.member(row.instance_id)
    form = member.definition.forms.get(row.form_key or "")
    if values and form is not None:
        keep_draft(family.parts, family.connection, row, by.person_id,
                   draft(form, values, now=member.environment.expressions.now()), family.now, task_id=row.id,
                   form_key=row.form_key)


@dataclass
class _Paths:
    """All ways back from a task: two statements, and one for each caller that is not loaded yet."""

    task: OpenTask
    instances: dict[str, Row[Any]] = field(default_factory=dict)
    visits: list[Row[Any]] = field(default_factory=list)
    open: list[Row[Any]] = field(default_factory=list)
    chain: dict[str, str] = field(default_factory=dict)
    """Of the task's instance and each one that called it: the element instance that waits there."""

    def __post_init__(self) -> None:
        family, row = self.task.family, self.task.row
        connection, root = family.connection, family.root_id
        rows = connection.execute(
            select(ProcessInstance.id.label("instance_id"), ProcessInstance.parent_id, ProcessInstance.parent_wait,
                   ProcessInstance.ended_at, ProcessInstance.definition_id, ProcessInstance.process_key, UserTask.id,
                   UserTask.element_instance_id, UserTask.element_id, UserTask.name, UserTask.name_en, UserTask.role)
            .outerjoin(UserTask, UserTask.instance_id == ProcessInstance.id).where(ProcessInstance.root_id == root)
            .order_by(UserTask.created_at, UserTask.id)).all()
        self.instances = {one.instance_id: one for one in rows}
        self.open = [one for one in rows if one.id is not None]
        self.visits = list(connection.execute(
            select(ElementVisit.id, ElementVisit.instance_id, ElementVisit.element_id, ElementVisit.by,
                   ElementVisit.element_instance_id, ElementVisit.kind, ElementVisit.left_at, ElementVisit.outcome)
            .where(ElementVisit.root_id == root).order_by(ElementVisit.left_at, ElementVisit.id)))
        instance, waiting = row.instance_id, row.element_instance_id
        while instance is not None:
            self.chain[instance] = waiting
            above = self.instances[instance]
            instance, waiting = above.parent_id, above.parent_wait

    def ways(self) -> list[_Way]:
        """The latest first; one for each step."""
        found: list[_Way] = []
        seen = {(self.task.row.instance_id, self.task.row.element_id)}
        for index in range(len(self.visits) - 1, -1, -1):
            visit = self.visits[index]
            key = (visit.instance_id, visit.element_id)
            if visit.kind == "userTask" and visit.outcome == "completed" and key not in seen:
                seen.add(key)
                way = self._way(visit, index)
                if way is not None and (way.target.instance_id, way.target.element_id) not in {
                        (one.target.instance_id, one.target.element_id) for one in found}:
                    found.append(way)
        return list(self._named(found))

    def _named(self, found: list[_Way]) -> Iterator[_Way]:
        for place, way in enumerate(found):
            kind = "start" if place == len(found) - 1 else "previous" if place == 0 else "earlier"
            yield replace(way, target=replace(way.target, kind="previous" if len(found) == 1 else kind))

    def _way(self, visit: Row[Any], index: int) -> _Way | None:
        try:
            if visit.instance_id in self.chain:
                return self._made(visit, index, self.task.family.member(visit.instance_id), visit.element_id)
            return self._restarted(visit)
        except RunFailed:  # a step within a repeated sub-process that has ended, or one that is not drawn any more
            return None

    def _restarted(self, visit: Row[Any]) -> _Way | None:
        """A step of a called process that has ended: it is called again, if that is still drawn so."""
        ended = self.instances[visit.instance_id]
        if ended.ended_at is None or ended.parent_id not in self.chain:
            return None
        index = next((place for place, one in enumerate(self.visits) if one.instance_id == ended.parent_id
                      and one.element_instance_id == ended.parent_wait), None)
        if index is None:
            return None
        caller = self.task.family.member(ended.parent_id)
        call = self.visits[index]
        way = self._made(visit, index, caller, call.element_id, ended)
        if way is not None and (way.walk.repeated or visit.element_id not in self._now_called(ended)):
            return self._made(call, index, caller, call.element_id)
        return way

    def _now_called(self, ended: Row[Any]) -> Any:
        family = self.task.family
        newest = family.live.newest.get(ended.process_key, ended.definition_id)
        return family.parts.definitions.get(family.connection, newest).model.elements

    def _made(self, visit: Row[Any], index: int, member: Member, element_id: str,
              restart: Row[Any] | None = None) -> _Way | None:
        passed = {one.element_id for one in self.visits[index + 1:] if one.instance_id == member.id}
        walk = member.run.walk_back(element_id, self.chain[member.id], passed)
        if not walk.came_from_it:
            return None
        family = self.task.family
        definition = member.definition if restart is None else family.parts.definitions.get(
            family.connection, restart.definition_id)
        person = family.live.people_by_id.get(visit.by or "")
        target = ReturnTarget(
            visit.element_id, visit.instance_id, definition.element_name(visit.element_id), visit.left_at,
            person.name if person is not None else None, "earlier", self._cancels(family, member, walk),
            definition.name if restart is not None else None)
        return _Way(target, member, walk, visit.by, restart)

    def _cancels(self, family: Family, member: Member, walk: Any) -> tuple[NextStep, ...]:
        gone = member.run.called_off(walk)
        return tuple(
            NextStep(one.element_id, Bilingual(one.name, one.name_en), "userTask",
                     family.live.role_name(one.role) if one.role else None)
            for one in self.open if one.id != self.task.row.id and self._within(one, member.id, gone))

    def _within(self, one: Row[Any], instance_id: str, gone: set[str]) -> bool:
        """Whether a task stands in the instance at something that is called off, or in a process called there."""
        instance, waiting = one.instance_id, one.element_instance_id
        while instance != instance_id:
            above = self.instances[instance]
            if above.parent_id is None:
                return False
            instance, waiting = above.parent_id, above.parent_wait
        return waiting in gone
