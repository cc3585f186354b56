"""Which days are special: public holidays, make-up working days, and what an organisation says of single days.

Chinese holidays come from the ``holidays`` package, with the exchanges of working days that the State Council
announces each autumn for the year after. Until then a year holds the statutory days only (:func:`announced` says so);
``days`` of a calendar's declaration can give the exchanges as soon as they are known.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import holidays

COUNTRIES = ("CN",)
"""Countries whose holidays are known here."""


@lru_cache(maxsize=400)
def _year(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    found = holidays.country_holidays(country, years=year)
    closed = frozenset(day for day in found if day.year == year)
    return closed, frozenset(day for day in found.weekend_workdays if day.year == year)


def is_holiday(country: str, day: date) -> bool:
    """Whether ``day`` is off by law or by exchange."""
    return day in _year(country, day.year)[0]


def is_make_up_day(country: str, day: date) -> bool:
    """Whether ``day`` is a weekend day on which work is made up for."""
    return day in _year(country, day.year)[1]


def announced(country: str, year: int) -> bool:
    """Whether the exchanges of working days of ``year`` are known."""
    return bool(_year(country, year)[1])
