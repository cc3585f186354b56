"""Bringing all that is sealed under the newest key: after a key was changed, or when sealing came to plain rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Table, Text, inspect, select, type_coerce, update

from engine.column_types import Marked, SealedText
from engine.database import Database, DatabaseBusy
from engine.models import Base
from engine.registers import RegisterStore, rewrite

BATCH = 200
"""Rows a transaction brings over; other work goes on between two."""
ATTEMPTS = 1000
"""How often a batch whose rows others work on is begun anew."""
T = TypeVar("T")


def reseal_records(database: Database, stores: Iterable[RegisterStore]) -> int:
    """The same for the records of registers, with the marks that follow from their values."""
    changed = 0
    for store in stores:
        after: int | None = 0
        while after is not None:
            done, after = _patiently(database, partial(_records, database, store, after))
            changed += done
    return changed


def reseal(database: Database, more: Iterable[Table] = ()) -> int:
    """Write what is not under the newest key anew, in the mapped tables and ``more``; returns how many rows changed.

    Marks follow from the values beside them: ``phone_mark`` from ``phone``.
    """
    return sum(_table(database, table) for table in (*Base.metadata.sorted_tables, *more)
               if any(isinstance(column.type, SealedText) for column in table.columns))


def _table(database: Database, table: Table) -> int:
    with database.reading() as connection:
        if not inspect(connection).has_table(table.name):
            return 0
    after, changed = None, 0
    while True:
        done, keys = _patiently(database, partial(_rows, database, table, after))
        changed += done
        if len(keys) < BATCH:
            return changed
        after = keys[-1]


def _patiently(database: Database, batch: Callable[[Connection], T]) -> T:
    """Do a batch that gives way to whoever works on one of its rows, again until it went through.

    Each row is locked before it is read: what a case wrote meanwhile is never overwritten by what stood before.
    """
    for attempt in range(ATTEMPTS):
        try:
            with database.transaction() as connection:
                database.give_way(connection)
                return batch(connection)
        except DatabaseBusy:
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError


def _records(database: Database, store: RegisterStore, after: int, connection: Connection) -> tuple[int, int | None]:
    return rewrite(connection, store.register, store.table, after, partial(_stands, database))


def _rows(database: Database, table: Table, after: tuple[Any, ...] | None,
          connection: Connection) -> tuple[int, list[tuple[Any, ...]]]:
    """How many of the next rows changed, and their keys."""
    key = list(table.primary_key.columns)
    query = select(*key).order_by(*key).limit(BATCH)
    if after is not None:
        query = query.where(_beyond(key, after))
    keys = [tuple(row) for row in connection.execute(query)]
    return sum(_row(connection, database, table, one) for one in keys), keys


def _beyond(key: list[Column[Any]], after: tuple[Any, ...]) -> Any:
    first, *rest = key
    if not rest:
        return first > after[0]
    return (first > after[0]) | ((first == after[0]) & _beyond(rest, after[1:]))


def _row(connection: Connection, database: Database, table: Table, key: tuple[Any, ...]) -> bool:
    where = [column == value for column, value in zip(table.primary_key.columns, key)]
    sealed = [column for column in table.columns if isinstance(column.type, SealedText)]
    raw = connection.execute(select(*(type_coerce(column, Text).label(column.name) for column in sealed))
                             .where(*where)).first()
    stale = [column for column in sealed if raw is not None and raw._mapping[column.name]
             and not _stands(database, column, raw._mapping[column.name])]
    if not stale:
        return False
    held = connection.execute(select(*stale).where(*where).with_for_update(key_share=True)).first()
    if held is None:
        return False
    values = dict(held._mapping)
    values |= {column.name: values[_marked(column)] for column in table.columns
               if isinstance(column.type, Marked) and _marked(column) in values}
    connection.execute(update(table).where(*where).values(values))
    return True


def _stands(database: Database, column: Column[Any], raw: str) -> bool:
    return database.keys.is_current(raw) if column.type.seal else not database.keys.is_sealed(raw)


def _marked(column: Column[Any]) -> str:
    return column.name.removesuffix("_mark")
