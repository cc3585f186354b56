"""Months, quarters and years as reports know them: ``2026-11``, ``2026-Q4``, ``2026``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import TypeVar

from engine.errors import NotFound

Row = TypeVar("Row")
KINDS = {"month": 1, "quarter": 3, "year": 12}
"""Kind of period → its months."""
_KEY = re.compile(r"(?P<year>20\d\d)(?:-(?P<month>0[1-9]|1[0-2])|-Q(?P<quarter>[1-4]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """``months`` months from the first day of ``month`` in ``year`` on."""

    year: int
    month: int
    months: int

    @property
    def kind(self) -> str:
        return next(kind for kind, months in KINDS.items() if months == self.months)

    @property
    def key(self) -> str:
        if self.months == 12:
            return str(self.year)
        return f"{self.year}-Q{(self.month + 2) // 3}" if self.months == 3 else f"{self.year}-{self.month:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date.fromordinal(self.moved(1).first.toordinal() - 1)

    def moved(self, by: int) -> Period:
        """The period ``by`` periods later, or earlier."""
        at = self.year * 12 + self.month - 1 + by * self.months
        return Period(at // 12, at % 12 + 1, self.months)

    def begins(self, zone: tzinfo) -> datetime:
        return datetime.combine(self.first, time(), zone)

    def ends(self, zone: tzinfo) -> datetime:
        """The first moment that no longer belongs to it."""
        return self.moved(1).begins(zone)

    def parts(self) -> tuple[Period, ...]:
        """Its months."""
        begin = Period(self.year, self.month, 1)
        return tuple(begin.moved(n) for n in range(self.months))


def by_month(period: Period, rows: Iterable[Row], moment: Callable[[Row], datetime], zone: tzinfo
             ) -> Iterator[tuple[Period, list[Row]]]:
    """The rows of every month of the period before and of this one, by the moment that counts."""
    known = list(rows)
    for month in (*period.moved(-1).parts(), *period.parts()):
        begin, end = month.begins(zone), month.ends(zone)
        yield month, [one for one in known if begin <= moment(one) < end]


def period_of(day: date, kind: str) -> Period:
    """The period of a kind in which a day lies. Raises NotFound for another kind."""
    if kind not in KINDS:
        raise NotFound(what="page")
    months = KINDS[kind]
    return Period(day.year, (day.month - 1) // months * months + 1, months)


def read_period(key: str) -> Period:
    """The period of a key. Raises NotFound."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise NotFound(what="page")
    year = int(found["year"])
    if found["month"]:
        return Period(year, int(found["month"]), 1)
    return Period(year, int(found["quarter"]) * 3 - 2, 3) if found["quarter"] else Period(year, 1, 12)
