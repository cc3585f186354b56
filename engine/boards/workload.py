"""Who has how much to do: people of the units that the actor supervises, and roles for which work waits unclaimed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from engine.authorization import Actor, supervised_units
from engine.boards.measures import quantiles
from engine.boards.supervision_cards import LoadLine, RoleLoad
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.runtime import TaskCandidate, UserTask


def workload(parts: Any, by: Actor, days: int = 7) -> tuple[tuple[LoadLine, ...], tuple[RoleLoad, ...]]:
    """People with their load, the most loaded first, and roles with unclaimed work; four statements."""
    with parts.database.reading() as connection:
        live, now = parts.live.at(connection), parts.clock.now()
        units = supervised_units(by, live)
        people = [person for person in live.people.values()
                  if person.holdings and (units is None or person.unit_id in units)]
        ids = [person.id for person in people]
        held = {row.assignee_id: row for row in connection.execute(
            select(UserTask.assignee_id, func.count().label("open"),
                   func.sum(case((UserTask.due_at <= now, 1), else_=0)).label("late"),
                   func.sum(case((and_(UserTask.due_at > now, UserTask.warn_at <= now), 1), else_=0)).label("risk"))
            .where(UserTask.assignee_id.in_(ids)).group_by(UserTask.assignee_id))}
        worked = _worked(connection, ids, now - timedelta(days=days))
        roles = _unclaimed(connection, live, units)
    absent = {item.person_id: item for item in live.substitutions if item.from_at <= now < item.until_at}
    lines = []
    for person in people:
        has, did, away = held.get(person.id), worked.get(person.id), absent.get(person.id)
        stand_in = live.people_by_id.get(away.substitute_id) if away else None
        unit = live.units.get(person.unit_id or "")
        lines.append(LoadLine(
            person.login, person.name, unit.name if unit else None,
            tuple(live.role_name(role) for role in sorted(person.roles)),
            has.open if has else 0, has.late if has else 0, has.risk if has else 0, did[0] if did else 0,
            did[1] if did else None, did[2] if did else None, away.until_at if away else None,
            stand_in.name if stand_in else None))
    return tuple(sorted(lines, key=lambda line: (-line.late, -line.open, line.login))), roles


def _worked(connection: Connection, ids: list[str], since: Any) -> dict[str, tuple[int, float | None, float]]:
    """What people have done: tasks, share on time, median seconds."""
    mine = and_(ElementVisit.by.in_(ids), ElementVisit.left_at >= since, ElementVisit.outcome == "completed",
                ElementVisit.kind == "userTask")
    middle = quantiles(connection, select(ElementVisit.id).where(mine), [ElementVisit.by], ElementVisit.seconds)
    found = {}
    for row in connection.execute(
            select(ElementVisit.by, func.count().label("n"), func.count(ElementVisit.due_at).label("clocked"),
                   func.sum(case((ElementVisit.left_at <= ElementVisit.due_at, 1), else_=0)).label("kept"))
            .where(mine).group_by(ElementVisit.by)):
        found[row.by] = (row.n, row.kept / row.clocked if row.clocked else None, middle[(row.by,)][0])
    return found


def _unclaimed(connection: Connection, live: Live, units: frozenset[str] | None) -> tuple[RoleLoad, ...]:
    """Roles with work that nobody has claimed, the longest queue first."""
    query = (select(TaskCandidate.role, func.count().label("n"), func.min(UserTask.created_at).label("oldest"))
             .join(UserTask, UserTask.id == TaskCandidate.task_id).where(TaskCandidate.unclaimed.is_(True))
             .group_by(TaskCandidate.role))
    if units is not None:
        query = query.where(UserTask.unit_id.in_(units))
    holders: dict[str, int] = {}
    for person in live.people.values():
        for role in person.roles:
            holders[role] = holders.get(role, 0) + 1
    return tuple(sorted((RoleLoad(row.role, live.role_name(row.role), row.n, row.oldest, holders.get(row.role, 0))
                         for row in connection.execute(query)), key=lambda item: -item.unclaimed))
