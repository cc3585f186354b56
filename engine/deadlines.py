"""The clock of a task: when it is due, when to warn, and whom a breach goes to.

A deadline is a row of the pack's table (``bihuan:deadline`` on the step names it) or ``camunda:dueDate``. Its steps are
jobs, one at a time; they warn and escalate and never touch the task itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine import notices
from engine.authorization import substitutes_of
from engine.calendar import DeadlineRule, Steps, WorkingCalendar
from engine.errors import BihuanError
from engine.family import Family, Member
from engine.live import Live
from engine.models.identity import Person, RoleHolding
from engine.models.runtime import Job, UserTask
from engine.packs import DeadlineDeclaration

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Where tasks without a deadline sort."""
DAY_ENDS = time(18, 0)
"""A due *date* ends at this hour (reading.md, 0.4 "Clock")."""


class BadDeadline(BihuanError):
    """A deadline's limit cannot be computed."""

    code, http_status = "bad_deadline", 422
    zh = "期限 {rule} 无法计算：{why}"
    en = "The deadline {rule} cannot be computed: {why}"


@dataclass(frozen=True, slots=True)
class TaskClock:
    """The clock of one task; ``steps`` are the moments of warning and levels."""

    started_at: datetime | None = None
    due_at: datetime | None = None
    warn_at: datetime | None = None
    rule: str = ""
    steps: Steps | None = None


def clock_of(family: Family, member: Member, element: Any, scope: dict[str, Any]) -> TaskClock:
    """The clock of a task that begins now. Raises :class:`BadDeadline`."""
    key = element.properties.get("bihuan:deadline", "")
    expressions = member.environment.expressions
    if key:
        key = str(expressions.value(key, scope) or "")
        row = family.live.deadline(member.definition.pack, key, family.root_row["unit_id"])
        if row is None:
            return TaskClock()
        return _by_rule(family, expressions, row, scope)
    due = _due(expressions.value(element.attributes.get("dueDate"), scope), expressions)
    if due is None:
        return TaskClock()
    steps = DeadlineRule.until(due).steps(family.now, expressions.calendar)
    return TaskClock(family.now, steps.due_at, steps.warn_at, "", steps)


def _by_rule(family: Family, expressions: Any, row: DeadlineDeclaration, scope: dict[str, Any]) -> TaskClock:
    started = family.now
    if row.clock != "created":
        text = row.clock.removeprefix("=")
        started = _moment(expressions.evaluate(text, scope), expressions) or family.now
    limit = limit_for(row, family.root_row["severity"])
    try:
        if isinstance(limit, str) and limit.startswith("="):
            due = _due(expressions.evaluate(limit[1:], {**scope, "created": expressions.now()}), expressions)
            if due is None:
                return TaskClock()
            rule = DeadlineRule.until(due)
        else:
            rule = DeadlineRule.read(limit, row.options.get("reminder"))
        steps = rule.steps(started, expressions.calendar)
    except ValueError as error:
        raise BadDeadline(rule=row.key, why=str(error)) from error
    return TaskClock(started, steps.due_at, steps.warn_at, row.key, steps)


def limit_for(row: DeadlineDeclaration, severity: str) -> Any:
    """The limit of a row for a case of a severity: ``by_severity`` of the row, else its ``limit``."""
    by_severity = row.options.get("by_severity")
    return by_severity.get(severity, row.limit) if isinstance(by_severity, dict) else row.limit


def is_duration(live: Live, pack: str, key: str, unit_id: str | None = None) -> bool:
    """Whether a task's deadline is a length of time, which a suspension stops; without ``key`` it is a date."""
    row = live.deadline(pack, key, unit_id) if key else None
    if row is None or (isinstance(row.limit, str) and row.limit.startswith("=")):
        return False
    try:
        rule = DeadlineRule.read(row.limit)
    except ValueError:
        return False
    return rule.kind in ("duration", "working", "working_days")


def _due(value: Any, expressions: Any) -> datetime | date | None:
    """A due date stays a date, because dates remind and escalate differently from moments."""
    if isinstance(value, str) and len(value) == len("2026-04-07"):
        return date.fromisoformat(value)
    return value if isinstance(value, date) and not isinstance(value, datetime) else _moment(value, expressions)


def _moment(value: Any, expressions: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=expressions.zone).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, DAY_ENDS, expressions.zone).astimezone(UTC)
    if isinstance(value, str) and value:
        return _moment(datetime.fromisoformat(value), expressions)
    return None


def first_job(family: Family, task: dict[str, Any], clock: TaskClock) -> list[dict[str, Any]]:
    """The job of a task's first deadline step, if it has a deadline; all moments are computed here, once."""
    if clock.steps is None:
        return []
    level = 0 if clock.warn_at and clock.warn_at > family.now else 1
    moments = [clock.steps.due_at, clock.steps.level_2_at, clock.steps.level_3_at]
    return [_job(family, task, clock.warn_at if level == 0 else clock.due_at, level, moments)]


