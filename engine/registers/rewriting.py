"""Writing records anew as they are: what is sealed under the newest key, and all that is derived from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, bindparam, select, type_coerce

from engine.column_types import SealedText
from engine.registers.columns import is_marked, is_sealed
from engine.registers.derived import beside
from engine.registers.register import Register

BATCH = 200
"""Records of one go."""
Stands = Callable[[Column[Any], str], bool]
"""Whether what stands in a sealed column, as it is on the disk, may stay."""


def sealing_of(register: Register) -> str:
    """A short hash of what is sealed and searched: where it changed, the records are to be written anew."""
    told = (register.search, register.label_is_personal,
            sorted((name, is_sealed(one), is_marked(one)) for name, one in register.fields.items()))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:20]


def rewrite_all(connection: Connection, register: Register, table: Table) -> None:
    """Write every record anew, in the caller's transaction."""
    after: int | None = 0
    while after is not None:
        _, after = rewrite(connection, register, table, after)


def rewrite(connection: Connection, register: Register, table: Table, after: int,
            stands: Stands | None = None) -> tuple[int, int | None]:
    """The next records after the id ``after``: those that do not stand as they are (all, without ``stands``).

    Version, moment and author of a record stay. Returns how many were written, and the id to go on after.
    """
    sealed = [column for column in table.columns if isinstance(column.type, SealedText)]
    raw = connection.execute(
        select(table.c.id, *(type_coerce(column, Text).label(column.name) for column in sealed))
        .where(table.c.id > after).order_by(table.c.id).limit(BATCH)).all()
    stale = [row.id for row in raw if stands is None or not all(
        stands(column, row._mapping[column.name]) for column in sealed if row._mapping[column.name])]
    return write_anew(connection, register, table, stale), raw[-1].id if len(raw) == BATCH else None


def write_anew(connection: Connection, register: Register, table: Table, ids: list[int]) -> int:
    """Write the sealed columns of these records, and what is derived from them; how many."""
    sealed = [column for column in table.columns if isinstance(column.type, SealedText)]
    rows = connection.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
                              .with_for_update(key_share=True)).all() if ids else []
    if rows:
        written = [{"the_id": row.id} | {column.name: row._mapping[column.name] for column in sealed}
                   | beside(register, row.row_label, row._mapping) for row in rows]
        names = [name for name in written[0] if name != "the_id"]
        connection.execute(table.update().where(table.c.id == bindparam("the_id")).values(
            {name: bindparam(name) for name in names}), written)
    return len(rows)
