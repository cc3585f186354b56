"""``+ - * / **`` and the sign, over numbers, strings, dates and durations; None where an operator does not apply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, DecimalException
from typing import Any
from zoneinfo import ZoneInfo

from .errors import FeelLimitError
from .limits import MAX_STRING, charge
from .times import MAX_MONTHS, MICROSECOND, UTC, add_months, is_local, midnight, time_of_day, utc
from .values import DECIMAL128, YearsMonths, kind, number

_EXACT = 10**33  # integers below it need no rounding to 34 digits
_DATES = ("date", "date and time")
_DAYS, _MONTHS = "days and time duration", "years and months duration"
_DAY_MICROS = 86_400_000_000


def _numbers(op: str, a: Any, b: Any) -> Any:
    """Two numbers, in decimal128; integers stay integers where the result is one."""
    a, b = number(a), number(b)
    if a is None or b is None:
        return None
    try:
        if type(a) is int and type(b) is int and -_EXACT < a < _EXACT and -_EXACT < b < _EXACT and op in _INTEGERS:
            result = _INTEGERS[op](a, b)
            return result if -_EXACT < result < _EXACT else DECIMAL128.create_decimal(result)
        result = _DECIMALS[op](Decimal(a), Decimal(b))
        return result if result.is_finite() else None  # 0 ** -1 is infinite without an error
    except DecimalException:
        return None


_INTEGERS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}
_DECIMALS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": DECIMAL128.add,
    "-": DECIMAL128.subtract,
    "*": DECIMAL128.multiply,
    "/": DECIMAL128.divide,
    "**": DECIMAL128.power,
}


def add(a: Any, b: Any) -> Any:
    """``a + b``: numbers, strings, a date or time and a duration, two durations."""
    ta, tb = type(a), type(b)
    if (ta is int or ta is Decimal) and (tb is int or tb is Decimal):
        return _numbers("+", a, b)
    ka, kb = kind(a), kind(b)
    if ka == "number" == kb:
        return _numbers("+", a, b)
    if ka == "string" == kb:
        size = len(a) + len(b)
        if size > MAX_STRING:
            raise FeelLimitError("limit_string", limit=MAX_STRING)
        charge(size // 64)
        return a + b
    if kb in (*_DATES, "time") and ka in (_DAYS, _MONTHS):
        a, b = b, a
    return _shifted(a, b, 1)


def subtract(a: Any, b: Any) -> Any:
    """``a - b``: numbers, two dates or times, a date or time and a duration, two durations."""
    ka, kb = kind(a), kind(b)
    if ka == "number" == kb:
        return _numbers("-", a, b)
    try:
        if ka in _DATES and kb in _DATES:
            x = a if ka == "date and time" else midnight(a, UTC)
            y = b if kb == "date and time" else midnight(b, UTC)
            if is_local(x) != is_local(y):
                return None
            return x - y if is_local(x) else utc(x) - utc(y)
        if ka == "time" == kb:
            return None if is_local(a) != is_local(b) else (time_of_day(a) - time_of_day(b)) * MICROSECOND
    except OverflowError:
        return None
    return _shifted(a, b, -1)


def _shifted(a: Any, b: Any, sign: int) -> Any:
    """``a`` moved by the duration ``b``, forward or back."""
    ka, kb = kind(a), kind(b)
    try:
        if kb == _MONTHS:
            if ka == _MONTHS:
                return _months(a.months + sign * b.months)
            return add_months(a, sign * b.months) if ka in _DATES else None
        if kb != _DAYS:
            return None
        if ka == _DAYS:
            return a + sign * b
        if ka == "date and time":
            return _on_the_time_line(a, sign * b)
        if ka == "date":
            return (midnight(a) + sign * b).date()
        return _around_the_clock(a, sign * b) if ka == "time" else None
    except (OverflowError, ValueError):
        return None


def _on_the_time_line(moment: dt.datetime, by: dt.timedelta) -> dt.datetime:
    if isinstance(moment.tzinfo, ZoneInfo):  # not on the wall clock, which jumps twice a year
        return (moment.astimezone(UTC) + by).astimezone(moment.tzinfo)
    return moment + by


def _around_the_clock(time: dt.time, by: dt.timedelta) -> dt.time:
    micros = (time.hour * 3600 + time.minute * 60 + time.second) * 1_000_000 + time.microsecond + by // MICROSECOND
    seconds, micros = divmod(micros % _DAY_MICROS, 1_000_000)
    return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60, micros, tzinfo=time.tzinfo)


def _months(count: int) -> YearsMonths | None:
    return YearsMonths(count) if -MAX_MONTHS <= count <= MAX_MONTHS else None


def multiply(a: Any, b: Any) -> Any:
    """``a * b``: numbers, a duration and a number."""
    ka, kb = kind(a), kind(b)
    if ka == "number" == kb:
        return _numbers("*", a, b)
    if ka == "number":
        a, b, kb = b, a, ka
    return _scaled(a, b, "*") if kb == "number" else None


def divide(a: Any, b: Any) -> Any:
    """``a / b``: numbers, a duration by a number, a duration by one of its kind; None for a division by zero."""
    ka, kb = kind(a), kind(b)
    if ka == "number" == kb:
        return _numbers("/", a, b)
    if kb == "number":
        return _scaled(a, b, "/")
    if ka == _MONTHS == kb:
        return _numbers("/", a.months, b.months)
    if ka == _DAYS == kb:
        return _numbers("/", a // MICROSECOND, b // MICROSECOND)
    return None


def _scaled(duration: Any, by: Any, op: str) -> Any:
    """A duration times or divided by a number, cut to whole months or microseconds."""
    what = kind(duration)
    if what not in (_MONTHS, _DAYS):
        return None
    units = duration.months if what == _MONTHS else duration // MICROSECOND
    result = _numbers(op, units, by)
    if result is None or abs(result) > 10**20:
        return None
    try:
        return _months(int(result)) if what == _MONTHS else dt.timedelta(microseconds=int(result))
    except OverflowError:
        return None


def power(a: Any, b: Any) -> Any:
    """``a ** b``."""
    return _numbers("**", a, b) if kind(a) == "number" == kind(b) else None


def negate(a: Any) -> Any:
    """``-a``: a number or a duration."""
    what = kind(a)
    if what == "number":
        found = number(a)
        return found.copy_negate() if type(found) is Decimal else None if found is None else -found
    if what == _DAYS:
        try:
            return -a
        except OverflowError:
            return None
    return YearsMonths(-a.months) if what == _MONTHS else None


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
