"""What an inbox is filtered by: columns of the task, and business fields that processes declare (``bihuan:search``).

=============  =====================================================================================================
``process``    keys, with commas; so ``severity``, ``role``, ``version`` (numbers), ``unit`` (ids of units)
``due``        ``late``, ``risk``, ``today``, ``week`` (within seven days), ``none``
``since``      when it came: ``today``, ``week`` (within seven days), ``older``
``search``     case number, customer, pinyin initials, last four digits of the phone, or text of any business field
``f.<field>``  a business field: a value, several with ``|``, or ``low..high`` for numbers and dates (or one end)
=============  =====================================================================================================

Business fields are looked up by the case of each task in question (a primary key), never the other way round: the cost
follows what the person has to do, however common a value is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select

from engine import deadlines
from engine.errors import NotFound
from engine.models.repository import ProcessDefinition
from engine.models.runtime import UserTask
from engine.models.working import SearchValue

FIELD = "f."
NAMES = ("process", "severity", "role", "version", "unit", "due", "since", "search")
OF_THE_TASK = frozenset({"role", "version", "unit", "since", "search"})
"""Filters whose columns an offer does not have: the task's own row is read for them."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The moments that filters and counts go by; ``today`` and ``tomorrow`` are midnights in the actor's zone."""

    now: datetime
    today: datetime
    tomorrow: datetime
    zone: ZoneInfo

    @staticmethod
    def at(now: datetime, zone: ZoneInfo) -> Moments:
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return Moments(now, today, today + timedelta(days=1), zone)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a task stand: on its own row, partly as copies on its offers, or in a subquery."""

    id: Any
    root_id: Any
    due_sort: Any
    process_key: Any
    severity: Any
    role: Any
    definition_id: Any
    unit_id: Any
    created_at: Any
    warn_at: Any
    case_number: Any
    customer: Any
    customer_initials: Any
    phone_last4: Any

    @staticmethod
    def of(row: Any) -> Columns:
        """The columns of a table, an alias or a subquery."""
        return Columns(*(getattr(row, field.name) for field in fields(Columns)))


OF_TASKS = Columns.of(UserTask)
TASK_FIELDS = tuple(getattr(UserTask, field.name) for field in fields(Columns))


def cleaned(filters: Mapping[str, str]) -> dict[str, str]:
    """The filters that say something. Raises :class:`NotFound` for one that does not exist."""
    kept = {name: str(value).strip() for name, value in filters.items() if str(value or "").strip()}
    for name in kept:
        if name not in NAMES and not name.startswith(FIELD):
            raise NotFound(what=name)
    return kept


def needs_task(filters: Mapping[str, str]) -> bool:
    """Whether filters ask for columns that stand on the task's row alone."""
    return not OF_THE_TASK.isdisjoint(filters) or filters.get("due") == "risk"


def conditions(filters: Mapping[str, str], columns: Columns, moments: Moments,
               kinds: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """The SQL of filters; ``kinds`` says of each declared business field whether it is text, number or instant."""
    found: list[ColumnElement[bool]] = []
    for name, value in sorted(filters.items(), key=lambda item: _cost(item[0])):
        if name.startswith(FIELD):
            field = name.removeprefix(FIELD)
            found.append(_business(field, value, columns.root_id, kinds.get(field, "text"), moments.zone))
        elif name == "due":
            found.append(_due(value, columns, moments))
        elif name == "since":
            found.append(_since(value, columns, moments))
        elif name == "search":
            found.append(searched(value, columns))
        else:
            found.append(_one_of(name, [one.strip() for one in value.split(",") if one.strip()], columns))
    return found


def _cost(name: str) -> int:
    """What is cheap to tell is told first."""
    return 2 if name.startswith(FIELD) else 1 if name in ("search", "version") else 0


def _one_of(name: str, values: list[str], columns: Columns) -> ColumnElement[bool]:
    if name == "version":
        numbers = [int(one) for one in values if one.isdigit() and len(one) < 9]
        version = (select(ProcessDefinition.version).where(ProcessDefinition.id == columns.definition_id)
                   .scalar_subquery())
        return version.in_(numbers)
    column = {"process": columns.process_key, "severity": columns.severity, "role": columns.role,
              "unit": columns.unit_id}[name]
    return column == values[0] if len(values) == 1 else column.in_(values)


def _due(value: str, columns: Columns, moments: Moments) -> ColumnElement[bool]:
    if value == "late":
        return columns.due_sort <= moments.now
    if value == "today":
        return columns.due_sort < moments.tomorrow
    if value == "week":
        return columns.due_sort < moments.today + timedelta(days=7)
    if value == "risk":
        return (columns.warn_at <= moments.now) & (columns.due_sort > moments.now)
    return columns.due_sort >= deadlines.NEVER if value == "none" else false()


def _since(value: str, columns: Columns, moments: Moments) -> ColumnElement[bool]:
    week = moments.today - timedelta(days=6)
    if value == "today":
        return columns.created_at >= moments.today
    if value == "week":
        return columns.created_at >= week
    return columns.created_at < week if value == "older" else false()


def searched(text: str, columns: Columns = OF_TASKS) -> ColumnElement[bool]:
    """Whether a task is found by a text; in business fields it counts from their beginning."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    ways = [columns.case_number.like(f"%{plain.upper()}%", escape="\\"),
            columns.customer.like(f"%{plain}%", escape="\\"),
            columns.customer_initials.like(f"%{plain.lower()}%", escape="\\")]
    if text.isdigit() and len(text) >= 4:
        ways.append(columns.phone_last4 == text[-4:])
    return or_(*ways, in_business_fields(text, columns.root_id))


def in_business_fields(text: str, root_id: Any) -> ColumnElement[bool]:
    """Whether a business field of a case begins with ``text``. A count and no EXISTS: no plan reads the whole table."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = (select(func.count()).select_from(SearchValue)
             .where(SearchValue.root_id == root_id, SearchValue.text.like(plain + "%", escape="\\")))
    return found.scalar_subquery() > literal(0)


def _business(field: str, value: str, root_id: Any, kind: str, zone: ZoneInfo) -> ColumnElement[bool]:
    column = {"number": SearchValue.number, "instant": SearchValue.instant}.get(kind, SearchValue.text)
    wanted = _among(column, value) if kind == "text" else _between(column, value, kind, zone)
    if wanted is None:
        return false()
    row = select(literal(1)).where(SearchValue.root_id == root_id, SearchValue.field == field, wanted)
    return row.scalar_subquery().is_not(None)


def _among(column: Any, value: str) -> ColumnElement[bool] | None:
    values = [one.strip() for one in value.split("|") if one.strip()]
    if not values:
        return None
    return column == values[0] if len(values) == 1 else column.in_(values)


def _between(column: Any, value: str, kind: str, zone: ZoneInfo) -> ColumnElement[bool] | None:
    """A range, or one number or day; ``None`` for what is neither."""
    low, dots, high = (part.strip() for part in value.partition(".."))
    high = high if dots else low
    first, last = (_number(text) if kind == "number" else _day(text, zone) for text in (low, high))
    if (low and first is None) or (high and last is None) or (first is None and last is None):
        return None
    ways = [column >= first] if first is not None else []
    if last is not None:
        ways.append(column < last + timedelta(days=1) if isinstance(last, datetime) else column <= last)
    return and_(*ways)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 16 else None


def _day(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time(), zone) if 1900 <= day.year < 9000 else None
