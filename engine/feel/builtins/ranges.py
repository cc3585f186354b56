"""Allen's relations between points and intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..comparing import contains_point, equal, less
from ..nodes import Type
from ..values import Function, Range
from .registry import BUILTINS

Answer = bool | None
_FORMS = (["point", "range"], ["range", "point"], ["range1", "range2"], ["point1", "point2"])


def _relation(name: str, *parameters: str) -> Callable[[Callable[[Any, Any], Answer]], Callable[[Any, Any], Answer]]:
    def enter(function: Callable[[Any, Any], Answer]) -> Callable[[Any, Any], Answer]:
        def call(*arguments: Any) -> Answer:
            if len(arguments) != 2 or arguments[0] is None or arguments[1] is None:
                return None
            return function(*arguments)

        BUILTINS[name] = Function(parameters, call, None, name, Type("boolean"), forms=_FORMS)
        return function

    return enter


def _range(value: Any) -> bool:
    return isinstance(value, Range)


def _order(a: Any, b: Any) -> int | None:
    """-1, 0, 1, None where there is no order."""
    answer = less(a, b)
    return None if answer is None else -1 if answer else 1 if less(b, a) else 0


@_relation("before", "point1", "point2")
def _before(a: Any, b: Any) -> Answer:
    end, end_in = (a.high, a.high_in) if _range(a) else (a, True)
    start, start_in = (b.low, b.low_in) if _range(b) else (b, True)
    order = _order(end, start)
    return None if order is None else order < 0 or (order == 0 and not (end_in and start_in))


@_relation("after", "point1", "point2")
def _after(a: Any, b: Any) -> Answer:
    return _before(b, a)


@_relation("meets", "range1", "range2")
def _meets(a: Any, b: Any) -> Answer:
    if not (_range(a) and _range(b)):
        return None
    return a.high_in and b.low_in and equal(a.high, b.low)


@_relation("met by", "range1", "range2")
def _met_by(a: Any, b: Any) -> Answer:
    return _meets(b, a)


@_relation("overlaps", "range1", "range2")
def _overlaps(a: Any, b: Any) -> Answer:
    if not (_range(a) and _range(b)):
        return None
    ahead, behind = _before(a, b), _before(b, a)
    return None if ahead is None or behind is None else not ahead and not behind


def _starts_before(a: Range, b: Range) -> Answer:
    order = _order(a.low, b.low)
    return None if order is None else order < 0 or (order == 0 and a.low_in and not b.low_in)


def _ends_before(a: Range, b: Range) -> Answer:
    order = _order(a.high, b.high)
    return None if order is None else order < 0 or (order == 0 and not a.high_in and b.high_in)


def _same_end(a: Range, b: Range) -> bool:
    return _order(a.high, b.high) == 0 and a.high_in == b.high_in


@_relation("overlaps before", "range1", "range2")
def _overlaps_before(a: Any, b: Any) -> Answer:
    if not (_range(a) and _range(b)):
        return None
    return bool(_starts_before(a, b) and (_ends_before(a, b) or _same_end(a, b)) and not _before(a, b))


@_relation("overlaps after", "range1", "range2")
def _overlaps_after(a: Any, b: Any) -> Answer:
    if not (_range(a) and _range(b)):
        return None
    return bool(_starts_before(b, a) and (_ends_before(b, a) or _same_end(a, b)) and not _before(b, a))


@_relation("finishes", "point", "range")
def _finishes(a: Any, b: Any) -> Answer:
    if not _range(b):
        return None
    if not _range(a):
        return b.high_in and equal(a, b.high)
    earlier = _starts_before(a, b)
    return None if earlier is None else a.high_in == b.high_in and equal(a.high, b.high) is True and not earlier


@_relation("finished by", "range", "point")
def _finished_by(a: Any, b: Any) -> Answer:
    return _finishes(b, a)


@_relation("includes", "range", "point")
def _includes(a: Any, b: Any) -> Answer:
    if not _range(a):
        return None
    if not _range(b):
        return contains_point(a, b)
    earlier, later = _starts_before(b, a), _ends_before(a, b)
    return None if earlier is None or later is None else not earlier and not later


@_relation("during", "point", "range")
def _during(a: Any, b: Any) -> Answer:
    return _includes(b, a)


@_relation("starts", "point", "range")
def _starts(a: Any, b: Any) -> Answer:
    if not _range(b):
        return None
    if not _range(a):
        return b.low_in and equal(a, b.low)
    later = _ends_before(b, a)
    return None if later is None else a.low_in == b.low_in and equal(a.low, b.low) is True and not later


@_relation("started by", "range", "point")
def _started_by(a: Any, b: Any) -> Answer:
    return _starts(b, a)


@_relation("coincides", "point1", "point2")
def _coincides(a: Any, b: Any) -> Answer:
    return None if _range(a) != _range(b) else equal(a, b)
