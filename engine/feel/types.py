"""Does a value conform to a type, and DMN's implicit conversions where it does not."""

from __future__ import annotations

from typing import Any

from .limits import Types, charge
from .nodes import ANY, Type
from .times import UTC, midnight
from .values import Function, Range, kind

# The names a type may be written with -> the kind of value it stands for.
SIMPLE = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "day and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "year and month duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "list": "list",
    "context": "context",
    "function": "function",
    "range": "range",
    "Null": "null",
}


def as_type(type: Type | str) -> Type:
    """A type by its simple name."""
    return Type(type) if isinstance(type, str) else type


def conforms(value: Any, type: Type | str, types: Types | None = None) -> bool | None:
    """Is ``value`` an instance of ``type``? None for a type nobody knows.

    Null is an instance of ``Null`` only, but may stand for any element or entry. ``types(value, name)`` decides about
    names FEEL does not know.
    """
    type = as_type(type)
    if type.of is None and type.entries is None:
        return _conforms_simple(value, type.name, types)
    if type.name == "list":
        charge(len(value) // 4 if isinstance(value, list) else 1)
        return isinstance(value, list) and all(_may_be(item, type.of, types) for item in value)
    if type.name == "range":
        ends = [end for end in (value.low, value.high) if end is not None] if isinstance(value, Range) else []
        return bool(ends) and all(conforms(end, type.of or ANY, types) for end in ends)
    if type.name == "context":
        entries = type.entries or ()
        return isinstance(value, dict) and all(name in value and _may_be(value[name], t, types) for name, t in entries)
    return isinstance(value, Function) and _conforms_function(value, type)


def _conforms_simple(value: Any, name: str, types: Types | None) -> bool | None:
    if name == "Any":
        return value is not None
    if name in SIMPLE:
        return kind(value) == SIMPLE[name]
    return None if types is None else types(value, name)


def _may_be(value: Any, type: Type | None, types: Types | None) -> bool:
    return value is None or type is None or bool(conforms(value, type, types))


def _conforms_function(function: Function, type: Type) -> bool:
    wanted = type.parameters or ()
    if function.types is None or len(function.types) != len(function.params):
        return len(function.params) == len(wanted)
    if len(function.types) != len(wanted):
        return False
    fits = all(own is None or ANY in (own, other) or own == other for own, other in zip(function.types, wanted))
    return fits and (function.result is None or type.of == ANY or function.result == type.of)


def coerce(value: Any, type: Type | str | None, types: Types | None = None) -> Any:
    """``value`` as ``type``: a list of one for its item, an item for a list of it, a date for its midnight (UTC); None
    where nothing fits."""
    if value is None or type is None:
        return value
    type = as_type(type)
    if type == ANY or conforms(value, type, types):
        return value
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], type, types):
        return value[0]
    if not isinstance(value, list) and conforms([value], type, types):
        return [value]
    if SIMPLE.get(type.name) == "date and time" and kind(value) == "date":
        return midnight(value, UTC)
    return None
