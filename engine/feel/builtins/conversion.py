"""From one kind of value to another: ``number``, ``string``, ``boolean``, ``range``, JSON."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any

from ..comparing import less_equal
from ..errors import FeelError, FeelLimitError
from ..limits import MAX_JSON, MAX_STRING, charge
from ..printing import number_text, text_of
from ..times import read_date, read_datetime, read_duration, read_moment, read_time
from ..values import DECIMAL128, Range, YearsMonths, kind, number
from .registry import BAD, builtin, fitted, overloaded

_NUMBER = re.compile(r"-?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_RANGE = re.compile(r"\s*([\[(\]])(.*)\.\.(.*)([\])\[])\s*", re.S)
_LONGEST_NUMBER = 60


def read_number(text: str) -> int | Decimal | None:
    """A number as a literal or a form writes it; None for anything else."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    return int(text) if text.lstrip("-").isdigit() and len(text) < 34 else DECIMAL128.create_decimal(text)


@overloaded("number", ["from: any, grouping separator?: string, decimal separator?: string"], "number")
def _number(*arguments: Any) -> Any:
    if len(arguments) == 1:
        value = arguments[0]
        return number(value) if kind(value) == "number" else read_number(value) if kind(value) == "string" else None
    if len(arguments) != 3:
        return None
    text, group, point = (fitted(a, t) for a, t in zip(arguments, ("string", "string?", "string?")))
    if BAD in (text, group, point) or group not in (None, " ", ",", ".") or point not in (None, ".", ","):
        return None
    if group is not None and group == point:
        return None
    if group:
        text = text.replace(group, "")
    return read_number(text.replace(point, ".") if point else text)


@builtin("string", "from: any", "string")
def _string(value: Any) -> str | None:
    return None if value is None else text_of(value)


@builtin("boolean", "from: any", "boolean")
def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


# --- range
@builtin("range", "from: string", "range", steps=30)
def _range(text: str) -> Range | None:
    """``"[1..5)"``: two literals of one kind, in order."""
    found = _RANGE.fullmatch(text) if len(text) < 1000 else None
    if not found:
        return None
    low, high = _end(found[2].strip()), _end(found[3].strip())
    if low is None or high is None or kind(low) != kind(high) or less_equal(low, high) is not True:
        return None
    return Range(low, high, found[1] == "[", found[4] == "]")


def _end(text: str) -> Any:
    """The value of a literal, None for any other expression."""
    from .. import nodes as n
    from ..parser import Parser  # the language itself; only here is text read again

    try:
        node = Parser(text).whole()
    except FeelError:
        return None
    if isinstance(node, n.Number) or (isinstance(node, n.Negate) and isinstance(node.operand, n.Number)):
        return read_number(text.replace(" ", ""))
    if isinstance(node, n.Text):
        return node.value
    if isinstance(node, n.Moment):
        return read_moment(node.text)
    if isinstance(node, n.Call) and isinstance(node.function, n.Name) and len(node.arguments) == 1:
        argument, read = node.arguments[0], _READERS.get(node.function.name)
        if read is not None and isinstance(argument, n.Text):
            return read(argument.value)
    return None


_READERS = {"date": read_date, "time": read_time, "date and time": read_datetime, "duration": read_duration}


# --- JSON
@builtin("to json", "value: any", "string", steps=20)
def _to_json(value: Any) -> str:
    """The value as JSON text; dates and durations become strings."""
    out = json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    if len(out) > MAX_STRING:
        raise FeelLimitError("limit_string", limit=MAX_STRING)
    charge(len(out) // 32)
    return _DECIMAL.sub(r"\1", out)


_MARK = "\ue000"  # around a decimal, so that it is written as a number with all its digits
_DECIMAL = re.compile(rf'"{_MARK}([-0-9.]+){_MARK}"')


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.replace(_MARK, "")
    if kind(value) == "number":
        return f"{_MARK}{number_text(value)}{_MARK}"
    if isinstance(value, dict):
        charge(2 + len(value))
        return {str(key).replace(_MARK, ""): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        charge(2 + len(value))
        return [_plain(item) for item in value]
    if isinstance(value, (dt.date, dt.time, dt.timedelta, YearsMonths, Range)):
        return text_of(value)
    return None


@builtin("from json", "value: string", "any", steps=20)
def _from_json(text: str) -> Any:
    """The value of a JSON text of bounded size; null for what is no JSON. Numbers are decimal."""
    if len(text) > MAX_JSON:
        raise FeelLimitError("limit_string", limit=MAX_JSON)
    charge(len(text) // 16)
    return json.loads(text, parse_float=_decimal, parse_int=_decimal, parse_constant=_refuse)


def _decimal(text: str) -> int | Decimal:
    return int(text) if len(text) < 34 and text.lstrip("-").isdigit() else DECIMAL128.create_decimal(text)


def _refuse(text: str) -> None:
    raise ValueError(text)  # NaN and Infinity are no JSON
