"""The rows of cases before and after a move: what of them changed, and how to put that back.

What is kept is the difference alone: rows that went, keys of rows that came, columns that changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from engine.column_types import Marked
from engine.family import phone_marks
from engine.models.identity import PublicLink
from engine.models.runtime import EventSubscription, Incident, Job, ProcessInstance, TaskCandidate, UserTask
from engine.models.working import SearchValue, TaskSigner
from engine.values import dumps

TABLES = tuple(model.__table__ for model in (
    ProcessInstance, UserTask, TaskCandidate, TaskSigner, Job, EventSubscription, Incident, SearchValue, PublicLink))
"""In the order in which rows may come; they go the other way."""
UNKEPT = {"job": {"owner", "locked_until"}}
"""Columns that say who is at work on a row just now."""
Rows = dict[str, list[dict[str, Any]]]
Difference = dict[str, dict[str, Any]]


def read(connection: Connection, roots: Sequence[str]) -> dict[str, Rows]:
    """The rows of cases, by root and table: a statement for each table."""
    found: dict[str, Rows] = {root: {table.name: [] for table in TABLES} for root in roots}
    for table in TABLES:
        if table.name == "task_signer":
            task = UserTask.__table__
            query = (select(table, task.c.root_id.label("the_root")).join(task, task.c.id == table.c.task_id)
                     .where(task.c.root_id.in_(roots)))
        else:
            query = select(table, table.c.root_id.label("the_root")).where(table.c.root_id.in_(roots))
        for row in connection.execute(query):
            columns = {str(name): value for name, value in row._mapping.items()}
            found[columns.pop("the_root")][table.name].append(columns)
    return found


def difference(before: Rows, after: Rows) -> Difference:
    """What became of the rows of a case, so that :func:`restore` can put it back."""
    found: Difference = {}
    for table in TABLES:
        old, new = ({_key(table, row): row for row in rows[table.name]} for rows in (before, after))
        hidden = UNKEPT.get(table.name, set()) | {column.name for column in table.columns
                                                  if isinstance(column.type, Marked)}
        changed = {key: {name: row[name] for name in row if name not in hidden and row[name] != new[key][name]}
                   for key, row in old.items() if key in new and row != new[key]}
        told = {"gone": [row for key, row in old.items() if key not in new],
                "come": [list(key) for key in new if key not in old],
                "changed": [[list(key), columns] for key, columns in changed.items() if columns]}
        if any(told.values()):
            found[str(table.name)] = told
    return found


def restore(connection: Connection, kept: Difference) -> None:
    """Put rows back to where they were."""
    for table in reversed(TABLES):
        for key in kept.get(table.name, {}).get("come", ()):
            connection.execute(delete(table).where(_is(table, key)))
    for table in TABLES:
        told = kept.get(table.name, {})
        if told.get("gone"):
            unheld = dict.fromkeys(UNKEPT.get(table.name, ()))
            connection.execute(insert(table), [row | unheld for row in told["gone"]])
        for key, columns in told.get("changed", ()):
            marks = phone_marks(columns["phone"]) if "phone" in columns else {}  # a mark is bound from its value
            connection.execute(update(table).where(_is(table, key)).values(columns | marks))


def mark(rows: Rows) -> str:
    """Three hashes in one text: runs, what people did with tasks, clocks. A case is untouched while it is the same."""
    runs = [(row["id"], row["revision"], row["state"], row["definition_id"]) for row in rows["process_instance"]]
    tasks = [(row["id"], row["revision"], row["assignee_id"], row["owner_id"], row["signing"], row["priority"],
              row["submitted"] is not None, row["follow_up_at"]) for row in rows["user_task"]]
    tasks += [(row["id"], row["state"]) for row in rows["task_signer"]]
    clocks = [(row["id"], row["due_at"], row["warn_at"], row["paused_at"], row["escalation_level"])
              for row in rows["user_task"]]
    clocks += [(row["id"], row["kind"], row["due_at"] if row["kind"] in ("timer", "deadline") else None)
               for row in rows["job"] if row["kind"] not in ("notice", "urge")]
    return "".join(_hash(part) for part in (runs, tasks, clocks))


def touched(then: str, now: str) -> str | None:
    """What happened to a case between two marks: ``moved_on``, ``taken_up`` or ``clock``; nothing where it is the
    same."""
    parts = ((then[at:at + HASH], now[at:at + HASH]) for at in range(0, 3 * HASH, HASH))
    return next((code for code, (old, new) in zip(("moved_on", "taken_up", "clock"), parts) if old != new), None)


HASH = 21


def _hash(rows: Iterable[Any]) -> str:
    return hashlib.sha256(dumps(sorted(([*row] for row in rows), key=lambda row: row[0])).encode()).hexdigest()[:HASH]


def _key(table: Any, row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _is(table: Any, key: Sequence[Any]) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key.columns, key)))


def instances(rows: Rows) -> list[dict[str, Any]]:
    """The instances of a case that still run, its root first."""
    return sorted((row for row in rows["process_instance"] if row["ended_at"] is None),
                  key=lambda row: (row["parent_id"] is not None, row["id"]))

