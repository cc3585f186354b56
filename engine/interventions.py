"""What a case's starter and those who answer for it do with it: cancel, terminate, suspend, resume, jump.

Who may is said by the table of :mod:`engine.operations`. While a case is suspended its clocks stand still: lengths of
time go on where they stood, dates stay dates, and what was promised to the customer stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, tuple_, update

from engine import deadlines, notices
from engine.authorization import Actor
from engine.cards import Bilingual, NextStep
from engine.errors import Conflict, NotFound
from engine.family import CasePaused, Family, Member, keyed_waits, lock
from engine.models.repository import ProcessDefinition
from engine.models.runtime import EventSubscription, Job, ProcessInstance, TaskCandidate, UserTask
from engine.models.working import TaskSigner
from engine.operations import OPERATION
from engine.standing import Place, permit, switches_of
from engine.wait_state import save, settle


class CaseEnded(Conflict):
    """The case is over."""

    code = "case_ended"
    zh = "案件已经结束。"
    en = "The case has ended."


@dataclass(frozen=True, slots=True)
class OpenStep:
    """Something a case waits for, which a jump may leave. ``cancels`` are the user tasks that go with it."""

    instance_id: str
    element_instance_id: str
    element_id: str
    name: Bilingual
    kind: str
    cancels: tuple[NextStep, ...] = ()


@dataclass(frozen=True, slots=True)
class JumpTarget:
    """An element that a jump may enter in an instance. ``kind`` is BPMN's name of it."""

    instance_id: str
    element_id: str
    name: Bilingual
    kind: str


@dataclass(frozen=True, slots=True)
class JumpTargets:
    """What a case can leave and enter; only steps and targets of one instance go together."""

    leave: tuple[OpenStep, ...]
    enter: tuple[JumpTarget, ...]


ENTERED = ("userTask", "callActivity", "serviceTask", "sendTask", "businessRuleTask", "scriptTask", "subProcess",
           "endEvent")
"""Kinds that a jump is offered to."""


class Interventions:
    """The verbs; a part of :class:`~engine.instances.Instances`. Each is one transaction."""

    _parts: Any

    def cancel(self, case_id: str, reason: str, by: Actor) -> None:
        """Call a case off (撤销): its starter, and who supervises it. Raises ReasonNeeded, CaseEnded, NotPermitted."""
        with self._intervening("cancel", case_id, reason, by) as family:
            self._end(family, "cancelled", reason, _assignees(family))

    def terminate(self, case_id: str, reason: str, by: Actor) -> None:
        """End a case by authority (终止); its starter is told. Raises ReasonNeeded, CaseEnded, NotPermitted."""
        with self._intervening("terminate", case_id, reason, by) as family:
            self._end(family, "terminated", reason, {*_assignees(family), family.root_row["started_by"]})

    def suspend(self, case_id: str, reason: str, by: Actor) -> None:
        """Stop a case and its clocks; promises to customers stay as they are."""
        with self._intervening("suspend", case_id, reason, by) as family:
            if family.root_row["state"] == "suspended":
                return
            family.root_row |= {"state": "suspended", "suspended_at": family.now}
            _mark(family, True)
            _told(family, "suspended", _assignees(family), reason)
            save(family)

    def resume(self, case_id: str, reason: str, by: Actor) -> None:
        """Let a case go on: durations that were running are moved on by the time it stood still."""
        with self._intervening("resume", case_id, reason, by) as family:
            if family.root_row["state"] != "suspended":
                return
            stood = family.now - family.root_row["suspended_at"]
            family.root_row |= {"state": "active", "suspended_at": None}
            people = _shift(family, stood, _mark(family, False))
            _told(family, "resumed", people, reason, stood_seconds=int(stood.total_seconds()))
            save(family)

    def jump_targets(self, case_id: str, by: Actor) -> JumpTargets:
        """What :meth:`jump` may leave and enter. Raises CaseEnded, CasePaused, NotPermitted."""
        with self._intervening("jump", case_id, "?", by) as family:
            return _targets(family)

    def jump(self, case_id: str, cancel: Sequence[str], to: Sequence[str], reason: str, by: Actor,
             instance_id: str | None = None) -> None:
        """Move tokens (跳转): leave the element instances ``cancel``, enter the elements ``to`` of the same instance.

        Raises ReasonNeeded, CaseEnded, CasePaused, and RunFailed for what cannot be left or entered.
        """
        with self._intervening("jump", case_id, reason, by) as family:
            member = family.member(instance_id or family.root_id)
            people = _assignees(family, member.id, cancel)
            member.run.move(cancel=list(cancel), to=list(to))
            _told(family, "moved", people, reason, instance_id=member.id, cancelled=list(cancel), to=list(to))
            settle(family, member)
            save(family)

    move = jump

    @contextmanager
    def _intervening(self, verb: str, case_id: str, reason: str, by: Actor) -> Iterator[Family]:
        """The transaction of an intervention: lock, ask the table, and hand out the family."""
        parts = self._parts
        with parts.database.transaction() as connection:
            family = lock(parts, connection, case_id, by, parts.clock.now())
            root = family.root_row
            if root["parent_id"] is not None:
                raise NotFound(what=case_id)
            place = Place(root["process_key"], root["unit_id"], root["started_by"],
                          switches=switches_of(parts.definitions.get(connection, root["definition_id"]).model))
            family.record.on_behalf_of = permit(verb, by, place, family.live, reason=reason)
            if root["ended_at"] is not None:
                raise CaseEnded()
            if root["state"] == "suspended" and not OPERATION[verb].suspended and verb != "suspend":
                raise CasePaused()  # its timers stand still and must not fire on the way
            yield family

    @staticmethod
    def _end(family: Family, verb: str, reason: str, people: set[str]) -> None:
        member = family.member(family.root_id)
        member.run.cancel("stopped" if verb == "terminated" else verb)  # a drawing may end "terminated" as well
        _told(family, verb, people, reason, instance_id=member.id)
        settle(family, member)
        save(family)


