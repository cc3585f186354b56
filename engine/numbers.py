"""Numbers that people read: ``TS-20260407-001``. One row per prefix and day; gaps are allowed; grows past 999."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from engine.models.runtime import Counter


def next_number(parts: Any, connection: Connection, prefix: str, local_now: datetime) -> str:
    """Draw the next number of ``prefix`` for the day of ``local_now`` (aware, in the zone of the case)."""
    day = local_now.strftime("%Y%m%d")
    table = Counter.__table__
    statement = parts.database.insert(table).values(prefix=prefix, day=day, value=1)
    statement = statement.on_conflict_do_update(index_elements=["prefix", "day"], set_={"value": table.c.value + 1})
    value = connection.scalar(statement.returning(table.c.value))
    return f"{prefix}-{day}-{value:03d}"
