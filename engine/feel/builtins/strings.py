"""Functions of strings; regular expressions live in ``patterns.py``."""

from __future__ import annotations

import base64
from typing import Any

from ..errors import FeelLimitError
from ..limits import MAX_STRING
from ..values import kind, whole
from . import patterns
from .registry import BAD, builtin, fitted, overloaded


@builtin("substring", "string: string, start position: number, length?: number?", "string")
def _substring(text: str, start: Any, length: Any = None) -> str | None:
    at = position(start, len(text))
    if at is None or (length is not None and length < 1):
        return None
    return text[at:] if length is None else text[at : at + (whole(length) or 0)]


def position(start: Any, size: int) -> int | None:
    """The index (from 0) of a position from 1, or from -1 at the end; None outside."""
    at = whole(start)
    if not at or abs(at) > size:
        return None
    return at - 1 if at > 0 else size + at


builtin("string length", "string: string", "number")(len)
builtin("upper case", "string: string", "string")(str.upper)
builtin("lower case", "string: string", "string")(str.lower)
builtin("contains", "string: string, match: string", "boolean")(lambda text, match: match in text)
builtin("starts with", "string: string, match: string", "boolean")(lambda text, match: text.startswith(match))
builtin("ends with", "string: string, match: string", "boolean")(lambda text, match: text.endswith(match))
builtin("trim", "string: string", "string")(str.strip)
builtin("is blank", "string: string", "boolean")(lambda text: not text.strip())


@builtin("substring before", "string: string, match: string", "string")
def _before(text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


@builtin("substring after", "string: string, match: string", "string")
def _after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@overloaded(
    "string join",
    ["list: list, delimiter?: string?", "list: list, delimiter: string?, prefix: string, suffix: string"],
    "string",
)
def _join(*arguments: Any) -> str | None:
    """Nulls left out; with a prefix and a suffix as Camunda has it."""
    if len(arguments) not in (1, 2, 4):
        return None
    items = fitted(arguments[0], "list")
    between, *around = [fitted(argument, "string?") for argument in arguments[1:]] or [""]
    if items is BAD or between is BAD or not all(isinstance(text, str) for text in around):
        return None
    if any(item is not None and kind(item) != "string" for item in items):
        return None
    texts, between = [item for item in items if item is not None], between or ""
    if sum(map(len, texts)) + len(between) * len(texts) > MAX_STRING:
        raise FeelLimitError("limit_string", limit=MAX_STRING)
    prefix, suffix = around or ("", "")
    return prefix + between.join(texts) + suffix


@builtin("to base64", "value: string", "string")
def _to_base64(text: str) -> str:
    if len(text) > MAX_STRING // 4:
        raise FeelLimitError("limit_string", limit=MAX_STRING // 4)
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")


# --- regular expressions
@builtin("matches", "input: string, pattern: string, flags?: string?", "boolean", steps=5)
def _matches(text: str, pattern: str, flags: str | None = None) -> bool | None:
    return patterns.found(text, pattern, flags)


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string?", "string", steps=12)
def _replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    return patterns.replaced(text, pattern, replacement, flags)


@builtin("split", "string: string, delimiter: string", "list", steps=10)
def _split(text: str, delimiter: str) -> list[str] | None:
    return patterns.split(text, delimiter)


@builtin("extract", "input: string, pattern: string", "list", steps=8)
def _extract(text: str, pattern: str) -> list[str] | None:
    return patterns.extracted(text, pattern)
