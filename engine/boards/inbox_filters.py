"""What an inbox is filtered by: columns of the task, and business fields that processes declare (``bihuan:search``).

=============  =====================================================================================================
``process``    keys, with commas; so ``severity``, ``role``, ``version`` (numbers), ``unit`` (ids of units)
``due``        ``late``, ``risk``, ``today``, ``week`` (within seven days), ``none``
``since``      when it came: ``today``, ``week`` (within seven days), ``older``
``search``     case number, customer, pinyin initials, last four digits of the phone, or text of any business field
``f.<field>``  a business field: a value, several with ``|``, or ``low..high`` for numbers and dates (or one end)
=============  =====================================================================================================

Business fields are read off the line that each task and offer carries (:mod:`engine.facts`), so that filtering an index
range reads nothing else; only texts longer than what the line keeps are looked up, by the case of each task in
question (by a scalar, because EXISTS lets a plan read the whole table).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from engine import deadlines
from engine.boards.wording import Parameters, pattern
from engine.errors import NotFound
from engine.facts import CUT, WIDTH, encoded

FIELD = "f."
NAMES = ("process", "severity", "role", "version", "unit", "due", "since", "search")
OF_THE_TASK = frozenset({"role", "version", "unit", "since", "search"})
"""Filters whose columns an offer does not have: the task's own row is read for them."""
COLUMNS = {"process": "process_key", "severity": "severity", "role": "role", "unit": "unit_id"}
Column = Callable[[str], str]
"""Where a column of the task stands: ``severity`` -> ``t.severity``."""


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


def conditions(filters: Mapping[str, str], column: Column, moments: Moments, kinds: Mapping[str, str],
               put: Parameters) -> list[str]:
    """The words of filters, the cheap ones first; ``kinds`` says of each declared business field whether it is text,
    number or instant."""
    found = []
    for name, value in sorted(filters.items(), key=lambda item: _cost(item[0])):
        if name.startswith(FIELD):
            field = name.removeprefix(FIELD)
            found.append(_business(field, value, column, kinds.get(field, "text"), moments.zone, put))
        elif name == "due":
            found.append(_due(value, column, moments, put))
        elif name == "since":
            found.append(_since(value, column, moments, put))
        elif name == "search":
            found.append(_searched(value, column, put))
        else:
            found.append(_one_of(name, [one.strip() for one in value.split(",") if one.strip()], column, put))
    return found


def _cost(name: str) -> int:
    return 2 if name.startswith(FIELD) else 1 if name in ("search", "version") else 0


def _one_of(name: str, values: list[str], column: Column, put: Parameters) -> str:
    if name == "version":
        numbers = [int(one) for one in values if one.isdigit() and len(one) < 9] or [0]
        version = f"(SELECT d.version FROM process_definition d WHERE d.id = {column('definition_id')})"
        return f"{version} IN ({put.each(numbers)})"
    return f"{column(COLUMNS[name])} IN ({put.each(values or [''])})"


def _due(value: str, column: Column, moments: Moments, put: Parameters) -> str:
    due = column("due_sort")
    if value == "late":
        return f"{due} <= {put(moments.now)}"
    if value == "risk":
        return f"{column('warn_at')} <= {put(moments.now)} AND {due} > {put(moments.now)}"
    ends = {"today": moments.tomorrow, "week": moments.today + timedelta(days=7)}
    if value in ends:
        return f"{due} < {put(ends[value])}"
    return f"{due} >= {put(deadlines.NEVER)}" if value == "none" else "1 = 0"


def _since(value: str, column: Column, moments: Moments, put: Parameters) -> str:
    came, week = column("created_at"), moments.today - timedelta(days=6)
    words = {"today": lambda: f"{came} >= {put(moments.today)}", "week": lambda: f"{came} >= {put(week)}",
             "older": lambda: f"{came} < {put(week)}"}
    return words[value]() if value in words else "1 = 0"


def _searched(found: str, column: Column, put: Parameters) -> str:
    """Whether a task is found by a text; in business fields it counts from their beginning."""
    ways = [f"{column('case_number')} LIKE {put(pattern(found.upper()))} ESCAPE '!'",
            f"{column('customer')} LIKE {put(pattern(found))} ESCAPE '!'",
            f"{column('customer_initials')} LIKE {put(pattern(found.lower()))} ESCAPE '!'"]
    if found.isdigit() and len(found) >= 4:
        ways.append(f"{column('phone_last4')} = {put(found[-4:])}")
    ways.append(f"{column('facts')} LIKE {put(pattern('=' + encoded(found)))} ESCAPE '!'")
    return "(" + " OR ".join(ways) + ")"


def _business(field: str, value: str, column: Column, kind: str, zone: ZoneInfo, put: Parameters) -> str:
    if kind == "text":
        return _among(field, [one.strip() for one in value.split("|") if one.strip()], column, put)
    low, dots, high = (part.strip() for part in value.partition(".."))
    high = high if dots else low
    read = _number if kind == "number" else lambda words: _day(words, zone)
    first, last = read(low), read(high)
    if (low and first is None) or (high and last is None) or (first is None and last is None):
        return "1 = 0"
    if isinstance(last, datetime):
        last += timedelta(days=1)
    line, entry = column("facts"), put(f"|{field}#")
    held = f"substr({line}, {put.place(line, entry)} + {len(field) + 2}, {WIDTH[kind]})"
    ways = [f"{line} LIKE {put(pattern(f'|{field}#'))} ESCAPE '!'"]
    if first is not None:
        ways.append(f"{held} >= {put(encoded(first))}")
    if last is not None:
        ways.append(f"{held} {'<' if isinstance(last, datetime) else '<='} {put(encoded(last))}")
    return "(" + " AND ".join(ways) + ")"


def _among(field: str, values: list[str], column: Column, put: Parameters) -> str:
    """One of several texts; what is longer than the line keeps is compared in full besides."""
    ways = []
    for value in values:
        kept = encoded(value)
        end = "" if len(kept) >= CUT else "|"
        way = f"{column('facts')} LIKE {put(pattern(f'|{field}={kept}{end}'))} ESCAPE '!'"
        if len(value) >= CUT:
            way += (f" AND (SELECT 1 FROM search_value s WHERE s.root_id = {column('root_id')}"
                    f" AND s.field = {put(field)} AND s.text = {put(value)}) IS NOT NULL")
        ways.append(f"({way})")
    return f"({' OR '.join(ways)})" if ways else "1 = 0"


def _number(words: str) -> Decimal | None:
    try:
        number = Decimal(words.replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 16 else None


def _day(words: str, zone: ZoneInfo) -> datetime | None:
    try:
        day = date.fromisoformat(words)
    except ValueError:
        return None
    return datetime.combine(day, time(), zone) if 1900 <= day.year < 9000 else None
