"""When a task is due, when to warn and when each level of escalation is reached (reading.md, 0.4 "Escalation").

A limit is a duration on the calendar (``PT24H``), working time, working days, or a date. Durations remind at 80 % and
escalate by their own length; dates remind at 09:00 of the preceding working day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.calendar.duration import Duration, read_duration
from engine.calendar.errors import BadDeadlineRule, CalendarError
from engine.calendar.hours import minute_of
from engine.calendar.month import month_day, plus_months
from engine.calendar.working import DAY_ENDS, WorkingCalendar

REMINDER = 0.8
"""Share of a duration after which the assignee is reminded."""
REMINDER_HOUR = time(9, 0)
_HOUR, _DAY = timedelta(hours=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Steps:
    """The moments of a deadline, in UTC. ``warn_at`` is None where it would lie before the clock starts."""

    due_at: datetime
    warn_at: datetime | None
    level_1_at: datetime
    level_2_at: datetime
    level_3_at: datetime


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """A limit; ``kind`` is duration, working, working_days, month_day, time or until."""

    kind: str
    amount: Any = None
    clock: time = DAY_ENDS
    reminder: Duration | None = None
    """When to remind instead, counted from the start of the clock."""

    @classmethod
    def read(cls, limit: Any, reminder: Any = None) -> DeadlineRule:
        """A limit as the deadline table has it. Raises :class:`BadDeadlineRule` (a ``ValueError``).

        ``PT24H`` or a duration; ``{working: PT8H}``; ``{working_days: 5}``; ``{month_day: 5}`` the next 5th, 18:00;
        ``{time: "18:00"}`` that day, ``{time: "18:00", working_days: 1}`` of the next working day; a date or moment.
        """
        try:
            rule = _read(limit)
            return rule if reminder is None else replace(rule, reminder=_duration(reminder))
        except (CalendarError, TypeError, ValueError, AttributeError):
            raise BadDeadlineRule(limit=limit) from None

    @classmethod
    def until(cls, due: datetime | date) -> DeadlineRule:
        """Due at a moment (warned like a duration), or at 18:00 of a date (warned like a date)."""
        return cls("until", due)

    @property
    def by_date(self) -> bool:
        """Whether the limit is a date rather than a length of time."""
        if self.kind == "until":
            return not isinstance(self.amount, datetime)
        return self.kind in ("working_days", "month_day", "time")

    def due(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """When it is due if its clock starts at ``start`` (aware)."""
        local = calendar.local(start)
        if self.kind == "duration":
            return self.amount.after(local)
        if self.kind == "working":
            return calendar.add(start, self.amount.exact)
        if self.kind == "working_days":
            return calendar.working_days(start, self.amount, self.clock)
        if self.kind == "month_day":
            due = calendar.by_month_day(local.date(), self.amount, self.clock)
            following = plus_months(local.date().replace(day=1), 1)
            return due if due > start else calendar.at(month_day(following, self.amount), self.clock)
        if self.kind == "time":
            return calendar.at(local.date(), self.clock)
        if isinstance(self.amount, datetime):
            return calendar.local(self.amount).astimezone(UTC)
        return calendar.at(self.amount, self.clock)

    def steps(self, start: datetime, calendar: WorkingCalendar) -> Steps:
        """All moments, for a clock that starts at ``start`` (aware)."""
        due = self.due(start, calendar)
        warn = self._warn(start, due, calendar)
        if self.by_date:
            second = calendar.at(calendar.next_working_day(calendar.local(due).date()), DAY_ENDS)
        else:
            second = due + min(_DAY, max(_HOUR, (due - start) / 2))
        return Steps(due, warn if start < warn < due else None, due, second, second + _DAY)

    def _warn(self, start: datetime, due: datetime, calendar: WorkingCalendar) -> datetime:
        if self.reminder is not None:
            return self.reminder.after(calendar.local(start))
        if self.by_date:
            return calendar.at(calendar.previous_working_day(calendar.local(due).date()), REMINDER_HOUR)
        if self.kind == "working":
            return calendar.add(start, self.amount.exact * REMINDER)
        return start + (due - start) * REMINDER


def _read(limit: Any) -> DeadlineRule:
    if isinstance(limit, Mapping):
        return _read_mapping(dict(limit))
    if isinstance(limit, date):
        return DeadlineRule.until(limit)
    if isinstance(limit, str) and limit[:1].isdigit():
        whole = datetime.fromisoformat(limit)
        return DeadlineRule.until(whole if len(limit) > 10 else whole.date())
    return DeadlineRule("duration", _duration(limit))


def _read_mapping(limit: dict[str, Any]) -> DeadlineRule:
    minute = minute_of(limit["time"]) if "time" in limit else None
    clock = DAY_ENDS if minute is None else time(*divmod(min(minute, 1439), 60))
    keys = set(limit) - {"time"}
    if keys == {"working"} and minute is None:
        return DeadlineRule("working", _duration(limit["working"]))
    if keys == {"working_days"}:
        return DeadlineRule("working_days", _count(limit["working_days"], 0, 366), clock)
    if keys == {"month_day"}:
        return DeadlineRule("month_day", _count(limit["month_day"], 1, 31), clock)
    if not keys and minute is not None:
        return DeadlineRule("time", None, clock)
    raise BadDeadlineRule(limit=limit)


def _count(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or int(value) != value or not low <= value <= high:
        raise ValueError(value)
    return int(value)


def _duration(value: Any) -> Duration:
    duration = Duration(0, 0, value) if isinstance(value, timedelta) else read_duration(value)
    if not duration.positive:
        raise ValueError(value)
    return duration
