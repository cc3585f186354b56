"""Pages of a register in the order of one field, each going on after the last record of the page before (keyset)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from engine.forms.frame import Frame
from engine.registers.criteria import conditions
from engine.registers.record import Record
from engine.registers.store import RegisterStore


def page_of(store: RegisterStore, connection: Connection, criteria: Mapping[str, Any] | None = None, *, text: str = "",
            order: str = "", after: int = 0, limit: int = 50, frame: Frame | None = None,
            masked: bool = False) -> tuple[list[Record], int | None]:
    """Up to ``limit`` records that meet ``criteria`` and hold every word of ``text``, and the id to go on after.

    ``order`` is a field, ``-`` before it from the largest down; else by label. Records without a value come last.
    ``after`` is the id of the last record seen. With ``masked``, parts of personal numbers find nothing: else a hidden
    number could be guessed digit by digit. Raises Invalid for a field or value that cannot be.
    """
    found = [store.standing(), *conditions(store.register, store.table, criteria or {}, text, frame, masked)]
    column, down = store.ordered_by(order.removeprefix("-")), order.startswith("-")
    if after:
        found.append(_beyond(store, connection, column, down, after))
    query = store.rows().where(and_(*found)).limit(limit + 1)
    query = query.order_by(column.is_(None), column.desc() if down else column, store.table.c.id)
    records = [store.record(row) for row in connection.execute(query)]
    return records[:limit], records[limit - 1].id if len(records) > limit else None


def _beyond(store: RegisterStore, connection: Connection, column: Any, down: bool, after: int) -> ColumnElement[bool]:
    """What stands after the record ``after`` in this order; everything, where that record is gone."""
    row = connection.execute(select(column).where(store.table.c.id == after)).first()
    if row is None:
        return store.table.c.id.is_not(None)
    behind = store.table.c.id > after
    if row[0] is None:
        return and_(column.is_(None), behind)
    further = column < row[0] if down else column > row[0]
    return or_(further, column.is_(None), and_(column == row[0], behind))
