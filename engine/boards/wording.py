"""SQL in words, for lists that are asked for all day: putting these statements together as expression trees costs ten
times what the database takes to answer them. Values never stand in the words, only parameters do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text


class Parameters:
    """The values of a statement by the names that stand for them, as the driver of the database takes them."""

    def __init__(self, sqlite: bool):
        self._sqlite = sqlite
        self._names: dict[Any, str] = {}
        self.values: dict[str, Any] = {}

    def __call__(self, value: Any) -> str:
        """The words for a value, ``:p3``; equal values share them."""
        key = (type(value), value)
        if key not in self._names:
            name = self._names[key] = f"p{len(self._names)}"
            self.values[name] = self._native(value)
        return ":" + self._names[key]

    def each(self, values: Iterable[Any]) -> str:
        """The words for a list: ``:p1, :p2``."""
        return ", ".join(self(value) for value in values)

    def _native(self, value: Any) -> Any:
        if not self._sqlite:
            return value
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return float(value) if isinstance(value, Decimal) else value

    def place(self, words: str, part: str) -> str:
        """The words for where ``part`` stands in a text, from 1."""
        return f"instr({words}, {part})" if self._sqlite else f"strpos({words}, {part})"

    def rows(self, connection: Connection, words: str) -> list[Any]:
        """What a statement with these parameters finds."""
        return list(connection.execute(text(words), self.values))

    def moment(self, value: Any) -> datetime:
        """A moment as a statement in words gives it."""
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value


def pattern(found: str, where: str = "%{}%") -> str:
    """The pattern of LIKE (with ``ESCAPE '!'``) that finds a text as it stands."""
    plain = found.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return where.format(plain)
