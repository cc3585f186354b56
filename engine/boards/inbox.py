"""The inbox: a page of a view, narrowed and ordered, with the counts of all views.

Views of open tasks stand in :mod:`engine.boards.inbox_scope`, the others (done, started, asked, copies) in
:mod:`engine.boards.inbox_lists`; filters in :mod:`engine.boards.inbox_filters`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor
from engine.boards import inbox_lists
from engine.boards.cards import InboxPage, Sidebar, StandIn
from engine.boards.inbox_counts import COUNTED_TO, counts
from engine.boards.inbox_filters import Moments, cleaned
from engine.boards.inbox_scope import Sort, branches, counted, filtered, first, mark
from engine.boards.rows import TASK_COLUMNS, open_row
from engine.boards.saved_views import views_of
from engine.boards.wording import Parameters
from engine.cards import TaskRow
from engine.expressions import Expressions
from engine.live import Live
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import TaskDraft, UserTask
from engine.models.working import TaskSigner, Urge


def page(parts: Any, by: Actor, view: str, filters: Mapping[str, str], after: str | None, limit: int,
         sort: str = "due") -> InboxPage:
    """One page of a view. Raises :class:`NotFound` for a view, filter or order that does not exist."""
    filters, order = cleaned(filters), Sort.of(sort or "due")
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        moments = moments_of(parts, live, by)
        kinds = kinds_of(parts, connection, live) if any(name.startswith("f.") for name in filters) else {}
        beside = _sidebar(parts, connection, live, by, moments)
        if view in inbox_lists.LISTS:
            rows, following = inbox_lists.page(view, connection, live, by, moments.now, filters, after, limit,
                                               timedelta(minutes=parts.settings.pull_back_minutes))
            total = beside.counts.get(view, len(rows))
        else:
            put = Parameters(parts.database.is_sqlite)
            found = filtered(branches(view, by, live, moments, put), filters, moments, kinds, put, order)
            deep = bool(filters) and after is None  # what is looked through for the total gives the page as well
            query = first(found, COUNTED_TO if deep else limit + 1, put, order, after)
            marks = put.rows(connection, query) if query else []
            following = mark(marks[limit - 1], order, put) if len(marks) > limit else None
            rows = open_rows(connection, live, by, moments, [row.task_id for row in marks[:limit]])
            total = (len(marks) if deep else beside.counts[view] if not filters
                     else min(COUNTED_TO, put.rows(connection, f"SELECT {counted(found, COUNTED_TO)}")[0][0]))
        processes = tuple(sorted(live.process_names.items()))
    return InboxPage(view, rows, total, beside, following, processes, _etag(rows, beside))


def sidebar(parts: Any, by: Actor) -> Sidebar:
    """The counts of the views, the saved views with theirs, and whom the actor represents."""
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        return _sidebar(parts, connection, live, by, moments_of(parts, live, by))


def _sidebar(parts: Any, connection: Connection, live: Live, by: Actor, moments: Moments) -> Sidebar:
    standing = tuple(StandIn(live.people_by_id[one.person_id].name, one.from_at, one.until_at)
                     for one in live.substitutions
                     if one.substitute_id == by.person_id and one.from_at <= moments.now < one.until_at
                     and one.person_id in live.people_by_id)
    sqlite = parts.database.is_sqlite
    return Sidebar(counts(connection, by, live, moments, sqlite),
                   views_of(connection, by, live, moments, lambda: kinds_of(parts, connection, live), sqlite), standing)


def moments_of(parts: Any, live: Live, by: Actor) -> Moments:
    """Now and the midnights around it, in the actor's zone."""
    now = parts.clock.now()
    return Moments.at(now, Expressions(now, live, by.unit_id, parts.settings.zone).zone)


def kinds_of(parts: Any, connection: Connection, live: Live) -> dict[str, str]:
    """The kind of every business field that any process declares."""
    return {one.name: one.kind for fields in parts.definitions.searched(connection, live.newest.values()).values()
            for one in fields}


def _line() -> Any:
    """The statement of lines, made once: making it costs more than running it."""
    came, owner, me = aliased(Person), aliased(Person), bindparam("me")
    to_sign = exists().where(TaskSigner.task_id == UserTask.id, TaskSigner.person_id == me, TaskSigner.state == "open")
    urged = select(func.count()).where(Urge.task_id == UserTask.id, Urge.taken_back_at.is_(None)).scalar_subquery()
    return (select(*TASK_COLUMNS, UserTask.follow_up_at, UserTask.returned_by, Person.login,
                   Person.name.label("holder"), Person.name_en.label("holder_en"),
                   came.name.label("came_name"), came.name_en.label("came_name_en"),
                   owner.name.label("owner_name"), owner.name_en.label("owner_name_en"),
                   TaskDraft.task_id.label("draft"), to_sign.label("to_sign"), urged.label("urged"))
            .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
            .outerjoin(Person, Person.id == UserTask.assignee_id).outerjoin(came, came.id == UserTask.came_by)
            .outerjoin(owner, owner.id == UserTask.owner_id)
            .outerjoin(TaskDraft, and_(TaskDraft.task_id == UserTask.id, TaskDraft.person_id == me))
            .where(UserTask.id.in_(bindparam("ids", expanding=True))))


_LINE = _line()


def open_rows(connection: Connection, live: Live, by: Actor, moments: Moments, ids: list[str]) -> tuple[TaskRow, ...]:
    """The lines of open tasks, in the order of ``ids``: one statement."""
    if not ids:
        return ()
    rows = connection.execute(_LINE, {"me": by.person_id, "ids": ids})
    found = {row.id: open_row(row, live, by, moments.now) for row in rows}
    return tuple(found[task] for task in ids if task in found)


def _etag(rows: tuple[TaskRow, ...], beside: Sidebar) -> str:
    """A stamp over what the list shows of its lines and of the views beside it."""
    seen = [(row.id, row.ref, row.case_number, row.assignee_login, row.clock.state, row.clock.due_at, row.clock.level,
             row.has_draft, row.severity, row.urged, row.read, row.to_sign, row.take_back) for row in rows]
    views = [(one.id, one.name, one.view, one.filters, one.count) for one in beside.saved]
    told = repr((seen, sorted(beside.counts.items()), views, beside.stands_in))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


