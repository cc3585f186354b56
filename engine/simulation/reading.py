"""Reading a period of a process out of the history: a handful of SELECTs, for all cases at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, exists, select
from sqlalchemy.orm import aliased

from engine.bpmn import handed_names
from engine.definitions import Definition
from engine.live import Live
from engine.models.history import ElementVisit, FormFilled, HistoryEntry
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.simulation.answers import from_outside
from engine.simulation.hours import WorkHours, kept_hours
from engine.simulation.measuring import Done, begun, steps
from engine.simulation.past import Arrival, Filling, Past, PastInstance, PastPerson, Period, Place
from engine.simulation.task_history import Absences, TaskHistory, read_absences, read_tasks
from engine.values import loads

OUTSIDE = ("receiveTask", "intermediateCatchEvent")
SEEN = ("userTask", *OUTSIDE, "boundaryEvent", "callActivity", "subProcess")
"""Kinds of elements whose visits count."""


def read_past(parts: Any, connection: Connection, live: Live, key: str, period: Period) -> Past:
    """What history says of the process ``key`` over a period."""
    return _Reader(parts, connection, live, key, period).past()


class _Reader:
    def __init__(self, parts: Any, connection: Connection, live: Live, key: str, period: Period):
        self.parts, self.connection, self.live, self.key, self.period = parts, connection, live, key, period
        self.told = TaskHistory()
        self._edges: dict[str, list[tuple[str, str]]] = {}
        self.keys: dict[str, str] = dict(connection.execute(select(ProcessDefinition.id, ProcessDefinition.key)).all())

    def past(self) -> Past:
        cases = self._cases()
        family = self._family()
        visits = self._visits(family)
        fillings = self._fillings()
        self.told = read_tasks(self.connection, self._roots(), self.period, visits)
        done = self._done(visits, family)
        away = read_absences(self.connection, self.key, self.period, done)
        calendars, hours = self._calendars(done)
        entries = self._entries()
        arrivals = tuple(self._arrival(number, row, family, visits, fillings, entries)
                         for number, row in enumerate(cases))
        load: dict[tuple[str, str], float] = defaultdict(float)
        for one in done:
            if one.ours and one.by:
                load[one.role, one.unit] += 1
        external = frozenset(role.key for role in self.live.roles.values() if role.external)
        return Past(self.key, self.period.begin, self.period.since, self.period.until, arrivals,
                    steps(done, hours, self._taken_back(visits, family), {
                        person: [one[:2] for one in several] for person, several in away.items()}),
                    self._people(done, hours, away), calendars, dict(load), external)

    # --- rows

    def _chosen(self, table: Any) -> Any:
        """The instances of the process that began in the period: cases of their own, or else called ones."""
        own = exists().where(ProcessInstance.process_key == self.key, ProcessInstance.parent_id.is_(None))
        alone = self.connection.scalar(select(own))
        return [table.process_key == self.key, table.started_at >= self.period.begin,
                table.started_at < self.period.until, *([table.parent_id.is_(None)] if alone else [])]

    def _cases(self) -> list[Row[Any]]:
        table = ProcessInstance
        return list(self.connection.execute(
            select(table.id, table.root_id, table.unit_id, table.started_at, table.ended_at, table.state,
                   table.variables, table.started_by)
            .where(*self._chosen(table)).order_by(table.started_at, table.id)).all())

    def _roots(self) -> Any:
        chosen = aliased(ProcessInstance)
        return select(chosen.root_id).where(*self._chosen(chosen))

    def _family(self) -> dict[str, Row[Any]]:
        """All instances of the cases that these belong to, oldest first."""
        table = ProcessInstance
        rows = self.connection.execute(
            select(table.id, table.root_id, table.parent_id, table.process_key, table.unit_id, table.started_at,
                   table.ended_at, table.variables)
            .where(table.root_id.in_(self._roots())).order_by(table.started_at, table.id)).all()
        return {row.id: row for row in rows}

    def _visits(self, family: Mapping[str, Row[Any]]) -> dict[str, list[Row[Any]]]:
        table = ElementVisit
        rows = self.connection.execute(
            select(table.instance_id, table.element_id, table.element_instance_id, table.kind, table.entered_at,
                   table.left_at, table.outcome, table.by, table.role, table.due_at)
            .where(table.root_id.in_(self._roots()), table.kind.in_(SEEN)).order_by(table.entered_at, table.id)).all()
        found: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            if row.instance_id in family:
                found[row.instance_id].append(row)
        return found

    def _fillings(self) -> dict[str, dict[str, list[Filling]]]:
        rows = self.connection.execute(
            select(FormFilled.instance_id, FormFilled.element_id, FormFilled.form_key, FormFilled.values)
            .where(FormFilled.root_id.in_(self._roots()), FormFilled.erased_at.is_(None)).order_by(FormFilled.id)).all()
        found: dict[str, dict[str, list[Filling]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            found[row.instance_id][row.element_id].append(Filling(row.form_key, row.values or {}))
        return found

    def _entries(self) -> dict[str, str]:
        """The start event by which each case came, where it is not the plain one."""
        table = HistoryEntry
        return dict(self.connection.execute(
            select(table.instance_id, table.element_id)
            .where(table.verb == "started", table.element_id != "", table.root_id.in_(self._roots()))).all())

    # --- work

    def _done(self, visits: Mapping[str, list[Row[Any]]], family: Mapping[str, Row[Any]]) -> list[Done]:
        """The completed tasks of these cases, and those of other cases that the same people completed meanwhile."""
        people = {row.by for several in visits.values() for row in several if row.by}
        own = [self._one(row, family[instance].process_key, family[instance].unit_id, ours=True)
               for instance, several in visits.items() for row in several
               if row.kind == "userTask" and row.outcome == "completed" and row.left_at < self.period.until]
        roots = {row.root_id for row in family.values()}
        table, root = ElementVisit, aliased(ProcessInstance)
        others = self.connection.execute(
            select(table.root_id, table.instance_id, table.element_id, table.kind, table.entered_at, table.left_at,
                   table.by, table.role, table.due_at, table.definition_id, root.unit_id)
            .join(root, root.id == table.root_id)
            .where(table.kind == "userTask", table.outcome == "completed", table.left_at >= self.period.begin,
                   table.left_at < self.period.until, table.by.is_not(None))).all()
        more = [self._one(row, self.keys.get(row.definition_id, ""), row.unit_id, ours=False)
                for row in others if row.by in people and row.root_id not in roots]
        return own + more

    def _taken_back(self, visits: Mapping[str, list[Row[Any]]], family: Mapping[str, Row[Any]]) -> Counter[Place]:
        """Tasks that went away without being completed."""
        return Counter((family[instance].process_key, row.element_id) for instance, several in visits.items()
                       for row in several if row.kind == "userTask" and row.outcome == "cancelled")

    def _one(self, row: Row[Any], key: str, unit: str | None, *, ours: bool) -> Done:
        place = (row.instance_id, row.element_id, row.left_at)
        claimed = self.told.claims.get(place)
        by = "" if place in self.told.jointly else row.by or ""
        return Done((key, row.element_id), row.role, self.live.offered_at(row.role, unit) or "", by,
                    self._at(row.entered_at), None if claimed is None else self._at(claimed), self._at(row.left_at),
                    None if row.due_at is None else self._at(row.due_at), ours,
                    tuple((self._at(since), self._at(until)) for since, until in self.told.rests.get(place, ())))

    def _at(self, moment: datetime) -> float:
        return (moment - self.period.begin).total_seconds()

    def _calendars(self, done: list[Done]) -> tuple[dict[str, Any], dict[str, WorkHours]]:
        """The calendar that each role keeps: that of the unit in which it is held, or what it was seen to keep."""
        zone = self._zone()
        calendars = {"": self.live.calendar(self.live.root_unit, zone)}
        moments: dict[str, list[datetime]] = defaultdict(list)
        for one in done:
            if one.by:
                moments[one.role].append(self.period.begin + timedelta(seconds=one.left))
        known = {*moments, *self.live.role_units}
        for role in sorted(known):
            units = sorted(self.live.role_units.get(role, ()))
            declared = self.live.calendar(units[0] if units else self.live.root_unit, zone)
            calendars[role] = kept_hours(declared, moments[role])
        end = self.period.until + timedelta(days=1)
        return calendars, {role: WorkHours(one, self.period.begin, end) for role, one in calendars.items()}

    def _zone(self) -> Any:
        root = self.live.units.get(self.live.root_unit or "")
        return ZoneInfo((root.zone if root else "") or self.parts.settings.zone)

    def _people(self, done: list[Done], hours: Mapping[str, WorkHours], away: Absences) -> tuple[PastPerson, ...]:
        """Who completed tasks of the process, with the roles they hold; of roles in which nobody did, who holds them.
        """
        pools: dict[str, set[tuple[str, str]]] = defaultdict(set)
        others: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for one, start in zip(done, begun(done)):
            if one.by and one.ours:
                pools[one.by].add((one.role, one.unit))
            elif one.by and one.left > 0:
                seconds = hours.get(one.role, hours[""]).between(max(0.0, start), one.left)
                others[one.by].append((max(0.0, one.opened), max(0.0, start), seconds))
        held = {person.id: {(role, above) for role, unit in person.holdings for above in self.live.path(unit)}
                for person in self.live.people.values()}
        pools = {key: held.get(key) or several for key, several in pools.items()}
        known = {role for several in pools.values() for role, _unit in several}
        pools |= {key: spare for key, several in held.items() if key not in pools
                  and (spare := {pool for pool in several if pool[0] not in known})}
        logins = {person.id: person.login for person in self.live.people.values()}
        for_whom: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
        for person, stretches in away.items():
            for gone, back, substitute in stretches:
                for_whom[substitute].append((gone, back, person))
        return tuple(PastPerson(key, logins.get(key, ""), frozenset(several),
                                tuple(one for one in sorted(others.get(key, ())) if one[2] > 0),
                                tuple(one[:2] for one in away.get(key, ())), tuple(for_whom.get(key, ())))
                     for key, several in sorted(pools.items()))

    # --- cases

    def _arrival(self, number: int, row: Row[Any], family: Mapping[str, Row[Any]],
                 visits: Mapping[str, list[Row[Any]]], fillings: Mapping[str, Mapping[str, list[Filling]]],
                 entries: Mapping[str, str]) -> Arrival:
        mine = [one for one in family.values() if _below(one.id, row.id, family)]
        variables = loads(row.variables)
        person = self.live.people_by_id.get(row.started_by or "")
        starter = {"login": person.login, "name": person.name.zh} if person else None
        return Arrival(
            number, row.started_at, row.unit_id, starter, entries.get(row.id),
            from_outside(variables, self._definition(self.key)) | self._handed(row, variables, family),
            tuple(self._instance(one, visits.get(one.id, ()), fillings.get(one.id, {})) for one in mine),
            row.ended_at, row.state == "completed" and row.ended_at < self.period.until,
            row.started_at >= self.period.since)

    def _handed(self, row: Row[Any], variables: Mapping[str, Any], family: Mapping[str, Row[Any]]) -> dict[str, Any]:
        """What the caller of a called process handed to it, as it has it at its end."""
        above = family.get(family[row.id].parent_id or "")
        caller = self._definition(above.process_key) if above is not None else None
        names = handed_names(caller.model, self.key)[0] if caller is not None else ()
        return {name: variables[name] for name in names if variables.get(name) is not None}

    def _definition(self, key: str) -> Definition | None:
        newest = self.live.newest.get(key)
        return self.parts.definitions.get(self.connection, newest) if newest else None

    def _attached(self, key: str) -> list[tuple[str, str]]:
        """The messages and signals that wait at the edge of an activity of a process: (event, activity)."""
        if key not in self._edges:
            definition = self._definition(key)
            elements = definition.model.elements.values() if definition else ()
            self._edges[key] = [(one.id, one.attached_to) for one in elements if one.attached_to
                                and {"message", "signal"} & set(one.events)]
        return self._edges[key]

    def _instance(self, row: Row[Any], visits: Sequence[Row[Any]],
                  fillings: Mapping[str, list[Filling]]) -> PastInstance:
        events: dict[str, list[float | None]] = defaultdict(list)
        for visit in visits:
            if visit.kind in OUTSIDE:
                waited = (visit.left_at - visit.entered_at).total_seconds()
                events[visit.element_id].append(waited if visit.outcome == "completed" else None)
        for boundary, host in self._attached(row.process_key):
            events[boundary] = [_fired(boundary, one, visits) for one in visits if one.element_id == host]
        return PastInstance(row.process_key, row.parent_id, loads(row.variables),
                            {element: tuple(several) for element, several in fillings.items()},
                            {element: tuple(several) for element, several in events.items()},
                            {element: tuple(several) for element, several in self.told.endings.get(row.id, {}).items()},
                            tuple(visit.element_id for visit in visits if visit.kind == "userTask"))


def _fired(boundary: str, host: Row[Any], visits: Iterable[Row[Any]]) -> float | None:
    """Seconds from the beginning of an activity until an event at its edge happened; ``None`` where it did not."""
    return next(((one.entered_at - host.entered_at).total_seconds() for one in visits if one.element_id == boundary
                 and host.entered_at <= one.entered_at <= host.left_at), None)


def _below(instance: str | None, top: str, family: Mapping[str, Row[Any]]) -> bool:
    while instance is not None:
        if instance == top:
            return True
        row = family.get(instance)
        instance = row.parent_id if row is not None else None
    return False
