"""Working time as numbers: the openings of a calendar over a span, so that a simulation adds and measures quickly.

Moments are seconds since the beginning of the span; working time is seconds, too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable
from copy import copy
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from engine.calendar import WorkingCalendar

INSIDE_ENOUGH = 0.9
"""Share of a role's work that must lie in its unit's hours for those to count as the hours it really keeps."""
RARE = 0.02
"""Hours with less than this share of the work of working days, or of weekends, are no hours of work."""


class WorkHours:
    """The openings of a calendar from ``begin`` to ``end``; beyond the end it counts as open round the clock."""

    def __init__(self, calendar: WorkingCalendar, begin: datetime, end: datetime):
        self.begin = begin
        day, last = calendar.local(begin).date(), calendar.local(end).date()
        self.starts: list[float] = []
        self.ends: list[float] = []
        while day <= last:
            for opens, closes in calendar.openings(day):
                start, stop = (opens - begin).total_seconds(), (closes - begin).total_seconds()
                if stop > 0:
                    self._add(max(0.0, start), stop)
            day += timedelta(days=1)
        whole = (end - begin).total_seconds()
        self._add(max(whole, self.ends[-1] if self.ends else 0.0), float("inf"))
        self.worked = [0.0, *accumulate(stop - start for start, stop in zip(self.starts, self.ends))]

    def _add(self, start: float, stop: float) -> None:
        if self.ends and start <= self.ends[-1]:
            self.ends[-1] = max(self.ends[-1], stop)
        else:
            self.starts.append(start)
            self.ends.append(stop)

    def without(self, away: Iterable[tuple[float, float]]) -> WorkHours:
        """The same hours but for the stretches in which somebody is away; moments in seconds since the beginning."""
        spans = list(zip(self.starts, self.ends))
        for gone, back in away:
            spans = [part for start, stop in spans for part in ((start, min(stop, gone)), (max(start, back), stop))
                     if part[0] < part[1]]
        found = copy(self)
        found.starts, found.ends = [start for start, _ in spans], [stop for _, stop in spans]
        found.worked = [0.0, *accumulate(stop - start for start, stop in spans)]
        return found

    def seconds(self, moment: datetime) -> float:
        """A moment as seconds since the beginning."""
        return (moment - self.begin).total_seconds()

    def is_open(self, at: float) -> bool:
        """Whether work is done at a moment: from opening up to, not including, closing."""
        index = bisect_right(self.starts, at) - 1
        return index >= 0 and at < self.ends[index]

    def opening(self, at: float) -> float:
        """The moment itself while open, else the next opening."""
        return at if self.is_open(at) else self.starts[bisect_right(self.starts, at)]

    def until(self, at: float) -> float:
        """The working seconds from the beginning of the span to a moment."""
        index = bisect_right(self.starts, at) - 1
        return self.worked[index] + min(at, self.ends[index]) - self.starts[index] if index >= 0 else 0.0

    def between(self, start: float, end: float) -> float:
        """The working seconds between two moments; none where the end is earlier."""
        return max(0.0, self.until(end) - self.until(start))

    def after(self, at: float, amount: float) -> float:
        """The earliest moment at which ``amount`` working seconds have passed since a moment."""
        if amount <= 0:
            return at
        goal = self.until(at) + amount
        index = bisect_left(self.worked, goal) - 1
        return self.starts[index] + goal - self.worked[index]


def kept_hours(calendar: WorkingCalendar, done_at: Iterable[datetime]) -> WorkingCalendar:
    """The calendar that people really keep: their unit's where most of their work lies in it, else one read off the
    hours in which they completed work on working days and at weekends."""
    local = [calendar.local(moment) for moment in done_at]
    if not local or sum(map(calendar.is_open, local)) >= INSIDE_ENOUGH * len(local):
        return calendar
    hours: dict[str, Any] = {}
    for days, weekdays in (("mon-fri", range(5)), ("sat-sun", range(5, 7))):
        counted = Counter(moment.hour for moment in local if moment.weekday() in weekdays)
        usual = [hour for hour, number in counted.items() if number > RARE * counted.total()]
        if usual and counted.total() > RARE * len(local):
            hours[days] = f"{min(usual):02d}:00-{max(usual) + 1:02d}:00"
    return WorkingCalendar.from_declaration({"hours": hours, "holidays": "none"}, zone=calendar.zone)
