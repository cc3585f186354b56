"""The clock of a task in people's hands: extend, pause and resume, escalate by hand.

What was promised first stays visible (``first_due_at``). None of this touches the task itself: who has it keeps it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update

from engine import deadlines
from engine.authorization import Actor
from engine.errors import Conflict, FieldError, Invalid
from engine.expressions import Expressions
from engine.models.runtime import Job, TaskCandidate, UserTask
from engine.models.working import TaskSigner
from engine.tasks.beginning import begin, notify, tell
from engine.tasks.open_task import OpenTask


class BadDue(Invalid):
    """A due moment that has passed."""

    code = "bad_due"
    zh = "新的期限应在现在之后。"
    en = "The new deadline must lie in the future."

    def __init__(self) -> None:
        super().__init__([FieldError("due", self.code, self.zh, self.en)])


class TellCustomer(Invalid):
    """A time promised to the customer is passed by: the customer must be told the new one."""

    code = "tell_customer"
    zh = "已向客户承诺 {promised}，延期前须先告知客户新的时间。"
    en = "{promised} was promised to the customer, who must be told the new time first."

    def __init__(self, promised: str):
        zh, en = self.zh.format(promised=promised), self.en.format(promised=promised)
        super().__init__([FieldError("told_customer", self.code, zh, en)], promised=promised)


class NoClock(Conflict):
    """The task has no deadline, or its clock is not in the state that is asked for."""

    code = "no_clock"
    zh = "{why_zh}。"
    en = "{why_en}."


NONE = {"why_zh": "这件待办没有期限", "why_en": "This task has no deadline"}
PAUSED = {"why_zh": "计时已经暂停", "why_en": "The clock is paused already"}
RUNNING = {"why_zh": "计时没有暂停", "why_en": "The clock is not paused"}
TOP = {"why_zh": "已经升级到最高一级", "why_en": "It was escalated to the highest level already"}


class Clocks:
    """The verbs; a part of :class:`~engine.tasks.Tasks`."""

    _parts: Any

    def extend(self, task_id: str, due: datetime, reason: str, by: Actor, *, told_customer: bool = False) -> None:
        """Move the deadline to ``due`` (aware); its warning and levels begin anew.

        Where a customer was promised an earlier time, ``told_customer`` says that the customer knows the new one.
        Raises ReasonNeeded, BadDue, TellCustomer.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "extend", by, now, reason=reason)
            if due.tzinfo is None or due <= now:
                raise BadDue()
            promised = task.family.root_row["promised_at"]
            local = _local(task)
            if promised is not None and due > promised and not told_customer:
                raise TellCustomer(promised.astimezone(local.zone).strftime("%Y-%m-%d %H:%M"))
            steps = deadlines.steps_until(due, now, local.calendar)
            columns = {"due_at": due, "warn_at": steps.warn_at, "escalation_level": 0, "paused_at": None,
                       "first_due_at": task.row.first_due_at or task.row.due_at or due,
                       "clock_started_at": task.row.clock_started_at or now}
            _wind(task, columns, local.calendar)
            notify(task, by, [task.row.assignee_id], "extended", reason=reason.strip(), due_at=due)
            tell(task, "extended", reason=reason.strip(), before=task.row.due_at, due_at=due,
                 first_due_at=columns["first_due_at"], told_customer=told_customer)

    def pause_clock(self, task_id: str, reason: str, by: Actor) -> None:
        """Stop the clock of one task; its warnings and levels wait with it. Raises ReasonNeeded, NoClock."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "pause_clock", by, now, reason=reason)
            if task.row.due_at is None or task.row.paused_at is not None:
                raise NoClock(**(NONE if task.row.due_at is None else PAUSED))
            _wind(task, {"paused_at": now}, _local(task).calendar)
            notify(task, by, [task.row.assignee_id], "clock_paused", reason=reason.strip())
            tell(task, "clock_paused", reason=reason.strip(), due_at=task.row.due_at)

    def resume_clock(self, task_id: str, reason: str, by: Actor) -> None:
        """Let the clock go on: all its moments move by the time it stood. Raises ReasonNeeded, NoClock."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "resume_clock", by, now, reason=reason)
            row = task.row
            if row.paused_at is None:
                raise NoClock(**RUNNING)
            stood = now - row.paused_at
            _wind(task, {
                "paused_at": None, "due_at": row.due_at + stood, "warn_at": row.warn_at and row.warn_at + stood,
                "clock_started_at": row.clock_started_at and row.clock_started_at + stood}, _local(task).calendar)
            notify(task, by, [row.assignee_id], "clock_resumed", reason=reason.strip(), due_at=row.due_at + stood)
            tell(task, "clock_resumed", reason=reason.strip(), due_at=row.due_at + stood,
                 stood_seconds=int(stood.total_seconds()))

    def escalate(self, task_id: str, reason: str, by: Actor) -> int:
        """Raise a task one level by hand, due or not; returns the level. Raises ReasonNeeded, NoClock at the top."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "escalate", by, now, reason=reason)
            row, family = task.row, task.family
            pack = parts.definitions.get(connection, row.definition_id).pack
            chain = deadlines.chain_of(family.live, pack, row.deadline, row.role, row.unit_id)
            level = row.escalation_level + 1
            if level > min(3, len(chain)):
                raise NoClock(**TOP)
            _wind(task, {"escalation_level": level}, _local(task).calendar)
            deadlines.tell_step(family, row, level, chain[level - 1], None, by_hand=True, reason=reason.strip())
            family.record.write(connection)
            return level


def _wind(task: OpenTask, columns: dict[str, Any], calendar: Any) -> None:
    """Change the clock of a task: its row, its copies in lists, and the job of its next step."""
    connection, family = task.family.connection, task.family
    row = dict(task.row._mapping) | columns
    due_sort = deadlines.NEVER if row["due_at"] is None or row["paused_at"] is not None else row["due_at"]
    connection.execute(update(UserTask.__table__).where(UserTask.id == task.row.id)
                       .values(**columns, due_sort=due_sort))
    if due_sort != task.row.due_sort:
        connection.execute(update(TaskCandidate.__table__).where(TaskCandidate.task_id == task.row.id)
                           .values(due_sort=due_sort))
        if task.row.signing:
            connection.execute(update(TaskSigner.__table__).where(TaskSigner.task_id == task.row.id)
                               .values(due_sort=due_sort))
    connection.execute(delete(Job.__table__).where(Job.task_id == task.row.id, Job.kind == "deadline"))
    jobs = deadlines.rearmed(family, row, calendar)
    if jobs:
        connection.execute(insert(Job.__table__), jobs)


def _local(task: OpenTask) -> Expressions:
    family = task.family
    return Expressions(family.now, family.live, task.row.unit_id, family.parts.settings.zone)

