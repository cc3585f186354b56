"""What is live and shared by all cases: units, roles with holders, packs, parameters. One immutable copy per version.

The row ``live_version`` counts every change. A transaction reads that number together with its lock, and only if it
moved is the copy read anew, so that the usual step pays nothing for it and no process keeps a truth of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from engine.calendar import WorkingCalendar
from engine.cards import Bilingual
from engine.models.identity import LiveVersion, OrgUnit, ParameterValue, Person, RoleHolding
from engine.models.notices import NoticeChannel
from engine.models.repository import Pack, ProcessDefinition, Resource
from engine.models.working import RuleValue, Substitution
from engine.packs import DeadlineDeclaration, PackContent, Role, read_pack


@dataclass(frozen=True, slots=True)
class Unit:
    """An org unit with its way up to the root (itself first)."""

    id: str
    key: str
    name: Bilingual
    path: tuple[str, ...]
    calendar: Any
    zone: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class LivePerson:
    """A person who is there, and the roles held anywhere; ``holdings`` are (role, unit)."""

    id: str
    login: str
    name: Bilingual
    roles: frozenset[str]
    holdings: tuple[tuple[str, str], ...] = ()
    unit_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """``substitute_id`` acts for ``person_id`` from a moment to another; ``processes`` None means in all."""

    id: str
    person_id: str
    substitute_id: str
    from_at: datetime
    until_at: datetime
    processes: frozenset[str] | None


@dataclass(frozen=True)
class Live:
    """The live data at one version; ``newest`` maps each process to its newest version's id."""

    version: int
    units: Mapping[str, Unit]
    role_units: Mapping[str, frozenset[str]]
    packs: Mapping[str, PackContent]
    overrides: Mapping[tuple[str, str, str], Any]
    people: Mapping[str, LivePerson]
    newest: Mapping[str, str]
    substitutions: tuple[Standing, ...] = ()
    rules: Mapping[tuple[str, str, str, str], dict[str, Any]] = field(default_factory=dict)
    """Rules that were changed as data, by (pack, kind, key, unit id or empty for all)."""
    pack_of: Mapping[str, str] = field(default_factory=dict)
    offers_heard: bool = False
    """Whether any channel wants to hear of tasks that wait to be claimed."""
    _parameters: dict[tuple[str, str | None], dict[str, Any]] = field(default_factory=dict, compare=False, repr=False)
    _calendars: dict[tuple[str, str], WorkingCalendar] = field(default_factory=dict, compare=False, repr=False)

    def calendar(self, unit_id: str | None, zone: ZoneInfo) -> WorkingCalendar:
        """The working calendar of a unit: its own or the nearest above it; headquarters' where none is declared."""
        key = (unit_id or "", zone.key)
        if key not in self._calendars:
            unit = self.units.get(unit_id or "")
            self._calendars[key] = WorkingCalendar.from_declaration(unit.calendar if unit else None, zone=zone)
        return self._calendars[key]

    def path(self, unit_id: str | None) -> tuple[str, ...]:
        """The unit and those above it, nearest first."""
        unit = self.units.get(unit_id or "")
        return unit.path if unit else ()

    def subtree(self, unit_id: str) -> frozenset[str]:
        """The unit and all below it."""
        return frozenset(unit.id for unit in self.units.values() if unit_id in unit.path)

    @cached_property
    def root_unit(self) -> str | None:
        """The top of the tree."""
        return next((unit.id for unit in self.units.values() if len(unit.path) == 1), None)

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """All roles of all packs."""
        return {key: role for pack in self.packs.values() for key, role in pack.roles.items()}

    @cached_property
    def supervising(self) -> frozenset[str]:
        """Roles that watch and steer the cases of their unit: those that any escalation chain leads to."""
        chains = [role.escalation for role in self.roles.values()]
        chains += [row.escalation for pack in self.packs.values() for row in pack.deadlines.values()]
        chains += [value.get("chain") or value.get("escalation") or () for value in self.rules.values()]
        return frozenset(role for chain in chains for role in chain)

    @cached_property
    def people_by_id(self) -> Mapping[str, LivePerson]:
        """Everybody who is there, by id."""
        return {person.id: person for person in self.people.values()}

    def role_name(self, key: str) -> Bilingual:
        """A role's name for people; the key itself where no pack declares it."""
        role = self.roles.get(key)
        return role.name if role else Bilingual(key, key)

    def offered_at(self, role: str, unit_id: str | None) -> str | None:
        """The unit at which a task for ``role`` is offered: the smallest subtree around ``unit_id`` that has a holder.

        Without a holder anywhere the task is offered at the root unit, where a supervisor finds it.
        """
        holders = self.role_units.get(role, frozenset())
        for unit in self.path(unit_id) or ((self.root_unit,) if self.root_unit else ()):
            if any(unit in self.path(held) for held in holders):
                return unit
        return self.root_unit

    def supervisors_near(self, unit_id: str | None) -> list[tuple[str, str]]:
        """(role, unit) of the supervising roles that somebody holds nearest to a unit: who sees to what nobody has."""
        near = {role: self.offered_at(role, unit_id) for role in sorted(self.supervising) if self.role_units.get(role)}
        deepest = max((len(self.path(unit)) for unit in near.values()), default=0)
        return [(role, unit) for role, unit in near.items() if unit is not None and len(self.path(unit)) == deepest]

    def deadline(self, pack: str, key: str, unit_id: str | None = None) -> DeadlineDeclaration | None:
        """A row of a pack's deadline table, as it holds in a unit."""
        content = self.packs.get(pack)
        row = content.deadlines.get(key) if content else None
        changed = self.rule(pack, "deadline", key, unit_id) if row is not None else None
        if row is None or not changed:
            return row
        known = ("limit", "clock", "escalation")
        return replace(row, **{name: changed[name] for name in ("limit", "clock") if name in changed},
                       escalation=tuple(changed.get("escalation", row.escalation)),
                       options={**row.options, **{name: value for name, value in changed.items() if name not in known}})

    def escalation(self, pack: str, role: str, unit_id: str | None = None) -> tuple[str, ...]:
        """The roles that levels 1, 2 and 3 of a role's late tasks go to in a unit."""
        declared = self.roles.get(role)
        changed = self.rule(pack, "escalation", role, unit_id)
        return tuple(changed["chain"]) if changed else declared.escalation if declared else ()

    def rule(self, pack: str, kind: str, key: str, unit_id: str | None = None) -> dict[str, Any] | None:
        """What a process owner put in the place of a declared rule: nearest unit first, then for all."""
        for unit in (*self.path(unit_id), "") if self.rules else ():
            found = self.rules.get((pack, kind, key, unit))
            if found is not None:
                return found
        return None

    def parameters(self, pack: str, unit_id: str | None) -> dict[str, Any]:
        """The parameters of a pack as they hold in a unit: nearest override first, then the default."""
        content = self.packs.get(pack)
        if content is None:
            return {}
        kept = self._parameters.get((pack, unit_id))
        if kept is None:
            kept = self._parameters[pack, unit_id] = self._valued(content, unit_id)
        return kept

    def _valued(self, content: PackContent, unit_id: str | None) -> dict[str, Any]:
        pack = content.key
        return {name: parameter.value(self._parameter(pack, name, parameter.default, unit_id))
                for name, parameter in content.parameters.items()}

    def _parameter(self, pack: str, name: str, default: Any, unit_id: str | None) -> Any:
        for unit in (*self.path(unit_id), ""):
            if (pack, name, unit) in self.overrides:
                return self.overrides[pack, name, unit]
        return default


