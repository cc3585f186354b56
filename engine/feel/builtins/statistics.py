"""Functions over the values of a list: ``min``, ``sum``, ``mean``, ``all`` …"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..arithmetic import add, divide, multiply
from ..comparing import less
from ..limits import charge
from ..values import DECIMAL128, kind, number
from .registry import variadic

_UNORDERED = ("null", "context", "list", "boolean", "function", "unknown")


def _numbers(items: list) -> list | None:
    """The items, if all are numbers."""
    out = [number(item) if kind(item) == "number" else None for item in items]
    return None if None in out else out


def _extreme(items: list, before: Callable[[Any, Any], bool | None]) -> Any:
    if not items or kind(items[0]) in _UNORDERED:
        return None
    best = items[0]
    for item in items[1:]:
        answer = before(item, best)
        if answer is None:
            return None
        if answer:
            best = item
    return best


@variadic("min", "any")
def _min(items: list) -> Any:
    return _extreme(items, less)


@variadic("max", "any")
def _max(items: list) -> Any:
    return _extreme(items, lambda a, b: less(b, a))


@variadic("sum", "any")
def _sum(items: list) -> Any:
    """Numbers or durations of one kind."""
    if not items or kind(items[0]) not in ("number", "days and time duration", "years and months duration"):
        return None
    total = number(items[0]) if kind(items[0]) == "number" else items[0]
    charge(len(items) // 4)
    for item in items[1:]:
        total = add(total, item)
        if total is None:
            return None
    return total


@variadic("mean", "number")
def _mean(items: list) -> Any:
    numbers = _numbers(items)
    return divide(_sum(numbers), len(numbers)) if numbers else None


@variadic("product", "number")
def _product(items: list) -> Any:
    numbers = _numbers(items)
    if not numbers:
        return None
    total: Any = 1
    charge(len(items) // 4)
    for item in numbers:
        total = multiply(total, item)
    return total


@variadic("median", "number")
def _median(items: list) -> Any:
    numbers = _numbers(items)
    if not numbers:
        return None
    charge(len(items))
    numbers.sort()
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else divide(add(numbers[middle - 1], numbers[middle]), 2)


@variadic("stddev", "number")
def _stddev(items: list) -> Any:
    """Of a sample: divided by one less than their count."""
    numbers = _numbers(items)
    if not numbers or len(numbers) < 2:
        return None
    charge(len(items))
    mean, total = Decimal(divide(_sum(numbers), len(numbers))), Decimal(0)
    for item in numbers:
        away = DECIMAL128.subtract(Decimal(item), mean)
        total = DECIMAL128.fma(away, away, total)
    return DECIMAL128.sqrt(DECIMAL128.divide(total, Decimal(len(numbers) - 1)))


@variadic("mode", "list")
def _mode(items: list) -> list | None:
    """The most frequent numbers, in order."""
    numbers = _numbers(items)
    if numbers is None:
        return None
    counts: dict[Any, int] = {}
    for item in numbers:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, count in counts.items() if count == most)


def _folded(decisive: bool) -> Callable[[list], bool | None]:
    def fold(items: list) -> bool | None:
        result: bool | None = not decisive
        for item in items:
            if item is decisive:
                return decisive
            if item is not (not decisive):
                result = None
        return result

    return fold


for _name, _decisive in (("all", False), ("any", True)):
    variadic(_name, "boolean")(_folded(_decisive))
