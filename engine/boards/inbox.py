"""The inbox: mine, unclaimed, due today, overdue, done, started by me.

A page reads at most one index range per role and unit held, so its cost does not grow with what others have to do.
Filters: ``process`` (key), ``severity``, ``search`` (case number, customer, initials, last four digits of the phone).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, tuple_, union, union_all
from sqlalchemy.orm import aliased

from engine.authorization import Actor, candidate_pairs
from engine.boards.rows import TASK_COLUMNS, done_row, task_row
from engine.cards import Bilingual, InboxPage, TaskRow
from engine.errors import NotFound
from engine.expressions import Expressions
from engine.live import Live
from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, TaskCandidate, TaskDraft, UserTask

VIEWS = ("mine", "unclaimed", "today", "overdue", "done", "started")
COUNTED_TO = 1000


def page(parts: Any, by: Actor, view: str, filters: dict[str, str], after: str | None, limit: int) -> InboxPage:
    """One page of a view, with the counts of all views. Raises :class:`NotFound` for a view that does not exist."""
    if view not in VIEWS:
        raise NotFound(what=view)
    with parts.database.reading() as connection:
        live, now = parts.live.at(connection), parts.clock.now()
        if view == "done":
            rows, following = _done(connection, live, by, filters, after, limit)
        elif view == "started":
            rows, following = _started(connection, live, by, now, filters, after, limit)
        else:
            rows, following = _open(parts, connection, live, by, view, now, filters, after, limit)
        counts = _counts(parts, connection, live, by, now)
        processes = tuple((key, Bilingual(name, name_en)) for key, name, name_en in connection.execute(
            select(ProcessDefinition.key, func.max(ProcessDefinition.name), func.max(ProcessDefinition.name_en))
            .group_by(ProcessDefinition.key).order_by(ProcessDefinition.key)))
        total = _total(parts, connection, live, by, view, now, filters, counts, rows)
    mark = hashlib.sha256(repr([(r.id, r.assignee_login, r.clock.state, r.has_draft) for r in rows]).encode()
                          + repr(sorted(counts.items())).encode()).hexdigest()[:16]
    return InboxPage(view, rows, total, counts, following, processes, mark)


def _total(parts: Any, connection: Connection, live: Live, by: Actor, view: str, now: datetime,
           filters: dict[str, str], counts: dict[str, int], rows: tuple[TaskRow, ...]) -> int:
    """How many tasks the view has under these filters, up to 1,000; lists without a count tell what they show."""
    if view not in counts or not any(filters.values()):
        return counts.get(view, len(rows))
    if view == "unclaimed":
        return min(COUNTED_TO, connection.scalar(select(_count_offered(live, by, filters))) or 0)
    some = _filtered(select(UserTask.id).where(_scope(parts, live, by, view, now)), filters)
    return connection.scalar(select(func.count()).select_from(some.limit(COUNTED_TO).subquery())) or 0


def counts_for(parts: Any, by: Actor) -> dict[str, int]:
    """The counts of the views of open tasks."""
    with parts.database.reading() as connection:
        return _counts(parts, connection, parts.live.at(connection), by, parts.clock.now())


def end_of_today(parts: Any, live: Live, by: Actor, now: datetime) -> datetime:
    """Midnight in the actor's zone."""
    local = Expressions(now, live, by.unit_id, parts.settings.zone).now()
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _scope(parts: Any, live: Live, by: Actor, view: str, now: datetime) -> ColumnElement[bool]:
    mine = UserTask.assignee_id == by.person_id
    if view == "overdue":
        return and_(mine, UserTask.due_sort <= now)
    if view == "today":
        return and_(mine, UserTask.due_sort < end_of_today(parts, live, by, now))
    return mine


