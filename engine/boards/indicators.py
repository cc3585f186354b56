"""Indicators: what they are called, how they are counted in words, and their values over the rows of a period.

Conventions of the catalogue, section 4.0: a denominator of zero gives no value, never 0; percentages are shown with two
decimals, rounded half up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from engine.cards import Bilingual

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Indicator:
    """``key`` is the catalogue's number; ``kind`` is ``share``, ``hours`` or ``people``."""

    key: str
    name: Bilingual
    formula: Bilingual
    kind: str = "share"


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator's value: a share from 0 to 1, hours or people; ``None`` where there is nothing to count.

    ``part`` of ``whole`` were counted; ``telling`` are the numbers of the cases that one wants to look at.
    """

    indicator: Indicator
    value: Decimal | None
    part: int | None = None
    whole: int | None = None
    telling: tuple[str, ...] = ()

    @property
    def shown(self) -> Decimal | None:
        """Percent or hours with two decimals, people as a whole number; rounded half up."""
        if self.value is None or self.indicator.kind == "people":
            return self.value
        scaled = self.value * 100 if self.indicator.kind == "share" else self.value
        return scaled.quantize(HUNDREDTH, ROUND_HALF_UP)


def rate(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """``part`` ÷ ``whole``, no value for a denominator of zero."""
    return Decimal(part) / Decimal(whole) if whole else None


def share(indicator: Indicator, rows: Iterable[Any], counted: Callable[[Any], bool], met: Callable[[Any], bool],
          number: Callable[[Any], str], telling: bool = False) -> Figure:
    """How many of the rows ``counted`` have ``met`` something; ``telling`` says which of both the reader looks at."""
    whole = [row for row in rows if counted(row)]
    part = [row for row in whole if met(row)]
    return Figure(indicator, rate(len(part), len(whole)), len(part), len(whole),
                  tuple(number(row) for row in whole if met(row) is telling))
