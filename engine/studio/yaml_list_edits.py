"""Items of a list in its text: put in, taken out, moved with their comments."""

from __future__ import annotations

from typing import Any

from engine.studio.yaml_lines import chunk, eol_of, line_end, line_start
from engine.studio.yaml_map_edits import replace_value, without_flow
from engine.studio.yaml_places import Place
from engine.studio.yaml_writing import inline, is_short, item

WIDE = 160
"""A mapping is put in braces like its neighbour up to this width."""


def insert_item(text: str, home: Place, value: Any, index: int | None, column: int) -> str:
    """``value`` before the item ``index``; ``column`` is that of the list's key."""
    if home.kind != "list":
        raise ValueError("no list")
    place = len(home.items) if index is None else index
    if not 0 <= place <= len(home.items):
        raise LookupError(place)
    if not home.items:
        below = isinstance(value, dict) and not is_short(value)
        if not below:
            return text[:home.start] + "[" + inline(value) + "]" + text[home.end:]
        return replace_value(text, Place("scalar", home.start, home.end), [value], column)
    if home.flow:
        if place == len(home.items):
            end = home.items[-1].end
            return text[:end] + ", " + inline(value) + text[end:]
        start = home.items[place].start
        return text[:start] + inline(value) + ", " + text[start:]
    return _insert_lines(text, home, value, place)


def _insert_lines(text: str, home: Place, value: Any, place: int) -> str:
    eol, near = eol_of(text), home.items[max(place - 1, 0)]
    dash = _dash(text, home.items[0].start)
    braces = near.kind == "map" and near.flow and not _wide(value) and len(inline(value)) <= WIDE
    lines = eol.join(item(value, dash - line_start(text, dash), eol, flow=braces)) + eol
    if place < len(home.items):
        at = _chunk(text, home, place)[0]
        return text[:at] + lines + text[at:]
    at = line_end(text, home.items[-1].end)
    if not text[:at].endswith("\n"):
        return text[:at] + eol + lines.removesuffix(eol) + text[at:]
    return text[:at] + lines + text[at:]


def _wide(value: Any) -> bool:
    """Whether a mapping holds a list of mappings: it is written in lines even beside items in braces."""
    return isinstance(value, dict) and any(isinstance(one, list) and any(isinstance(part, dict) for part in one)
                                           for one in value.values())


def remove_item(text: str, home: Place, index: int) -> str:
    """The list without an item; a list without any is ``[]``."""
    if not 0 <= index < len(home.items):
        raise LookupError(index)
    if len(home.items) == 1:
        if home.flow:
            return text[:home.start] + "[]" + text[home.end:]
        return replace_value(text, home, [], 0)
    if home.flow:
        return without_flow(text, [(one.start, one.end) for one in home.items], index)
    start, end = _chunk(text, home, index)
    return text[:start] + text[end:]


def move_item(text: str, home: Place, index: int, into: Place, to: int) -> str:
    """An item before ``to`` of ``into`` (counted without the item), with the comments above it."""
    if home.kind != "list" or into.kind != "list" or not 0 <= index < len(home.items):
        raise LookupError(index)
    if into is home and home.flow:
        written = [text[one.start:one.end] for one in home.items]
        written.insert(to, written.pop(index))
        for one, new in zip(reversed(home.items), reversed(written)):
            text = text[:one.start] + new + text[one.end:]
        return text
    if home.flow or into.flow or not into.items or len(home.items) == 1 and into is not home:
        raise ValueError("lists that are written differently")
    return _move_lines(text, home, index, into, to)


def _move_lines(text: str, home: Place, index: int, into: Place, to: int) -> str:
    eol = eol_of(text)
    text = text if text.endswith("\n") else text + eol
    start, end = _chunk(text, home, index)
    others = [place for place in range(len(into.items)) if into is not home or place != index]
    if not 0 <= to <= len(others):
        raise LookupError(to)
    at = _chunk(text, into, others[to])[0] if to < len(others) else _chunk(text, into, others[-1])[1]
    by = _column(text, into) - _column(text, home)
    lines = "\n".join(_shifted(line, by) for line in text[start:end].split("\n"))
    if at <= start:
        return text[:at] + lines + text[at:start] + text[end:]
    return text[:start] + text[end:at] + lines + text[at:]


def _shifted(line: str, by: int) -> str:
    if by >= 0 or not line.strip():
        return " " * by + line if line.strip() else line
    if line[:-by].strip():
        raise ValueError("less indented than its list")
    return line[-by:]


def _column(text: str, home: Place) -> int:
    dash = _dash(text, home.items[0].start)
    return dash - line_start(text, dash)


def _dash(text: str, start: int) -> int:
    dash = text.rfind("-", 0, start)
    if dash < 0 or text[dash + 1:start].strip() or text[line_start(text, dash):dash].strip():
        raise ValueError("an item that shares its line")
    return dash


def _chunk(text: str, home: Place, index: int) -> tuple[int, int]:
    one = home.items[index]
    return chunk(text, _dash(text, one.start), one.end, with_comments=True)
