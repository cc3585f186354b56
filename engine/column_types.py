"""Types of columns that every table shares: moments in UTC, values of ours as tagged JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, String, Text
from sqlalchemy.types import TypeDecorator

from engine.sealing import keys_of
from engine.values import dumps, loads


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
    """A value of ours as tagged JSON, sealed at rest."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else super().process_bind_param(dumps(value), dialect)

    def process_result_value(self, value: str | None, dialect: Any) -> Any:
        return None if value is None else loads(super().process_result_value(value, dialect))


class Marked(TypeDecorator):
    """Beside a sealed column: the keyed hash by which its values are found. Bound from the value itself."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return keys_of(dialect).mark(value) if value is not None else None