class LiveData:
    """Keeps the newest :class:`Live` copy of this process."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._lock = threading.Lock()

    def at(self, connection: Connection, version: int | None = None) -> Live:
        """The live data; ``version`` as read with the lock, or read here."""
        if version is None:
            version = connection.scalar(select(LiveVersion.version)) or 0
        live = self._live
        if live is not None and live.version == version:
            return live
        live = _load(connection, version)
        with self._lock:
            if self._live is None or self._live.version <= live.version:
                self._live = live
        return live


def changed(connection: Connection) -> None:
    """Count a change of live data; called by whoever changes people, units, packs or parameters."""
    done = connection.execute(update(LiveVersion).values(version=LiveVersion.version + 1))
    if done.rowcount == 0:
        connection.execute(LiveVersion.__table__.insert().values(id=1, version=1))


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
    versions = connection.execute(select(ProcessDefinition.key, ProcessDefinition.id, ProcessDefinition.pack)
                                  .order_by(ProcessDefinition.version)).all()
    newest = {row.key: row.id for row in versions}
    pack_of = {row.key: row.pack for row in versions}
    return Live(version, units, {role: frozenset(found) for role, found in holders.items()}, packs, overrides,
                _people(connection), newest, _substitutions(connection), _rules(connection), pack_of,
                _offers_heard(connection))


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
