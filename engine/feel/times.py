"""Dates, times and durations: reading them, zones, calendar arithmetic. Years 1 to 9999, microseconds."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo

from .limits import moment
from .values import FarDate, FarDateTime, FineDateTime, FineTime, YearsMonths

UTC = dt.UTC
MICROSECOND = dt.timedelta(microseconds=1)
MAX_MONTHS = 12 * 10**9
MAX_YEAR = 999_999_999
_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-([0-9]{2})-([0-9]{2})\Z")
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+\-/]+))?\Z"
)
_DURATION = re.compile(
    r"(-)?P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?"
    r"(T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.([0-9]*))?S)?)?\Z"
)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*")
_LONGEST = 200  # characters of any of these texts
_zones: dict[str, ZoneInfo] = {}


def zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises ValueError where there is none."""
    found = _zones.get(name)
    if found is None:
        if len(name) > _LONGEST or not _ZONE.fullmatch(name):
            raise ValueError(name)
        try:
            found = ZoneInfo(name)
        except (OSError, KeyError) as error:  # not found, or a folder of zones
            raise ValueError(name) from error
        if len(_zones) < 1000:
            _zones[name] = found
    return found


def read_date(text: str) -> Any:
    """``2026-01-31``; None for what is no date, a FarDate for a year outside 1 to 9999."""
    found = _DATE.match(text)
    return date_of(int(found[1]), int(found[2]), int(found[3])) if found else None


def date_of(year: int, month: int, day: int) -> Any:
    """The date of these parts, None where there is none."""
    try:
        if 1 <= year <= 9999:
            return dt.date(year, month, day)
        dt.date(2000 + year % 400, month, day)  # the calendar repeats after 400 years
        return FarDate(year, month, day) if abs(year) <= MAX_YEAR else None
    except ValueError:
        return None


def _fraction(digits: str | None) -> int:
    return int(((digits or "") + "000000")[:6])


def read_time(text: str) -> dt.time | None:
    """``14:00:00``, with ``Z``, ``+08:00`` or ``@Asia/Shanghai``; None for what is no time."""
    found = _TIME.match(text) if len(text) <= _LONGEST else None
    if not found:
        return None
    try:
        tz: dt.tzinfo | None = None
        if found[5]:
            tz = UTC
        elif found[6]:
            hours, minutes, seconds = int(found[7]), int(found[8]), int(found[9] or 0)
            if hours > 18 or minutes > 59 or seconds > 59:
                return None
            sign = 1 if found[6] == "+" else -1
            tz = dt.timezone(sign * dt.timedelta(hours=hours, minutes=minutes, seconds=seconds))
        elif found[10]:
            tz = zone(found[10])
        time = dt.time(int(found[1]), int(found[2]), int(found[3]), _fraction(found[4]), tzinfo=tz)
        nanos = int((found[4] + "000")[6:9]) if found[4] and len(found[4]) > 6 else 0
        return FineTime.of(time, nanos) if nanos else time
    except ValueError:
        return None


def read_datetime(text: str) -> Any:
    """``2026-01-31T14:00:00+08:00`` or a date alone (its midnight); None for what is neither."""
    day_text, separator, rest = text.partition("T")
    day = read_date(day_text)
    if day is None:
        return None
    if isinstance(day, FarDate):
        time = read_time(rest) if separator else dt.time()
        return None if time is None else FarDateTime(day, time)
    if not separator:
        return dt.datetime(day.year, day.month, day.day)
    if rest.startswith("24:00:00"):  # midnight at the end of the day
        time = read_time("00" + rest[2:])
        if time is None or time.replace(tzinfo=None) != dt.time() or day == dt.date.max:
            return None
        return dt.datetime.combine(day + dt.timedelta(days=1), time)
    time = read_time(rest)
    return None if time is None else together(day, time)


def together(day: dt.date, time: dt.time) -> dt.datetime:
    """The moment of a date and a time, with the nanoseconds of the time."""
    if not isinstance(time, FineTime):
        return dt.datetime.combine(day, time)
    moment = FineDateTime.combine(day, time)
    moment.nanos = time.nanos
    return moment


def read_duration(text: str) -> dt.timedelta | YearsMonths | None:
    """``P3DT4H`` or ``P1Y6M`` (not both at once); None for what is no duration."""
    found = _DURATION.match(text) if len(text) <= _LONGEST else None
    if not found or text.endswith(("P", "T")):
        return None
    sign = -1 if found[1] else 1
    if found[2] or found[3]:
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return None if found[4] or found[5] or months > MAX_MONTHS else YearsMonths(sign * months)
    try:
        return sign * dt.timedelta(
            days=int(found[4] or 0),
            hours=int(found[6] or 0),
            minutes=int(found[7] or 0),
            seconds=int(found[8] or 0),
            microseconds=_fraction(found[9]),
        )
    except OverflowError:
        return None


def read_moment(text: str) -> Any:
    """The value of ``@"…"``: a date, time, duration or date and time; None for none of these."""
    for read in (read_date, read_time, read_duration):
        value = read(text)
        if value is not None:
            return value
    return read_datetime(text) if "T" in text else None


def offset(value: dt.time | dt.datetime) -> int | None:
    """The offset in seconds, None for a local time. A time in a named zone has that of the evaluation's day."""
    tz = value.tzinfo
    if tz is None:
        return None
    if isinstance(value, dt.time) and isinstance(tz, ZoneInfo):
        now = moment()
        day = dt.date(2000, 1, 1) if now is None else now.date()
        value = dt.datetime.combine(day, value)
    shift = value.utcoffset()
    return None if shift is None else int(shift.total_seconds())


def time_of_day(value: dt.time) -> int:
    """Microseconds since midnight: on the UTC line for a zoned time, of its own day for a local one."""
    seconds = value.hour * 3600 + value.minute * 60 + value.second - (offset(value) or 0)
    return seconds * 1_000_000 + value.microsecond


def is_local(value: dt.time | dt.datetime) -> bool:
    """Without a zone or offset."""
    return value.tzinfo is None


def utc(value: dt.datetime) -> dt.datetime:
    """A zoned date and time on the UTC line; beyond the calendar's ends, as near as there is."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        return (dt.datetime.min if value.year == 1 else dt.datetime.max).replace(tzinfo=UTC)


def midnight(day: dt.date, tz: dt.tzinfo | None = None) -> dt.datetime:
    """The beginning of ``day``."""
    return dt.datetime(day.year, day.month, day.day, tzinfo=tz)


def add_months(day: Any, months: int) -> Any:
    """``day`` (date, date and time) moved by months, its day kept within the new month; None beyond the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, days_in_month(year, month + 1)))


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 12:
        return 31
    return (dt.date(year, month + 1, 1) - dt.date(year, month, 1)).days


def parts(value: dt.timedelta) -> tuple[int, int, int, int]:
    """Days, hours, minutes and seconds of a duration, each with its sign."""
    micros = value // MICROSECOND
    sign, seconds = (-1 if micros < 0 else 1), abs(micros) // 1_000_000
    return sign * (seconds // 86400), sign * (seconds // 3600 % 24), sign * (seconds // 60 % 60), sign * (seconds % 60)
