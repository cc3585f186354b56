"""The supervisors' board: what is late, at risk or escalated, by person, role, process or team, by age; and the list.

All numbers come from the rows that have a clock and are late or at risk, read once: a grouped statement over one range
of a covering index gives the matrix and the figures on top; the page of the list is a range of its own. Sources: UX
5.6; ageing buckets are its defaults.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, false, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from engine.authorization import Actor, supervised_units, supervises_task
from engine.boards.rows import TASK_COLUMNS, task_row
from engine.boards.supervision_cards import BoardPage, LateRow, MatrixLine
from engine.cards import Bilingual
from engine.errors import NotFound
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, UserTask
from engine.models.working import Urge

BUCKETS = ("risk", "h4", "h24", "d1")
"""At risk; late under 4 hours; 4 to 24 hours; above a day."""
DIMENSIONS = {"person": UserTask.assignee_id, "role": UserTask.role, "process": UserTask.process_key,
              "unit": UserTask.unit_id}
H4, H24 = timedelta(hours=4), timedelta(days=1)
ON_TIME_OVER = timedelta(days=30)


def page(parts: Any, by: Actor, group: str = "person", filters: dict[str, str] | None = None, after: str | None = None,
         limit: int = 50) -> BoardPage:
    """The board. ``group`` is a dimension of the matrix; ``filters`` narrow the list by ``age``, ``person`` (login or
    ``-`` for nobody), ``role``, ``process``, ``unit``, ``level``, ``promise`` (``broken``). Raises :class:`NotFound`.
    """
    wanted = dict(filters or {})
    if group not in DIMENSIONS or wanted.get("age", "risk") not in (*BUCKETS, "late", ""):
        raise NotFound(what="page")
    with parts.database.reading() as connection:
        live, now = parts.live.at(connection), parts.clock.now()
        seen = and_(alarmed(now), supervises_task(by, live))
        counted = _counted(connection, live, by, seen, now, group)
        lines = _matrix(connection, live, counted, group)
        rows, following = _list(connection, live, seen, now, wanted, after, limit)
    return BoardPage(group, lines, _figures(counted), rows, following)


def alarmed(now: datetime) -> ColumnElement[bool]:
    """The tasks that are late or at risk, whose clock runs: a range of ``ix_user_task_alarm``."""
    return and_(UserTask.suspended.is_(False), UserTask.paused_at.is_(None),
                func.coalesce(UserTask.warn_at, UserTask.due_at) <= now)


def _bucket(now: datetime) -> ColumnElement[str]:
    return case((UserTask.due_at > now, "risk"), (UserTask.due_at > now - H4, "h4"),
                (UserTask.due_at > now - H24, "h24"), else_="d1")


def _of_age(age: str, now: datetime) -> ColumnElement[bool]:
    """The tasks of a bucket, or ``late`` for all but those at risk, as a range of due moments."""
    due = UserTask.due_at
    return {"risk": due > now, "late": due <= now, "h4": and_(due <= now, due > now - H4),
            "h24": and_(due <= now - H4, due > now - H24), "d1": due <= now - H24}[age]


def _counted(connection: Connection, live: Live, by: Actor, seen: ColumnElement[bool], now: datetime,
             group: str) -> Sequence[Row[Any]]:
    """Tasks by line of the matrix and bucket, with how many of them the figures on top count."""
    column, bucket = DIMENSIONS[group], _bucket(now)
    mine = [role for role in by.roles if role in live.supervising]

    def of_these(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    escalated = UserTask.escalation_level > 0
    return connection.execute(select(
        column.label("line"), bucket.label("bucket"), func.count().label("tasks"),
        of_these(escalated).label("escalated"),
        of_these(and_(escalated, UserTask.role.in_(_watched(live, mine)))).label("to_me"),
        of_these(UserTask.assignee_id.is_(None)).label("unclaimed"),
        of_these(UserTask.promised_at <= now).label("broken")).where(seen).group_by(column, bucket)).all()


def _matrix(connection: Connection, live: Live, counted: Sequence[Row[Any]], group: str) -> tuple[MatrixLine, ...]:
    cells: dict[str, dict[str, int]] = {}
    for row in counted:
        cells.setdefault(row.line or "", dict.fromkeys(BUCKETS, 0))[row.bucket] = row.tasks
    names = _names(connection, live, group, cells)
    lines = [MatrixLine(_filter_value(live, group, key), names.get(key, Bilingual(key, key)), numbers)
             for key, numbers in cells.items()]
    return tuple(sorted(lines, key=lambda line: (-line.late, -line.cells["risk"], line.name.zh)))


def _figures(counted: Sequence[Row[Any]]) -> dict[str, int]:
    """The strip on top: late, at risk, escalated, escalated to my role, unclaimed, promises to customers broken."""
    figures = {"late": sum(row.tasks for row in counted if row.bucket != "risk"),
               "risk": sum(row.tasks for row in counted if row.bucket == "risk")}
    return figures | {name: sum(int(row._mapping[name]) for row in counted)
                      for name in ("escalated", "to_me", "unclaimed", "broken")}


def _filter_value(live: Live, group: str, key: str) -> str:
    """How the list is narrowed to a line of the matrix."""
    if group == "person":
        person = live.people_by_id.get(key)
        return person.login if person else key or "-"
    if group == "unit":
        unit = live.units.get(key)
        return unit.key if unit else key
    return key


def _names(connection: Connection, live: Live, group: str, keys: Any) -> dict[str, Bilingual]:
    nobody = {"": Bilingual("待认领", "Unclaimed") if group == "person" else Bilingual("未指定", "Not set")}
    if group == "person":
        return nobody | {key: live.people_by_id[key].name for key in keys if key in live.people_by_id}
    if group == "unit":
        return nobody | {key: live.units[key].name for key in keys if key in live.units}
    if group == "role":
        return nobody | _told_apart(live, [key for key in keys if key])
    return nobody | {row.key: Bilingual(row.name, row.name_en) for row in connection.execute(
        select(ProcessDefinition.key, ProcessDefinition.name, ProcessDefinition.name_en)
        .where(ProcessDefinition.id.in_([live.newest[key] for key in keys if key in live.newest])))}


def _told_apart(live: Live, roles: list[str]) -> dict[str, Bilingual]:
    """The names of roles; those that share one have their pack beside it."""
    names = {key: live.role_name(key) for key in roles}
    often = Counter(name.zh for name in names.values())
    packs = {key: pack.title for pack in live.packs.values() for key in pack.roles}
    return {key: Bilingual(f"{name.zh}（{packs[key].zh}）", name.en) if often[name.zh] > 1 and key in packs else name
            for key, name in names.items()}


def _watched(live: Live, mine: list[str]) -> list[str]:
    """Roles whose escalation chain leads to one of ``mine``."""
    return [key for key, role in live.roles.items() if set(role.escalation) & set(mine)]


def on_time(parts: Any, by: Actor) -> float | None:
    """The share of tasks with a deadline that were done by it in the last 30 days, 0 to 1; ``None`` for none.

    A figure of its own: it reads a month of history, which the board should not wait for.
    """
    now = parts.clock.now()
    with parts.database.reading() as connection:
        return _on_time(connection, parts.live.at(connection), by, now - ON_TIME_OVER)


def _on_time(connection: Connection, live: Live, by: Actor, since: datetime) -> float | None:
    kept = func.sum(case((ElementVisit.left_at <= ElementVisit.due_at, 1), else_=0))
    query = select(func.count(), kept).where(
        ElementVisit.due_at.is_not(None), ElementVisit.outcome == "completed", ElementVisit.left_at >= since)
    units = supervised_units(by, live)
    if units is not None:
        query = query.join(ProcessInstance, ProcessInstance.id == ElementVisit.root_id).where(
            ProcessInstance.unit_id.in_(units))
    count, done = connection.execute(query).one()
    return float(done) / count if count else None


def _list(connection: Connection, live: Live, seen: ColumnElement[bool], now: datetime, wanted: dict[str, str],
          after: str | None, limit: int) -> tuple[tuple[Any, ...], str | None]:
    other = aliased(Person)
    last = (select(func.max(Urge.at)).where(Urge.task_id == UserTask.id, Urge.taken_back_at.is_(None))
            .correlate(UserTask).scalar_subquery())
    query = (select(*TASK_COLUMNS, Person.login, Person.name.label("holder"), Person.name_en.label("holder_en"),
                    other.name.label("came_name"), other.name_en.label("came_name_en"), literal(None).label("draft"),
                    last.label("urged_at"))
             .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
             .outerjoin(Person, Person.id == UserTask.assignee_id).outerjoin(other, other.id == UserTask.came_by)
             .where(seen))
    query = _narrowed(query, live, now, wanted)
    if after:
        moment, _, key = after.rpartition("~")
        try:
            query = query.where(tuple_(UserTask.due_at, UserTask.id) > (datetime.fromisoformat(moment), key))
        except ValueError:
            raise NotFound(what="page") from None
    rows = connection.execute(query.order_by(UserTask.due_at, UserTask.id).limit(limit + 1)).all()
    following = f"{rows[limit - 1].due_at.isoformat()}~{rows[limit - 1].id}" if len(rows) > limit else None
    return tuple(LateRow(task_row(row, live, now), row.urged_at) for row in rows[:limit]), following


def _narrowed(query: Select[Any], live: Live, now: datetime, wanted: dict[str, str]) -> Select[Any]:
    if wanted.get("age"):
        query = query.where(_of_age(wanted["age"], now))
    if wanted.get("person") == "-":
        query = query.where(UserTask.assignee_id.is_(None))
    elif wanted.get("person"):
        query = query.where(Person.login == wanted["person"])
    for name, column in (("role", UserTask.role), ("process", UserTask.process_key)):
        if wanted.get(name):
            query = query.where(column == wanted[name])
    if wanted.get("unit"):
        unit = live.units_by_key.get(wanted["unit"])
        query = query.where(UserTask.unit_id == unit.id if unit else false())
    if wanted.get("level", "").isdigit():
        query = query.where(UserTask.escalation_level >= int(wanted["level"]))
    if wanted.get("promise") == "broken":
        query = query.where(UserTask.promised_at <= now)
    return query
