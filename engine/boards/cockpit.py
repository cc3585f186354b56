"""The cockpit: where a process stands and where it hurts, by step and by version, over a period; and series by day.

Waiting times are medians and 95 % values of what was left in the period, never means. A step is *returned* when it was
left by being sent back. Everything comes from the visits and the open tasks; no run is restored.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, case, func, select

from engine.authorization import Actor, require, supervised_units
from engine.boards.measures import QUARTER, quantiles, quarter_of, seconds_between
from engine.boards.supervision_cards import Cockpit, DayFigures, StepFigures, VersionFigures
from engine.cards import Bilingual
from engine.errors import NotFound
from engine.models.history import ElementVisit
from engine.models.repository import Deployment, ProcessDefinition
from engine.models.runtime import ProcessInstance, UserTask

SHOWN = ("userTask", "callActivity", "serviceTask", "businessRuleTask", "receiveTask", "sendTask",
         "intermediateCatchEvent")
"""Kinds of steps that have a line of their own."""
MOST_DAYS = 400


def watchable(parts: Any, by: Actor) -> tuple[tuple[str, Bilingual, Bilingual, int], ...]:
    """The processes that have versions: key, name, pack's name, open instances in the actor's units."""
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        units = _units(by, live)
        query = (select(ProcessInstance.process_key, func.count()).where(ProcessInstance.ended_at.is_(None))
                 .group_by(ProcessInstance.process_key))
        if units is not None:
            query = query.where(ProcessInstance.unit_id.in_(units))
        open_now = {row[0]: row[1] for row in connection.execute(query)}
        rows = connection.execute(
            select(ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.name_en, ProcessDefinition.pack)
            .where(ProcessDefinition.id.in_(list(live.newest.values()))).order_by(ProcessDefinition.key)).all()
    titles = {key: pack.title for key, pack in live.packs.items()}
    return tuple((row.key, Bilingual(row.name, row.name_en), titles.get(row.pack, Bilingual(row.pack, row.pack)),
                  open_now.get(row.key, 0)) for row in rows)


def _units(by: Actor, live: Any) -> frozenset[str] | None:
    units = supervised_units(by, live)
    require(units is None or bool(units), "查看流程驾驶舱", "look at the cockpit")
    return units


def cockpit(parts: Any, by: Actor, key: str, since: datetime, until: datetime,
            versions: tuple[int, ...] = ()) -> Cockpit:
    """A process between two moments; ``versions`` picks some, else the newest three that have cases.

    Raises NotFound, NotPermitted.
    """
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        units, now = _units(by, live), parts.clock.now()
        rows = connection.execute(
            select(ProcessDefinition.id, ProcessDefinition.version, Deployment.at.label("deployed_at"),
                   ProcessDefinition.name, ProcessDefinition.name_en)
            .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
            .where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())).all()
        if not rows:
            raise NotFound(what="process")
        chosen = [row for row in rows if row.version in versions] or rows[:1 if len(rows) == 1 else 3]
        ids = [row.id for row in chosen]
        cases = _cases(parts, connection, ids, units, since, until)
        steps = _steps(parts, connection, ids, units, since, until, now)
        made = tuple(VersionFigures(row.version, row.id, row.deployed_at, *cases.get(row.id, (0, 0, 0, None, None)),
                                    steps[row.id]) for row in chosen)
    return Cockpit(key, Bilingual(rows[0].name, rows[0].name_en), since, until, made, tuple(r.version for r in rows))


def _cases(parts: Any, connection: Connection, ids: list[str], units: frozenset[str] | None, since: datetime,
           until: datetime) -> dict[str, tuple[int, int, int, float | None, float | None]]:
    """Instances by version: open now, started and ended in the period, median and 95 % of their length in seconds."""
    inside = [ProcessInstance.definition_id.in_(ids)]
    if units is not None:
        inside.append(ProcessInstance.unit_id.in_(units))
    started = and_(ProcessInstance.started_at >= since, ProcessInstance.started_at < until)
    ended = and_(ProcessInstance.ended_at >= since, ProcessInstance.ended_at < until)
    counts = {row[0]: tuple(int(n or 0) for n in row[1:]) for row in connection.execute(
        select(ProcessInstance.definition_id, func.sum(case((ProcessInstance.ended_at.is_(None), 1), else_=0)),
               func.sum(case((started, 1), else_=0)), func.sum(case((ended, 1), else_=0)))
        .where(*inside).group_by(ProcessInstance.definition_id))}
    length = seconds_between(ProcessInstance.started_at, ProcessInstance.ended_at, sqlite=parts.database.is_sqlite)
    whole = select(ProcessInstance.id).where(*inside, ended, ProcessInstance.state == "completed")
    middle = quantiles(connection, whole, [ProcessInstance.definition_id], length)
    return {key: (*found, *middle.get((key,), (None, None))) for key, found in counts.items()}  # type: ignore[misc]


def _steps(parts: Any, connection: Connection, ids: list[str], units: frozenset[str] | None, since: datetime,
           until: datetime, now: datetime) -> dict[str, tuple[StepFigures, ...]]:
    visits = select(ElementVisit.id).where(
        ElementVisit.definition_id.in_(ids), ElementVisit.kind.in_(SHOWN), ElementVisit.left_at >= since,
        ElementVisit.left_at < until)
    tasks = select(UserTask.definition_id, UserTask.element_id, func.count().label("open"),
                   func.sum(case((UserTask.due_at <= now, 1), else_=0)).label("late")).where(
        UserTask.definition_id.in_(ids)).group_by(UserTask.definition_id, UserTask.element_id)
    if units is not None:
        visits = visits.join(ProcessInstance, ProcessInstance.id == ElementVisit.root_id).where(
            ProcessInstance.unit_id.in_(units))
        tasks = tasks.where(UserTask.unit_id.in_(units))
    keys = [ElementVisit.definition_id, ElementVisit.element_id]
    done = visits.where(ElementVisit.outcome == "completed")
    middle = quantiles(connection, done, keys, ElementVisit.seconds)
    counted = {(row.definition_id, row.element_id): row for row in connection.execute(visits.with_only_columns(
        *keys, func.count().label("visits"),
        func.sum(case((ElementVisit.outcome == "returned", 1), else_=0)).label("returned"),
        func.sum(case((and_(ElementVisit.outcome == "completed", ElementVisit.due_at.is_not(None)), 1), else_=0))
        .label("clocked"),
        func.sum(case((and_(ElementVisit.outcome == "completed", ElementVisit.left_at <= ElementVisit.due_at), 1),
                      else_=0)).label("kept")).group_by(*keys))}
    open_now = {(row.definition_id, row.element_id): row for row in connection.execute(tasks)}
    found = {}
    for definition_id in ids:
        definition = parts.definitions.get(connection, definition_id)
        lines = []
        for element in definition.model.elements.values():
            if element.kind not in SHOWN:
                continue
            key = (definition_id, element.id)
            at, did, times = open_now.get(key), counted.get(key), middle.get(key, (None, None))
            lines.append(StepFigures(
                element.id, definition.element_name(element.id), element.kind, at.open if at else 0,
                int(at.late) if at else 0, did.visits if did else 0, *times, int(did.returned) if did else 0,
                int(did.clocked) if did else 0, int(did.kept) if did else 0))
        found[definition_id] = tuple(lines)
    return found


def by_day(parts: Any, by: Actor, since: datetime, until: datetime, key: str = "") -> tuple[DayFigures, ...]:
    """Day by day in the zone of the installation: started, ended, done and on time; three statements.

    ``key`` keeps to one process. Raises NotPermitted, and NotFound for more than 400 days.
    """
    zone = ZoneInfo(parts.settings.zone)
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    if not 0 <= (last - first).days < MOST_DAYS:
        raise NotFound(what="page")
    days: dict[Any, list[int]] = {first + timedelta(days=n): [0, 0, 0, 0, 0] for n in range((last - first).days + 1)}
    with parts.database.reading() as connection:
        units = _units(by, parts.live.at(connection))
        roots = select(ProcessInstance.id).where(ProcessInstance.parent_id.is_(None) if not key
                                                 else ProcessInstance.process_key == key)
        visits = select(ElementVisit.id).where(ElementVisit.kind == "userTask", ElementVisit.outcome == "completed")
        if key:
            visits = visits.join(ProcessDefinition, ProcessDefinition.id == ElementVisit.definition_id).where(
                ProcessDefinition.key == key)
        if units is not None:
            roots = roots.where(ProcessInstance.unit_id.in_(units))
            visits = visits.join(ProcessInstance, ProcessInstance.id == ElementVisit.root_id).where(
                ProcessInstance.unit_id.in_(units))
        kept = func.sum(case((ElementVisit.left_at <= ElementVisit.due_at, 1), else_=0))
        for query, column, place, counts in (
                (roots, ProcessInstance.started_at, 0, [func.count()]),
                (roots, ProcessInstance.ended_at, 1, [func.count()]),
                (visits, ElementVisit.left_at, 2, [func.count(), func.count(ElementVisit.due_at), kept])):
            at = quarter_of(column, sqlite=parts.database.is_sqlite)
            for quarter, *numbers in connection.execute(
                    query.with_only_columns(at, *counts).where(column >= since, column < until).group_by(at)):
                line = days[datetime.fromtimestamp(int(quarter) * QUARTER, UTC).astimezone(zone).date()]
                for offset, number in enumerate(numbers):
                    line[place + offset] += int(number or 0)
    return tuple(DayFigures(day, *line) for day, line in days.items())
