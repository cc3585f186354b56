"""An axis: the values of an input column, cut into atoms by all constants its cells mention.

Between two neighbouring constants nothing changes, so that a few atoms stand for infinitely many values: points and the
open stretches between them for what is ordered, single values and "any other" for text, true and false for booleans. A
set of values is a bit mask over the atoms, and exact.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine import feel

from .cells import Cell, Span
from .types import shown

ORDERED = frozenset(("number", "date", "time", "date and time", "days and time duration",
                     "years and months duration"))
FAR = 10**15
"""Numbers from here on are not rounded to whole ones."""
OTHER = object()
"""The atom of all texts that no cell mentions."""


class Axis:
    """The atoms of a column. ``kind`` is '' where its cells cannot be compared: then it has one atom, "whatever".

    ``possible`` are the atoms that can occur (a value exists and is allowed), ``domain`` those that gaps are looked for
    in: not the texts that no cell mentions, where nothing says which texts there are.
    """

    def __init__(self, kind: str, cells: Iterable[Cell], allowed: Cell | None = None, whole: bool = False):
        self.kind, self.whole, self.enumerated = kind, whole, allowed is not None or kind == "boolean"
        every = [cell for cell in (*cells, *((allowed,) if allowed else ())) if cell is not None]
        ends = [end for cell in every for span in cell.spans for end in (span.low, span.high) if end is not None]
        self.points: list[Any] = []
        self.atoms: list[Any] = [OTHER]
        if kind in ORDERED:
            self._cut_line(ends)
        elif kind in ("string", "boolean"):
            self.points = [False, True] if kind == "boolean" else sorted(set(ends))
            self.atoms = [*self.points, *([OTHER] if kind == "string" else [])]
        self.null_bit = 1 << len(self.atoms)
        self.every = self.null_bit - 1
        self.possible = self._existing() & (self.mask(allowed) if allowed is not None else self.every)
        self.domain = self.possible & (self.every if allowed is not None else self._known())

    def _cut_line(self, ends: list[Any]) -> None:
        """Atoms of an ordered kind: stretch, point, stretch, point … stretch."""
        ordered = sorted(ends, key=_rank)
        self.points = [end for place, end in enumerate(ordered) if not place or _rank(ordered[place - 1]) != _rank(end)]
        bounds = [None, *self.points, None]
        self.atoms = []
        for low, high in zip(bounds, bounds[1:]):
            self.atoms.append(Span(low, high, False, False))
            if high is not None:
                self.atoms.append(Span(high, high))
        self.ranks = [_rank(point) for point in self.points]

    def _existing(self) -> int:
        """Atoms that hold a value at all: no day lies between two neighbouring dates."""
        return sum(1 << number for number, atom in enumerate(self.atoms)
                   if not isinstance(atom, Span) or sample(atom, self.kind, self.whole) is not None)

    def _known(self) -> int:
        """Without a list of allowed values, texts that no cell mentions are left out of the search for gaps."""
        return self.every & ~(1 << len(self.points)) if self.kind == "string" and self.points else self.every

    def mask(self, cell: Cell) -> int:
        """The atoms a cell lets pass, the bit above them standing for null."""
        if cell.everything:
            return self.every | self.null_bit
        found = 0
        for span in cell.spans:
            found |= self._line(span) if self.kind in ORDERED else self._values(span)
        if cell.negated:
            found = self.every & ~found
        return (found & self.every) | (self.null_bit if cell.null else 0)

    def _line(self, span: Span) -> int:
        if span.hole:
            return self.every & ~self._line(Span(span.low, span.low))
        first, last = 0, len(self.atoms) - 1
        if span.low is not None:
            first = 2 * bisect_left(self.ranks, _rank(span.low)) + (1 if span.low_in else 2)
        if span.high is not None:
            last = 2 * bisect_left(self.ranks, _rank(span.high)) + (1 if span.high_in else 0)
        return ((1 << (last + 1)) - (1 << first)) if first <= last else 0

    def _values(self, span: Span) -> int:
        one = 1 << self.points.index(span.low)
        return self.every & ~one if span.hole else one

    def example(self, mask: int) -> Any:
        """A value of the atoms in ``mask`` (the null bit apart): the first that exists."""
        for number, atom in enumerate(self.atoms):
            if mask >> number & 1:
                value = sample(atom, self.kind, self.whole) if isinstance(atom, Span) else atom
                if value is not None:
                    return value
        return None

    def told(self, mask: int, lang: str) -> str:
        """A value of ``mask`` as a person reads it."""
        value = self.example(mask)
        if value is OTHER:
            return "其他值" if lang == "zh" else "any other value"
        return shown(value)


def _rank(value: Any) -> Any:
    """What orders values of a kind (raises TypeError where two cannot be compared, such as with and without zone)."""
    if isinstance(value, feel.YearsMonths):
        return value.months
    if isinstance(value, float):
        return Decimal(repr(value))
    return value


def sample(atom: Span, kind: str, whole: bool = False) -> Any:
    """A value in an atom, as plain as possible; None where there is none."""
    low, high = atom.low, atom.high
    if atom.is_point:
        return low if not whole or low == int(low) else None
    if kind == "number":
        return _number(low, high, whole)
    if kind == "years and months duration":
        months = _number(None if low is None else low.months, None if high is None else high.months, True)
        return None if months is None else feel.YearsMonths(int(months))
    step = {"date": timedelta(days=1), "date and time": timedelta(hours=1), "time": timedelta(minutes=1),
            "days and time duration": timedelta(hours=1)}[kind]
    return _moment(low, high, step, kind)


def _number(low: Any, high: Any, whole: bool) -> Any:
    """A number strictly between: a whole one if there is one."""
    if low is None and high is None:
        return 0
    if low is None or high is None:
        end, step = (high, -1) if low is None else (low, 1)
        if abs(end) >= FAR:
            return end * 2 if (end < 0) == (step < 0) else 0
        return math.floor(end) + 1 if step > 0 else math.ceil(end) - 1
    middle = (Decimal(low) + Decimal(high)) / 2
    for near in (middle.to_integral_value(), math.floor(low) + 1) if max(abs(low), abs(high)) < FAR else ():
        if low < near < high:
            return int(near)
    return middle if not whole and low < middle < high else None


def _moment(low: Any, high: Any, step: timedelta, kind: str) -> Any:
    """A moment strictly between: one step from an end if that fits, else the middle."""
    if low is None and high is None:
        return {"date": date(2026, 1, 1), "date and time": datetime(2026, 1, 1), "time": time(12),
                "days and time duration": timedelta()}[kind]
    if kind == "time":
        return _time(low, high)
    try:
        near = low + step if low is not None else high - step
    except OverflowError:
        return None
    if high is None or low is None or near < high:
        return near
    if kind == "date":
        return None
    middle = low + (high - low) / 2
    return middle if low < middle < high else None


def _time(low: time | None, high: time | None) -> time | None:
    zone = (low or high).tzinfo
    start = _seconds(low) if low is not None else -1
    stop = _seconds(high) if high is not None else 86_400
    if stop - start < 2:
        return None
    middle = start + 60 if start + 60 < stop and low is not None else (start + stop) // 2
    return time(middle // 3600, middle // 60 % 60, middle % 60, tzinfo=zone)


def _seconds(value: time) -> int:
    return value.hour * 3600 + value.minute * 60 + value.second
