"""What a recorded case is given: people, units and records like the real ones, under invented names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sqlalchemy import Connection, select

from engine.forms import Field
from engine.forms.frame import Frame
from engine.live import Live, LivePerson
from engine.models.identity import ParameterValue
from engine.registers.record import before
from engine.studio.disguise import Disguise
from engine.testing.world import HOME

MOST_RECORDS = 80
"""Records of a register that are taken along besides those that the case names."""


@dataclass
class PastWorld:
    """Gathered while the case is told; ``given`` is what a scenario file says of it."""

    parts: Any
    connection: Connection
    live: Live
    frame: Frame
    disguise: Disguise
    began: datetime
    """When the case began: records are taken along as they stood then."""
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    units: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _logins: dict[str, str] = field(default_factory=dict)
    _numbers: dict[tuple[str, int], int] = field(default_factory=dict)

    def given(self, clock: datetime, packs: Iterable[str]) -> dict[str, Any]:
        """The clock, and what was gathered."""
        found: dict[str, Any] = {"clock": clock.isoformat()}
        for name, value in (("units", self.units), ("people", self.people), ("parameters", self._parameters(packs)),
                            ("registers", self._ordered())):
            if value:
                found[name] = value
        return found

    def size(self) -> tuple[int, int]:
        """How much was gathered: people, records."""
        return len(self.people), sum(map(len, self.records.values()))

    # -- people and units

    def login(self, real: str) -> str:
        """The invented login of a person, who is taken along with unit and roles."""
        if real in self._logins:
            return self._logins[real]
        person = self.live.people.get(real)
        base = (sorted(person.roles)[0] if person is not None and person.roles else "person").replace("-", "_")
        number = sum(one.rpartition(".")[0] == base or one == base for one in self.people) + 1
        made = self._logins[real] = base if number == 1 else f"{base}.{number}"
        self.people[made] = self._person(person, made) if person is not None else {"name": made}
        return made

    def _person(self, person: LivePerson, made: str) -> dict[str, Any]:
        self.disguise.name(person.name.zh, self.disguise.personal(person.name.zh))
        home = self.unit(person.unit_id)
        roles = []
        for role, unit_id in sorted(person.holdings):
            unit = self.unit(unit_id)
            roles.append(role if unit == home else f"{role}@{unit}")
        return {"name": self.disguise.personal(person.name.zh) or made} | (
            {"unit": home} if home != HOME else {}) | {"roles": roles}

    def unit(self, unit_id: str | None) -> str:
        """The key of a unit, which is taken along with those above it."""
        unit = self.live.units.get(unit_id or "")
        if unit is None or unit.key == HOME:
            return HOME
        if unit.key not in self.units:
            above = self.live.units.get(unit.path[1]) if len(unit.path) > 1 else None
            parent = self.unit(above.id) if above is not None else HOME
            self.units[unit.key] = {"name": {"zh": unit.name.zh} | ({"en": unit.name.en} if unit.name.en else {})} | (
                {"parent": parent} if parent != HOME else {}) | {"kind": unit.kind} | (
                {"calendar": unit.calendar} if unit.calendar and not (above and above.calendar == unit.calendar)
                else {}) | ({"zone": unit.zone} if unit.zone else {})
        return unit.key

    def holders(self, roles: Iterable[str]) -> None:
        """Take along everybody who holds one of ``roles``."""
        wanted = set(roles)
        for login, person in sorted(self.live.people.items()):
            if person.roles & wanted:
                self.login(login)

    def _parameters(self, packs: Iterable[str]) -> dict[str, Any]:
        rows = self.connection.execute(select(ParameterValue.name, ParameterValue.value).where(
            ParameterValue.pack.in_(set(packs)), ParameterValue.unit_id == ""))
        return {row.name: row.value for row in rows}

    # -- values

    def told(self, one: Field, value: Any) -> Any:
        """A value of a form or record as a scenario writes it; personal ones are replaced."""
        kind = one.type.name
        if value is None:
            return ""
        if kind == "table":
            columns = {column.id: column for column in one.columns}
            return [{name: self.told(columns[name], cell) for name, cell in row.items()
                     if name in columns and columns[name].compute is None and cell is not None} for row in value]
        if kind == "multi":
            return [str(item) for item in value]
        if kind == "file":
            items = value if isinstance(value, list) else [value]
            files = [{"upload": self.disguise.free(str(item.get("name") or "file.png"))} for item in items]
            return files if isinstance(value, list) else files[0]
        if kind == "signature":
            return self._signature(value)
        if kind == "ref":
            return self.record(value["register"], int(value["id"]))
        if kind == "user":
            return self.login(str(value["login"]))
        if kind in ("bool", "int", "number", "money"):
            return value
        text = one.type.text(value, one, self.frame)
        return self.disguise.personal(text) if one.personal else self.disguise.free(text)

    def variable(self, value: Any) -> Any:
        """A variable with what only this installation knows replaced: people, records, files, personal values."""
        if isinstance(value, Mapping):
            if "sha256" in value:
                return {"upload": self.disguise.free(str(value.get("name") or "file.png"))}
            if value.keys() >= {"register", "id"}:
                return {**value, "id": self.record(str(value["register"]), int(value["id"])),
                        "label": self.disguise.free(str(value.get("label") or ""))}
            if value.get("login") in self.live.people:
                login = self.login(str(value["login"]))
                return {**value, "login": login} | (
                    {"name": self.people[login].get("name", login)} if "name" in value else {})
            return {str(key): self.variable(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.variable(one) for one in value]
        if isinstance(value, str):
            return self.login(value) if value in self.live.people else self.disguise.free(value)
        return value

    def _signature(self, value: Mapping[str, Any]) -> dict[str, Any]:
        told = {"method": value.get("method", "pad"), "signer": self.disguise.personal(value.get("signer") or "")}
        return told | ({"file": {"upload": "signature.png"}} if value.get("file") else {})

    # -- records

    def record(self, register: str, number: int) -> Any:
        """How a step names a record: its number among those that are taken along."""
        if (register, number) in self._numbers:
            return self._numbers[register, number]
        store = self.parts.registers.store(self.connection, register)
        found = store.current(self.connection, number)
        rows = self.records.setdefault(register, [])
        told: dict[str, Any] = {}
        place = self._numbers[register, number] = len(rows) + 1
        rows.append(told)
        if found is not None:
            values = before(found, store.history(self.connection, found.id), self.began)
            told.update({name: self.told(one, values.get(name)) for name, one in store.register.fields.items()
                         if one.compute is None and values.get(name) is not None})
        return place

    def whole(self, register: str, before: datetime) -> None:
        """Take along the records of a register that were there before the case began."""
        store = self.parts.registers.store(self.connection, register)
        created = store.table.c.row_created_at
        for number in self.connection.scalars(select(store.table.c.id).where(created < before)
                                              .order_by(store.table.c.id).limit(MOST_RECORDS)):
            self.record(register, number)

    def _ordered(self) -> dict[str, list[dict[str, Any]]]:
        """Registers so that each comes after those that its records name."""
        stores = {key: self.parts.registers.store(self.connection, key) for key in self.records}
        needs = {key: {str(one.attribute("register")) for one in store.register.fields.values()
                       if one.type.name == "ref"} & set(stores) - {key} for key, store in stores.items()}
        try:
            order = list(TopologicalSorter(needs).static_order())
        except CycleError:
            order = sorted(stores)
        return {key: self.records[key] for key in order}
