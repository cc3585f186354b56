"""When a timer is due: ISO 8601 moments, durations and repetitions, counted from an anchor so that nothing drifts.

An armed timer is ``[due, left, period, anchor, tick]``: ``due`` and ``anchor`` in microseconds of UTC since 1970,
``left`` the ticks still to come (-1: without end), ``period`` an ISO duration or ``None``, ``tick`` how many have been
counted.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import isodate

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REPEAT = re.compile(r"^R(\d*)/(.+)$", re.IGNORECASE)


class BadTimer(ValueError):
    """A text or value is no time."""


def to_micros(moment: datetime) -> int:
    """An aware moment as microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """The moment in UTC."""
    return _EPOCH + micros * _MICROSECOND


def armed(kind: str, value: Any, now: datetime, *, once: bool) -> list[Any]:
    """The state of a timer armed ``now``; ``once``: only its first tick counts. Raises :class:`BadTimer`."""
    if value is None:
        raise BadTimer(value)
    text = value.strip() if isinstance(value, str) else None
    if kind == "cycle" and text is not None:
        return _cycle(text, now, once)
    if kind == "cycle":
        _every(value)
        due = plus(now, value, 1)
        return [to_micros(due), 1 if once else -1, None if once else iso(value), to_micros(now), 1]
    if kind == "duration" or _is_duration(value):
        return [to_micros(plus(now, value, 1)), 1, None, 0, 1]
    return [to_micros(_moment(value, now)), 1, None, 0, 1]


def _cycle(text: str, now: datetime, once: bool) -> list[Any]:
    """``R/PT1H``, ``R3/P1D``, ``R/2026-05-01T00:00:00Z/P1M``: ticks of the past are gone, not missed."""
    match = _REPEAT.match(text)
    if match is None:
        raise BadTimer(text)
    left = int(match[1]) if match[1] else -1
    start, _, period = match[2].partition("/")
    anchor, tick = now, 1
    if not period:
        period = start
    else:
        anchor = _moment(start, now)
        tick = 0 if anchor > now else _ticks_until(anchor, period, 0, now) + 1
        left = max(left - tick, 0) if left > 0 else left
    _every(period)
    if left == 0:
        raise BadTimer(text)
    due = to_micros(plus(anchor, period, tick)) if tick else to_micros(anchor)
    return [due, 1 if once else left, None if once else period, to_micros(anchor), tick]


def ticked(state: list[Any], now: datetime) -> list[Any] | None:
    """The timer after it fired at ``now``: of the ticks missed meanwhile none is left over. ``None`` when spent."""
    due, left, period, anchor, tick = state
    if left == 1 or period is None:
        return None
    start = from_micros(anchor).astimezone(now.tzinfo)
    missed = _ticks_until(start, period, tick, now)
    if left > 0:
        left -= missed + 1
        if left <= 0:
            return None
    tick += missed + 1
    return [to_micros(plus(start, period, tick)), left, period, anchor, tick]


def _ticks_until(start: datetime, period: str, tick: int, now: datetime) -> int:
    """How many more ticks after number ``tick`` have come due by ``now``."""
    number = max(tick, (now - start) // _every(period))  # from here on it is counted
    while plus(start, period, number + 1) <= now:
        number += 1
    return number - tick


def _every(period: Any) -> timedelta:
    """The longest a period can be (a month has at most 31 days); one that does not go forward is no period."""
    value = _duration(period)
    each = value if isinstance(value, timedelta) else timedelta(days=31) * value[0] + value[1]
    if each <= timedelta(0):
        raise BadTimer(period)
    return each


def plus(moment: datetime, duration: Any, times: int) -> datetime:
    """``moment`` and ``times`` times a duration (ISO text, timedelta or years and months); the month's end is kept."""
    value = _duration(duration)
    if isinstance(value, timedelta):
        return _later(moment, value * times)
    months, rest = value
    return _later(_add_months(moment, months * times), rest * times)


def _later(moment: datetime, by: timedelta) -> datetime:
    """By so much real time, whatever the clocks of the zone do meanwhile."""
    return (moment.astimezone(UTC) + by).astimezone(moment.tzinfo)


def iso(duration: Any) -> str:
    """A duration as ISO text."""
    value = _duration(duration)
    if isinstance(value, timedelta):
        return isodate.duration_isoformat(value)
    months, rest = value
    return f"P{months}M" if not rest else f"P{months}M{isodate.duration_isoformat(rest)[1:]}"


def _duration(value: Any) -> timedelta | tuple[int, timedelta]:
    if isinstance(value, timedelta):
        return value
    months = getattr(value, "months", None)
    if isinstance(months, int) and not isinstance(value, str):
        return months, timedelta(0)
    if not isinstance(value, str):
        raise BadTimer(value)
    try:
        parsed = isodate.parse_duration(value.strip())
    except (ValueError, TypeError, isodate.ISO8601Error):
        raise BadTimer(value) from None
    if isinstance(parsed, timedelta):
        return parsed
    return int(parsed.years * 12 + parsed.months), parsed.tdelta


def _is_duration(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().upper().lstrip("-").startswith("P")
    return isinstance(value, timedelta) or hasattr(value, "months")


def _moment(value: Any, now: datetime) -> datetime:
    if isinstance(value, str):
        try:
            value = isodate.parse_datetime(value.strip()) if "T" in value else isodate.parse_date(value.strip())
        except (ValueError, TypeError, isodate.ISO8601Error):
            raise BadTimer(value) from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time(0), now.tzinfo)
    if not isinstance(value, datetime):
        raise BadTimer(value)
    return value if value.tzinfo is not None else value.replace(tzinfo=now.tzinfo or UTC)


def _add_months(moment: datetime, months: int) -> datetime:
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    month += 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return moment.replace(year=year, month=month, day=min(moment.day, last))
