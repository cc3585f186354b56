"""Taking away what a record says of a person: its own values, its history, and its name where others refer to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from engine.errors import NotFound
from engine.forms.field import Field
from engine.registers.columns import KEY
from engine.registers.derived import NO_LABEL
from engine.registers.rewriting import write_anew
from engine.registers.store import RegisterStore
from engine.registers.table import HISTORY


def erase(store: RegisterStore, connection: Connection, record_id: int, *, by: str, at: datetime) -> None:
    """Take away the personal values of a record, from its history as well; that it was done is kept."""
    before = store.get(connection, record_id)
    if before is None:
        raise NotFound(what=f"{store.register.key} {record_id}")
    store.write(connection, {name: without_personal(one, before.values.get(name))
                             for name, one in store.register.fields.items()}, before, by, at)
    told = (HISTORY.c.register == store.register.key, HISTORY.c.record_id == record_id)
    hidden = {name for name, one in store.register.fields.items() if one.holds_personal}
    for row in connection.execute(select(HISTORY.c.id, HISTORY.c.changes).where(*told)).all():
        if hidden & row.changes.keys():  # written before these fields were called personal
            connection.execute(HISTORY.update().where(HISTORY.c.id == row.id).values(
                changes={name: pair for name, pair in row.changes.items() if name not in hidden}))
    connection.execute(HISTORY.update().where(*told).values(personal=None))
    connection.execute(HISTORY.insert().values(register=store.register.key, record_id=record_id, at=at, by=by,
                                               version=before.version + 1, source="erase", changes={}))


def without_personal(one: Field, value: Any) -> Any:
    """A value with what is personal of it gone, in the columns of a table as well."""
    if one.personal:
        return None
    if not one.holds_personal or not isinstance(value, list):
        return value
    hidden = {column.id for column in one.columns if column.personal}
    return [{key: None if key in hidden else inner for key, inner in row.items()} for row in value]


def unname(store: RegisterStore, connection: Connection, register: str, record_id: int) -> None:
    """Let references of ``store`` to the record call it nothing; they still lead to it."""
    names = [name for name, one in store.register.fields.items()
             if one.type.name == "ref" and one.attribute("register") == register]
    if not names:
        return
    table, nobody = store.table, {"register": register, "id": record_id, "label": NO_LABEL}
    ids = list(connection.scalars(select(table.c.id).where(
        or_(*(table.c[name + KEY] == str(record_id) for name in names)))))
    for name in names:
        connection.execute(table.update().where(table.c[name + KEY] == str(record_id)).values({name: nobody}))
    write_anew(connection, store.register, table, ids)
    rows = connection.execute(select(HISTORY.c.id, HISTORY.c.changes).where(
        HISTORY.c.register == store.register.key, HISTORY.c.record_id.in_(ids))).all() if ids else []
    for row in rows:
        told = {name: [_unnamed(value, nobody) for value in pair] for name, pair in row.changes.items()}
        if told != {name: list(pair) for name, pair in row.changes.items()}:
            connection.execute(HISTORY.update().where(HISTORY.c.id == row.id).values(changes=told))


def _unnamed(value: Any, nobody: Mapping[str, Any]) -> Any:
    same = isinstance(value, Mapping) and all(value.get(part) == nobody[part] for part in ("register", "id"))
    return dict(nobody) if same else value
