"""Equality, order and membership: three-valued, None where two values cannot be compared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from .limits import charge
from .times import is_local, time_of_day, utc
from .values import Range, kind, number

Answer = bool | None
_MILLISECOND = dt.timedelta(milliseconds=1)


def equal(a: Any, b: Any) -> Answer:
    """``a = b``: null equals null alone; None where the two are of different kinds."""
    ta, tb = type(a), type(b)
    if ta is tb and ta in (str, int, bool):
        return a == b
    if a is None or b is None:
        return a is b
    ka = kind(a)
    if ka != kind(b):
        return None
    test = _EQUAL.get(ka)
    return a is b if test is None else test(a, b)


def _equal_numbers(a: Any, b: Any) -> Answer:
    a, b = number(a), number(b)
    return None if a is None or b is None else a == b


def _equal_times(a: dt.time, b: dt.time) -> bool:
    return is_local(a) == is_local(b) and time_of_day(a) // 1000 == time_of_day(b) // 1000


def _equal_moments(a: dt.datetime, b: dt.datetime) -> bool:
    if is_local(a) != is_local(b):
        return False
    if is_local(a):
        return abs(a - b) < _MILLISECOND
    a, b = utc(a), utc(b)
    return a.replace(microsecond=a.microsecond // 1000 * 1000) == b.replace(microsecond=b.microsecond // 1000 * 1000)


def _equal_lists(a: list, b: list) -> bool:
    if len(a) != len(b):
        return False
    charge(len(a))
    return all(equal(x, y) is True for x, y in zip(a, b))


def _equal_contexts(a: dict, b: dict) -> bool:
    charge(len(a))
    return len(a) == len(b) and all(key in b and equal(x, b[key]) is True for key, x in a.items())


def _same(a: Any, b: Any) -> bool:
    return a == b


_EQUAL: dict[str, Callable[[Any, Any], Answer]] = {
    "number": _equal_numbers,
    "string": _same,
    "boolean": _same,
    "date": _same,
    "far date": _same,
    "far date and time": _same,
    "days and time duration": _same,
    "years and months duration": _same,
    "range": _same,
    "time": _equal_times,
    "date and time": _equal_moments,
    "list": _equal_lists,
    "context": _equal_contexts,
}


def less(a: Any, b: Any) -> Answer:
    """``a < b``, None where the two cannot be put in order."""
    ta, tb = type(a), type(b)
    if (ta is int or ta is Decimal) and (tb is int or tb is Decimal):
        try:
            return a < b
        except InvalidOperation:  # a stranger's NaN
            return None
    what = kind(a)
    if what != kind(b):
        return None
    if what == "number":
        a, b = number(a), number(b)
        return None if a is None or b is None else a < b
    if what in ("string", "date", "days and time duration", "far date"):
        return a < b
    if what == "years and months duration":
        return a.months < b.months
    if what in ("time", "date and time"):
        if is_local(a) != is_local(b):
            return None
        if what == "time":
            return time_of_day(a) < time_of_day(b)
        return a < b if is_local(a) else utc(a) < utc(b)
    return None


def less_equal(a: Any, b: Any) -> Answer:
    """``a <= b``."""
    answer = less(b, a)
    return None if answer is None else not answer


def not_equal(a: Any, b: Any) -> Answer:
    """``a != b``."""
    answer = equal(a, b)
    return None if answer is None else not answer


def _unless_null(test: Callable[[Any, Any], Answer]) -> Callable[[Any, Any], Answer]:
    return lambda a, b: None if a is None or b is None else test(a, b)


COMPARE: dict[str, Callable[[Any, Any], Answer]] = {
    "=": equal,
    "!=": not_equal,
    "<": _unless_null(less),
    ">": _unless_null(lambda a, b: less(b, a)),
    "<=": _unless_null(less_equal),
    ">=": _unless_null(lambda a, b: less_equal(b, a)),
}


def contains_point(interval: Range, value: Any) -> Answer:
    """Is ``value`` within ``interval``?"""
    if value is None:
        return None
    if interval.op in ("=", "!="):
        return COMPARE[interval.op](value, interval.low)
    answer = True
    for end, test in (
        (interval.low, lambda x: less_equal(x, value) if interval.low_in else less(x, value)),
        (interval.high, lambda x: less_equal(value, x) if interval.high_in else less(value, x)),
    ):
        if end is None:
            if interval.op is None:
                return None
            continue
        found = test(end)
        if found is None:
            return None
        answer = answer and found
    return answer


def matches_test(value: Any, against: Any) -> Answer:
    """``value`` against what a test expression gave: equal to it, in the list, within the interval."""
    if isinstance(against, Range):
        return equal(value, against) if isinstance(value, Range) else contains_point(against, value)
    if not isinstance(against, list):
        return equal(value, against)
    if isinstance(value, list) and equal(value, against) is True:
        return True
    charge(len(against) // 4)
    for item in against:
        if (contains_point(item, value) if isinstance(item, Range) else equal(value, item)) is True:
            return True
        if isinstance(item, Range) and isinstance(value, Range) and value == item:
            return True
    return False


def any_of(answers: Iterable[Answer]) -> Answer:
    """Three-valued or: true as soon as one is true, null where one was neither."""
    result: Answer = False
    for answer in answers:
        if answer is True:
            return True
        if answer is not False:
            result = None
    return result