def _told(family: Family, verb: str, people: set[str], reason: str, **detail: Any) -> None:
    """The entry of an intervention, and a notice to those it takes work from or stops; not to who did it."""
    family.record.tell(verb, root_id=family.root_id, reason=reason.strip(), **detail)
    notices.tell(family.connection, family.now, people - {family.by.person_id, "", None}, verb, root_id=family.root_id,
                 case_number=family.root_row["case_number"], reason=reason.strip(), by=family.by.name.zh,
                 by_en=family.by.name.in_("en"))


def _assignees(family: Family, instance_id: str = "", waits: Sequence[str] | None = None) -> set[str]:
    """The people who have tasks of the case, or only those at some element instances."""
    query = select(UserTask.assignee_id).where(UserTask.root_id == family.root_id, UserTask.assignee_id.is_not(None))
    if waits is not None:
        query = query.where(tuple_(UserTask.instance_id, UserTask.element_instance_id)
                            .in_([(instance_id, wait) for wait in waits]))
    return set(family.connection.scalars(query))


def _mark(family: Family, suspended: bool) -> list[Row[Any]]:
    """Let the rows of a case rest or go on: three statements; returns its timers and deadline steps."""
    for model in (UserTask, EventSubscription):
        family.connection.execute(update(model.__table__).where(model.root_id == family.root_id)
                                  .values(suspended=suspended))
    jobs = family.connection.execute(
        update(Job.__table__).where(Job.root_id == family.root_id).values(suspended=suspended)
        .returning(Job.id, Job.kind, Job.due_at, Job.instance_id, Job.task_id)).all()
    return [job for job in jobs if job.kind in ("timer", "deadline")]


def _targets(family: Family) -> JumpTargets:
    """Two statements, and one for each called process that goes on."""
    rows = {row.id: row for row in family.connection.execute(
        select(ProcessInstance.id, ProcessInstance.parent_id, ProcessInstance.parent_wait)
        .where(ProcessInstance.root_id == family.root_id, ProcessInstance.ended_at.is_(None))
        .order_by(ProcessInstance.started_at, ProcessInstance.id))}
    tasks = family.connection.execute(
        select(UserTask.instance_id, UserTask.element_instance_id, UserTask.element_id, UserTask.name, UserTask.name_en,
               UserTask.role).where(UserTask.root_id == family.root_id).order_by(UserTask.created_at)).all()
    leave: list[OpenStep] = []
    enter: list[JumpTarget] = []
    for instance_id in rows:
        member = family.member(instance_id)
        leave += [_step(family, member, wait, tasks, rows) for key, wait in keyed_waits(member).items() if key[1] == 0]
        enter += [JumpTarget(member.id, element.id, member.definition.element_name(element.id), element.kind)
                  for element in member.definition.model.elements.values() if element.kind in ENTERED]
    return JumpTargets(tuple(leave), tuple(enter))


