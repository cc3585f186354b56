"""Working time, holidays, contact windows, repetitions and deadlines. Pure: no database, no clock of its own."""

from __future__ import annotations

from engine.calendar.days import announced
from engine.calendar.deadlines import DeadlineRule, Steps
from engine.calendar.duration import Duration, read_duration
from engine.calendar.errors import (
    BadCalendar,
    BadDeadlineRule,
    BadDuration,
    BadRepetition,
    CalendarError,
    NaiveMoment,
    NeverOpen,
)
from engine.calendar.functions import calendar_functions
from engine.calendar.month import month_day, plus_months
from engine.calendar.repetition import Repetition, parse_repetition
from engine.calendar.windows import WINDOWS, ContactWindow
from engine.calendar.working import DAY_ENDS, HEADQUARTERS, SHANGHAI, STORE, WorkingCalendar

__all__ = [
    "DAY_ENDS",
    "HEADQUARTERS",
    "SHANGHAI",
    "STORE",
    "WINDOWS",
    "BadCalendar",
    "BadDeadlineRule",
    "BadDuration",
    "BadRepetition",
    "CalendarError",
    "ContactWindow",
    "DeadlineRule",
    "Duration",
    "NaiveMoment",
    "NeverOpen",
    "Repetition",
    "Steps",
    "WorkingCalendar",
    "announced",
    "calendar_functions",
    "month_day",
    "parse_repetition",
    "plus_months",
    "read_duration",
]
