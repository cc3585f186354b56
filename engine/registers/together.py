"""Records of several registers in one statement: a step that looks at many of them pays for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, cast, func, literal, null, select, union_all

from engine.registers.record import Record
from engine.registers.store import RegisterStore

WIDEST = 1500
"""Columns of one statement; PostgreSQL allows 1664. What is wider is asked one by one."""
Asked = tuple[RegisterStore, Select[Any]]


def read_together(connection: Connection, asked: Sequence[Asked]) -> list[list[Record]]:
    """The records of several searches (:meth:`RegisterStore.searching`, each with its store), in the order asked."""
    stores = list({store.register.key: store for store, _ in asked}.values())
    if len(asked) < 2 or sum(len(store.kept) for store in stores) > WIDEST:
        return [[store.record(row) for row in connection.execute(query)] for store, query in asked]
    found: list[list[tuple[int, Record]]] = [[] for _ in asked]
    for row in connection.execute(union_all(*(_branch(number, one, stores) for number, one in enumerate(asked)))):
        store = asked[row.row_asked][0]
        prefix = _prefix(stores, store)
        record = store.record_of({name: row._mapping[prefix + name] for name in store.kept})
        found[row.row_asked].append((row.row_place, record))
    return [[record for _, record in sorted(one, key=lambda pair: pair[0])] for one in found]


def _branch(number: int, asked: Asked, stores: Sequence[RegisterStore]) -> Select[Any]:
    """One search with the columns of all registers, nulls in those of others; its place, since a union has no order."""
    store, query = asked
    place = func.row_number().over(order_by=(store.ordered_by(""), store.table.c.id)).label("row_place")
    own = query.add_columns(place).subquery()
    columns = [own.c[name].label(_prefix(stores, one) + name) if one is store
               else cast(null(), kind).label(_prefix(stores, one) + name)
               for one in stores for name, kind in one.kept.items()]
    return select(literal(number).label("row_asked"), own.c.row_place, *columns)


def _prefix(stores: Sequence[RegisterStore], store: RegisterStore) -> str:
    return f"of{stores.index(store)}_"
