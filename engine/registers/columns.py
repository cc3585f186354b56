"""How values of field types stand in a database: the same values come back on SQLite and PostgreSQL.

What is personal is sealed (:mod:`engine.sealing`), and found by a mark beside it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Numeric, Table, Text, Time
from sqlalchemy.types import TypeDecorator, TypeEngine

from engine.column_types import Marked, Moment, SealedText, SealedValues
from engine.forms.field import Field

KEY = "__key"
"""After the name of a reference's column: the column with what it is found by (id of the record, login)."""
MARK = "__mark"
"""After the name of a personal field's column: the column with the keyed hash by which its whole value is found."""
LARGEST = Decimal(10) ** 12
"""Numbers with six places stay below this, so that both databases keep them exactly."""


class Exact(TypeDecorator):
    """An exact decimal: NUMERIC(18, places), on SQLite (which has none) a whole number of the smallest unit."""

    impl = Numeric
    cache_ok = True

    def __init__(self, places: int):
        super().__init__()
        self.places = places

    def load_dialect_impl(self, dialect: Any) -> TypeEngine:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(18, self.places))

    def process_bind_param(self, value: Decimal | int | None, dialect: Any) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return int(Decimal(value).scaleb(self.places))

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        if value is None:
            return None
        exact = Decimal(value).scaleb(-self.places) if dialect.name == "sqlite" else value
        return exact.quantize(Decimal(1).scaleb(-2)) if self.places == 2 else _shortest(exact)


_TYPES = {
    "int": lambda: BigInteger(), "decimal": lambda: Exact(6), "money": lambda: Exact(2), "date": lambda: Date(),
    "datetime": lambda: Moment(), "time": lambda: Time(), "bool": lambda: Boolean(),
}
_WORDS, _MANY = ("text", "longtext"), ("json", "reference")
SAME = {"longtext": "text"}
"""Storages that are the same column."""

ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite counts up by itself only on INTEGER."""


def is_sealed(one: Field) -> bool:
    """Whether the values are sealed at rest: personal ones, and references, which may name a person."""
    return one.holds_personal or one.type.name == "ref"


def is_marked(one: Field) -> bool:
    """Whether a mark stands beside the values, by which they are found."""
    return one.personal and one.type.storage not in _MANY


def columns_of(one: Field) -> list[Column]:
    """The columns that keep ``one``."""
    found = [Column(one.id, _type_of(one), nullable=True)]
    if one.type.storage == "reference":
        found.append(Column(one.id + KEY, Text(), nullable=True))
    if is_marked(one):
        found.append(Column(one.id + MARK, Marked(), nullable=True))
    return found


def column_by(table: Table, one: Field) -> Column:
    """The column by which whole values of a field are found: see :func:`engine.column_types.whole` for marked ones."""
    more = KEY if one.type.storage == "reference" else MARK if is_marked(one) else ""
    return table.c[one.id + more]


def stored_as(one: Field) -> str:
    """What a deployment remembers of the column: it may not become something else."""
    if one.personal and one.type.storage in _TYPES:
        return "sealed"
    return SAME.get(one.type.storage, one.type.storage)


def _type_of(one: Field) -> TypeEngine | TypeDecorator:
    if one.type.storage in _WORDS:
        return SealedText(is_sealed(one))
    if one.type.storage in _MANY or one.personal:
        return SealedValues(is_sealed(one))
    return _TYPES[one.type.storage]()


def _shortest(value: Decimal) -> Decimal:
    exact = value.normalize()
    return exact if exact.as_tuple().exponent <= 0 else exact.quantize(Decimal(1))  # type: ignore[operator]
