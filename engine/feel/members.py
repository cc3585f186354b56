"""What stands after a dot: entries of contexts, parts of dates, times, durations and intervals. Nothing else: no
attribute of a Python object can be reached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from .limits import charge
from .times import offset, parts
from .values import Function, kind


def _zone(value: Any) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _offset(value: Any) -> dt.timedelta | None:
    seconds = offset(value)
    return None if seconds is None else dt.timedelta(seconds=seconds)


Members = dict[str, Callable[[Any], Any]]
_DATE: Members = {
    "year": lambda value: value.year,
    "month": lambda value: value.month,
    "day": lambda value: value.day,
    "weekday": lambda value: value.isoweekday(),
}
_TIME: Members = {
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: value.second,
    "timezone": _zone,
    "time offset": _offset,
}
MEMBERS: dict[str, Members] = {
    "date": _DATE,
    "time": _TIME,
    "date and time": {**_DATE, **_TIME},
    "far date": {name: _DATE[name] for name in ("year", "month", "day")},
    "far date and time": {
        **{name: _DATE[name] for name in ("year", "month", "day")},
        **{name: lambda value, read=read: read(value.time) for name, read in _TIME.items()},
    },
    "years and months duration": {
        "years": lambda value: (abs(value.months) // 12) * (-1 if value.months < 0 else 1),
        "months": lambda value: (abs(value.months) % 12) * (-1 if value.months < 0 else 1),
    },
    "days and time duration": {
        "days": lambda value: parts(value)[0],
        "hours": lambda value: parts(value)[1],
        "minutes": lambda value: parts(value)[2],
        "seconds": lambda value: parts(value)[3],
    },
    "range": {
        "start": lambda value: value.low,
        "end": lambda value: value.high,
        "start included": lambda value: value.low_in,
        "end included": lambda value: value.high_in,
    },
}


def member(value: Any, name: str) -> Any:
    """``value.name``; of a list, that of each item; None where there is none."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        charge(1 + len(value) // 4)
        return [member(item, name) for item in value]
    read = MEMBERS.get(kind(value), {}).get(name)
    return read(value) if read else None


def item(value: Any, index: int | None) -> Any:
    """``value[index]``, counted from 1, or from -1 at the end; a single value is a list of one."""
    if value is None or index is None:
        return None
    items = value if isinstance(value, list) else [value]
    if 0 < index <= len(items):
        return items[index - 1]
    return items[index] if -len(items) <= index < 0 else None


def is_function(value: Any) -> bool:
    """Can it be called?"""
    return type(value) is Function
