"""Whether what is there is what a scenario expects, and in which words to say that it is not."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine import feel


def same(expected: Any, actual: Any, zone: str) -> bool:
    """Whether a value equals the text, number, list or mapping of a scenario.

    Dates, moments and durations are written as text; a person may be written as the login, a record as its label;
    fields that the scenario does not name may be empty.
    """
    if isinstance(actual, dict) and isinstance(expected, str):
        return expected in (actual.get("login"), actual.get("label"), actual.get("name"))
    if isinstance(expected, dict):
        if not isinstance(actual, dict):
            return False
        return all(same(value, actual.get(key), zone) for key, value in expected.items()) and all(
            value is None for key, value in actual.items() if key not in expected)
    if isinstance(expected, list):
        return isinstance(actual, list) and len(expected) == len(actual) and all(
            same(e, a, zone) for e, a in zip(expected, actual))
    if isinstance(expected, bool) or expected is None or isinstance(actual, bool):
        return expected is actual
    if isinstance(actual, (int, Decimal)) and isinstance(expected, (int, Decimal, str)):
        return _number(expected) == Decimal(actual)
    if isinstance(expected, str) and not isinstance(actual, str):
        return _temporal(expected, actual, zone)
    return expected == actual


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(value)
    except (ArithmeticError, ValueError):
        return None


def _temporal(expected: str, actual: Any, zone: str) -> bool:
    try:
        if isinstance(actual, datetime):
            wanted = datetime.fromisoformat(expected)
            return (wanted if wanted.tzinfo else wanted.replace(tzinfo=ZoneInfo(zone))) == actual
        if isinstance(actual, date):
            return date.fromisoformat(expected) == actual
        if isinstance(actual, time):
            return time.fromisoformat(expected) == actual
        if isinstance(actual, (timedelta, feel.YearsMonths)):
            return feel.evaluate("duration(t)", {"t": expected}) == actual
    except ValueError:
        return False
    return False


def at_path(variables: dict[str, Any], path: str) -> Any:
    """The value at ``form.field`` or ``list.0.field``; ``None`` where there is none."""
    value: Any = variables
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def multiset_difference(expected: list[str], actual: list[str]) -> tuple[list[str], list[str]]:
    """(missing, too many) of two lists in which order plays no part."""
    left = list(actual)
    missing = []
    for one in expected:
        if one in left:
            left.remove(one)
        else:
            missing.append(one)
    return missing, left
