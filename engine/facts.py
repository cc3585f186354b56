"""The business fields of a case in one line of text, as lists filter by it: ``|channel=phone|price#…|``.

A copy of the case's search values on its tasks and offers: an index range is filtered by it without reading anything
else. Numbers and moments have a fixed width, so that the order of texts is theirs, and stand behind ``#``; long texts
are cut off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

CUT, LONGEST = 60, 600
"""Characters kept of a text, and of the line."""
SHIFT = Decimal(10) ** 16
"""Added to numbers, so that negative ones keep their order."""
WIDTH = {"number": 20, "instant": 20}
"""Characters of an encoded number or moment."""


def encoded(value: Any) -> str:
    """A text, number or moment as it stands in the line."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, (Decimal, int)):
        return f"{Decimal(value) + SHIFT:020.2f}"
    return str(value).replace("|", "/").replace("=", ":")[:CUT].strip()


def line_of(values: Mapping[str, Any]) -> str:
    """The line of a case; fields that no longer fit are left out."""
    return _joined({name: _entry(value) for name, value in values.items() if value is not None})


def replaced(line: str, changed: Mapping[str, Any]) -> str:
    """The line with some fields changed, ``None`` taking one away."""
    kept = {match[1]: match[2] for match in _ENTRY.finditer(line) if match[1] not in changed}
    return _joined(kept | {name: _entry(value) for name, value in changed.items() if value is not None})


_ENTRY = re.compile(r"(\w+)([=#][^|]*)\|")


def texts_of(line: str) -> list[tuple[str, str]]:
    """The texts of a line, by the names of their fields."""
    return [(name, entry[1:]) for name, entry in _ENTRY.findall(line) if entry[0] == "="]


def _entry(value: Any) -> str:
    return ("=" if isinstance(value, str) else "#") + encoded(value)


def _joined(entries: Mapping[str, str]) -> str:
    line = "|"
    for name, entry in sorted(entries.items()):
        if len(line) + len(name) + len(entry) < LONGEST:
            line += f"{name}{entry}|"
    return line if len(line) > 1 else ""
