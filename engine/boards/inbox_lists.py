"""The lists of an inbox that are no open tasks: done, started by me, asked of me (mentions), brought to my notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from engine.authorization import Actor
from engine.boards.rows import asked_row, copy_row, done_row, started_row
from engine.cards import TaskRow
from engine.deadlines import NEVER
from engine.errors import NotFound
from engine.live import Live
from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, UserTask
from engine.models.working import CarbonCopy, Comment, Mention, SearchValue

LISTS = ("done", "started", "asked", "copies")
CASE = (ProcessInstance.id.label("root_id"), ProcessInstance.case_number, ProcessInstance.customer,
        ProcessInstance.gist, ProcessInstance.severity, ProcessInstance.promised_at, ProcessInstance.case_state,
        ProcessDefinition.key, ProcessDefinition.version, ProcessDefinition.name, ProcessDefinition.name_en)
"""What a line shows of its case."""
ACTED = ("claimed", "completed", "signed", "returned", "pulled_back", "moved", "transferred", "reassigned",
         "taken_over")
"""Entries after which a decision before them stands."""
_Rows = tuple[tuple[TaskRow, ...], str | None]


def page(view: str, connection: Connection, live: Live, by: Actor, now: datetime, filters: Mapping[str, str],
         after: str | None, limit: int, pull_back: timedelta = timedelta()) -> _Rows:
    """A page of one of these lists, and where the following page begins. One statement.

    ``pull_back`` is how long a decision can be taken back.
    """
    if view == "done":
        return _done(connection, live, by, now - pull_back, filters, after, limit)
    if view == "started":
        return _started(connection, live, by, filters, after, limit)
    if view == "asked":
        return _asked(connection, live, by, now, filters, after, limit)
    return _copies(connection, live, by, filters, after, limit)


def _narrowed(query: Select[Any], filters: Mapping[str, str]) -> Select[Any]:
    """By process, severity and text; the other filters are those of open tasks and find nothing to hold on to here."""
    if filters.get("process"):
        query = query.where(ProcessDefinition.key.in_(filters["process"].split(",")))
    if filters.get("severity"):
        query = query.where(ProcessInstance.severity.in_(filters["severity"].split(",")))
    text = filters.get("search", "")
    if text:
        ways = [ProcessInstance.case_number.contains(text.upper(), autoescape=True),
                ProcessInstance.customer.contains(text, autoescape=True),
                ProcessInstance.customer_initials.contains(text.lower(), autoescape=True),
                select(func.count()).select_from(SearchValue).where(
                    SearchValue.root_id == ProcessInstance.id, SearchValue.text.startswith(text, autoescape=True))
                .scalar_subquery() > 0]
        if text.isdigit() and len(text) >= 4:
            ways.append(ProcessInstance.phone_last4 == text[-4:])
        query = query.where(or_(*ways))
    return query


def _done(connection: Connection, live: Live, by: Actor, since: datetime, filters: Mapping[str, str],
          after: str | None, limit: int) -> _Rows:
    """What the actor completed; ``take_back`` where it was the last that happened to its case, not before ``since``,
    and nobody has acted on what follows. The verb looks again, under the lock."""
    later = aliased(HistoryEntry)
    acted = exists().where(later.root_id == HistoryEntry.root_id, later.id > HistoryEntry.id, later.verb.in_(ACTED))
    last = and_(ProcessInstance.state == "active", HistoryEntry.at > since, ProcessInstance.undo.is_not(None), ~acted)
    query = (select(HistoryEntry.id, HistoryEntry.at, HistoryEntry.task_id, HistoryEntry.element_id,
                    HistoryEntry.detail, last.label("take_back"), *CASE)
             .join(ProcessInstance, ProcessInstance.id == HistoryEntry.root_id)
             .join(ProcessDefinition, ProcessDefinition.id == HistoryEntry.definition_id)
             .where(HistoryEntry.by == by.person_id, HistoryEntry.verb == "completed"))
    if after:
        moment, _, last = after.rpartition("~")
        at = _moment(moment)
        query = query.where(HistoryEntry.at <= at, tuple_(HistoryEntry.at, HistoryEntry.id) < (at, last))
    rows = list(connection.execute(_narrowed(query, filters).order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
                                   .limit(limit + 1)))
    following = f"{rows[limit - 1].at.isoformat()}~{rows[limit - 1].id}" if len(rows) > limit else None
    return tuple(done_row(row, live) for row in rows[:limit]), following


def _started(connection: Connection, live: Live, by: Actor, filters: Mapping[str, str], after: str | None,
             limit: int) -> _Rows:
    query = (select(ProcessInstance.started_at, ProcessInstance.ended_at, *CASE)
             .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
             .where(ProcessInstance.started_by == by.person_id, ProcessInstance.parent_id.is_(None)))
    if after:
        query = query.where(ProcessInstance.id < after)
    rows = list(connection.execute(_narrowed(query, filters).order_by(ProcessInstance.id.desc()).limit(limit + 1)))
    following = rows[limit - 1].root_id if len(rows) > limit else None
    return tuple(started_row(row, live) for row in rows[:limit]), following


def _asked(connection: Connection, live: Live, by: Actor, now: datetime, filters: Mapping[str, str],
           after: str | None, limit: int) -> _Rows:
    """Questions that wait for the actor's word, the most urgent first."""
    query = (select(Mention.comment_id, Mention.reply_sort, Comment.at, Comment.text, Comment.task_id,
                    Comment.element_id, Person.name.label("by_name"), Person.name_en.label("by_name_en"), *CASE)
             .join(Comment, Comment.id == Mention.comment_id)
             .join(ProcessInstance, ProcessInstance.id == Mention.root_id)
             .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
             .outerjoin(Person, Person.id == Comment.by)
             .where(Mention.person_id == by.person_id, Mention.answered_at.is_(None)))
    if after:
        moment, _, last = after.rpartition("~")
        query = query.where(tuple_(Mention.reply_sort, Mention.comment_id) > (_moment(moment), last))
    rows = list(connection.execute(_narrowed(query, filters).order_by(Mention.reply_sort, Mention.comment_id)
                                   .limit(limit + 1)))
    following = f"{rows[limit - 1].reply_sort.isoformat()}~{rows[limit - 1].comment_id}" if len(rows) > limit else None
    return tuple(asked_row(row, live, now, None if row.reply_sort >= NEVER else row.reply_sort)
                 for row in rows[:limit]), following


