"""Which open tasks a view of the inbox holds: a few index ranges, merged. The cost does not grow with others' tasks.

*mine* are the tasks that one has, those one is to sign, and those of the people one represents; tasks that one put off
(snoozed) or that wait for signers are not among them. *delegated* are those one lent, or that wait for signers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, union_all

from engine.authorization import Actor, candidate_ways, stands_for
from engine.boards.inbox_filters import OF_TASKS, Columns, Moments, conditions, needs_task
from engine.errors import NotFound
from engine.live import Live
from engine.models.runtime import TaskCandidate, UserTask
from engine.models.working import TaskSigner

VIEWS = ("mine", "unclaimed", "today", "overdue", "delegated", "snoozed")
"""The views of open tasks."""
SORTS = {"due": UserTask.due_sort, "since": UserTask.created_at, "customer": UserTask.customer,
         "number": UserTask.case_number, "severity": UserTask.severity, "step": UserTask.name,
         "priority": UserTask.priority}
_OFFERED = replace(OF_TASKS, id=TaskCandidate.task_id, root_id=TaskCandidate.root_id, due_sort=TaskCandidate.due_sort,
                   process_key=TaskCandidate.process_key, severity=TaskCandidate.severity)


@dataclass(frozen=True, slots=True)
class Branch:
    """One index range of a view: the table it runs over, its columns, and what holds there."""

    source: Any
    columns: Columns
    holds: tuple[ColumnElement[bool], ...]
    joined: bool = True
    """Whether the task's own row is at hand."""

    def where(self, *more: ColumnElement[bool]) -> Branch:
        return replace(self, holds=(*self.holds, *more))

    def with_task(self) -> Branch:
        """The same with the task's own row."""
        if self.joined:
            return self
        return replace(self, source=self.source.__table__.join(UserTask.__table__,
                                                               UserTask.id == TaskCandidate.task_id), joined=True)

    def query(self, *columns: Any) -> Select[Any]:
        """Its rows, with these columns."""
        return select(*columns).select_from(self.source).where(*self.holds)


@dataclass(frozen=True, slots=True)
class Sort:
    """A column of :data:`SORTS`, ``-`` before it for descending; ties by the task's id."""

    name: str = "due"
    descending: bool = False

    @staticmethod
    def of(text: str) -> Sort:
        """Raises :class:`NotFound` for a column that does not exist."""
        if text.removeprefix("-") not in SORTS:
            raise NotFound(what="sort")
        return Sort(text.removeprefix("-"), text.startswith("-"))


def branches(view: str, by: Actor, live: Live, moments: Moments) -> list[Branch]:
    """The index ranges of a view. Raises :class:`NotFound` for one that does not exist."""
    if view == "unclaimed":
        return _offered(by, live)
    if view == "delegated":
        waiting = and_(UserTask.assignee_id == by.person_id, waits_for_signers())
        return [Branch(UserTask, OF_TASKS, (lent,)) for lent in (UserTask.owner_id == by.person_id, waiting)]
    if view == "snoozed":
        return [Branch(UserTask, OF_TASKS, (UserTask.assignee_id == by.person_id,
                                            UserTask.follow_up_at > moments.now))]
    ends = {"mine": None, "overdue": UserTask.due_sort <= moments.now, "today": UserTask.due_sort < moments.tomorrow}
    if view not in ends:
        raise NotFound(what=view)
    end = ends[view]
    return [branch if end is None else branch.where(end) for branch in _mine(by, moments)]


def waits_for_signers() -> ColumnElement[bool]:
    """Whether a task that somebody has can go on only when its signers have signed."""
    return or_(UserTask.signing == "before", UserTask.submitted.is_not(None))


def _mine(by: Actor, moments: Moments) -> list[Branch]:
    awake = or_(UserTask.follow_up_at.is_(None), UserTask.follow_up_at <= moments.now)
    found = []
    for person, processes in stands_for(by):
        holds = [UserTask.assignee_id == person, awake, ~waits_for_signers()]
        if processes is not None:
            holds.append(UserTask.process_key.in_(sorted(processes)))
        found.append(Branch(UserTask, OF_TASKS, tuple(holds)))
    to_sign = TaskSigner.__table__.join(UserTask.__table__, UserTask.id == TaskSigner.task_id)
    found.append(Branch(to_sign, OF_TASKS, (TaskSigner.person_id == by.person_id, TaskSigner.state == "open")))
    return found


def _offered(by: Actor, live: Live) -> list[Branch]:
    found = []
    for role, unit, processes in candidate_ways(by, live):
        holds = [TaskCandidate.role == role, TaskCandidate.unit_id == unit, TaskCandidate.unclaimed.is_(True)]
        if processes is not None:
            holds.append(TaskCandidate.process_key.in_(sorted(processes)))
        found.append(Branch(TaskCandidate, _OFFERED, tuple(holds), joined=False))
    return found


def filtered(found: list[Branch], filters: Mapping[str, str], moments: Moments, kinds: Mapping[str, str],
             sort: Sort = Sort()) -> list[Branch]:
    """The branches narrowed by filters, with the task's row where filters or order ask for it."""
    joined = needs_task(filters) or sort.name != "due"
    return [(branch.with_task() if joined else branch).where(*conditions(filters, branch.columns, moments, kinds))
            for branch in found]


def first(found: list[Branch], limit: int, sort: Sort = Sort(), after: str | None = None) -> Select[Any] | None:
    """(task_id, value) of the first ``limit`` tasks of all branches; ``None`` where there is no branch."""
    parts = []
    for branch in found:
        value = branch.columns.due_sort if sort.name == "due" else SORTS[sort.name]
        query = branch.query(branch.columns.id.label("task_id"), value.label("value"))
        if after:
            query = query.where(_beyond(tuple_(value, branch.columns.id), sort, after))
        order = (value.desc(), branch.columns.id.desc()) if sort.descending else (value, branch.columns.id)
        parts.append(query.order_by(*order).limit(limit))
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
    order = ((merged.c.value.desc(), merged.c.task_id.desc()) if sort.descending
             else (merged.c.value, merged.c.task_id))
    return select(merged.c.task_id, merged.c.value).distinct().order_by(*order).limit(limit)


def _beyond(pair: Any, sort: Sort, after: str) -> ColumnElement[bool]:
    text, _, last = after.rpartition("~")
    value: Any = text
    try:
        if sort.name in ("due", "since"):
            value = datetime.fromisoformat(text)
            if value.tzinfo is None:
                raise ValueError
        elif sort.name == "priority":
            value = int(text)
    except ValueError:
        raise NotFound(what="page") from None
    return pair < (value, last) if sort.descending else pair > (value, last)


def mark(row: Any) -> str:
    """Where the following page begins."""
    value = row.value.isoformat() if isinstance(row.value, datetime) else str(row.value)
    return f"{value}~{row.task_id}"


def counted(found: list[Branch], most: int) -> Any:
    """A scalar subquery: how many tasks, up to about ``most``; one that stands in two branches counts once."""
    if not found:
        return literal(0).label("n")
    parts = [branch.query(branch.columns.id.label("task_id")).limit(most) for branch in found]
    if len(parts) == 1:
        some: Any = parts[0].subquery()
        return select(func.count()).select_from(some).scalar_subquery()
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(func.count(merged.c.task_id.distinct())).scalar_subquery()
