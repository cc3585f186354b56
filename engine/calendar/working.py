"""The working calendar: when an org unit is open, and arithmetic in working time and working days.

Days and times of day are those of the calendar's zone; moments are aware and answered in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendar import days
from engine.calendar.duration import wall
from engine.calendar.errors import BadCalendar, NaiveMoment, NeverOpen
from engine.calendar.hours import Hours, read_hours, read_week
from engine.calendar.month import month_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_ENDS = time(18, 0)
"""When a limit given as a date ends (reading.md, 0.4 "Clock")."""
HEADQUARTERS = {"hours": {"mon-fri": "09:00-18:00"}, "holidays": "CN"}
STORE = {"hours": {"daily": "09:00-21:00"}, "holidays": "none"}
_NAMED = {"headquarters": HEADQUARTERS, "store": STORE}
_FAR = 1100
"""Days to look ahead before a calendar counts as never open."""


class WorkingCalendar:
    """Opening hours of a week, holidays of a country, and single days that differ.

    ``week`` holds the hours of Monday to Sunday; ``country`` names the public holidays or is empty; ``special`` maps a
    date to its hours, to () for closed or to None for open as on a working day.
    """

    def __init__(self, week: tuple[Hours, ...], *, country: str = "",
                 special: Mapping[date, Hours | None] | None = None, zone: ZoneInfo = SHANGHAI):
        self.week, self.country, self.zone = week, country, zone
        self.special = dict(special or {})
        self.usual: Hours = next((hours for hours in week if hours), ())
        """Hours of a make-up day: those of the first open weekday."""

    @classmethod
    def from_declaration(cls, declaration: Any = None, zone: ZoneInfo = SHANGHAI) -> WorkingCalendar:
        """A calendar as units declare it; headquarters' where nothing is declared. Raises :class:`BadCalendar`.

        ``headquarters``, ``store``, or a mapping::

            hours: {mon-fri: ["09:00-12:00", "13:00-18:00"], sat: "09:00-12:00"}     # or daily: "09:00-21:00"
            holidays: CN                                                            # or none
            days: {2027: {"10-06": closed, "10-09": open}, "2027-12-31": "09:00-12:00"}
        """
        if declaration is None or declaration == "":
            declaration = HEADQUARTERS
        elif isinstance(declaration, str):
            if declaration not in _NAMED:
                raise BadCalendar(what="calendar", value=declaration)
            declaration = _NAMED[declaration]
        if not isinstance(declaration, Mapping) or set(declaration) - {"hours", "holidays", "days"}:
            raise BadCalendar(what="calendar", value=declaration)
        country = str(declaration.get("holidays", "CN") or "none")
        if country not in (*days.COUNTRIES, "none"):
            raise BadCalendar(what="holidays", value=country)
        week = read_week(declaration.get("hours", HEADQUARTERS["hours"]))
        return cls(week, country="" if country == "none" else country, special=_special(declaration.get("days") or {}),
                   zone=zone)

    # --- days ----------------------------------------------------------------------------------------------

    def hours(self, day: date) -> Hours:
        """The opening hours of a day, in minutes."""
        if day in self.special:
            hours = self.special[day]
            return self.week[day.weekday()] or self.usual if hours is None else hours
        if self.country:
            if days.is_holiday(self.country, day):
                return ()
            if days.is_make_up_day(self.country, day):
                return self.week[day.weekday()] or self.usual
        return self.week[day.weekday()]

    def is_working_day(self, day: date) -> bool:
        return bool(self.hours(day))

    def next_working_day(self, day: date) -> date:
        """The first working day after ``day``."""
        return self._seek(day + timedelta(days=1), 1)

    def previous_working_day(self, day: date) -> date:
        """The last working day before ``day``."""
        return self._seek(day - timedelta(days=1), -1)

    def working_day_from(self, day: date) -> date:
        """``day`` itself if it is a working day, else the next."""
        return self._seek(day, 1)

    def meeting_day(self, day: date) -> date:
        """The day of a meeting planned for ``day``: it moves to the preceding working day, a deadline does not."""
        return self._seek(day, -1)

    def plus_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (before it, if negative); 0 is ``day`` itself."""
        for _ in range(abs(count)):
            day = self.next_working_day(day) if count > 0 else self.previous_working_day(day)
        return day

    def _seek(self, day: date, step: int) -> date:
        for distance in range(_FAR):
            found = day + timedelta(days=step * distance)
            if self.is_working_day(found):
                return found
        raise NeverOpen(day=day.isoformat())

    # --- moments -------------------------------------------------------------------------------------------

    def local(self, moment: datetime) -> datetime:
        """``moment`` on the clocks of the calendar's zone. Raises :class:`NaiveMoment`."""
        if moment.tzinfo is None:
            raise NaiveMoment(moment=moment.isoformat())
        return moment.astimezone(self.zone)

    def at(self, day: date, clock: time = DAY_ENDS) -> datetime:
        """The moment at which it is ``clock`` on ``day``."""
        return wall(day, clock.hour * 60 + clock.minute, self.zone) + timedelta(seconds=clock.second)

    def is_open(self, moment: datetime) -> bool:
        """Whether work is done at ``moment``: from opening up to, not including, closing."""
        moment = self.local(moment)
        return any(start <= moment < end for start, end in self.openings(moment.date()))

    def openings(self, day: date) -> list[tuple[datetime, datetime]]:
        """The moments of opening and closing on ``day``."""
        return [(wall(day, start, self.zone), wall(day, end, self.zone)) for start, end in self.hours(day)]

    def add(self, moment: datetime, amount: timedelta) -> datetime:
        """The moment at which ``amount`` of working time has passed since ``moment`` (or lies ahead, if negative).

        The earliest such moment: nine hours from Monday 09:00 end on Monday 18:00, not on Tuesday 09:00.
        """
        left = abs(amount)
        moment = self.local(moment).astimezone(UTC)
        if not left:
            return moment
        for start, end in self._ahead(moment) if amount > timedelta() else self._behind(moment):
            if end - start >= left:
                return start + left if amount > timedelta() else end - left
            left -= end - start
        raise NeverOpen(day=self.local(moment).date().isoformat())

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from ``start`` to ``end``; negative where ``end`` is earlier."""
        if end < start:
            return -self.between(end, start)
        day, last = self.local(start).date(), self.local(end).date()
        total = timedelta()
        while day <= last:
            for opens, closes in self.openings(day):
                total += max(timedelta(), min(closes, end) - max(opens, start))
            day += timedelta(days=1)
        return total

    def working_days(self, start: datetime | date, count: int, clock: time = DAY_ENDS) -> datetime:
        """``clock`` (18:00) of the ``count``-th working day after the day of ``start``."""
        day = self.local(start).date() if isinstance(start, datetime) else start
        return self.at(self.plus_working_days(day, count), clock)

    def by_month_day(self, day: date, number: int, clock: time = DAY_ENDS, *, after: int | None = None) -> datetime:
        """"By the 5th": 18:00 of that day of the month of ``day``; a deadline does not move off a closed day.

        ``after`` is the month day of the step before: where both fall on one day because the month is short, this one
        ends at 23:59.
        """
        found = month_day(day, number)
        if after is not None and after != number and month_day(day, after) == found:
            clock = time(23, 59)
        return self.at(found, clock)

    def _ahead(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, closed = self.local(moment).date(), 0
        while closed < _FAR:
            openings = self.openings(day)
            closed = 0 if openings else closed + 1
            for start, end in openings:
                if end > moment:
                    yield max(start, moment), end
            day += timedelta(days=1)

    def _behind(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, closed = self.local(moment).date(), 0
        while closed < _FAR:
            openings = self.openings(day)
            closed = 0 if openings else closed + 1
            for start, end in reversed(openings):
                if start < moment:
                    yield start, min(end, moment)
            day -= timedelta(days=1)


def _special(value: Any) -> dict[date, Hours | None]:
    if not isinstance(value, Mapping):
        raise BadCalendar(what="days", value=value)
    found: dict[date, Hours | None] = {}
    for key, entry in value.items():
        if isinstance(entry, Mapping):
            found |= {_date(f"{key}-{day}"): _day(hours, day) for day, hours in entry.items()}
        else:
            found[_date(key)] = _day(entry, key)
    return found


def _day(value: Any, key: Any) -> Hours | None:
    return None if value == "open" else read_hours(value, str(key))


def _date(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadCalendar(what="days", value=value) from None
