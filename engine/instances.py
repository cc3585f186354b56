"""Verbs on cases: start, cancel, suspend, resume, move, and what reaches them from outside (messages, signals)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from engine import deadlines, forms_filled, messages, starting, task_rows
from engine.authorization import Actor, may_intervene, may_start, only_looks, require
from engine.cards import StartedCard
from engine.errors import Conflict, NotFound, ReasonNeeded
from engine.family import CasePaused, Family, lock
from engine.models.repository import ProcessDefinition
from engine.models.runtime import EventSubscription, Job, OnceToken, ProcessInstance, TaskCandidate, UserTask
from engine.wait_state import save, settle


class CaseEnded(Conflict):
    """The case is over."""

    code = "case_ended"
    zh = "案件已经结束。"
    en = "The case has ended."


class Instances:
    """The verbs; each is one transaction."""

    def __init__(self, parts: Any):
        self._parts = parts

    def start(self, key: str, by: Actor, *, variables: Mapping[str, Any] | None = None,
              form_values: Mapping[str, Any] | None = None, business_key: str | None = None,
              unit: str | None = None, once: str | None = None) -> StartedCard:
        """Start a case of the newest version of process ``key``.

        ``form_values`` are those of the start event's form, ``unit`` an org unit's key, ``once`` the page's one-time
        token: used twice, the first case is returned. Raises NotFound, NotPermitted, Invalid.
        """
        parts = self._parts
        now = parts.clock.now()
        with parts.database.transaction() as connection:
            if once is not None:
                earlier = self._once(connection, once, by, now)
                if earlier is not None:
                    return earlier
            definition = parts.definitions.newest(connection, key)
            startable, allowed = connection.execute(
                select(ProcessDefinition.startable, ProcessDefinition.startable_by)
                .where(ProcessDefinition.id == definition.id)).one()
            require(by.system or (startable and may_start(by, allowed)), f"发起 {definition.name.zh}",
                    f"start {definition.name.in_('en')}")
            live = parts.live.at(connection)
            unit_id = next((u.id for u in live.units.values() if u.key == unit), None) if unit else None
            if unit and unit_id is None:
                raise NotFound(what=unit)
            family = starting.begin(parts, connection, by, now, key, variables=variables, business_key=business_key,
                                    unit_id=unit_id, definition=definition)
            forms_filled.at_start(family, dict(form_values or {}))
            settle(family, *family.members.values())
            save(family)
            card = StartedCard(family.root_id, family.root_row["case_number"], task_rows.first_for(family, by),
                               family.root_row["ended_at"] is not None)
            if once is not None:
                connection.execute(update(OnceToken.__table__).where(OnceToken.token == once)
                                   .values(result=card.case_id))
            return card

    def _once(self, connection: Any, token: str, by: Actor, now: datetime) -> StartedCard | None:
        if self._parts.database.insert_new(connection, OnceToken.__table__, token=token, person_id=by.person_id,
                                           used_at=now):
            return None
        row = connection.execute(
            select(ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.ended_at)
            .join(OnceToken, OnceToken.result == ProcessInstance.id)
            .where(OnceToken.token == token, OnceToken.person_id == by.person_id)).first()
        if row is None:
            raise Conflict()
        task = connection.scalar(select(UserTask.id).where(UserTask.root_id == row.id).order_by(UserTask.created_at))
        return StartedCard(row.id, row.case_number, task, row.ended_at is not None)

    def correlate(self, name: str, keys: Mapping[str, Any], payload: Mapping[str, Any], by: Actor) -> str:
        """Send a message from outside: ``delivered``, ``started`` or ``buffered``.

        Raises TwoReceivers, NotPermitted, ReservedVariable.
        """
        parts = self._parts
        require(not only_looks(by), f"发送消息 {name}", f"send the message {name}")
        with parts.database.transaction() as connection:
            how = messages.route(parts, connection, parts.clock.now(), name, keys, payload)
            parts.note(connection, by, "message_sent", name=name, keys=dict(keys), how=how)
            return how

    def signal(self, name: str, payload: Mapping[str, Any], by: Actor) -> int:
        """Send a signal to all who wait for it; returns how many receive it. Raises NotPermitted."""
        parts = self._parts
        require(not only_looks(by), f"发送信号 {name}", f"send the signal {name}")
        with parts.database.transaction() as connection:
            count = messages.spread(parts, connection, parts.clock.now(), name, payload)
            parts.note(connection, by, "signal_sent", name=name, receivers=count)
            return count

    def cancel(self, case_id: str, reason: str, by: Actor) -> None:
        """End a case before its time. Its starter may, and who supervises it. Raises ReasonNeeded, CaseEnded."""
        with self._intervening(case_id, reason, by, "终止案件", "cancel the case", starter=True) as family:
            member = family.member(family.root_id)
            member.run.cancel("cancelled")
            family.record.tell("cancelled", root_id=family.root_id, instance_id=member.id, reason=reason)
            settle(family, member)
            save(family)

    def suspend(self, case_id: str, reason: str, by: Actor) -> None:
        """Stop a case and its clocks; promises to customers stay as they are."""
        with self._intervening(case_id, reason, by, "挂起案件", "suspend the case") as family:
            if family.root_row["state"] == "suspended":
                return
            family.root_row |= {"state": "suspended", "suspended_at": family.now}
            self._mark(family, True)
            family.record.tell("suspended", root_id=family.root_id, reason=reason)
            save(family)

    def resume(self, case_id: str, reason: str, by: Actor) -> None:
        """Let a case go on: durations that were running are moved on by the time it stood still."""
        with self._intervening(case_id, reason, by, "恢复案件", "resume the case") as family:
            if family.root_row["state"] != "suspended":
                return
            stood = family.now - family.root_row["suspended_at"]
            family.root_row |= {"state": "active", "suspended_at": None}
            self._mark(family, False)
            _shift(family, stood)
            family.record.tell("resumed", root_id=family.root_id, reason=reason,
                               stood_seconds=int(stood.total_seconds()))
            save(family)

    def move(self, case_id: str, cancel: Sequence[str], to: Sequence[str], reason: str, by: Actor,
             instance_id: str | None = None) -> None:
        """Move tokens: leave the element instances ``cancel``, enter the elements ``to`` (jump, return, repair).

        Raises ReasonNeeded, CaseEnded, CasePaused, and RunFailed for what cannot be left or entered.
        """
        with self._intervening(case_id, reason, by, "跳转案件", "move the case") as family:
            if family.root_row["state"] == "suspended":
                raise CasePaused()  # its timers stand still and must not fire on the way
            member = family.member(instance_id or family.root_id)
            member.run.move(cancel=list(cancel), to=list(to))
            family.record.tell("moved", root_id=family.root_id, instance_id=member.id, reason=reason,
                               cancelled=list(cancel), to=list(to))
            settle(family, member)
            save(family)

    def _intervening(self, case_id: str, reason: str, by: Actor, zh: str, en: str, starter: bool = False) -> Any:
        return _Intervention(self._parts, case_id, reason, by, zh, en, starter)

    @staticmethod
    def _mark(family: Family, suspended: bool) -> None:
        for model in (UserTask, Job, EventSubscription):
            family.connection.execute(update(model.__table__).where(model.root_id == family.root_id)
                                      .values(suspended=suspended))


class _Intervention:
    """The transaction of an intervention: lock, check, and hand out the family."""

    def __init__(self, parts: Any, case_id: str, reason: str, by: Actor, zh: str, en: str, starter: bool):
        self._parts, self._case, self._reason, self._by = parts, case_id, reason, by
        self._words, self._starter = (zh, en), starter

    def __enter__(self) -> Family:
        if not self._reason.strip():
            raise ReasonNeeded()
        self._transaction = self._parts.database.transaction()
        connection = self._transaction.__enter__()
        try:
            family = lock(self._parts, connection, self._case, self._by, self._parts.clock.now())
            if family.root_row["parent_id"] is not None:
                raise NotFound(what=self._case)
            mine = self._starter and family.root_row["started_by"] == self._by.person_id
            require(mine or may_intervene(self._by, family.root_row["unit_id"], family.live,
                                          family.root_row["process_key"]), *self._words)
            if family.root_row["ended_at"] is not None:
                raise CaseEnded()
        except BaseException as error:
            self._transaction.__exit__(type(error), error, error.__traceback__)
            raise
        return family

    def __exit__(self, *error: Any) -> Any:
        return self._transaction.__exit__(*error)


def _shift(family: Family, stood: timedelta) -> None:
    """Move clocks on by the time a case stood still: durations shift, dates do not (rule or timer says which it is)."""
    connection = family.connection
    tasks = connection.execute(
        select(UserTask.id, UserTask.due_at, UserTask.warn_at, UserTask.clock_started_at, UserTask.deadline,
               UserTask.paused_at, UserTask.first_due_at, ProcessDefinition.pack)
        .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
        .where(UserTask.root_id == family.root_id, UserTask.due_at.is_not(None))).all()
    shifting = [task for task in tasks if deadlines.is_duration(family.live, task.pack, task.deadline,
                                                                family.root_row["unit_id"])]
    if shifting:
        connection.execute(_SHIFT_TASKS, [_shifted(task, stood) for task in shifting])
        connection.execute(_SHIFT_OFFERS, [{"the_id": row["the_id"], "new_due_sort": row["new_due_sort"]}
                                           for row in (_shifted(task, stood) for task in shifting)])
    waiting = connection.execute(
        select(Job.id, Job.kind, Job.due_at, Job.instance_id, Job.task_id)
        .where(Job.root_id == family.root_id, Job.kind.in_(("timer", "deadline")))).all()
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
_SHIFT_JOBS = _change(Job, "due_at")
