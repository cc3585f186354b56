"""The records of one register: find, get, save, link. Transactions belong to the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Select, Table, and_, cast, exists, func, select
from sqlalchemy.exc import IntegrityError

from engine.column_types import whole
from engine.errors import Conflict, FieldError, Invalid, NotFound, Overtaken
from engine.forms.formula import Evaluate, Formula
from engine.forms.frame import Frame, Lookup
from engine.forms.validation import validate
from engine.registers.columns import LARGEST, column_by, is_marked
from engine.registers.criteria import conditions
from engine.registers.derived import NO_LABEL, beside, label_column, labelled
from engine.registers.record import Change, Record, RecordClosed, RecordMerged
from engine.registers.register import Register
from engine.registers.table import HISTORY, LINKS, MERGED, table_of

MOST = 1000
"""Records one search answers at most."""


class RegisterStore:
    """The records of ``register``; ``evaluate`` answers its FEEL texts. Holds no connection and no state."""

    def __init__(self, register: Register, evaluate: Evaluate):
        self.register, self.evaluate = register, evaluate

    @cached_property
    def table(self) -> Table:
        return table_of(self.register)

    # ---- reading

    def get(self, connection: Connection, record_id: int) -> Record | None:
        """The record with this id."""
        row = connection.execute(self.rows().where(self.table.c.id == record_id)).first()
        return self.record(row) if row is not None else None

    def current(self, connection: Connection, record_id: int) -> Record | None:
        """The record with this id, or the one it was merged into."""
        found = self.get(connection, record_id)
        return self.get(connection, found.merged_into) if found and found.merged_into is not None else found

    def rows(self) -> Select:
        """The query for records, each with what it was merged into."""
        into = select(func.max(cast(LINKS.c.target, BigInteger))).where(*self._merged()).correlate(self.table)
        return select(self.table, into.scalar_subquery().label("row_merged_into"))

    def standing(self) -> Any:
        """The condition that a record was not merged into another."""
        return ~exists(select(LINKS.c.id).where(*self._merged()).correlate(self.table))

    def _merged(self) -> tuple[Any, ...]:
        return (LINKS.c.register == self.register.key, LINKS.c.record_id == self.table.c.id, LINKS.c.kind == MERGED)

    def referred(self, connection: Connection, key: int | str) -> Record | None:
        """The record with this id, or with this text in its key; the one it was merged into."""
        if isinstance(key, int):
            return self.current(connection, key)
        return self.by_key(connection, {self.register.keys[0]: key}) if len(self.register.keys) == 1 else None

    def by_key(self, connection: Connection, values: Mapping[str, Any]) -> Record | None:
        """The record that the key fields in ``values`` name, ``None`` when they are incomplete or name none."""
        if not self.register.keys or any(values.get(name) is None for name in self.register.keys):
            return None
        wanted = {name: values[name] for name in self.register.keys}
        found = self.find(connection, wanted, limit=2, merged=True)
        if len(found) != 1 or found[0].merged_into is None:
            return found[0] if len(found) == 1 else None
        return self.get(connection, found[0].merged_into)

    def find(self, connection: Connection, criteria: Mapping[str, Any] | None = None, *, text: str = "",
             limit: int = 50, order: str = "", frame: Frame | None = None, merged: bool = False) -> list[Record]:
        """Records that meet all ``criteria`` and hold every word of ``text``.

        A criterion is field → value, ``None`` (empty), a list (any of them) or ``{"from": …, "to": …}`` (both
        inclusive). ``order`` is a field, with ``-`` before it from the largest down; else by label. Records that were
        merged into others are left out unless ``merged``. Raises :class:`~engine.errors.Invalid` for a field there is
        none or a value it cannot have.
        """
        query = self.searching(criteria, text=text, limit=limit, order=order, frame=frame, merged=merged)
        return [self.record(row) for row in connection.execute(query)]

    def searching(self, criteria: Mapping[str, Any] | None = None, *, text: str = "", limit: int = 50,
                  order: str = "", frame: Frame | None = None, merged: bool = False) -> Select:
        """The query of :meth:`find`."""
        query = self.rows().limit(max(1, min(limit, MOST)))
        query = query.where(and_(merged or self.standing(), *conditions(self.register, self.table, criteria or {},
                                                                        text, frame)))
        column = self.ordered_by(order.removeprefix("-"))
        return query.order_by(column.desc() if order.startswith("-") else column, self.table.c.id)

    def ordered_by(self, name: str) -> Any:
        """The column that a list in the order of a field is ordered by, the label's where no field is named.

        Raises Invalid for a field there is none, and for those whose values are sealed.
        """
        one = self.register.fields.get(name)
        if not name or name == "row_label":
            return label_column(self.register, self.table)
        if name not in self.table.c or (one and (one.type.storage == "json" or one.personal)):
            raise Invalid([FieldError(name, "unknown_field", f"不能按“{name}”排序。",
                                      f'Nothing is ordered by "{name}".')])
        return column_by(self.table, one) if one else self.table.c[name]

    def labelled(self, labels: Iterable[str]) -> ColumnElement[bool]:
        """The condition that a record is called one of these."""
        return labelled(self.register, self.table, labels)

    def holding(self, name: str, values: Iterable[Any]) -> ColumnElement[bool]:
        """The condition that a field has one of these values, whether it is sealed or not."""
        one = self.register.fields[name]
        return column_by(self.table, one).in_(whole(values) if is_marked(one) else list(values))

    def count(self, connection: Connection, criteria: Mapping[str, Any] | None = None, *, text: str = "",
              frame: Frame | None = None) -> int:
        """How many records :meth:`find` would find without a limit."""
        query = select(func.count()).select_from(self.table).where(
            and_(self.standing(), *conditions(self.register, self.table, criteria or {}, text, frame)))
        return connection.execute(query).scalar_one()

    def history(self, connection: Connection, record_id: int) -> list[Change]:
        """All changes of a record, the first one first."""
        rows = connection.execute(select(HISTORY).where(
            HISTORY.c.register == self.register.key, HISTORY.c.record_id == record_id).order_by(HISTORY.c.version))
        return [Change(row.version, row.at, row.by, row.source, {
            name: tuple(pair) for name, pair in {**row.changes, **(row.personal or {})}.items()}) for row in rows]

    # ---- writing

    def save(self, connection: Connection, values: Mapping[str, Any], *, by: str, at: datetime,
             record_id: int | None = None, expected_version: int | None = None, source: str | None = None,
             lookup: Lookup | None = None) -> Record:
        """Keep ``values`` (fields that are not given stay as they are) and write the history of what changed.

        Without ``record_id`` the record that the key fields name is changed, and one is made where there is none; so
        the same save twice is one record. ``by`` is a login, ``at`` aware in the zone of the organisation, ``source``
        what caused it (a case number). Raises :class:`~engine.errors.Invalid` with a message per field,
        :class:`~engine.errors.NotFound`, :class:`~engine.errors.Conflict` when ``expected_version`` has passed, and
        :class:`RecordClosed`.
        """
        before = self._before(connection, values, record_id, expected_version)
        kept = self.checked(values, before, at, lookup)
        changes = self.changes(kept, before)
        if before is not None and not changes:
            return before
        self._refuse_twins(connection, kept, before)
        saved = self.write(connection, kept, before, by, at)
        connection.execute(HISTORY.insert().values(**self.told(saved.id, saved.version, changes, by, at, source)))
        return saved

    def link(self, connection: Connection, record_id: int, kind: str, target: str, *, by: str, at: datetime) -> None:
        """Note that the record has to do with ``target`` (kind ``case``: a case number); twice is once."""
        if self.get(connection, record_id) is None:
            raise NotFound(what=f"{self.register.key} {record_id}")
        same = (LINKS.c.register == self.register.key, LINKS.c.record_id == record_id, LINKS.c.kind == kind,
                LINKS.c.target == target)
        if connection.execute(select(LINKS.c.id).where(*same)).first() is None:
            connection.execute(LINKS.insert().values(register=self.register.key, record_id=record_id, kind=kind,
                                                     target=target, at=at, by=by))

    def links(self, connection: Connection, record_id: int, kind: str | None = None) -> list[tuple[str, str]]:
        """What the record is linked with: (kind, target), the newest first."""
        query = select(LINKS.c.kind, LINKS.c.target).where(
            LINKS.c.register == self.register.key, LINKS.c.record_id == record_id).order_by(LINKS.c.id.desc())
        rows = connection.execute(query.where(LINKS.c.kind == kind) if kind else query)
        return [(row.kind, row.target) for row in rows]

    def linked(self, connection: Connection, kind: str, target: str) -> list[Record]:
        """The records of this register that are linked with ``target``."""
        ids = select(LINKS.c.record_id).where(LINKS.c.register == self.register.key, LINKS.c.kind == kind,
                                              LINKS.c.target == target)
        return [self.record(row) for row in connection.execute(
            self.rows().where(self.table.c.id.in_(ids)).order_by(self.table.c.id))]

    # ---- parts

    def _before(self, connection: Connection, values: Mapping[str, Any], record_id: int | None,
                expected_version: int | None) -> Record | None:
        before = self.get(connection, record_id) if record_id is not None else self.by_key(connection, values)
        if record_id is not None and before is None:
            raise NotFound(what=f"{self.register.key} {record_id}")
        if before is not None and before.merged_into is not None:  # a process may still know it by its old number
            if expected_version is not None:
                raise RecordMerged(label=before.label)
            before = self.get(connection, before.merged_into)
        if before is not None and self.closed(before):
            raise RecordClosed(label=before.label)
        if before is not None and expected_version not in (None, before.version):
            raise Conflict()
        return before

    def closed(self, record: Record) -> bool:
        """Whether a record is read-only by the declaration of its register."""
        closed = self.register.readonly
        return closed is not False and (closed is True or self.evaluate(closed.text, record.values) is True)

    def changes(self, kept: Mapping[str, Any], before: Record | None) -> dict[str, list[Any]]:
        """What ``kept`` changes: field → [old, new]."""
        old = before.values if before else {}
        return {name: [old.get(name), value] for name, value in kept.items() if value != old.get(name)}

    def checked(self, values: Mapping[str, Any], before: Record | None, at: datetime,
                lookup: Lookup | None) -> dict[str, Any]:
        """Every field of the record as ``values`` would leave it. Raises Invalid with a message per field."""
        outcome = validate(self.register.form, values, variables={}, evaluate=self.evaluate, now=at,
                           stored=before.values if before else None, lookup=lookup)
        errors = list(outcome.errors)
        for name, one in self.register.fields.items():
            value = outcome.values.get(name)
            if one.type.storage == "decimal" and value is not None and abs(value) >= LARGEST:
                errors.append(FieldError(name, "too_large", "数字太大。", "The number is too large."))
        if errors:
            raise Invalid(errors)
        return {name: outcome.values.get(name) for name in self.register.fields}

    def _refuse_twins(self, connection: Connection, kept: Mapping[str, Any], before: Record | None) -> None:
        wrong = []
        for name in self.register.unique:
            if kept.get(name) is None:
                continue
            query = select(self.table.c.id).where(self.holding(name, [kept[name]]))
            twin = connection.execute(query.where(self.table.c.id != before.id) if before else query).first()
            if twin is not None:
                wrong.append(FieldError(name, "not_unique", "已有相同的记录。",
                                        "There is a record with this value already."))
        if wrong:
            raise Invalid(wrong)

    def write(self, connection: Connection, kept: Mapping[str, Any], before: Record | None, by: str,
              at: datetime) -> Record:
        """Write a record as it is to be, without checking it or telling its history. Raises Overtaken."""
        row = self.columns(kept, before.version + 1 if before else 1, by, at)
        savepoint = connection.begin_nested()
        try:
            if before is None:
                made = connection.execute(self.table.insert().values(row_created_at=at, **row))
                record_id = made.inserted_primary_key[0]
            else:
                record_id = before.id
                done = connection.execute(self.table.update().where(
                    self.table.c.id == before.id, self.table.c.row_version == before.version).values(**row))
                if done.rowcount != 1:
                    raise Overtaken()
            savepoint.commit()
        except IntegrityError:  # somebody saved the same key between our look and our write
            savepoint.rollback()
            raise Overtaken() from None
        return self.get(connection, record_id)  # type: ignore[return-value]

    def told(self, record_id: int, version: int, changes: Mapping[str, Any], by: str, at: datetime,
             source: str | None) -> dict[str, Any]:
        """The row of the history that tells ``changes``."""
        personal = {name: pair for name, pair in changes.items() if self.register.fields[name].holds_personal}
        return {"register": self.register.key, "record_id": record_id, "version": version, "at": at, "by": by,
                "source": source, "changes": {name: pair for name, pair in changes.items() if name not in personal},
                "personal": personal or None}

    def columns(self, kept: Mapping[str, Any], version: int, by: str, at: datetime) -> dict[str, Any]:
        """The columns of a record with these values."""
        return {"row_changed_at": at, "row_changed_by": by, "row_version": version, **kept,
                **beside(self.register, self.label(kept), kept)}

    def label(self, kept: Mapping[str, Any]) -> str:
        """What a record with these values is called."""
        if isinstance(self.register.label, Formula):
            value = self.evaluate(self.register.label.text, kept)
        else:
            value = next((kept[name] for name, one in self.register.fields.items()
                          if one.type.name == "text" and kept.get(name)), None)
        return str(value) if value is not None else NO_LABEL

    @cached_property
    def kept(self) -> dict[str, Any]:
        """The columns of :meth:`rows` that make a record, with their types."""
        own = ("id", "row_label", "row_version", "row_created_at", "row_changed_at", "row_changed_by")
        return {name: self.table.c[name].type for name in (*own, *self.register.fields)} | {
            "row_merged_into": BigInteger()}

    def record(self, row: Row) -> Record:
        """A row of :meth:`rows` as a record."""
        return self.record_of(row._mapping)

    def record_of(self, found: Mapping[str, Any]) -> Record:
        """The record that has these columns (:attr:`kept`)."""
        return Record(self.register.key, found["id"], found["row_label"],
                      {name: found[name] for name in self.register.fields}, found["row_version"],
                      found["row_created_at"], found["row_changed_at"], found["row_changed_by"],
                      found["row_merged_into"])
