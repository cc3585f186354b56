"""Types of columns that every table shares: moments in UTC, values of ours as tagged JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String, Text
from sqlalchemy.types import TypeDecorator

from engine.sealing import keys_of
from engine.values import dumps, loads

KEYS = 3
"""Keys under which is looked for what is not resealed yet."""


class Moment(TypeDecorator):
    """An aware moment, kept in UTC: ``timestamptz`` on PostgreSQL, ISO text without zone on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must carry its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Values(TypeDecorator):
    """A value of ours as tagged JSON text (see :mod:`engine.values`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:  # noqa: ARG002
        return None if value is None else dumps(value)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:  # noqa: ARG002
        return None if value is None else loads(value)


class SealedText(TypeDecorator):
    """Text that is sealed at rest (see :mod:`engine.sealing`); ``seal`` false writes it plain and still reads both."""

    impl = Text
    cache_ok = True

    def __init__(self, seal: bool = True):
        super().__init__()
        self.seal = seal

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return keys_of(dialect).seal(value) if value and self.seal else value

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return keys_of(dialect).open(value) if value else value


class SealedValues(SealedText):
    """A value of ours as tagged JSON, sealed at rest; read as well where it was written plain."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else super().process_bind_param(dumps(value), dialect)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else loads(super().process_result_value(value, dialect))


@dataclass(frozen=True, slots=True)
class Under:
    """A value that is looked for under one of the keys, the newest being 0."""

    text: Any
    key: int


def whole(values: Iterable[Any]) -> list[Under]:
    """What a marked column is compared with (``column.in_(whole(values))``): the values under every key."""
    return [Under(value, key) for value in values for key in range(KEYS)]


class Marked(TypeDecorator):
    """Beside a sealed column: the keyed hash by which its values are found. Bound from the value itself."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        if isinstance(value, Under):
            return keys_of(dialect).mark(_as_text(value.text), value.key)
        return keys_of(dialect).mark(_as_text(value)) if value is not None else None


class Parts(TypeDecorator):
    """Beside sealed columns: the keyed hashes of their parts, by which a text search finds them.

    Written from the parts; ``column.like(Under(part, key))`` finds one of them.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        if isinstance(value, Under):
            return f"%{keys_of(dialect).token(value.text, value.key)}%"
        return None if value is None else " ".join(sorted({keys_of(dialect).token(part) for part in value}))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value)
