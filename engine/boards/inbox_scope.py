"""Which open tasks a view of the inbox holds: a few index ranges, merged. The cost does not grow with others' tasks.

*mine* are the tasks that one has, those one is to sign, and those of the people one represents; tasks that one put off
(snoozed) or that wait for signers are not among them. *delegated* are those one lent, or that wait for signers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.authorization import Actor, candidate_ways, stands_for
from engine.boards.inbox_filters import Moments, conditions, needs_task
from engine.boards.wording import Parameters
from engine.errors import NotFound
from engine.live import Live

VIEWS = ("mine", "unclaimed", "today", "overdue", "delegated", "snoozed")
"""The views of open tasks."""
SORTS = {"due": "due_sort", "since": "created_at", "customer": "customer", "number": "case_number",
         "severity": "severity", "step": "name", "priority": "priority"}
TASKS, OFFERS = "user_task t", "task_candidate c"
TO_SIGN = "task_signer g JOIN user_task t ON t.id = g.task_id"
ON_OFFERS = {"id": "c.task_id", "root_id": "c.root_id", "due_sort": "c.due_sort", "process_key": "c.process_key",
             "severity": "c.severity", "facts": "c.facts"}
"""Columns of a task that stand on its offers as well."""
WAITS = "(t.signing = 'before' OR t.submitted IS NOT NULL)"
"""A task that somebody has and that goes on only when its signers have signed."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One index range of a view: what it runs over, and the words of what holds there."""

    source: str
    holds: tuple[str, ...]

    def column(self, name: str) -> str:
        """Where a column of the task stands."""
        return ON_OFFERS.get(name, f"t.{name}") if self.source.startswith(OFFERS) else f"t.{name}"

    def where(self, *more: str) -> Branch:
        return replace(self, holds=(*self.holds, *more))

    def with_task(self) -> Branch:
        """The same with the task's own row."""
        return replace(self, source=f"{OFFERS} JOIN user_task t ON t.id = c.task_id") if self.source == OFFERS else self

    def query(self, columns: str, end: str = "") -> str:
        """The SELECT of its rows."""
        return f"SELECT {columns} FROM {self.source} WHERE {' AND '.join(self.holds)} {end}"


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


def branches(view: str, by: Actor, live: Live, moments: Moments, put: Parameters) -> list[Branch]:
    """The index ranges of a view. Raises :class:`NotFound` for one that does not exist."""
    me = put(by.person_id)
    if view == "unclaimed":
        return _offered(by, live, put)
    if view == "delegated":
        return [Branch(TASKS, (f"t.owner_id = {me}",)), Branch(TASKS, (f"t.assignee_id = {me}", WAITS))]
    if view == "snoozed":
        return [Branch(TASKS, (f"t.assignee_id = {me}", f"t.follow_up_at > {put(moments.now)}"))]
    if view == "mine":
        return _mine(by, moments, put)
    if view == "overdue":
        return [branch.where(f"t.due_sort <= {put(moments.now)}") for branch in _mine(by, moments, put)]
    if view == "today":
        return [branch.where(f"t.due_sort < {put(moments.tomorrow)}") for branch in _mine(by, moments, put)]
    raise NotFound(what=view)


def _mine(by: Actor, moments: Moments, put: Parameters) -> list[Branch]:
    awake = f"(t.follow_up_at IS NULL OR t.follow_up_at <= {put(moments.now)})"
    found = []
    for person, processes in stands_for(by):
        holds = [f"t.assignee_id = {put(person)}", awake, f"NOT {WAITS}"]
        if processes is not None:
            holds.append(f"t.process_key IN ({put.each(sorted(processes) or [''])})")
        found.append(Branch(TASKS, tuple(holds)))
    return [*found, Branch(TO_SIGN, (f"g.person_id = {put(by.person_id)}", "g.state = 'open'"))]


def _offered(by: Actor, live: Live, put: Parameters) -> list[Branch]:
    found = []
    for role, unit, processes in candidate_ways(by, live):
        holds = [f"c.role = {put(role)}", f"c.unit_id = {put(unit)}", f"c.unclaimed = {put(True)}"]
        if processes is not None:
            holds.append(f"c.process_key IN ({put.each(sorted(processes) or [''])})")
        found.append(Branch(OFFERS, tuple(holds)))
    return found


def filtered(found: list[Branch], filters: Mapping[str, str], moments: Moments, kinds: Mapping[str, str],
             put: Parameters, sort: Sort = Sort()) -> list[Branch]:
    """The branches narrowed by filters, with the task's row where filters or order ask for it."""
    joined = needs_task(filters) or sort.name != "due"
    wide = [branch.with_task() if joined else branch for branch in found]
    return [branch.where(*conditions(filters, branch.column, moments, kinds, put)) for branch in wide]


def first(found: list[Branch], limit: int, put: Parameters, sort: Sort = Sort(), after: str | None = None) -> str:
    """The SELECT of (task_id, value) of the first ``limit`` tasks of all branches; empty where there is no branch."""
    down = " DESC" if sort.descending else ""
    parts = []
    for branch in found:
        task, value = branch.column("id"), branch.column(SORTS[sort.name])
        if after:
            last, end = _read(sort, after)
            branch = branch.where(f"({value}, {task}) {'<' if sort.descending else '>'} ({put(last)}, {put(end)})")
        parts.append(branch.query(f"{task} AS task_id, {value} AS value",
                                  f"ORDER BY {value}{down}, {task}{down} LIMIT {int(limit)}"))
    if len(parts) < 2:
        return parts[0] if parts else ""
    merged = " UNION ALL ".join(f"SELECT * FROM ({part}) m{number}" for number, part in enumerate(parts))
    return (f"SELECT DISTINCT task_id, value FROM ({merged}) merged ORDER BY value{down}, task_id{down}"
            f" LIMIT {int(limit)}")


def _read(sort: Sort, after: str) -> tuple[Any, str]:
    """Where a page begins, as :func:`mark` wrote it. Raises :class:`NotFound`."""
    words, _, last = after.rpartition("~")
    value: Any = words
    try:
        if sort.name in ("due", "since"):
            value = datetime.fromisoformat(words)
            if value.tzinfo is None:
                raise ValueError
        elif sort.name == "priority":
            value = int(words)
    except ValueError:
        raise NotFound(what="page") from None
    return value, last


def mark(row: Any, sort: Sort, put: Parameters) -> str:
    """Where the page after this row begins."""
    value = put.moment(row.value).isoformat() if sort.name in ("due", "since") else row.value
    return f"{value}~{row.task_id}"


def counted(found: list[Branch], most: int) -> str:
    """A scalar SELECT: how many tasks, up to about ``most``; one that stands in two branches counts once."""
    parts = [branch.query(f"{branch.column('id')} AS task_id", f"LIMIT {int(most)}") for branch in found]
    if not parts:
        return "(SELECT 0)"
    if len(parts) == 1:
        return f"(SELECT count(*) FROM ({parts[0]}) one)"
    merged = " UNION ALL ".join(f"SELECT * FROM ({part}) m{number}" for number, part in enumerate(parts))
    return f"(SELECT count(DISTINCT task_id) FROM ({merged}) merged)"