def _copies(connection: Connection, live: Live, by: Actor, filters: Mapping[str, str], after: str | None,
            limit: int) -> _Rows:
    """What was brought to the actor's notice: unread first, then the newest."""
    task = aliased(UserTask)
    query = (select(CarbonCopy.id, CarbonCopy.at, CarbonCopy.note, CarbonCopy.read_at, CarbonCopy.element_id,
                    task.id.label("task_id"), Person.name.label("by_name"), Person.name_en.label("by_name_en"), *CASE)
             .join(ProcessInstance, ProcessInstance.id == CarbonCopy.root_id)
             .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
             .outerjoin(task, task.id == CarbonCopy.task_id).outerjoin(Person, Person.id == CarbonCopy.by)
             .where(CarbonCopy.person_id == by.person_id))
    query, read = _narrowed(query, filters), CarbonCopy.read_at.is_not(None)
    part, last = _half(after)
    found: list[Any] = []
    for number, wanted in enumerate((~read, read)):
        if number < part or len(found) > limit:
            continue
        half = query.where(wanted)
        if last and number == part:
            half = half.where(CarbonCopy.id < last)
        found += connection.execute(half.order_by(CarbonCopy.id.desc()).limit(limit + 1 - len(found))).all()
    following = None
    if len(found) > limit:
        end = found[limit - 1]
        following = f"{int(end.read_at is not None)}~{end.id}"
    return tuple(copy_row(row, live) for row in found[:limit]), following


def _half(after: str | None) -> tuple[int, str]:
    part, _, last = (after or "0~").partition("~")
    if part not in ("0", "1"):
        raise NotFound(what="page")
    return int(part), last


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NotFound(what="page") from None
    if moment.tzinfo is None:
        raise NotFound(what="page")
    return moment
