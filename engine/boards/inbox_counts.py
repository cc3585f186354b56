"""How many lines each view of a person's inbox holds: two statements, exact as of the last commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from engine.authorization import Actor
from engine.boards.inbox_filters import Moments, conditions, needs_task
from engine.boards.inbox_scope import branches, counted
from engine.boards.wording import Parameters
from engine.live import Live

COUNTED_TO = 1000
"""No view is counted further than this."""
WITHIN = {"today": "mine", "overdue": "mine"}
"""Views that are a part of another one."""
LINE = ("id", "root_id", "due_sort", "process_key", "severity", "facts")
OF_TASK = ("role", "unit_id", "definition_id", "created_at", "warn_at", "case_number", "customer", "customer_initials",
           "phone_last4")
"""What filters ask for: on tasks and offers alike, and on tasks alone."""


def counts(connection: Connection, by: Actor, live: Live, moments: Moments, sqlite: bool) -> dict[str, int]:
    """The counts of the views of open tasks, of unread copies and open questions; ``represented`` are those of *mine*
    that somebody else has. One statement."""
    put = Parameters(sqlite)
    me = put(by.person_id)
    columns = [f"{counted(branches(view, by, live, moments, put), COUNTED_TO)} AS {view}"
               for view in ("unclaimed", "delegated", "snoozed")]
    for view, table in (("asked", "mention WHERE person_id = {} AND answered_at IS NULL"),
                        ("copies", "carbon_copy WHERE person_id = {} AND read_at IS NULL")):
        some = f"SELECT 1 FROM {table.format(me)} LIMIT {COUNTED_TO}"
        columns.append(f"(SELECT count(*) FROM ({some}) {view}_) AS {view}")
    mine = _of_mine(by, live, moments, put)
    row = put.rows(connection, f"SELECT mine.*, {', '.join(columns)} FROM ({mine}) mine")[0]
    return {view: min(COUNTED_TO, count or 0) for view, count in row._mapping.items()}


def _of_mine(by: Actor, live: Live, moments: Moments, put: Parameters) -> str:
    """One row: *mine* and the views within it. Branches are cut off in the order of due dates, so that the late ones
    and those due today are among what is counted."""
    others = [person.person_id for person in by.represents]
    theirs = f"CASE WHEN t.assignee_id IN ({put.each(others)}) THEN 1 ELSE 0 END" if others else "0"
    parts = [branch.query(f"t.id, t.due_sort, {theirs} AS theirs", f"ORDER BY t.due_sort, t.id LIMIT {COUNTED_TO}")
             for branch in branches("mine", by, live, moments, put)]
    merged = " UNION ALL ".join(f"SELECT * FROM ({part}) m{number}" for number, part in enumerate(parts))
    return (f"SELECT count(DISTINCT id) AS mine,"
            f" count(DISTINCT CASE WHEN due_sort < {put(moments.tomorrow)} THEN id END) AS today,"
            f" count(DISTINCT CASE WHEN due_sort <= {put(moments.now)} THEN id END) AS overdue,"
            f" count(DISTINCT CASE WHEN theirs = 1 THEN id END) AS represented FROM ({merged}) merged")


def counts_of(connection: Connection, by: Actor, live: Live, moments: Moments, kinds: Mapping[str, str],
              queries: Iterable[Mapping[str, Any]], sqlite: bool) -> list[int]:
    """How many tasks each query (view and filters) of a saved view finds, in their order: one statement.

    The first :data:`COUNTED_TO` tasks of the view it narrows are looked through, once for all queries on it.
    """
    wanted, put = list(queries), Parameters(sqlite)
    bases: dict[str, list[int]] = {}
    for number, query in enumerate(wanted):
        bases.setdefault(WITHIN.get(query["view"], query["view"]), []).append(number)
    rows = []
    for view, numbers in bases.items():
        base = _base(view, [wanted[number]["filters"] for number in numbers], by, live, moments, put)
        if base:
            columns = ", ".join(_column(number, wanted[number], moments, kinds, put) for number in numbers)
            rows.append(f"(SELECT {columns} FROM ({base}) b) {view}_counts")
    if not rows:
        return [0] * len(wanted)
    found = put.rows(connection, "SELECT * FROM " + " CROSS JOIN ".join(rows))[0]._mapping
    return [found.get(f"n{number}") or 0 for number in range(len(wanted))]


def _base(view: str, filters: list[Mapping[str, str]], by: Actor, live: Live, moments: Moments, put: Parameters) -> str:
    """The first tasks of a view with the columns that filters ask for; offers alone where these have them."""
    found = branches(view, by, live, moments, put)
    names = LINE
    if any(needs_task(one) for one in filters):
        found, names = [branch.with_task() for branch in found], (*LINE, *OF_TASK)
    parts = [branch.query(", ".join(f"{branch.column(name)} AS {name}" for name in names),
                          f"ORDER BY {branch.column('due_sort')}, {branch.column('id')} LIMIT {COUNTED_TO}")
             for branch in found]
    return " UNION ALL ".join(f"SELECT * FROM ({part}) m{number}" for number, part in enumerate(parts))


def _column(number: int, query: Mapping[str, Any], moments: Moments, kinds: Mapping[str, str],
            put: Parameters) -> str:
    narrowed = conditions(query["filters"], lambda name: f"b.{name}", moments, kinds, put)
    if query["view"] in WITHIN:
        end = f"< {put(moments.tomorrow)}" if query["view"] == "today" else f"<= {put(moments.now)}"
        narrowed.insert(0, f"b.due_sort {end}")
    return f"count(DISTINCT CASE WHEN {' AND '.join(narrowed or ['1 = 1'])} THEN b.id END) AS n{number}"
