"""An open task under its case's lock: the row, its case, and what the actor is to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor
from engine.errors import Conflict, NotFound
from engine.family import INSTANCE_COLUMNS, CasePaused, Family, lock_of_task
from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance, TaskCandidate, TaskDraft, UserTask
from engine.standing import Place


class AlreadyDone(Conflict):
    """The task is gone: somebody completed it, or its case moved on."""

    code = "already_done"
    zh = "{name} {ago_zh}已{verb_zh}这一步。你填的内容已存为草稿。"
    en = "{name_en} {verb_en} this step {ago_en} ago. What you entered is kept as a draft."


class AlreadyTaken(Conflict):
    """The task has another assignee."""

    code = "already_taken"
    zh = "{name} {ago_zh}已认领这一步。"
    en = "{name_en} claimed this step {ago_en} ago."


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is there now, with its family locked."""

    family: Family
    row: Row[Any]
    candidates: tuple[tuple[str, str], ...]
    signers: tuple[Row[Any], ...] = ()
    """The rows of :class:`~engine.models.working.TaskSigner`, in their order, if the task waits for any."""
    place: Place | None = None
    behalf: str | None = None
    """The id of the person for whom the verb is done; ``None``: the actor acts for itself."""


_OTHER = aliased(UserTask)
_TASK = (
    select(*UserTask.__table__.columns, TaskCandidate.role.label("offer_role"),
           TaskCandidate.unit_id.label("offer_unit"),
           Person.name.label("holder"), Person.name_en.label("holder_en"),
           exists().where(TaskDraft.task_id == bindparam("the_task"), TaskDraft.person_id == bindparam("the_person"))
           .label("has_draft"),
           exists().where(_OTHER.root_id == UserTask.root_id, _OTHER.id != UserTask.id).correlate(UserTask)
           .label("has_others"), *(column.label("its_" + column.name) for column in INSTANCE_COLUMNS))
    .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
    .outerjoin(TaskCandidate, TaskCandidate.task_id == UserTask.id)
    .outerjoin(Person, Person.id == UserTask.assignee_id)
    .where(UserTask.id == bindparam("the_task")))
"""A task, its instance, whom it is offered to, who has it: read under the lock. A row for each offer."""


def open_task(parts: Any, connection: Connection, task_id: str, by: Actor, now: datetime, *,
              paused: bool = False) -> OpenTask:
    """Lock the case of a task and read the task anew under the lock: two statements.

    ``paused``: also while the case is suspended. Raises :class:`AlreadyDone` for a task that is gone,
    :class:`NotFound` for one that never was, :class:`CasePaused`.
    """
    try:
        family = lock_of_task(parts, connection, task_id, by, now)
    except NotFound:
        raise gone(connection, task_id, now) from None
    rows = connection.execute(_TASK, {"the_task": task_id, "the_person": by.person_id}).all()
    if not rows:
        raise gone(connection, task_id, now)
    if family.root_row["state"] == "suspended" and not paused:
        raise CasePaused()
    family.open_tasks = None if rows[0].has_others else 1
    if rows[0].instance_id != family.root_id:
        family.adopt({column.name: rows[0]._mapping["its_" + column.name] for column in INSTANCE_COLUMNS})
    straight = rows[0].straight_to
    if straight:
        family.routes.revived[straight["instance_id"], straight["element_instance_id"]] = straight["task"]
    candidates = tuple((row.offer_role, row.offer_unit) for row in rows if row.offer_role)
    return OpenTask(family, rows[0], candidates)


def gone(connection: Connection, task_id: str, now: datetime) -> Exception:
    """Why a task is not there any more, in words: who did what, how long ago."""
    last = connection.execute(
        select(HistoryEntry.verb, HistoryEntry.at, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == HistoryEntry.by)
        .where(HistoryEntry.task_id == task_id)
        .order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc()).limit(1)).first()
    if last is None:
        return NotFound(what="task")
    done = last.verb == "completed"
    zh, en = ago(now, last.at)
    return AlreadyDone(name=last.name or "流程", name_en=last.name_en or last.name or "The process",
                       ago_zh=zh, ago_en=en, verb_zh="提交" if done else "结束",
                       verb_en="submitted" if done else "ended")


def taken(row: Row[Any], now: datetime) -> AlreadyTaken:
    """That a task has another assignee."""
    zh, en = ago(now, row.claimed_at)
    return AlreadyTaken(name=row.holder, name_en=row.holder_en or row.holder, ago_zh=zh, ago_en=en)


def ago(now: datetime, then: datetime) -> tuple[str, str]:
    """How long ago, in Chinese and English: "2 秒前", "2 s"."""
    seconds = max(0, int((now - then).total_seconds()))
    for size, zh, en in ((86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= size:
            return f"{seconds // size} {zh}前", f"{seconds // size} {en}"
    return f"{seconds} 秒前", f"{seconds} s"
