"""Functions of dates, times and durations. ``now`` and ``today`` ask the clock that is given; null without one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from ..limits import moment
from ..times import (
    UTC,
    date_of,
    days_in_month,
    midnight,
    read_date,
    read_datetime,
    read_duration,
    read_time,
    together,
    zone,
)
from ..values import FarDate, FarDateTime, FineTime, YearsMonths, exact, kind, nanos_of, whole
from .registry import BAD, builtin, fitted, overloaded

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
_DATES = ("date", "date and time")


# --- making them
@overloaded("date", ["from: any", "year: number, month: number, day: number"], "date", steps=1)
def _date(*arguments: Any) -> Any:
    if len(arguments) == 3:
        year, month, day = (exact(fitted(argument, "number")) for argument in arguments)
        return None if year is None or month is None or day is None else date_of(year, month, day)
    if len(arguments) != 1:
        return None
    value, what = arguments[0], kind(arguments[0])
    if what == "string":
        return read_date(value)
    if what == "far date and time":
        return FarDate(value.year, value.month, value.day)
    return value.date() if what == "date and time" else value if what in ("date", "far date") else None


@overloaded(
    "time",
    ["from: any", "hour: number, minute: number, second: number, offset?: days and time duration"],
    "time",
    steps=2,
)
def _time(*arguments: Any) -> dt.time | None:
    if len(arguments) == 1:
        return _time_of(arguments[0])
    if len(arguments) not in (3, 4):
        return None
    hour, minute = exact(fitted(arguments[0], "number")), exact(fitted(arguments[1], "number"))
    second = fitted(arguments[2], "number")
    if hour is None or minute is None or second is BAD:
        return None
    tz = _zone_of(arguments[3]) if len(arguments) == 4 else None
    full = whole(second) or 0
    fraction, nanos = divmod(int((Decimal(second) - full) * 1_000_000_000), 1000)
    if tz is BAD:
        return None
    time = dt.time(hour, minute, full, fraction, tzinfo=tz)
    return FineTime.of(time, nanos) if nanos else time


def _time_of(value: Any) -> dt.time | None:
    what = kind(value)
    if what == "string":
        return read_time(value)
    if what == "date and time":
        nanos = nanos_of(value)
        return FineTime.of(value.timetz(), nanos) if nanos else value.timetz()
    return dt.time(tzinfo=UTC) if what == "date" else value if what == "time" else None


def _zone_of(value: Any) -> Any:
    """An offset or the name of a zone as a zone; BAD for neither."""
    what = kind(value)
    if value is None:
        return None
    if what == "days and time duration":
        return dt.timezone(value) if abs(value) <= dt.timedelta(hours=18) else BAD
    return zone(value) if what == "string" else BAD


@overloaded(
    "date and time",
    [
        "from: any",
        "date: date, time: time",
        "date: date, timezone: string",
        "year: number, month: number, day: number, hour: number, minute: number, second: number, offset?: any",
        "date: date, time: time, timezone: string",
    ],
    "date and time",
    steps=3,
)
def _date_and_time(*arguments: Any) -> Any:
    if len(arguments) == 1:
        return _datetime_of(arguments[0])
    if len(arguments) == 2 and isinstance(arguments[0], FarDate):
        day, time = arguments
        return FarDateTime(day, time) if kind(time) == "time" else None
    if len(arguments) in (2, 3) and kind(arguments[0]) in _DATES:
        return _combined(*arguments)
    if len(arguments) in (6, 7):
        day, time = _date(*arguments[:3]), _time(*arguments[3:])
        if isinstance(day, FarDate):
            return None if time is None else FarDateTime(day, time)
        return None if day is None or time is None else together(day, time)
    return None


def _datetime_of(value: Any) -> Any:
    what = kind(value)
    if what == "string":
        return read_datetime(value)
    if what == "far date":
        return FarDateTime(value, dt.time())
    return midnight(value) if what == "date" else value if what in ("date and time", "far date and time") else None


def _combined(day: Any, time: Any, timezone: Any = None) -> dt.datetime | None:
    if kind(time) == "string" and timezone is None:  # a moment and the name of a zone: the same moment there
        tz, start = zone(time), _datetime_of(day)
        return None if start is None else start.astimezone(tz) if start.tzinfo else start.replace(tzinfo=tz)
    if kind(time) != "time" or (timezone is not None and kind(timezone) != "string"):
        return None
    if timezone is not None:
        nanos, time = nanos_of(time), time.replace(tzinfo=zone(timezone))
        time = FineTime.of(time, nanos) if nanos else time
    return together(day.date() if kind(day) == "date and time" else day, time)


@builtin("duration", "from: any", "duration", steps=2)
def _duration(value: Any) -> Any:
    if kind(value) in ("days and time duration", "years and months duration"):
        return value
    return read_duration(value) if kind(value) == "string" else None


@builtin("years and months duration", "from: date, to: date", "years and months duration")
def _years_and_months(start: Any, end: Any) -> YearsMonths:
    """Whole months between two dates."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


# --- the clock
builtin("now", "", "date and time")(moment)


@builtin("today", "", "date")
def _today() -> dt.date | None:
    now = moment()
    return None if now is None else now.date()


# --- the calendar
builtin("day of year", "date: date", "number")(lambda day: day.timetuple().tm_yday)
builtin("day of week", "date: date", "string")(lambda day: DAYS[day.weekday()])
builtin("month of year", "date: date", "string")(lambda day: MONTHS[day.month - 1])
builtin("week of year", "date: date", "number")(lambda day: day.isocalendar()[1])


@builtin("last day of month", "date: date", "date")
def _last_day_of_month(day: Any) -> dt.date:
    """The date of the last day of the month (a Camunda function)."""
    return dt.date(day.year, day.month, days_in_month(day.year, day.month))
