"""How many lines each view of a person's inbox holds: two statements, exact as of the last commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select, union_all

from engine.authorization import Actor
from engine.boards.inbox_filters import TASK_FIELDS, Columns, Moments, conditions
from engine.boards.inbox_scope import Branch, branches, counted, first
from engine.errors import NotFound
from engine.live import Live
from engine.models.runtime import UserTask
from engine.models.working import CarbonCopy, Mention

COUNTED_TO = 1000
"""No view is counted further than this."""
WITHIN = {"today": "mine", "overdue": "mine"}
"""Views that are a part of another one."""


def counts(connection: Connection, by: Actor, live: Live, moments: Moments) -> dict[str, int]:
    """The counts of the views of open tasks, of unread copies and open questions; ``represented`` are those of *mine*
    that somebody else has. One statement."""
    mine = _aggregate(branches("mine", by, live, moments), by, moments)
    asked = (select(Mention.comment_id).where(Mention.person_id == by.person_id, Mention.answered_at.is_(None))
             .limit(COUNTED_TO).subquery())
    unread = (select(CarbonCopy.id).where(CarbonCopy.person_id == by.person_id, CarbonCopy.read_at.is_(None))
              .limit(COUNTED_TO).subquery())
    columns = [mine.c.mine, mine.c.today, mine.c.overdue, mine.c.represented]
    columns += [_open(view, by, live, moments).label(view) for view in ("unclaimed", "delegated", "snoozed")]
    columns += [select(func.count()).select_from(asked).scalar_subquery().label("asked"),
                select(func.count()).select_from(unread).scalar_subquery().label("copies")]
    found = connection.execute(select(*columns).select_from(mine)).one()._mapping
    return {view: min(COUNTED_TO, count or 0) for view, count in found.items()}


def _open(view: str, by: Actor, live: Live, moments: Moments) -> Any:
    return counted(branches(view, by, live, moments), COUNTED_TO)


def _aggregate(found: list[Branch], by: Actor, moments: Moments) -> Any:
    """One row: *mine* and the views within it. Branches are cut off in the order of due dates, so that the late ones
    and those due today are among what is counted."""
    parts = []
    others = UserTask.assignee_id.in_([person.person_id for person in by.represents])
    for branch in found:
        query = branch.query(UserTask.id, UserTask.due_sort, others.label("others"))
        parts.append(select(query.order_by(UserTask.due_sort, UserTask.id).limit(COUNTED_TO).subquery()))
    rows = union_all(*parts).subquery()
    number = func.count(rows.c.id.distinct())
    return select(number.label("mine"), number.filter(rows.c.due_sort < moments.tomorrow).label("today"),
                  number.filter(rows.c.due_sort <= moments.now).label("overdue"),
                  number.filter(rows.c.others.is_(True)).label("represented")).subquery()


def counts_of(connection: Connection, by: Actor, live: Live, moments: Moments, kinds: Mapping[str, str],
              queries: Iterable[Mapping[str, Any]]) -> list[int]:
    """How many tasks each query (view and filters) of a saved view finds, in their order: one statement.

    The first :data:`COUNTED_TO` tasks of the view it narrows are looked through, once for all queries on it.
    """
    wanted = list(queries)
    bases: dict[str, list[int]] = {}
    for number, query in enumerate(wanted):
        bases.setdefault(WITHIN.get(query["view"], query["view"]), []).append(number)
    rows = [one for one in (_counts_on(view, numbers, wanted, by, live, moments, kinds)
                            for view, numbers in bases.items()) if one is not None]
    if not rows:
        return [0] * len(wanted)
    columns = [column for row in rows for column in row.c]
    statement = select(*columns).select_from(rows[0])
    for row in rows[1:]:
        statement = statement.join(row, literal(True))
    found = connection.execute(statement).one()._mapping
    return [min(COUNTED_TO, found.get(f"n{number}") or 0) for number in range(len(wanted))]


def _counts_on(view: str, numbers: list[int], wanted: list[Mapping[str, Any]], by: Actor, live: Live,
               moments: Moments, kinds: Mapping[str, str]) -> Any:
    """One row with the counts ``n<number>`` of the queries that narrow a view; ``None`` where there is nothing."""
    base = _base(view, by, live, moments)
    if base is None:
        return None
    rows = base.subquery()
    columns = Columns.of(rows.c)
    counts_here = []
    for number in numbers:
        query = wanted[number]
        narrowed = conditions(query["filters"], columns, moments, kinds)
        if query["view"] == "today":
            narrowed.insert(0, columns.due_sort < moments.tomorrow)
        elif query["view"] == "overdue":
            narrowed.insert(0, columns.due_sort <= moments.now)
        count = func.count(rows.c.id)
        counts_here.append((count.filter(*narrowed) if narrowed else count).label(f"n{number}"))
    return select(*counts_here).select_from(rows).subquery()


def _base(view: str, by: Actor, live: Live, moments: Moments) -> Select[Any] | None:
    try:
        tasks = first(branches(view, by, live, moments), COUNTED_TO)
    except NotFound:
        return None
    if tasks is None:
        return None
    return select(*TASK_FIELDS).where(UserTask.id.in_(select(tasks.subquery().c.task_id)))