def _filtered(query: Select[Any], filters: dict[str, str]) -> Select[Any]:
    if filters.get("process"):
        query = query.where(UserTask.process_key == filters["process"])
    if filters.get("severity"):
        query = query.where(UserTask.severity == filters["severity"])
    text = (filters.get("search") or "").strip()
    if text:
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(or_(
            UserTask.case_number.like(like.upper(), escape="\\"), UserTask.customer.like(like, escape="\\"),
            UserTask.customer_initials.like(like.lower(), escape="\\"), UserTask.phone_last4 == text[-4:]
            if text.isdigit() and len(text) >= 4 else literal(False)))
    return query


def _open(parts: Any, connection: Connection, live: Live, by: Actor, view: str, now: datetime, filters: dict[str, str],
          after: str | None, limit: int) -> tuple[tuple[TaskRow, ...], str | None]:
    if view == "unclaimed":
        ids = _offered(connection, live, by, filters, after, limit + 1)
    else:
        query = _filtered(select(UserTask.id).where(_scope(parts, live, by, view, now)), filters)
        query = _after(query, UserTask.due_sort, UserTask.id, after)
        ids = list(connection.scalars(query.order_by(UserTask.due_sort, UserTask.id).limit(limit + 1)))
    following = None
    if len(ids) > limit:
        ids = ids[:limit]
        following = _mark(connection, ids[-1])
    return _rows(connection, live, by, now, ids), following


def _rows(connection: Connection, live: Live, by: Actor, now: datetime, ids: list[str]) -> tuple[TaskRow, ...]:
    if not ids:
        return ()
    other = aliased(Person)
    query = (select(*TASK_COLUMNS, Person.login, Person.name.label("holder"), Person.name_en.label("holder_en"),
                    other.name.label("came_name"), other.name_en.label("came_name_en"),
                    TaskDraft.task_id.label("draft"))
             .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
             .outerjoin(Person, Person.id == UserTask.assignee_id).outerjoin(other, other.id == UserTask.came_by)
             .outerjoin(TaskDraft, and_(TaskDraft.task_id == UserTask.id, TaskDraft.person_id == by.person_id))
             .where(UserTask.id.in_(ids)).order_by(UserTask.due_sort, UserTask.id))
    return tuple(task_row(row, live, now) for row in connection.execute(query))


def _offered(connection: Connection, live: Live, by: Actor, filters: dict[str, str], after: str | None,
             limit: int) -> list[str]:
    """Unclaimed tasks offered to the roles held: an index range for each (role, unit), merged."""
    branches = []
    for query in _offers(live, by, filters):
        query = _after(query, TaskCandidate.due_sort, TaskCandidate.task_id, after)
        branches.append(select(query.order_by(TaskCandidate.due_sort, TaskCandidate.task_id).limit(limit).subquery()))
    if not branches:
        return []
    found = union_all(*branches).subquery()
    rows = connection.execute(select(found.c.task_id, found.c.due_sort).distinct()
                              .order_by(found.c.due_sort, found.c.task_id).limit(limit))
    return [row.task_id for row in rows]


def _offers(live: Live, by: Actor, filters: dict[str, str]) -> list[Select[Any]]:
    """What is offered to each role and unit of the actor; the tasks' own rows are read only to search in them."""
    found = []
    for role, unit in candidate_pairs(by, live):
        query = select(TaskCandidate.task_id, TaskCandidate.due_sort).where(
            TaskCandidate.role == role, TaskCandidate.unit_id == unit, TaskCandidate.unclaimed.is_(True))
        if filters.get("process"):
            query = query.where(TaskCandidate.process_key == filters["process"])
        if filters.get("severity"):
            query = query.where(TaskCandidate.severity == filters["severity"])
        if (filters.get("search") or "").strip():
            query = _filtered(query.join(UserTask, UserTask.id == TaskCandidate.task_id),
                              {"search": filters["search"]})
        found.append(query)
    return found


