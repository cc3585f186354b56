"""Regular expressions of XPath, as FEEL has them, on RE2: linear time and bounded memory, as users write the patterns.

RE2 has no back-references; a pattern with these is null. Its other gaps are filled by ``classes.py``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import re2

from ..errors import FeelLimitError
from ..limits import MAX_LIST, MAX_PATTERN, MAX_STRING, charge
from .classes import for_re2

_MEMORY = 1 << 20  # bytes of one compiled pattern
_FLAGS = frozenset("ismxq")
_SPACED_PROPERTY = re.compile(r"\\[pP]\{[^}]*\s")
_REFERENCE_IN_CLASS = re.compile(r"\[[^\]]*\\[0-9]")
_REPLACEMENT = re.compile(r"\\[\\$]|\$[0-9]|[^\\$]+|.", re.S)


def _or_null(work: Callable[[], Any]) -> Any:
    """What ``work`` gives; None for a pattern that cannot be."""
    try:
        return work()
    except (re2.error, ValueError, LookupError):
        return None


def compiled(pattern: str, flags: str | None = None) -> Any:
    """The compiled pattern. Raises ValueError, re2.error for none."""
    if len(pattern) > MAX_PATTERN:
        raise FeelLimitError("limit_pattern", limit=MAX_PATTERN)
    letters = flags or ""
    if set(letters) - _FLAGS:
        raise ValueError(letters)
    misses = _compiled.cache_info().misses
    made = _compiled(pattern, "".join(sorted(set(letters))))
    if _compiled.cache_info().misses != misses:
        charge(100 + len(pattern))  # compiling costs more than matching
    return made


@functools.lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    if "q" in flags:
        return re2.compile(re2.escape(pattern), options)
    if "x" in flags:
        pattern = _without_blanks(pattern)
    elif _SPACED_PROPERTY.search(pattern):
        raise ValueError("a blank in the name of a property")
    if _REFERENCE_IN_CLASS.search(pattern):
        raise ValueError("a reference in a class")
    pattern = for_re2(pattern)
    if "s" not in flags:
        pattern = _mapped(pattern, lambda char, in_class: r"[^\n\r]" if char == "." and not in_class else char)
    return re2.compile(("(?m)" if "m" in flags else "") + pattern, options)


def _mapped(pattern: str, one: Callable[[str, bool], str]) -> str:
    """``pattern`` with ``one(character, in a class?)`` for each character that is not escaped."""
    out, depth, i = [], 0, 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\":
            out.append(pattern[i : i + 2])
            i += 2
            continue
        depth += (char == "[") - (char == "]")
        out.append(one(char, depth > 0))
        i += 1
    return "".join(out)


def _without_blanks(pattern: str) -> str:
    """The flag x: blanks do not count, outside of classes (inside names of properties and after a backslash, too)."""
    pattern = re.sub(r"\\\s+", r"\\", pattern)
    pattern = re.sub(r"\\([pP])\{([^}]*)\}", lambda found: f"\\{found[1]}{{{''.join(found[2].split())}}}", pattern)
    return _mapped(pattern, lambda char, in_class: "" if char.isspace() and not in_class else char)


def found(text: str, pattern: str, flags: str | None) -> bool | None:
    """Does the pattern match anywhere?"""
    charge(len(text) // 16)
    return _or_null(lambda: compiled(pattern, flags).search(text) is not None)


def replaced(text: str, pattern: str, replacement: str, flags: str | None) -> str | None:
    """Every match replaced; ``$1`` stands for a group, ``\\$`` and ``\\\\`` for themselves."""

    def work() -> str:
        made = compiled(pattern, flags)
        literal = "q" in (flags or "")
        pieces = [] if literal else _REPLACEMENT.findall(replacement)
        size = 0

        def one(match: Any) -> str:
            nonlocal size
            written = replacement if literal else "".join(_piece(piece, match, made.groups) for piece in pieces)
            charge(1 + len(pieces) // 4)
            size += len(written)
            if size > MAX_STRING:
                raise FeelLimitError("limit_string", limit=MAX_STRING)
            return written

        return made.sub(one, text)

    charge(len(text) // 16)
    out = _or_null(work)
    if out is not None and len(out) > MAX_STRING:
        raise FeelLimitError("limit_string", limit=MAX_STRING)
    return out


def _piece(piece: str, match: Any, groups: int) -> str:
    if len(piece) == 2 and piece[0] == "$" and piece[1].isdigit():
        number = int(piece[1])
        return (match.group(number) or "") if number <= groups else ""
    return piece[1] if len(piece) == 2 and piece[0] == "\\" and piece[1] in "\\$" else piece


def _bounded(items: list[str]) -> list[str]:
    if len(items) > MAX_LIST:
        raise FeelLimitError("limit_list", limit=MAX_LIST)
    charge(2 * len(items))  # RE2's binding makes an object of each
    return items


def split(text: str, delimiter: str) -> list[str] | None:
    """The parts between matches."""
    charge(len(text) // 16)
    return _or_null(lambda: _bounded([part or "" for part in compiled(delimiter).split(text)]) if delimiter else None)


def extracted(text: str, pattern: str) -> list[str] | None:
    """All matches."""
    charge(len(text) // 16)
    return _or_null(lambda: _bounded([match.group(0) for match in compiled(pattern).finditer(text)]))
