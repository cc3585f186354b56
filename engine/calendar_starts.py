"""Cases that the calendar starts: one waiting job per timer start event of the newest version of each process.

A tick is a row, unique per start event, key and moment: however many workers there are, it starts one case. Of ticks
missed while nobody worked at most the last one is made up for. Where a tick starts several cases each has a job of its
own: none holds up another, and no transaction holds what several cases need.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, delete, insert, select

from engine import starting
from engine.authorization import SYSTEM
from engine.bpmn import ProcessModel
from engine.calendar import Repetition, parse_repetition
from engine.ids import new_id
from engine.live import Live
from engine.models.identity import RoleHolding
from engine.models.repository import CalendarTick, StartSubscription
from engine.models.runtime import Job
from engine.wait_state import save, settle


def arm(parts: Any, connection: Connection, now: datetime, model: ProcessModel) -> None:
    """Write the jobs of a newly published version's calendar starts; those of older versions go."""
    connection.execute(delete(Job.__table__).where(
        Job.kind == "start", Job.element_instance_id == f"calendar:{model.key}"))
    for event in model.start_events:
        if event.kind == "timer" and event.timer:
            first = _first(event.timer, now, ZoneInfo(parts.settings.zone))
            if first is not None:
                connection.execute(insert(Job.__table__), [_job(parts, now, model.key, event.element_id, first,
                                                                event.timer)])


def _first(timer: tuple[str, str], now: datetime, zone: ZoneInfo) -> datetime | None:
    kind, text = timer
    return parse_repetition(text if kind == "cycle" else f"R1/{text}").next_after(now, zone)


def _job(parts: Any, now: datetime, key: str, element_id: str, due: datetime, timer: tuple[str, str],
         left: int | None = None) -> dict[str, Any]:
    return {"id": new_id(now), "kind": "start", "due_at": due, "root_id": None, "instance_id": None,
            "element_id": element_id, "element_instance_id": f"calendar:{key}", "slot": 0, "task_id": None,
            "payload": {"process_key": key, "calendar": list(timer), "left": left}, "tries": 0, "suspended": False,
            "retries": parts.settings.job_retries, "owner": None, "locked_until": None, "created_at": now}


def _start_of(parts: Any, now: datetime, key: str, element_id: str, variables: dict[str, Any],
              unit: str | None) -> dict[str, Any]:
    """The job that starts one of several cases of a tick."""
    return _job(parts, now, key, element_id, now, ("", "")) | {
        "element_instance_id": "", "payload": {"process_key": key, "variables": variables, "unit": unit}}


def tick(parts: Any, connection: Connection, job: Row[Any]) -> dict[str, Any] | None:
    """Start the case or cases of a calendar moment; returns the job of the next moment, if there is one."""
    now = parts.clock.now()
    key, timer, zone = job.payload["process_key"], tuple(job.payload["calendar"]), ZoneInfo(parts.settings.zone)
    repetition: Repetition | None = parse_repetition(timer[1]) if timer[0] == "cycle" else None
    due = job.due_at
    if repetition is not None:
        due = repetition.last_missed(job.due_at, now, zone) or job.due_at
    definition = parts.definitions.newest(connection, key)
    event = next((one for one in definition.model.start_events if one.element_id == job.element_id), None)
    if event is None or event.timer != timer:
        return None  # written for an older version while this one was being published
    live = parts.live.at(connection)
    each = definition.model.elements[job.element_id].properties.get("bihuan:for_each", "")
    starts = [(variables | {"scheduled_for": due}, unit) for holder, variables, unit in _holders(connection, live, each)
              if parts.database.insert_new(connection, CalendarTick.__table__, process_key=key,
                                           element_id=job.element_id, holder=holder, due_at=due)]
    if each and starts:
        connection.execute(insert(Job.__table__), [_start_of(parts, now, key, job.element_id, *one) for one in starts])
    for variables, unit in starts if not each else ():
        family = starting.begin(parts, connection, SYSTEM, now, key, entry=job.element_id, unit_id=unit,
                                variables=variables, definition=definition)
        settle(family, *family.members.values())
        save(family)
    left = job.payload.get("left")
    if left is None and repetition is not None and not repetition.anchored:
        left = repetition.count
    left = None if left is None else left - 1
    following = repetition.next_after(due, zone) if repetition is not None and left != 0 else None
    while following is not None and following <= now:
        following = repetition.next_after(following, zone)
    return None if following is None else _job(parts, now, key, job.element_id, following, timer, left)


def _holders(connection: Connection, live: Live, each: str) -> list[tuple[str, dict[str, Any], str | None]]:
    """For whom a tick starts a case: ``role:<key>`` each holder's unit, ``units:<kind>`` each unit, or once."""
    kind, _, value = each.partition(":")
    if kind == "role":
        rows = connection.execute(select(RoleHolding.person_id, RoleHolding.unit_id).where(RoleHolding.role == value))
        return [(f"{row.person_id}@{row.unit_id}", {"holder": row.person_id}, row.unit_id) for row in rows]
    if kind == "units":
        return [(unit.key, {"unit": unit.key}, unit.id) for unit in live.units.values() if value in ("", unit.kind)]
    return [("", {}, None)]


def subscribe(connection: Connection, now: datetime, model: ProcessModel, definition_id: str) -> None:
    """Write the message and signal starts of a newly published version; those of older versions go."""
    connection.execute(delete(StartSubscription.__table__).where(StartSubscription.process_key == model.key))
    rows = [{"id": new_id(now), "definition_id": definition_id, "process_key": model.key,
             "element_id": event.element_id, "kind": event.kind, "name": event.key or ""}
            for event in model.start_events if event.kind in ("message", "signal")]
    if rows:
        connection.execute(insert(StartSubscription.__table__), rows)