def _step(family: Family, member: Member, wait: Any, tasks: Sequence[Any], rows: dict[str, Any]) -> OpenStep:
    inside = tuple(NextStep(task.element_id, Bilingual(task.name, task.name_en), "userTask",
                            family.live.role_name(task.role) if task.role else None)
                   for task in tasks if _within(task, member.id, wait.id, rows))
    return OpenStep(member.id, wait.id, wait.element_id, member.definition.element_name(wait.element_id), wait.kind,
                    inside)


def _within(task: Any, instance_id: str, wait_id: str, rows: dict[str, Any]) -> bool:
    """Whether a user task is the wait itself, or stands in a process called there."""
    instance, waiting = task.instance_id, task.element_instance_id
    while instance != instance_id:
        above = rows.get(instance)
        if above is None or above.parent_id is None:
            return False
        instance, waiting = above.parent_id, above.parent_wait
    return waiting == wait_id


def _shift(family: Family, stood: timedelta, waiting: list[Row[Any]]) -> set[str]:
    """Move clocks on by the time a case stood still: durations shift, dates do not (rule or timer says which it is).

    ``waiting`` are its timers and deadline steps. Returns the people who have its tasks.
    """
    connection = family.connection
    tasks = connection.execute(
        select(UserTask.id, UserTask.due_at, UserTask.warn_at, UserTask.clock_started_at, UserTask.deadline,
               UserTask.paused_at, UserTask.first_due_at, UserTask.signing, UserTask.assignee_id,
               ProcessDefinition.pack)
        .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
        .where(UserTask.root_id == family.root_id)).all()
    unit = family.root_row["unit_id"]
    shifting = [task for task in tasks if task.due_at is not None
                and deadlines.is_duration(family.live, task.pack, task.deadline, unit)]
    if shifting:
        connection.execute(_SHIFT_TASKS, [_shifted(task, stood) for task in shifting])
        copies = [{"the_id": row["the_id"], "new_due_sort": row["new_due_sort"]}
                  for row in (_shifted(task, stood) for task in shifting)]
        connection.execute(_SHIFT_OFFERS, copies)
        signed = {task.id for task in shifting if task.signing}
        if signed:
            connection.execute(_SHIFT_SIGNERS, [row for row in copies if row["the_id"] in signed])
    moved = {task.id for task in shifting}
    later = [{"the_id": row.id, "new_due_at": row.due_at + stood} for row in waiting if row.task_id in moved]
    if later:
        connection.execute(_SHIFT_JOBS, later)
    for row in waiting:
        if row.kind == "timer":
            family.member(row.instance_id).touched = True
    for member in family.members.values():
        if member.touched:
            member.run.shift_timers(stood)
    return {task.assignee_id for task in tasks if task.assignee_id is not None}


def _shifted(task: Any, stood: timedelta) -> dict[str, Any]:
    """The clock of a task after the case stood still; a pause of its own began before that, and counts once."""
    moments = ("due_at", "first_due_at", "warn_at", "clock_started_at", "paused_at")
    moved = {name: getattr(task, name) and getattr(task, name) + stood for name in moments}
    return {"the_id": task.id, "new_due_sort": deadlines.NEVER if task.paused_at else moved["due_at"]} | {
        "new_" + name: value for name, value in moved.items()}


def _change(model: Any, *names: str, key: str = "id") -> Any:
    return (update(model.__table__).where(model.__table__.c[key] == bindparam("the_id"))
            .values({name: bindparam("new_" + name) for name in names}))


_SHIFT_TASKS = _change(UserTask, "due_at", "due_sort", "first_due_at", "warn_at", "clock_started_at", "paused_at")
_SHIFT_OFFERS = _change(TaskCandidate, "due_sort", key="task_id")
_SHIFT_SIGNERS = _change(TaskSigner, "due_sort", key="task_id")
_SHIFT_JOBS = _change(Job, "due_at")
