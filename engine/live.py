"""What is live and shared by all cases: units, roles with holders, packs, parameters. One immutable copy per version.

The row ``live_version`` counts every change. A transaction reads that number together with its lock, and only if it
moved is the copy read anew, so that the usual step pays nothing for it and no process keeps a truth of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, update

from engine.calendar import WorkingCalendar
from engine.cards import Bilingual
from engine.errors import NotFound
from engine.models.identity import LiveVersion
from engine.packs import DeadlineDeclaration, PackContent, Role

EVERYWHERE = ""
"""Stands for the unit of a rule or parameter that was changed for all units."""


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
    """Rules that were changed as data, by (pack, kind, key, unit id or EVERYWHERE)."""
    pack_of: Mapping[str, str] = field(default_factory=dict)
    process_names: Mapping[str, Bilingual] = field(default_factory=dict)
    """What each process is called in its newest version."""
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

    @cached_property
    def units_by_key(self) -> Mapping[str, Unit]:
        """All units, by the key that people and files name them by."""
        return {unit.key: unit for unit in self.units.values()}

    def unit_id(self, key: str | None) -> str | None:
        """The id of the unit named; ``None`` where none is named. Raises NotFound."""
        if key and key not in self.units_by_key:
            raise NotFound(what=key)
        return self.units_by_key[key].id if key else None

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
        for unit in (*self.path(unit_id), EVERYWHERE) if self.rules else ():
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
        for unit in (*self.path(unit_id), EVERYWHERE):
            if (pack, name, unit) in self.overrides:
                return self.overrides[pack, name, unit]
        return default


def changed(connection: Connection) -> None:
    """Count a change of live data; called by whoever changes people, units, packs or parameters."""
    done = connection.execute(update(LiveVersion).values(version=LiveVersion.version + 1))
    if done.rowcount == 0:
        connection.execute(LiveVersion.__table__.insert().values(id=1, version=1))
    connection.info[_CHANGED_IN] = connection.get_transaction()


def unsettled(connection: Connection) -> bool:
    """Whether the transaction at hand changed live data itself: its number may yet come to mean something else."""
    transaction = connection.get_transaction()
    return transaction is not None and connection.info.get(_CHANGED_IN) is transaction


_CHANGED_IN = "bihuan_changed_in"
