"""The values of FEEL: natural ones of Python, and what Python lacks (years-months durations, ranges, functions).

null None · boolean bool · number int, Decimal · string str · list list · context dict · date, time, date and time (with
or without a zone) the classes of ``datetime`` · days and time duration timedelta.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from .nodes import Type

# IEEE 754-2008 decimal128, as the DMN standard asks.
DECIMAL128 = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, Overflow, DivisionByZero]
)


class YearsMonths:
    """A years and months duration: ``months`` may be negative."""

    __slots__ = ("months",)

    def __init__(self, months: int):
        self.months = months

    def __eq__(self, other: object) -> bool:
        return isinstance(other, YearsMonths) and other.months == self.months

    def __hash__(self) -> int:
        return hash(("years-months", self.months))

    def __repr__(self) -> str:
        return f"YearsMonths({self.months})"


class FarDate:
    """A date outside the years 1 to 9999: it can be read, printed, compared with its like and taken apart, no more.

    It never leaves an evaluation: no database and no form could hold it.
    """

    __slots__ = ("year", "month", "day")

    def __init__(self, year: int, month: int, day: int):
        self.year, self.month, self.day = year, month, day

    def _key(self) -> tuple:
        return (self.year, self.month, self.day)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._key() == self._key()  # type: ignore[attr-defined]

    def __lt__(self, other: FarDate) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash(self._key())


class FarDateTime(FarDate):
    """The same with a time of day; its zone only tells two of them apart."""

    __slots__ = ("time",)

    def __init__(self, day: FarDate, time: dt.time):
        super().__init__(day.year, day.month, day.day)
        self.time = time

    def _key(self) -> tuple:
        return (*super()._key(), self.time.replace(tzinfo=None), str(self.time.tzinfo))


class FineTime(dt.time):
    """A time with nanoseconds: ``nanos`` are those beyond its microseconds. They are printed; everything else, saving
    included, sees a time of microseconds."""

    nanos: int = 0

    @classmethod
    def of(cls, time: dt.time, nanos: int) -> FineTime:
        fine = cls(time.hour, time.minute, time.second, time.microsecond, time.tzinfo, fold=time.fold)
        fine.nanos = nanos
        return fine


class FineDateTime(dt.datetime):
    """The same with its date."""

    nanos: int = 0


def nanos_of(value: Any) -> int:
    """The nanoseconds of a time or moment beyond its microseconds."""
    return value.nanos if isinstance(value, (FineTime, FineDateTime)) else 0


class Range:
    """An interval; ``op`` is set for those written as a comparison (``(< 5)``), which have one end only."""

    __slots__ = ("low", "high", "low_in", "high_in", "op")

    def __init__(self, low: Any, high: Any, low_in: bool, high_in: bool, op: str | None = None):
        self.low, self.high, self.low_in, self.high_in, self.op = low, high, low_in, high_in, op

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Range):
            return NotImplemented
        from .comparing import equal  # ranges are compared as FEEL compares their ends

        return (
            (self.low_in, self.high_in, self.op) == (other.low_in, other.high_in, other.op)
            and equal(self.low, other.low) is True
            and equal(self.high, other.high) is True
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        from .printing import text_of

        return f"Range({text_of(self)})"


class Function:
    """A function value.

    ``params`` are the names of the parameters, an optional one with ``?`` at its end (``forms`` holds further lists of
    names it may be called by). ``call(*args)`` answers None where the arguments do not fit. ``types`` are those a FEEL
    function declares; ``accepts`` (kinds, ``?``: null too) and ``result`` are those of built-in and host functions, for
    checks before anything runs. ``variadic``: takes any number of values. ``steps``: what a call costs besides walking
    its arguments.
    """

    __slots__ = ("params", "call", "types", "name", "result", "forms", "variadic", "steps", "accepts")

    def __init__(
        self,
        params: Sequence[str],
        call: Callable[..., Any],
        types: Sequence[Type | None] | None = None,
        name: str | None = None,
        result: Type | None = None,
        *,
        forms: Sequence[Sequence[str]] = (),
        variadic: bool = False,
        steps: int = 0,
        accepts: Sequence[str] | None = None,
    ):
        self.params, self.call, self.types = list(params), call, None if types is None else list(types)
        self.name, self.result, self.forms = name, result, [list(form) for form in forms]
        self.variadic, self.steps = variadic, steps
        self.accepts = None if accepts is None else list(accepts)

    def __repr__(self) -> str:
        return f"Function({self.name or 'function'}({', '.join(self.params)}))"


_KINDS: dict[type, str] = {
    type(None): "null", bool: "boolean", int: "number", Decimal: "number", float: "number", str: "string",
    list: "list", tuple: "list", dict: "context", dt.datetime: "date and time", dt.date: "date", dt.time: "time",
    dt.timedelta: "days and time duration", YearsMonths: "years and months duration", Range: "range",
    Function: "function", FarDate: "far date", FarDateTime: "far date and time",
}  # fmt: skip


def kind(value: Any) -> str:
    """The FEEL type of ``value`` (``unknown`` for a stranger)."""
    found = _KINDS.get(type(value))
    if found is not None:
        return found
    for base, name in _KINDS.items():  # subclasses
        if isinstance(value, base):
            return name
    return "unknown"


def number(value: Any) -> int | Decimal | None:
    """``value`` as a number; a float (a stranger's) by its decimal writing; None for anything else."""
    cls = type(value)
    if cls is int or cls is Decimal:
        return value if cls is int or value.is_finite() else None
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        found = Decimal(repr(float(value)))
        return found if found.is_finite() else None
    return value if isinstance(value, (int, Decimal)) else None


def whole(value: Any) -> int | None:
    """The integer part of a number, None where there is none of reasonable size (34 digits)."""
    found = number(value)
    if found is None or (type(found) is Decimal and found.adjusted() > 34):
        return None
    return int(found)


def exact(value: Any) -> int | None:
    """A number that is an integer, as int; None for every other."""
    found = whole(value)
    return found if found is not None and found == value else None
