"""Pages of a register in the order of one field, each going on after the last record of the page before (keyset)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, or_, select

from engine.errors import FieldError, Invalid
from engine.forms.frame import Frame
from engine.registers.columns import KEY
from engine.registers.criteria import conditions
from engine.registers.record import Record
from engine.registers.store import RegisterStore

WHOLE_NUMBER, LAST_DIGITS = 8, 4
"""Digits by which a masked number may be found: all of it (so many at least), or its last four."""
TEXTS = ("text", "longtext")


def page_of(store: RegisterStore, connection: Connection, criteria: Mapping[str, Any] | None = None, *, text: str = "",
            order: str = "", after: int = 0, limit: int = 50, frame: Frame | None = None,
            masked: bool = False) -> tuple[list[Record], int | None]:
    """Up to ``limit`` records that meet ``criteria`` and hold every word of ``text``, and the id to go on after.

    ``order`` is a field, ``-`` before it from the largest down; else by label. Records without a value come last.
    ``after`` is the id of the last record seen. With ``masked``, parts of personal numbers find nothing: else a hidden
    number could be guessed digit by digit. Raises Invalid for a field or value that cannot be.
    """
    words = text.split()[:10]
    numbers = [word for word in words if masked and word.isascii() and word.isdigit()]
    plain = " ".join(word for word in words if word not in numbers)
    found = [store.standing(), *conditions(store.register, store.table, criteria or {}, plain, frame),
             *(_by_digits(store, word) for word in numbers)]
    column, down = _column(store, order), order.startswith("-")
    if after:
        found.append(_beyond(store, connection, column, down, after))
    query = store.rows().where(and_(*found)).limit(limit + 1)
    query = query.order_by(column.is_(None), column.desc() if down else column, store.table.c.id)
    records = [store.record(row) for row in connection.execute(query)]
    return records[:limit], records[limit - 1].id if len(records) > limit else None


def _column(store: RegisterStore, order: str) -> Any:
    name = order.removeprefix("-") or "row_label"
    one = store.register.fields.get(name)
    if one is not None and one.type.storage == "reference":
        name += KEY
    if name not in store.table.c or (one is not None and one.type.storage == "json"):
        raise Invalid([FieldError(name, "unknown_field", f"不能按“{name}”排序。", f'Nothing is ordered by "{name}".')])
    return store.table.c[name]


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


def _by_digits(store: RegisterStore, word: str) -> ColumnElement[bool]:
    if len(word) >= WHOLE_NUMBER:
        return store.table.c.row_search.contains(word, autoescape=True)
    ways = []
    for name in store.register.search:
        one = store.register.fields[name]
        if not one.personal and one.type.storage in TEXTS:
            ways.append(store.table.c[name].contains(word, autoescape=True))
        elif one.type.name == "phone" and len(word) == LAST_DIGITS:
            ways.append(store.table.c[name].endswith(word, autoescape=True))
    return or_(*ways) if ways else false()