def _count_offered(live: Live, by: Actor, filters: dict[str, str]) -> Any:
    """How many tasks are offered to the actor; a task offered to two roles counts once, each role up to the limit."""
    offers = [select(query.limit(COUNTED_TO).subquery().c.task_id) for query in _offers(live, by, filters)]
    if not offers:
        return literal(0)
    some = union(*offers).subquery() if len(offers) > 1 else offers[0].subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def _after(query: Select[Any], due: Any, key: Any, after: str | None) -> Select[Any]:
    if not after:
        return query
    moment, _, last = after.rpartition("~")
    try:
        return query.where(tuple_(due, key) > (datetime.fromisoformat(moment), last))
    except ValueError:
        raise NotFound(what="page") from None


def _mark(connection: Connection, task_id: str) -> str:
    due = connection.scalar(select(UserTask.due_sort).where(UserTask.id == task_id))
    return f"{due.isoformat()}~{task_id}" if due else ""


def _counts(parts: Any, connection: Connection, live: Live, by: Actor, now: datetime) -> dict[str, int]:
    """Counts of the views of open tasks, one statement; each stops at 1,000."""
    columns = []
    for view in ("mine", "today", "overdue"):
        some = select(UserTask.id).where(_scope(parts, live, by, view, now)).limit(COUNTED_TO).subquery()
        columns.append(select(func.count()).select_from(some).scalar_subquery().label(view))
    columns.append(_count_offered(live, by, {}).label("unclaimed"))
    found = dict(connection.execute(select(*columns)).one()._mapping)
    return {view: min(COUNTED_TO, count) for view, count in found.items()}


def _newest(connection: Connection, query: Select[Any], key: Any, filters: dict[str, str], after: str | None,
            limit: int) -> tuple[list[Any], str | None]:
    """A page of cases behind ``query``, the newest first, and where the following page begins."""
    if filters.get("process"):
        query = query.where(ProcessDefinition.key == filters["process"])
    text = (filters.get("search") or "").strip()
    if text:
        query = query.where(or_(ProcessInstance.case_number.contains(text.upper(), autoescape=True),
                                ProcessInstance.customer.contains(text, autoescape=True)))
    if after:
        query = query.where(key < after)
    rows = list(connection.execute(query.order_by(key.desc()).limit(limit + 1)).all())
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def _done(connection: Connection, live: Live, by: Actor, filters: dict[str, str], after: str | None,
          limit: int) -> tuple[tuple[TaskRow, ...], str | None]:
    query = (select(HistoryEntry.id, HistoryEntry.at, HistoryEntry.task_id, HistoryEntry.element_id,
                    HistoryEntry.detail,
                    HistoryEntry.root_id, ProcessDefinition.key, ProcessDefinition.version, ProcessDefinition.name,
                    ProcessDefinition.name_en, ProcessInstance.case_number, ProcessInstance.customer,
                    ProcessInstance.gist, ProcessInstance.severity, ProcessInstance.promised_at)
             .join(ProcessInstance, ProcessInstance.id == HistoryEntry.root_id)
             .join(ProcessDefinition, ProcessDefinition.id == HistoryEntry.definition_id)
             .where(HistoryEntry.by == by.person_id, HistoryEntry.verb == "completed"))
    rows, following = _newest(connection, query, HistoryEntry.id, filters, after, limit)
    return tuple(done_row(row, live) for row in rows), following


def _started(connection: Connection, live: Live, by: Actor, now: datetime, filters: dict[str, str],  # noqa: ARG001
             after: str | None, limit: int) -> tuple[tuple[TaskRow, ...], str | None]:
    from engine.boards.rows import started_row

    query = (select(ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.customer, ProcessInstance.gist,
                    ProcessInstance.severity, ProcessInstance.promised_at, ProcessInstance.started_at,
                    ProcessInstance.ended_at, ProcessInstance.case_state, ProcessDefinition.key,
                    ProcessDefinition.version, ProcessDefinition.name, ProcessDefinition.name_en)
             .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
             .where(ProcessInstance.started_by == by.person_id, ProcessInstance.parent_id.is_(None)))
    rows, following = _newest(connection, query, ProcessInstance.id, filters, after, limit)
    return tuple(started_row(row, live) for row in rows), following
