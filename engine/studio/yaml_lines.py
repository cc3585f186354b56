"""Lines of a text by the place of a character in them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence


def eol_of(text: str) -> str:
    """How the file ends its lines."""
    return "\r\n" if "\r\n" in text else "\n"


def line_start(text: str, at: int) -> int:
    """Where the line of a place begins."""
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    """Where the line of a place ends, its line break included."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def opens_its_line(text: str, at: int) -> bool:
    """Whether nothing but blanks stands before a place in its line."""
    return not text[line_start(text, at):at].strip()


def chunk(text: str, start: int, end: int, with_comments: bool) -> tuple[int, int]:
    """The whole lines from ``start`` to ``end``, with the comment lines right above that are indented alike."""
    first, last = line_start(text, start), line_end(text, end)
    indent = text[first:start]
    while with_comments and first:
        above = line_start(text, first - 1)
        line = text[above:first]
        if not line.startswith(indent + "#"):
            break
        first = above
    return first, last


def fewest(text: str, found: Sequence[str]) -> str:
    """Of several ways to write a change the one that changes the fewest lines."""
    return min(found, key=lambda one: changed_lines(text, one))


def changed_lines(old: str, new: str) -> int:
    """How many lines of ``old`` go or change, or come: the larger of both counts over all places that differ."""
    before, after = old.splitlines(), new.splitlines()
    steps = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in steps if tag != "equal")
