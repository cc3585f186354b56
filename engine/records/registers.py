"""Registers within the engine: deployed with the content, read and written by processes and forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from engine import feel
from engine.authorization import Actor, require_acting
from engine.errors import NotFound
from engine.forms import read_groups
from engine.live import changed, unsettled
from engine.models.repository import RegisterDeclaration, Resource
from engine.records.access import require_editing
from engine.records.book import RegisterBook
from engine.records.duplicates import RegisterDuplicates
from engine.records.exchange import RegisterExchange
from engine.records.filling import RegisterFilling
from engine.registers import MOST, Record, Register, RegisterStore, deploy_register, read_register, read_together


class Registers(RegisterBook, RegisterFilling, RegisterExchange, RegisterDuplicates):
    """Finds the store of a register; declarations are kept by the hash of their file."""

    def __init__(self, parts: Any):
        self._parts = parts
        self.kept: dict[str, RegisterStore] = {}
        self._live: tuple[int, dict[str, RegisterStore]] = (-1, {})
        self._seen: WeakKeyDictionary[Any, dict[Any, Any]] = WeakKeyDictionary()

    def adopt(self, other: Registers) -> None:
        """Take over the declarations that another engine has read already, on this engine's clock."""
        for key, store in other.kept.items():
            self.kept[key] = copy(store)  # with its table, so that statements compiled for one fit the other
            self.kept[key].evaluate = self._evaluate

    def deploy(self, connection: Connection, register: Register, sha256: str, groups_sha256: str | None) -> None:
        """Make or widen the table of a register and keep its declaration. Raises Refused for anything destructive."""
        deploy_register(connection, register)
        columns = {"sha256": sha256, "groups_sha256": groups_sha256, "updated_at": self._parts.clock.now()}
        connection.execute(self._parts.database.insert(RegisterDeclaration.__table__)
                           .values(key=register.key, **columns)
                           .on_conflict_do_update(index_elements=["key"], set_=columns))
        changed(connection)
        self.kept.setdefault(sha256 + (groups_sha256 or ""), RegisterStore(register, self._evaluate))

    def store(self, connection: Connection, key: str) -> RegisterStore:
        """The store of a register. Raises NotFound."""
        found = self.stores(connection).get(key)
        if found is None:
            raise NotFound(what=key)
        return found

    def stores(self, connection: Connection) -> dict[str, RegisterStore]:
        """The stores of all registers as they are live; asked for again only where the live data changed."""
        if unsettled(connection):
            return self._read(connection)  # what may be rolled back is not to be remembered
        version = self._parts.live.version(connection)
        if self._live[0] != version:
            self._live = (version, self._read(connection))
        return self._live[1]

    def _read(self, connection: Connection) -> dict[str, RegisterStore]:
        """The stores of all registers; a file is read once only, by its hash."""
        rows = connection.execute(select(RegisterDeclaration.key, RegisterDeclaration.sha256,
                                         RegisterDeclaration.groups_sha256)).all()
        new = [row.key for row in rows if row.sha256 + (row.groups_sha256 or "") not in self.kept]
        if new:
            contents = connection.execute(_declarations().where(RegisterDeclaration.key.in_(new))).all()
            shared = {row.groups_sha256 for row in contents} - {None}
            groups = {row.sha256: read_groups(row.content) for row in connection.execute(select(
                Resource.sha256, Resource.content).where(Resource.sha256.in_(shared)))}
            for row in contents:
                register = read_register(row.content, f"{row.key}.yaml", groups.get(row.groups_sha256))
                self.kept[row.sha256 + (row.groups_sha256 or "")] = RegisterStore(register, self._evaluate)
        return {row.key: self.kept[row.sha256 + (row.groups_sha256 or "")] for row in rows}

    def reference(self, connection: Connection, key: str, record: int | str) -> dict[str, Any] | None:
        """A reference to a record for a form, with its values, or ``None``."""
        number = int(record) if isinstance(record, str) and record.isdigit() else record
        found = self.store(connection, key).referred(connection, number)
        return self._referring(connection, found) if found is not None else None

    def references(self, connection: Connection, wanted: Mapping[str, Iterable[int]]
                   ) -> dict[tuple[str, int], dict[str, Any]]:
        """References to many records of several registers, with their values, in one statement.

        Records that are not there, or were merged into others, are missing.
        """
        asked = [(store, store.rows().where(store.table.c.id.in_(sorted(ids)), store.standing()))
                 for store, ids in ((self.store(connection, key), ids) for key, ids in wanted.items())]
        return {(one.register, one.id): self._referring(connection, one)
                for records in read_together(connection, asked) for one in records}

    def _referring(self, connection: Connection, record: Record) -> dict[str, Any]:
        """A reference; what expressions ask of the same record by its number is known then."""
        self._once(connection, (record.register, record.id), record.as_value)
        return {**record.reference(), "values": record.values}

    def wrote(self, connection: Connection) -> None:
        """What this transaction has read of registers holds no longer."""
        self._seen.pop(connection.get_transaction(), None)

    def _once(self, connection: Connection, key: Any, ask: Callable[[], Any]) -> Any:
        """What ``ask`` answers, asked once in a transaction until something is written: forms settle several times."""
        transaction = connection.get_transaction()
        if transaction is None:
            return ask()
        seen = self._seen.setdefault(transaction, {})
        if key not in seen:
            seen[key] = ask()
        return seen[key]

    def functions(self, connection: Connection) -> dict[str, Any]:
        """Look-ups that expressions may call: ``records(register, criteria)``, ``record(register, criteria)`` and
        ``look up({name: {register, match}})``, which asks several in one statement."""

        def records(register: str, criteria: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
            return self._once(connection, ("records", register, repr(criteria)), lambda: [
                row.as_value() for row in self.store(connection, register).find(connection, _criteria(criteria),
                                                                                limit=MOST)])

        def record(register: str, criteria: Mapping[str, Any]) -> dict[str, Any] | None:
            number = str(_criteria(criteria).get("id", "")) if len(_criteria(criteria)) == 1 else ""
            key = (register, int(number)) if number.isdigit() else ("record", register, repr(criteria))
            return self._once(connection, key, lambda: next((
                row.as_value() for row in self.store(connection, register).find(connection, criteria, limit=1)), None))

        def look_up(questions: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
            return self._once(connection, ("look up", repr(questions)), lambda: self._look_up(connection, questions))

        return {"records": records, "record": record, "look up": look_up}

    def _look_up(self, connection: Connection, questions: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
        asked = []
        for one in map(_criteria, _criteria(questions).values()):
            store = self.store(connection, str(one.get("register")))
            asked.append((store, store.searching(_criteria(one.get("match")), limit=MOST)))
        return {name: [row.as_value() for row in rows]
                for name, rows in zip(questions, read_together(connection, asked))}

    def save(self, key: str, values: Mapping[str, Any], by: Actor) -> Record:
        """Keep a record that its key fields name. Raises NotPermitted, Invalid."""
        require_acting(by)
        zone = ZoneInfo(self._parts.settings.zone)
        with self._parts.database.transaction() as connection:
            store = self.store(connection, key)
            require_editing(by, store.register)
            return store.save(connection, values, by=by.login, at=self._parts.clock.now().astimezone(zone))

    def _evaluate(self, text: str, variables: Mapping[str, Any]) -> Any:
        return feel.evaluate(text, variables, clock=self._parts.clock.now)


def _criteria(given: Any) -> Mapping[str, Any]:
    """What a look-up is given, if it is a context or null; FEEL answers null for all else."""
    if given is not None and not isinstance(given, Mapping):
        raise TypeError("no context")
    return given or {}


def _declarations() -> Any:
    return select(RegisterDeclaration.key, RegisterDeclaration.sha256, RegisterDeclaration.groups_sha256,
                  Resource.content).join(Resource, Resource.sha256 == RegisterDeclaration.sha256)


class DataStores:
    """The data stores of a drawing: records of registers, read and written in the step's own transaction."""

    def __init__(self, registers: Registers, connection: Connection, at: datetime, by: str, source: str):
        self._registers, self._connection, self._at, self._by, self._source = registers, connection, at, by, source
        self.wrote = False

    def read(self, register: str, criteria: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The records that meet ``criteria``, by label. Raises NotFound for a register there is none."""
        return [row.as_value() for row in self._registers.store(self._connection, register).find(self._connection,
                                                                                              criteria)]

    def write(self, register: str, values: Mapping[str, Any]) -> None:
        """Save a record: a changed one carries its ``id``, or the key fields name it. Raises Invalid."""
        self.wrote = True
        self._registers.wrote(self._connection)
        store = self._registers.store(self._connection, register)
        fields = {name: value for name, value in values.items() if name in store.register.fields}
        number = values.get("id")
        store.save(self._connection, fields, by=self._by, at=self._at, source=self._source,
                   record_id=int(number) if number is not None else None)


def operate(registers: Registers, connection: Connection, inputs: Mapping[str, Any], *, by: str, at: datetime,
            case_number: str) -> dict[str, Any]:
    """What the topic ``register`` does: ``operation`` find, save or link (see docs/reference/connectors.md)."""
    operation = inputs.get("operation", "find")
    store = registers.store(connection, str(inputs.get("register", "")))
    registers.wrote(connection)
    if operation == "save":
        values = dict(inputs.get("key") or {}) | dict(inputs.get("values") or {})
        row = store.save(connection, values, by=by, at=at, source=case_number)
        store.link(connection, row.id, "case", case_number, by=by, at=at)
        return {"id": row.id, "label": row.label}
    if operation == "link":
        for target in inputs.get("to") or [case_number]:
            store.link(connection, int(inputs["id"]), str(inputs.get("kind", "case")), str(target), by=by, at=at)
        return {"linked": list(inputs.get("to") or [case_number])}
    criteria: dict[str, Any] = dict(inputs.get("match") or {})
    if inputs.get("since_field"):
        since = inputs.get("since")
        criteria[inputs["since_field"]] = {"from": at - since if isinstance(since, timedelta) else since}
    rows = store.find(connection, criteria, limit=int(inputs.get("limit") or 50))
    return {"count": len(rows), "rows": [row.as_value() for row in rows]}
