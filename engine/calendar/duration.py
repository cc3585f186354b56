"""ISO 8601 durations: months apart from days and hours, since a month has no length of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from engine.calendar.errors import BadDuration
from engine.calendar.month import plus_months

_PATTERN = re.compile(
    r"(?P<sign>-)?P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?")


@dataclass(frozen=True, slots=True)
class Duration:
    """``months``, ``days`` and ``time`` of a duration; all have the same sign."""

    months: int = 0
    days: int = 0
    time: timedelta = timedelta()

    @property
    def positive(self) -> bool:
        return (self.months, self.days, self.time) > (0, 0, timedelta()) and min(
            self.months, self.days) >= 0 and self.time >= timedelta()

    @property
    def exact(self) -> timedelta:
        """Days as 24 hours, plus the time. Raises :class:`BadDuration` where there are months."""
        if self.months:
            raise BadDuration(text=f"P{self.months}M")
        return timedelta(days=self.days) + self.time

    def times(self, count: int) -> Duration:
        return Duration(self.months * count, self.days * count, self.time * count)

    def after(self, moment: datetime) -> datetime:
        """``moment`` (aware, in its zone) plus months and days on the wall clock, then plus the time, in UTC."""
        local = plus_months(moment, self.months) + timedelta(days=self.days)
        return local.astimezone(UTC) + self.time


def read_duration(text: str) -> Duration:
    """Read ``PT8H``, ``P1DT12H``, ``P1M``, ``-P2D``. Raises :class:`BadDuration`."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise BadDuration(text=text)
    part = {name: Fraction(value or 0) for name, value in match.groupdict().items() if name != "sign"}
    sign = -1 if match["sign"] else 1
    try:
        micro = (part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]) * 1_000_000
        return Duration(sign * int(part["years"] * 12 + part["months"]), sign * int(part["weeks"] * 7 + part["days"]),
                        sign * timedelta(microseconds=int(micro)))
    except OverflowError:
        raise BadDuration(text=text) from None


def wall(day: date, minute: int, zone: object) -> datetime:
    """The moment at which the clocks of ``zone`` show ``minute`` minutes of ``day``, in UTC.

    A time that the clocks skip becomes the moment at which they are put forward by as much; of a time they show twice
    the first counts.
    """
    moment = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)  # type: ignore[arg-type]
    return moment.astimezone(UTC)
