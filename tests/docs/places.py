"""Where the documentation lies, and how to read what stands in it."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
OWN_PAGES = sorted(path for path in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str | None = None) -> list[str]:
    """The fenced blocks of a page, those of one language where it is said."""
    found = _FENCE.findall(page.read_text(encoding="utf-8"))
    return [dedent(body) for _indent, tongue, body in found if language in (None, tongue)]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def first_column(page: Path) -> set[str]:
    """The names in backticks that begin a row of any table of a page."""
    return set(re.findall(r"^\| `([^`]+)`", prose(page), re.MULTILINE))
