"""The cells of a table as sets of values, where their text is made of constants: overlaps and gaps are found with them.

``< 5``, ``[1..9)``, ``"A","B"``, ``not(true)``, ``>= date("2026-01-01")``, ``-``. A cell that computes (names,
functions, ``?``) is no constant set and is left out of the reckoning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from engine import feel

_STRING = r'"(?:[^"\\]|\\.)*"'
_LITERAL = (rf'(?:-?\s*(?:\d+(?:\.(?!\.)\d+)?|\.\d+)(?:[eE][+-]?\d+)?|true\b|false\b|null\b|@\s*{_STRING}|{_STRING}'
            rf'|(?:date\s+and\s+time|date|time|duration)\s*\(\s*{_STRING}\s*\))')
_TEST = re.compile(
    rf'\s*(?:(?P<open>[\[\](])\s*(?P<low>{_LITERAL})\s*\.\.\s*(?P<high>{_LITERAL})\s*(?P<close>[\])\[])'
    rf'|(?P<sign><=|>=|!=|<|>|=)?\s*(?P<value>{_LITERAL}))\s*(?P<next>,|$)', re.S)
_NOT = re.compile(r"\s*not\s*\((.*)\)\s*", re.S)

NULL = "null"
"""The kind of a cell that asks for null."""


@dataclass(frozen=True, slots=True)
class Span:
    """Values from ``low`` to ``high`` (None: unbounded), ends included or not.

    A point has one value as both of its ends; a ``hole`` stands for all values but this one.
    """

    low: Any
    high: Any
    low_in: bool = True
    high_in: bool = True
    hole: bool = False

    @property
    def is_point(self) -> bool:
        return self.low is not None and self.low is self.high and self.low_in and self.high_in and not self.hole


@dataclass(frozen=True, slots=True)
class Cell:
    """The values a cell lets pass: those in ``spans``, or with ``negated`` all others; ``null`` when null passes."""

    spans: tuple[Span, ...] = ()
    negated: bool = False
    null: bool = False
    everything: bool = False

    def kinds(self) -> set[str]:
        """The kinds of FEEL value that occur."""
        return {feel.kind(end) for span in self.spans for end in (span.low, span.high) if end is not None}

    @property
    def is_listed(self) -> bool:
        """Does the cell name single values only, no stretches?"""
        return all(span.is_point or span.hole for span in self.spans)


EVERYTHING = Cell(everything=True, null=True)


def read_cell(text: str) -> Cell | None:
    """The set a cell's text stands for; None where it is not made of constants."""
    text = text.strip()
    if text in ("", "-"):
        return EVERYTHING
    inner = _NOT.fullmatch(text)
    spans: list[Span] = []
    null = False
    rest = inner.group(1) if inner else text
    place = 0
    while True:
        found = _TEST.match(rest, place)
        if found is None:
            return None
        read = _spans(found)
        if read is None:
            return None
        spans += [span for span in read if span is not _NULL_SPAN]
        null = null or _NULL_SPAN in read
        place = found.end()
        if found["next"] != ",":
            break
    return Cell(tuple(spans), bool(inner), null != bool(inner))


_NULL_SPAN = Span(NULL, NULL)


def _spans(found: re.Match[str]) -> list[Span] | None:
    """The spans of one test; None where a constant is broken."""
    if found["open"]:
        low, high = _constant(found["low"]), _constant(found["high"])
        if low is None or high is None or feel.kind(low) != feel.kind(high):
            return None
        return [Span(low, high, found["open"] == "[", found["close"] == "]")]
    sign = found["sign"] or "="
    if found["value"] == "null":
        return [_NULL_SPAN] if sign == "=" else None
    value = _constant(found["value"])
    if value is None:
        return None
    return {"=": [Span(value, value)], "!=": [Span(value, value, hole=True)],
            "<": [Span(None, value, False, False)], "<=": [Span(None, value, False, True)],
            ">": [Span(value, None, False, False)], ">=": [Span(value, None, True, False)]}[sign]


def _constant(text: str) -> Any:
    """The value of a constant's text; None where it is none (``date("2026-02-30")``)."""
    try:
        return feel.evaluate(text, {})
    except feel.FeelError:
        return None
