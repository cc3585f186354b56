"""What is known of a value before anything runs: its kind, and the shapes of its entries or items.

A shape is the name of a kind (``"number"``, ``"date and time"``, ``"any"`` where nothing is known), a dictionary of the
shapes of a context's entries, or a list of one shape: that of the items of a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .members import MEMBERS
from .nodes import Type
from .types import SIMPLE

Shape = str | dict[str, Any] | list[Any]
ANY = "any"
SCALARS = frozenset(MEMBERS) | {"number", "string", "boolean", "function"}
DURATIONS = ("days and time duration", "years and months duration")
_DATES = ("date", "date and time")
_MEMBER_SHAPES = {
    "timezone": "string",
    "time offset": "days and time duration",
    "start": ANY,
    "end": ANY,
    "start included": "boolean",
    "end included": "boolean",
}


def shape_of_type(type: Any) -> Shape:
    """The shape of a declared type: the name of a FEEL type, ``list<…>``, a :class:`Type`, a dictionary, a list of one
    type, or None for "anything"."""
    if isinstance(type, Mapping):
        return {str(name): shape_of_type(inner) for name, inner in type.items()}
    if isinstance(type, (list, tuple)):
        return [shape_of_type(type[0])] if type else "list"
    if isinstance(type, Type):
        return _of_type(type)
    if not isinstance(type, str):
        return ANY
    name = type.strip()
    if name.startswith("list<") and name.endswith(">"):
        return [shape_of_type(name[5:-1])]
    return SIMPLE.get(name, ANY)


def _of_type(type: Type) -> Shape:
    if type.name == "list" and type.of is not None:
        return [_of_type(type.of)]
    if type.entries is not None:
        return {name: _of_type(inner) for name, inner in type.entries}
    return SIMPLE.get(type.name, ANY)


def kind_of_shape(shape: Shape) -> str:
    """The kind of value: ``context`` and ``list`` for those with known parts."""
    return shape if isinstance(shape, str) else "context" if isinstance(shape, dict) else "list"


def items_of(shape: Shape) -> Shape:
    """The shape of what a loop over it meets: a single value is a list of one."""
    if isinstance(shape, list):
        return shape[0]
    return shape if isinstance(shape, dict) or shape in SCALARS - {"range"} else ANY


def merged(shapes: Iterable[Shape]) -> Shape:
    """The shape of a value that has one of these; null says nothing."""
    found: list[Shape] = [shape for shape in shapes if shape != "null"]
    if not found:
        return ANY
    return found[0] if all(shape == found[0] for shape in found) else ANY


def member_shape(shape: Shape, name: str) -> Shape | None:
    """The shape of ``value.name``; None where a value of this shape has no such part."""
    if isinstance(shape, dict):
        return shape.get(name)
    if isinstance(shape, list):
        inner = member_shape(shape[0], name)
        return None if inner is None else [inner]
    if shape not in SCALARS:
        return ANY
    return _MEMBER_SHAPES.get(name, "number") if name in MEMBERS.get(shape, {}) else None


def sum_shape(op: str, left: Shape, right: Shape) -> Shape | None:
    """The shape of an arithmetic result; None where the operator does not apply."""
    a, b = kind_of_shape(left), kind_of_shape(right)
    if "null" in (a, b):
        return None
    if ANY in (a, b):
        return "number" if op == "**" or {a, b} == {ANY, "number"} and op in "-/" and b == ANY else ANY
    if a == b == "number":
        return "number"
    if op == "+" and a == b == "string":
        return "string"
    if op in "+-":
        return _moved(op, a, b)
    if op == "*":
        return next((x for x, y in ((a, b), (b, a)) if x in DURATIONS and y == "number"), None)
    if op == "/" and a in DURATIONS:
        return a if b == "number" else "number" if a == b else None
    return None


def _moved(op: str, a: str, b: str) -> str | None:
    """Of ``+`` and ``-`` over dates, times and durations."""
    if op == "+" and a in DURATIONS and b in (*_DATES, "time"):
        a, b = b, a
    if b in DURATIONS:
        if a == b or a in _DATES or (a == "time" and b == DURATIONS[0]):
            return a
        return None
    if op == "-" and ((a in _DATES and b in _DATES) or a == b == "time"):
        return DURATIONS[0]
    return None


def comparable(op: str, left: Shape, right: Shape) -> bool:
    """May values of these shapes be compared at all?"""
    a, b = kind_of_shape(left), kind_of_shape(right)
    if ANY in (a, b):
        return True
    if op in ("=", "!="):
        return a == b or "null" in (a, b)
    return a == b and a not in ("boolean", "context", "list", "function", "range", "null")
