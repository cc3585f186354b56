"""Days of a month: a date that a month does not have becomes its last day."""

from __future__ import annotations

import calendar
from datetime import date
from typing import TypeVar

Day = TypeVar("Day", bound=date)


def days_in(day: date) -> int:
    """How many days the month of ``day`` has."""
    return calendar.monthrange(day.year, day.month)[1]


def month_day(day: date, number: int) -> date:
    """Day ``number`` (1 to 31) of the month of ``day``; 30 February is the last of February.

    Negative numbers count from the end: -1 is the last day. Raises ``ValueError`` for 0 and beyond 31.
    """
    if not 1 <= abs(number) <= 31:
        raise ValueError(number)
    length = days_in(day)
    found = min(number, length) if number > 0 else max(1, length + 1 + number)
    return date(day.year, day.month, found)


def plus_months(day: Day, months: int) -> Day:
    """The same day ``months`` later (earlier), the last of the month where it does not exist."""
    if not months:
        return day
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
