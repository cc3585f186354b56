"""FEEL texts in a form: what they are, and what can be seen from the text alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Evaluate = Callable[[str, Mapping[str, Any]], Any]
"""Evaluates a FEEL text (without its leading ``=``) over variables; its errors have ``sentence(lang)``."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![\w.])[A-Za-z_]\w*')
_STAMP = re.compile(r"\bnow\s*\(|\btoday\s*\(|\bnext number\s*\(|(?<![\w.])user\b")


@dataclass(frozen=True, slots=True)
class Formula:
    """A FEEL text (without its leading ``=``) and the line it stands on."""

    text: str
    line: int = 0
    words: frozenset[str] = frozenset()
    """Every word of the text outside of quotes: a superset of the names it uses."""
    stamps: bool = False
    """Whether it tells who or when, so that it belongs to the step that owns the field and to no later one."""
    draws: bool = False
    """Whether it draws a number, which must happen once."""


def formula(text: str, line: int = 0) -> Formula:
    """The formula of ``text``, with or without its leading ``=``."""
    text = text.removeprefix("=").strip()
    bare = _TOKEN.sub(lambda found: '""' if found[0].startswith('"') else found[0], text)
    words = frozenset(found[0] for found in _TOKEN.finditer(text) if not found[0].startswith('"'))
    return Formula(text, line, words, _STAMP.search(bare) is not None, "next number" in bare)


def declared(value: Any, line: int = 0) -> Any:
    """A declared value: a :class:`Formula` when it is text that starts with ``=``, else the value itself."""
    return formula(value, line) if isinstance(value, str) and value.startswith("=") else value


def renamed(text: str, names: Iterable[str], prefix: str) -> str:
    """``text`` with ``prefix`` put before each of ``names``, texts in quotes and path steps left alone."""
    known = frozenset(names)
    return _TOKEN.sub(lambda found: prefix + found[0] if found[0] in known else found[0], text)
