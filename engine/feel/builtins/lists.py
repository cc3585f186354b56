"""Functions of lists."""

from __future__ import annotations

import functools
from typing import Any

from ..calling import invoke
from ..comparing import equal, less
from ..errors import FeelLimitError
from ..limits import MAX_LIST, charge
from ..nodes import Type
from ..values import Function, kind, whole
from .registry import BAD, BUILTINS, builtin, fitted, overloaded
from .strings import position


def same(a: Any, b: Any) -> bool:
    """Equal for the purposes of a list."""
    return equal(a, b) is True


@builtin("list contains", "list: list, element: any", "boolean")
def _contains(items: list, element: Any) -> bool:
    return any(same(item, element) for item in items)


builtin("count", "list: list", "number")(len)
builtin("is empty", "list: list", "boolean")(lambda items: not items)
builtin("reverse", "list: list", "list")(lambda items: items[::-1])


@builtin("sublist", "list: list, start position: number, length?: number?", "list")
def _sublist(items: list, start: Any, length: Any = None) -> list | None:
    at = position(start, len(items))
    if at is None or (length is not None and length < 1):
        return None
    if length is None:
        return items[at:]
    end = at + (whole(length) or 0)
    return None if end > len(items) else items[at:end]


def _append(*arguments: Any) -> list | None:
    if len(arguments) < 2 or arguments[0] is None:
        return None
    first = arguments[0] if isinstance(arguments[0], list) else [arguments[0]]
    return bounded(first + list(arguments[1:]))


def bounded(items: list) -> list:
    """``items``, or a limit error where they are too many."""
    if len(items) > MAX_LIST:
        raise FeelLimitError("limit_list", limit=MAX_LIST)
    return items


def _concatenate(*arguments: Any) -> list | None:
    out: list = []
    for argument in arguments:
        if argument is None:
            return None
        out += argument if isinstance(argument, list) else [argument]
        bounded(out)
    return out if arguments else None


def _union(*arguments: Any) -> list | None:
    items = _concatenate(*arguments)
    return None if items is None else _distinct(items)


BUILTINS["append"] = Function(["list", "item"], _append, None, "append", Type("list"), variadic=True)
BUILTINS["concatenate"] = Function(["list"], _concatenate, None, "concatenate", Type("list"), variadic=True)
BUILTINS["union"] = Function(["list"], _union, None, "union", Type("list"), variadic=True)


@builtin("distinct values", "list: list", "list")
def _distinct(items: list) -> list:
    out: list = []
    for item in items:
        charge(1 + len(out) // 4)
        if not any(same(item, other) for other in out):
            out.append(item)
    return out


@builtin("duplicate values", "list: list", "list")
def _duplicates(items: list) -> list:
    """The values that occur more than once, each once."""
    seen: list = []
    twice: list = []
    for item in items:
        charge(1 + len(seen) // 4)
        if not any(same(item, other) for other in seen):
            seen.append(item)
        elif not any(same(item, other) for other in twice):
            twice.append(item)
    return twice


@builtin("insert before", "list: list, position: number, newItem: any", "list")
def _insert(items: list, place: Any, new: Any) -> list | None:
    at = position(place, len(items))
    return None if at is None else bounded([*items[:at], new, *items[at:]])


@builtin("remove", "list: list, position: number", "list")
def _remove(items: list, place: Any) -> list | None:
    at = position(place, len(items))
    return None if at is None else items[:at] + items[at + 1 :]


@overloaded("list replace", ["list: list, position: number, newItem: any", "list: list, match: function, newItem: any"],
            "list")  # fmt: skip
def _list_replace(*arguments: Any) -> list | None:
    if len(arguments) != 3:
        return None
    items, which, new = fitted(arguments[0], "list"), arguments[1], arguments[2]
    if items is BAD:
        return None
    if kind(which) != "function":
        place = fitted(which, "number")
        at = None if place is BAD else position(place, len(items))
        return None if at is None else [*items[:at], new, *items[at + 1 :]]
    if len(which.params) != 2:
        return None
    chosen = [invoke(which, [item, new]) for item in items]
    if not all(isinstance(choice, bool) for choice in chosen):
        return None
    return [new if choice else item for item, choice in zip(items, chosen)]


@builtin("index of", "list: list, match: any", "list")
def _index_of(items: list, match: Any) -> list[int]:
    return [index for index, item in enumerate(items, 1) if same(item, match)]


@builtin("flatten", "list: list", "list")
def _flatten(items: list) -> list:
    out: list = []
    charge(len(items))
    for item in items:
        out += _flatten(item) if isinstance(item, list) else [item]
        bounded(out)
    return out


@builtin("partition", "list: list, size: number", "list")
def _partition(items: list, size: Any) -> list[list] | None:
    length = whole(size) or 0
    return [items[at : at + length] for at in range(0, len(items), length)] if length > 0 else None


@builtin("sort", "list: list, precedes?: function?", "list")
def _sort(items: list, precedes: Function | None = None) -> list | None:
    """In order of ``<``, or of a function of two items; null where two items have no order."""
    if precedes is not None and len(precedes.params) != 2:
        return None
    unordered = False

    def before(a: Any, b: Any) -> Any:
        charge(1)
        return less(a, b) if precedes is None else invoke(precedes, [a, b])

    def compare(a: Any, b: Any) -> int:
        nonlocal unordered
        answer = before(a, b)
        if answer is None:
            unordered = True
        return -1 if answer is True else 1 if before(b, a) is True else 0

    out = sorted(items, key=functools.cmp_to_key(compare))
    return None if unordered else out
