"""Values as YAML text, in the manner of the shipped files: formulas in single quotes, words in one pair of braces."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from engine.errors import Refused
from engine.yaml import read_yaml

SHORT = 120
"""A mapping or list of plain values is written in braces up to this width."""


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same YAML: ``true`` is not 1, ``1.0`` is 1 in no file that is read back."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and type(one) is type(other) and one == other or (
        _number(one) and _number(other) and one == other)


def _number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def scalar(value: Any, flow: bool = False, like: str = "") -> str:
    """``value`` on one line; ``like`` is the quote it had before, kept where it can be."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    text = str(value)
    single, double = "'" + text.replace("'", "''") + "'", _double(text)
    if "\n" in text or not text.isprintable():
        return double
    order = {"'": (single, double), '"': (double,)}.get(like) or (
        (single, double) if text.startswith("=") else (text, double))
    return next((one for one in order if _reads_as(one, text, flow)), double)


def _double(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f").replace("\u2028", "\\L").replace(
        "\u2029", "\\P").replace("\u0085", "\\N").replace("\ufeff", "\\uFEFF")


def _reads_as(written: str, text: str, flow: bool) -> bool:
    try:
        data = read_yaml(f"{{k: {written}, l: 1}}" if flow else f"k: {written}\nl: 1\n")
    except Refused:
        return False
    return isinstance(data, dict) and same(data.get("k"), text) and data.get("l") == 1


def key(text: str, flow: bool = False) -> str:
    """A key of a mapping."""
    if text and text.isprintable() and _reads_key(text, flow):
        return text
    return _double(text)


def _reads_key(text: str, flow: bool) -> bool:
    try:
        data = read_yaml(f"{{{text}: 1}}" if flow else f"{text}: 1\n")
    except Refused:
        return False
    return isinstance(data, dict) and list(data) == [text]


def inline(value: Any) -> str:
    """``value`` in braces and brackets, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key(name, True)}: {inline(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(one) for one in value) + "]"
    return scalar(value, flow=True)


def is_short(value: Any) -> bool:
    """Whether a value is written on one line: a scalar, or a mapping or list of scalars that is not too long."""
    if not isinstance(value, (dict, list)) or not value:
        return True
    parts = value.values() if isinstance(value, dict) else value
    return not any(isinstance(one, (dict, list)) for one in parts) and len(inline(value)) <= SHORT


def after_key(value: Any, indent: int, eol: str) -> str:
    """What stands behind ``key:`` in a block whose keys stand at ``indent``: on the line, or on lines below."""
    if not isinstance(value, (dict, list)):
        return " " + scalar(value)
    if is_short(value) or is_words(value):
        return " " + inline(value)
    return eol + eol.join(block(value, indent + 2, eol))


def is_words(value: Any) -> bool:
    """``{zh: …, en: …}``, which stays on its line however long it is."""
    return isinstance(value, dict) and bool(value) and all(isinstance(one, (str, int)) for one in value.values())


def block(value: dict[str, Any] | list[Any], indent: int, eol: str) -> list[str]:
    """The lines of a mapping or list as a block at ``indent``."""
    pad = " " * indent
    if isinstance(value, dict):
        return [pad + f"{key(name)}:" + after_key(one, indent, eol) for name, one in value.items()]
    return [line for one in value for line in item(one, indent, eol)]


def item(value: Any, indent: int, eol: str, flow: bool = False) -> list[str]:
    """The lines of an entry of a block list, its dash at ``indent``; ``flow`` writes a mapping in braces."""
    pad = " " * indent
    if not isinstance(value, (dict, list)):
        return [f"{pad}- {scalar(value)}"]
    if flow or not value or isinstance(value, list) or is_words(value) and "label" not in value:
        return [f"{pad}- {inline(value)}"]
    lines = eol.join(block(value, indent + 2, eol)).split(eol)
    return [f"{pad}- {lines[0][indent + 2:]}", *lines[1:]]
