"""Records that are the same thing twice: found by telephone and name, told apart for good, or made one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, and_, cast, exists, false, func, or_, select, type_coerce

from engine.errors import Conflict
from engine.registers.columns import KEY, column_by
from engine.registers.derived import NO_LABEL
from engine.registers.record import Record, RecordClosed, RecordMerged
from engine.registers.store import RegisterStore
from engine.registers.table import HISTORY, LINKS, MERGED, RELATED

MOST_TWINS = 20


def twins(store: RegisterStore, connection: Connection, record: Record) -> list[Record]:
    """Other records with the same telephone or the same label, but for those told apart; by indexes, at most 20."""
    table = store.table
    told = exists(select(LINKS.c.id).where(
        LINKS.c.register == store.register.key, LINKS.c.record_id == record.id, LINKS.c.kind == RELATED,
        LINKS.c.target == cast(table.c.id, LINKS.c.target.type)).correlate(table))
    query = store.rows().where(table.c.id != record.id, store.standing(), ~told, _alike(store, [record]))
    return [store.record(row) for row in connection.execute(query.order_by(table.c.id).limit(MOST_TWINS))]


def twins_among(store: RegisterStore, connection: Connection, records: Iterable[Record]) -> set[int]:
    """The ids of those ``records`` that have the telephone or label of another record; one statement."""
    mine = list(records)
    if not mine:
        return set()
    table, phones = store.table, store.register.phone_fields
    rows = connection.execute(select(table.c.id, table.c.row_label, *(table.c[name] for name in phones)).where(
        store.standing(), _alike(store, mine))).all()
    apart = {(row.record_id, int(row.target)) for row in connection.execute(
        select(LINKS.c.record_id, LINKS.c.target).where(
            LINKS.c.register == store.register.key, LINKS.c.kind == RELATED,
            LINKS.c.record_id.in_([one.id for one in mine])))}
    shared: dict[Any, set[int]] = {}
    for row in rows:
        for value in row[1:]:
            if value:
                shared.setdefault(value, set()).add(row.id)
    return {one.id for one in mine for value in (one.label, *(one.values[name] for name in phones))
            if any(other != one.id and (one.id, other) not in apart for other in shared.get(value, ()))}


def twin_groups(store: RegisterStore, connection: Connection, limit: int = 50) -> list[list[Record]]:
    """Records that share a telephone or a label, group by group; each is counted off an index."""
    groups: dict[frozenset[int], list[Record]] = {}
    fields = store.register.fields
    for column in (*(column_by(store.table, fields[name]) for name in store.register.phone_fields),
                   store.table.c.row_label_mark if store.register.label_is_personal else store.table.c.row_label):
        kept = type_coerce(column, String)  # a mark is not to be marked again
        values = connection.scalars(
            select(kept).where(kept.is_not(None), kept.not_in(("", NO_LABEL)), store.standing()).group_by(kept)
            .having(func.count() > 1).order_by(kept).limit(limit)).all()
        if not values:
            continue
        found: dict[Any, list[Record]] = {}
        rows = connection.execute(store.rows().where(kept.in_(values), store.standing()).order_by(store.table.c.id))
        for row in rows:
            found.setdefault(row._mapping[column.name], []).append(store.record(row))
        for records in found.values():
            groups.setdefault(frozenset(one.id for one in records), records)
    apart = _apart(store, connection, {number for group in groups for number in group})
    return [records for group, records in groups.items()
            if any((one, other) not in apart for one in group for other in group if one < other)][:limit]


def relate(store: RegisterStore, connection: Connection, one: int, other: int, *, by: str, at: datetime) -> None:
    """Note that two records are alike and yet not the same: they are linked and no longer told as duplicates."""
    for record, target in ((one, other), (other, one)):
        store.link(connection, record, RELATED, str(target), by=by, at=at)


def merge(store: RegisterStore, connection: Connection, kept: tuple[int, int], gone: tuple[int, int], *,
          take: Iterable[str], by: str, at: datetime, referring: Iterable[RegisterStore]) -> Record:
    """Make one record of two, each given as (id, version as seen). Returns the one that stays.

    What it lacks comes from the other, as do the fields in ``take``. Links, and references in the registers
    ``referring``, move to it; the other stays with its history and leads to it. Raises Conflict where a version has
    passed, RecordClosed, RecordMerged, Invalid.
    """
    here, other = (_checked(store, connection, *record) for record in (kept, gone))
    chosen = set(take)
    filled = {name: value for name, value in other.values.items() if value not in (None, []) and
              name not in store.register.unique and name not in store.register.keys
              and (name in chosen or here.values.get(name) in (None, []))
              and store.register.fields[name].compute is None}
    source = f"merge {other.id}"
    here = store.save(connection, filled, by=by, at=at, record_id=here.id, expected_version=here.version,
                      source=source)
    _move_links(store, connection, here, other, by, at)
    for register in referring:
        _move_references(register, connection, store.register.key, here, other, by, at)
    done = connection.execute(store.table.update().where(
        store.table.c.id == other.id, store.table.c.row_version == other.version).values(
        row_version=other.version + 1, row_changed_at=at, row_changed_by=by))
    if done.rowcount != 1:
        raise Conflict()
    connection.execute(HISTORY.insert().values(**store.told(other.id, other.version + 1, {}, by, at,
                                                            f"merged {here.id}")))
    return here


def _checked(store: RegisterStore, connection: Connection, record_id: int, version: int) -> Record:
    found = store.get(connection, record_id)
    if found is None or found.version != version:
        raise Conflict()
    if found.merged_into is not None:
        raise RecordMerged(label=found.label)
    if store.closed(found):
        raise RecordClosed(label=found.label)
    return found


def _move_links(store: RegisterStore, connection: Connection, here: Record, other: Record, by: str,
                at: datetime) -> None:
    mine = LINKS.c.register == store.register.key
    rows = connection.execute(select(LINKS.c.record_id, LINKS.c.kind, LINKS.c.target).where(
        mine, LINKS.c.record_id.in_((here.id, other.id)))).all()
    had = {(row.kind, row.target) for row in rows if row.record_id == here.id}
    fresh = [{"register": store.register.key, "record_id": here.id, "kind": row.kind, "target": row.target, "at": at,
              "by": by} for row in rows if row.record_id == other.id and (row.kind, row.target) not in had
             and not (row.kind == RELATED and row.target == str(here.id))]
    connection.execute(LINKS.delete().where(mine, LINKS.c.record_id == other.id))
    connection.execute(LINKS.delete().where(mine, LINKS.c.record_id == here.id, LINKS.c.kind == RELATED,
                                            LINKS.c.target == str(other.id)))
    connection.execute(LINKS.update().where(mine, LINKS.c.kind == MERGED, LINKS.c.target == str(other.id)).values(
        target=str(here.id)))
    connection.execute(LINKS.insert(), [*fresh, {"register": store.register.key, "record_id": other.id,
                                                 "kind": MERGED, "target": str(here.id), "at": at, "by": by}])


def _move_references(register: RegisterStore, connection: Connection, key: str, here: Record, other: Record, by: str,
                     at: datetime) -> None:
    """Let records of ``register`` that refer to ``other`` refer to ``here``; two statements for each such field."""
    for name, one in register.register.fields.items():
        if one.type.name != "ref" or one.attribute("register") != key:
            continue
        table, new = register.table, here.reference()
        rows = connection.execute(table.update().where(table.c[name + KEY] == str(other.id)).values({
            name: new, name + KEY: str(here.id), "row_version": table.c.row_version + 1, "row_changed_at": at,
            "row_changed_by": by}).returning(table.c.id, table.c.row_version)).all()
        if rows:
            change = {name: [other.reference(), new]}
            connection.execute(HISTORY.insert(), [register.told(row.id, row.row_version, change, by, at,
                                                                f"merge {other.id}") for row in rows])


def _alike(store: RegisterStore, records: Iterable[Record]) -> ColumnElement[bool]:
    mine = list(records)
    ways = [store.labelled(sorted({one.label for one in mine}))]
    for name in store.register.phone_fields:
        numbers = {one.values[name] for one in mine if one.values.get(name)}
        if numbers:
            ways.append(store.holding(name, sorted(numbers)))
    return or_(false(), *ways)


def _apart(store: RegisterStore, connection: Connection, ids: Iterable[int]) -> Mapping[tuple[int, int], bool]:
    numbers = sorted(ids)
    if not numbers:
        return {}
    rows = connection.execute(select(LINKS.c.record_id, LINKS.c.target).where(and_(
        LINKS.c.register == store.register.key, LINKS.c.kind == RELATED, LINKS.c.record_id.in_(numbers))))
    return {(row.record_id, int(row.target)): True for row in rows}
