"""``not``, ``is``, and what Camunda adds: ``is defined``, ``get or else``, ``assert``."""

from __future__ import annotations

from typing import Any

from ..comparing import equal
from ..errors import FeelAssertionError
from ..printing import text_of, zone_text
from ..values import kind
from .registry import builtin, overloaded


@builtin("not", "negand: any", "boolean")
def _not(value: Any) -> bool | None:
    return (not value) if isinstance(value, bool) else None


@builtin("is", "value1?: any, value2?: any", "boolean")
def _is(a: Any = None, b: Any = None) -> bool:
    """The same value in the same domain: times must have the same zone, too."""
    if kind(a) != kind(b):
        return False
    if kind(a) in ("time", "date and time"):
        return zone_text(a.tzinfo) == zone_text(b.tzinfo) and a.replace(tzinfo=None) == b.replace(tzinfo=None)
    return equal(a, b) is True


builtin("is defined", "value: any", "boolean")(lambda value: value is not None)


@builtin("get or else", "value: any, default: any", "any")
def _get_or_else(value: Any, default: Any) -> Any:
    return default if value is None else value


@overloaded("assert", ["value: any, condition: any", "value: any, condition: any, cause: string"], "any")
def _assert(*arguments: Any) -> Any:
    """The value, if the condition is true; otherwise the evaluation fails."""
    if len(arguments) not in (2, 3):
        return None
    value, condition, cause = (*arguments, None)[:3]
    if condition is not True:
        raise FeelAssertionError(cause=text_of(cause)[:500] if cause is not None else "assert")
    return value
