"""Opening hours per weekday, in minutes of the day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.calendar.errors import BadCalendar

Interval = tuple[int, int]
"""First minute and the minute after the last, 0 to 1440."""
Hours = tuple[Interval, ...]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")


def minute_of(text: str, what: str = "time") -> int:
    """``18:00`` -> 1080; ``24:00`` is allowed. Raises :class:`BadCalendar`."""
    match = _TIME.fullmatch(str(text).strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else -1
    if match is None or int(match[2]) > 59 or not 0 <= minute <= 1440:
        raise BadCalendar(what=what, value=text)
    return minute


def read_hours(value: Any, what: str = "hours") -> Hours:
    """``"09:00-12:00"`` or a list of such texts, ordered and apart; ``closed``, empty or None is closed."""
    if value in (None, "", "closed", [], ()):
        return ()
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, Sequence):
        raise BadCalendar(what=what, value=value)
    found = []
    for part in (p for text in texts for p in str(text).split(",")):
        start, dash, end = part.partition("-")
        interval = minute_of(start, what), minute_of(end, what)
        if not dash or interval[0] >= interval[1]:
            raise BadCalendar(what=what, value=part)
        found.append(interval)
    found.sort()
    if any(one[1] > two[0] for one, two in zip(found, found[1:])):
        raise BadCalendar(what=what, value=value)
    return tuple(found)


def read_week(value: Any) -> tuple[Hours, ...]:
    """Seven hours from a mapping of weekdays (``mon``, ``mon-fri``, ``daily``) to hours; absent days are closed."""
    if not isinstance(value, Mapping):
        value = {"daily": value}
    week: list[Hours] = [()] * 7
    for key, hours in value.items():
        for index in _weekdays(str(key).lower().strip()):
            week[index] = read_hours(hours, str(key))
    return tuple(week)


def _weekdays(key: str) -> range | list[int]:
    if key == "daily":
        return range(7)
    first, _, last = key.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise BadCalendar(what="hours", value=key)
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if start <= end:
        return range(start, end + 1)
    return [*range(start, 7), *range(end + 1)]
