"""FEEL's ``string()``: every value as text."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from .errors import FeelLimitError
from .limits import MAX_STRING, charge
from .times import MICROSECOND
from .values import DECIMAL128, FarDate, Range, YearsMonths, kind, nanos_of, number

_PLAIN_KEY = re.compile(r"[^\W\d][\w ]*")
_TEMPORAL = frozenset((
    "date", "time", "date and time", "far date", "far date and time", "days and time duration",
    "years and months duration",
))  # fmt: skip


def text_of(value: Any, top: bool = True) -> str:
    """``value`` as FEEL writes it; a string is quoted unless ``top``. Raises FeelLimitError past the longest text."""
    out = _text(value, top)
    if len(out) > MAX_STRING:
        raise FeelLimitError("limit_string", limit=MAX_STRING)
    return out


def _text(value: Any, top: bool) -> str:
    what = kind(value)
    write = _WRITERS.get(what)
    if write is not None:
        return write(value)
    if what == "string":
        return value if top else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if what == "list":
        return "[" + ", ".join(_items(value)) + "]"
    if what == "context":
        keys = [f"{_key(key)}: " for key in value]
        return "{" + ", ".join(key + item for key, item in zip(keys, _items(value.values()))) + "}"
    return "null"  # a stranger is null to every expression


def _items(values: Any) -> list[str]:
    charge(len(values))
    out, size = [], 0
    for item in values:
        written = _text(item, False)
        size += len(written)
        if size > MAX_STRING:
            raise FeelLimitError("limit_string", limit=MAX_STRING)
        out.append(written)
    return out


def _key(name: Any) -> str:
    name = str(name)
    return name if _PLAIN_KEY.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number_text(value: Any) -> str:
    """A number without exponent and without trailing zeros."""
    found = number(value)
    if found is None:
        return "null"
    if isinstance(found, int):
        if -(10**34) < found < 10**34:
            return str(int(found))
        found = DECIMAL128.create_decimal(found)
    charge(abs(found.adjusted()) // 8)
    if found == found.to_integral_value() and abs(found) < Decimal("1e34"):
        return str(int(found))
    return format(found.normalize(DECIMAL128), "f")


def zone_text(tz: dt.tzinfo | None) -> str:
    """``Z``, ``+08:00``, ``@Asia/Shanghai``, or nothing for a local time."""
    if tz is None:
        return ""
    if isinstance(tz, ZoneInfo):
        return "@" + tz.key
    shift = tz.utcoffset(None)
    seconds = int(shift.total_seconds()) if shift is not None else 0
    if seconds == 0:
        return "Z"
    size = abs(seconds)
    ending = f":{size % 60:02d}" if size % 60 else ""
    return f"{'-' if seconds < 0 else '+'}{size // 3600:02d}:{size % 3600 // 60:02d}{ending}"


def time_text(value: dt.time | dt.datetime) -> str:
    """``14:00:00.5+08:00``"""
    nanos = nanos_of(value)
    fraction = f".{value.microsecond:06d}{nanos:03d}".rstrip("0") if value.microsecond or nanos else ""
    return f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}{zone_text(value.tzinfo)}"


def date_text(value: dt.date | FarDate) -> str:
    """``2026-01-31``"""
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def months_text(value: YearsMonths) -> str:
    """``P1Y6M``"""
    years, months = divmod(abs(value.months), 12)
    written = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
    return ("-" if value.months < 0 else "") + "P" + written


def duration_text(value: dt.timedelta) -> str:
    """``P3DT4H``"""
    micros = value // MICROSECOND
    sign, micros = ("-" if micros < 0 else ""), abs(micros)
    seconds, micros = divmod(micros, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    fraction = f".{micros:06d}".rstrip("0") if micros else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time += f"{seconds}{fraction}S" if seconds or micros else ""
    return sign + "P" + ((f"{days}D" if days else "") + (f"T{time}" if time else "") or "T0S")


def _range_text(value: Range) -> str:
    def end(point: Any) -> str:
        written = _text(point, False)
        return f'@"{written}"' if kind(point) in _TEMPORAL else written

    if value.op:
        return f"({value.op} {end(value.low if value.high is None else value.high)})"
    opening, closing = ("[" if value.low_in else "("), ("]" if value.high_in else ")")
    return f"{opening}{end(value.low)}..{end(value.high)}{closing}"


_WRITERS = {
    "null": lambda _: "null",
    "boolean": lambda value: "true" if value else "false",
    "number": number_text,
    "date": date_text,
    "time": time_text,
    "date and time": lambda value: f"{date_text(value)}T{time_text(value)}",
    "far date": date_text,
    "far date and time": lambda value: f"{date_text(value)}T{time_text(value.time)}",
    "years and months duration": months_text,
    "days and time duration": duration_text,
    "range": _range_text,
    "function": lambda value: f"function({', '.join(value.params)})",
}