def rearmed(family: Family, task: Mapping[str, Any], calendar: WorkingCalendar) -> list[dict[str, Any]]:
    """The job of the next step of a task whose clock was running before: beyond the level that was told already."""
    if task["due_at"] is None or task["paused_at"] is not None:
        return []
    steps = steps_until(task["due_at"], task["clock_started_at"] or task["created_at"], calendar)
    moments = [steps.due_at, steps.level_2_at, steps.level_3_at]
    level = task["escalation_level"] + 1
    if level == 1 and task["warn_at"] is not None and task["warn_at"] > family.now:
        return [_job(family, task, task["warn_at"], 0, moments)]
    return [_job(family, task, moments[level - 1], level, moments)] if level <= 3 else []


def steps_until(due: datetime, start: datetime, calendar: WorkingCalendar) -> Steps:
    """The moments of a clock that is to run out at ``due``."""
    return DeadlineRule.until(due).steps(min(start, due), calendar)


def _job(family: Family, task: Mapping[str, Any], at: datetime, level: int, moments: list[datetime]) -> dict[str, Any]:
    return family.job("deadline", at, {"level": level, "at": moments}, instance_id=task["instance_id"],
                      element_id=task["element_id"], task_id=task["id"])


def chain_of(live: Live, pack: str, rule: str, role: str, unit_id: str | None = None) -> tuple[str, ...]:
    """The roles that levels 1, 2 and 3 go to in a unit: the deadline's own chain, else the role's."""
    row = live.deadline(pack, rule, unit_id) if rule else None
    return row.escalation if row is not None and row.escalation else live.escalation(pack, role, unit_id)


def fire(family: Family, job: Any, pack: str) -> None:
    """The deadline steps of an open task that are due: note the highest, tell the people, write the job of the next.

    Steps that fell due while no worker ran are told as one, so that nobody finds a storm of them.
    """
    connection = family.connection
    task = connection.execute(select(*UserTask.__table__.columns).where(UserTask.id == job.task_id)).first()
    if task is None or task.paused_at is not None or task.due_at is None:
        return
    moments = [moment + (task.due_at - job.payload["at"][0]) for moment in job.payload["at"]]
    chain = chain_of(family.live, pack, task.deadline, task.role, task.unit_id)
    first, most = int(job.payload["level"]), min(3, max(1, len(chain)))
    level = max([first, *(number for number in range(1, most + 1) if moments[number - 1] <= family.now)])
    if level == 0:
        tell_step(family, task, 0, task.role, [task.assignee_id] if task.assignee_id else None)
    elif level <= most and level > task.escalation_level:
        connection.execute(update(UserTask.__table__).where(UserTask.id == task.id).values(escalation_level=level))
        merged = [number for number in range(first, level) if number > task.escalation_level or number == 0]
        more = {"merged": merged} if merged else {}
        tell_step(family, task, level, chain[level - 1] if chain else "", None, **more)
    if level < most:
        connection.execute(insert(Job.__table__), [_job(family, task._mapping, moments[level], level + 1, moments)])


def tell_step(family: Family, task: Any, level: int, role: str, people: list[str] | None, **detail: Any) -> None:
    """Note a step in the history and tell the people: those given, else the holders of ``role`` nearest to the unit,
    and whoever acts for them."""
    by_hand = detail.get("by_hand", False)
    family.record.tell("reminded" if level == 0 else "escalated", root_id=family.root_id, instance_id=task.instance_id,
                       task_id=task.id, definition_id=task.definition_id, element_id=task.element_id, level=level,
                       role=role, due_at=task.due_at, name=task.name, name_en=task.name_en, **detail)
    if people is None:
        people = holders(family.connection, family.live, role, task.unit_id)
    people = with_substitutes(family.live, people, family.now, task.process_key)
    notices.tell(family.connection, family.now, people, "escalated_by_hand" if by_hand else f"deadline_{level}",
                 root_id=family.root_id, task_id=task.id, case_number=task.case_number, name=task.name,
                 name_en=task.name_en, due_at=task.due_at, by=family.by.name.zh, by_en=family.by.name.in_("en"),
                 reason=detail.get("reason", ""))


def with_substitutes(live: Live, people: list[str], now: datetime, process: str) -> list[str]:
    """People, and after them those who act for them now: what the absent are told, their substitutes are told."""
    return list(dict.fromkeys([*people, *(one for person in people
                                          for one in substitutes_of(live, person, now, process))]))


def holders(connection: Connection, live: Live, role: str, unit_id: str | None) -> list[str]:
    """The people who hold ``role`` nearest to a unit."""
    unit = live.offered_at(role, unit_id)
    if not role or unit is None:
        return []
    return list(connection.scalars(
        select(RoleHolding.person_id).join(Person, Person.id == RoleHolding.person_id)
        .where(RoleHolding.role == role, RoleHolding.unit_id.in_(live.subtree(unit)), Person.left_at.is_(None))
        .distinct()))
