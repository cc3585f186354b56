"""Reading the live data: the newest copy is kept by each process and read anew when its version moved."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from engine.cards import Bilingual
from engine.live import Live, LivePerson, Standing, Unit, unsettled
from engine.models.identity import LiveVersion, OrgUnit, ParameterValue, Person, RoleHolding
from engine.models.notices import NoticeChannel
from engine.models.repository import Pack, ProcessDefinition, Resource
from engine.models.working import RuleValue, Substitution
from engine.packs import read_pack


class LiveData:
    """Keeps the newest :class:`Live` copy of this process."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._lock = threading.Lock()
        self._versions: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._look = threading.local()

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """What this thread only reads meanwhile rests on one version, read once: the parts of a page agree.

        Transactions that write ask for the version themselves.
        """
        self._look.begun, self._look.version = True, None
        try:
            yield
        finally:
            self._look.begun, self._look.version = False, None

    def at(self, connection: Connection, version: int | None = None) -> Live:
        """The live data; ``version`` as read with the lock, or read here."""
        version = self._version(connection) if version is None else self._seen(version)
        if (transaction := connection.get_transaction()) is not None:
            self._versions[transaction] = version
        live = self._live
        if unsettled(connection):
            return _load(connection, version)  # rolled back, another process may commit the same number
        if live is not None and (live.version == version or live.version > version == self._looked_at(connection)):
            return live
        live = _load(connection, version)
        with self._lock:
            if self._live is None or self._live.version <= live.version:
                self._live = live
        return live

    def version(self, connection: Connection) -> int:
        """The version as this transaction saw it last; one statement where it did not look yet."""
        transaction = connection.get_transaction()
        found = self._versions.get(transaction) if transaction is not None else None
        if found is None:
            found = self._version(connection)
            if (transaction := connection.get_transaction()) is not None:
                self._versions[transaction] = found
        return found

    def _version(self, connection: Connection) -> int:
        looked = self._looked_at(connection)
        return self._seen(connection.scalar(select(LiveVersion.version)) or 0) if looked is None else looked

    def _seen(self, version: int) -> int:
        """Keep the first version of a look."""
        if getattr(self._look, "begun", False) and self._look.version is None:
            self._look.version = version
        return version

    def _looked_at(self, connection: Connection) -> int | None:
        """The version of the look at hand, for a transaction that only reads."""
        reading = connection.get_execution_options().get("bihuan_reading")
        return getattr(self._look, "version", None) if reading else None


def _load(connection: Connection, version: int) -> Live:
    rows = connection.execute(select(OrgUnit.id, OrgUnit.key, OrgUnit.parent_id, OrgUnit.name, OrgUnit.name_en,
                                     OrgUnit.calendar, OrgUnit.zone, OrgUnit.kind)).all()
    parents = {row.id: row.parent_id for row in rows}
    by_id = {row.id: row for row in rows}
    units = {}
    for row in rows:
        path = _path(row.id, parents)
        units[row.id] = Unit(row.id, row.key, Bilingual(row.name, row.name_en), path,
                             next((by_id[u].calendar for u in path if by_id[u].calendar), None),
                             next((by_id[u].zone for u in path if by_id[u].zone), ""), row.kind)
    holders: dict[str, set[str]] = {}
    held = (select(RoleHolding.role, RoleHolding.unit_id).distinct()
            .join(Person, Person.id == RoleHolding.person_id).where(Person.left_at.is_(None)))
    for role, unit in connection.execute(held):
        holders.setdefault(role, set()).add(unit)
    packs = {key: read_pack(content, f"{key}/pack.yaml") for key, content in connection.execute(
        select(Pack.key, Resource.content).join(Resource, Resource.sha256 == Pack.sha256))}
    overrides = {(pack, name, unit): value for pack, name, unit, value in connection.execute(
        select(ParameterValue.pack, ParameterValue.name, ParameterValue.unit_id, ParameterValue.value))}
    versions = connection.execute(
        select(ProcessDefinition.key, ProcessDefinition.id, ProcessDefinition.pack, ProcessDefinition.name,
               ProcessDefinition.name_en).order_by(ProcessDefinition.version)).all()
    newest = {row.key: row.id for row in versions}
    pack_of = {row.key: row.pack for row in versions}
    return Live(version, units, {role: frozenset(found) for role, found in holders.items()}, packs, overrides,
                _people(connection), newest, _substitutions(connection), _rules(connection), pack_of,
                {row.key: Bilingual(row.name, row.name_en) for row in versions}, _offers_heard(connection))


def _rules(connection: Connection) -> dict[tuple[str, str, str, str], dict[str, Any]]:
    return {(row.pack, row.kind, row.key, row.unit_id): row.value for row in connection.execute(
        select(RuleValue.pack, RuleValue.kind, RuleValue.key, RuleValue.unit_id, RuleValue.value))}


def _offers_heard(connection: Connection) -> bool:
    return any("offered" in groups for groups in connection.scalars(
        select(NoticeChannel.groups).where(NoticeChannel.active.is_(True))))


def _people(connection: Connection) -> dict[str, LivePerson]:
    held: dict[str, list[tuple[str, str]]] = {}
    for person, role, unit in connection.execute(
            select(RoleHolding.person_id, RoleHolding.role, RoleHolding.unit_id)
            .order_by(RoleHolding.role, RoleHolding.unit_id)):
        held.setdefault(person, []).append((role, unit))
    rows = connection.execute(select(Person.id, Person.login, Person.name, Person.name_en, Person.unit_id)
                              .where(Person.left_at.is_(None)))
    return {row.login: LivePerson(row.id, row.login, Bilingual(row.name, row.name_en),
                                  frozenset(role for role, _ in held.get(row.id, ())), tuple(held.get(row.id, ())),
                                  row.unit_id) for row in rows}


def _substitutions(connection: Connection) -> tuple[Standing, ...]:
    rows = connection.execute(
        select(Substitution.id, Substitution.person_id, Substitution.substitute_id, Substitution.from_at,
               Substitution.until_at, Substitution.processes).where(Substitution.ended_at.is_(None))
        .order_by(Substitution.from_at, Substitution.id)).all()
    return tuple(Standing(row.id, row.person_id, row.substitute_id, row.from_at, row.until_at,
                          frozenset(row.processes) if row.processes else None) for row in rows)


def _path(unit: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    path: list[str] = []
    step: str | None = unit
    while step is not None and step not in path:
        path.append(step)
        step = parents.get(step)
    return tuple(path)
