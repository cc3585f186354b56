"""Working time in expressions: functions for FEEL, bound to one calendar and one clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.calendar.duration import read_duration
from engine.calendar.month import month_day
from engine.calendar.windows import WINDOWS, ContactWindow
from engine.calendar.working import WorkingCalendar


def calendar_functions(calendar: WorkingCalendar, now: Callable[[], datetime],
                       windows: Mapping[str, ContactWindow] = WINDOWS) -> dict[str, Callable[..., Any]]:
    """FEEL's name of each function -> a plain callable; its parameters are named as in FEEL, ``_`` for a blank.

    ``now`` gives the moment that counts where no start is given. Arguments that do not fit raise ``TypeError`` or
    ``ValueError``, which FEEL answers with null. Moments come back in the calendar's zone.
    """
    bound = _Bound(calendar, now, windows)
    return {
        "working time": bound.working_time,
        "working time between": bound.working_time_between,
        "working days": bound.working_days,
        "next working day": bound.next_working_day,
        "previous working day": bound.previous_working_day,
        "is working day": bound.is_working_day,
        "meeting day": bound.meeting_day,
        "month day": bound.month_day,
        "in contact window": bound.in_contact_window,
        "contact time": bound.contact_time,
    }


class _Bound:
    def __init__(self, calendar: WorkingCalendar, now: Callable[[], datetime], windows: Mapping[str, ContactWindow]):
        self.calendar, self.now, self.windows = calendar, now, windows

    def working_time(self, start: Any, duration: Any = None) -> datetime:
        """``working time("PT8H")`` from now, ``working time(start, duration)``."""
        if duration is None:
            start, duration = self.now(), start
        return self.calendar.local(self.calendar.add(self._moment(start), _length(duration)))

    def working_time_between(self, start: Any, end: Any) -> timedelta:
        return self.calendar.between(self._moment(start), self._moment(end))

    def working_days(self, start: Any, days: Any = None) -> datetime:
        """``working days(3)``: 18:00 of the third working day after today; ``working days(start, 3)``."""
        if days is None:
            start, days = self.now(), start
        return self.calendar.local(self.calendar.working_days(self._day(start), _whole(days)))

    def next_working_day(self, date: Any) -> date:
        return self.calendar.next_working_day(self._day(date))

    def previous_working_day(self, date: Any) -> date:
        return self.calendar.previous_working_day(self._day(date))

    def is_working_day(self, date: Any) -> bool:
        return self.calendar.is_working_day(self._day(date))

    def meeting_day(self, date: Any) -> date:
        """The date, or the preceding working day where it is none."""
        return self.calendar.meeting_day(self._day(date))

    def month_day(self, date: Any, day: Any = None) -> date:
        """``month day(30)`` of this month, ``month day(date, 30)``; the last day where the month is shorter."""
        if day is None:
            date, day = self.now(), date
        return month_day(self._day(date), _whole(day))

    def in_contact_window(self, moment: Any, kind: Any) -> bool:
        """Whether a customer may be contacted: ``kind`` is ``sms`` or ``call``."""
        return self.windows[kind].holds(self.calendar.local(self._moment(moment)))

    def contact_time(self, moment: Any, kind: Any) -> datetime:
        """``moment``, or the next opening of the contact window."""
        return self.calendar.local(self.windows[kind].shifted(self.calendar.local(self._moment(moment))))

    def _moment(self, value: Any) -> datetime:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        if not isinstance(value, datetime):
            raise TypeError(value)
        return value if value.tzinfo else value.replace(tzinfo=self.calendar.zone)

    def _day(self, value: Any) -> date:
        if isinstance(value, str):
            value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
        if isinstance(value, datetime):
            return self.calendar.local(self._moment(value)).date()
        if not isinstance(value, date):
            raise TypeError(value)
        return value


def _length(value: Any) -> timedelta:
    if isinstance(value, str):
        return read_duration(value).exact
    if not isinstance(value, timedelta):
        raise TypeError(value)
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or int(value) != value or abs(value) > 3660:
        raise ValueError(value)
    return int(value)
