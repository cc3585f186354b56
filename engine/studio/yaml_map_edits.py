"""Keys of a mapping in its text: set, removed, renamed; a value replaced where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.studio.yaml_lines import chunk, eol_of, fewest, line_end, line_start, opens_its_line
from engine.studio.yaml_places import Entry, Place
from engine.studio.yaml_writing import after_key, inline, is_short, is_words, key, scalar


def replace_value(text: str, place: Place, value: Any, column: int) -> str:
    """The value at ``place`` written anew; ``column`` is that of its key."""
    if isinstance(value, (dict, list)) and not place.inner and not (is_short(value) or is_words(value)):
        head = text[:place.start].rstrip(" \n\r")
        return head + after_key(value, column, eol_of(text)) + text[place.end:]
    if place.kind != "scalar" and not place.flow:  # a block becomes one line behind its key or dash
        head = text[:place.start].rstrip()
        if not head.endswith((":", "-")):
            raise ValueError("comments between the key and its value")
        return head + after_key(value, column, eol_of(text)) + text[place.end:]
    written = inline(value) if isinstance(value, (dict, list)) else scalar(value, place.inner, place.style)
    gap = " " if place.start == place.end and text[place.start - 1:place.start] in (":", "-") else ""
    return text[:place.start] + gap + written + text[place.end:]


def set_key(text: str, home: Place, name: str, value: Any, order: Sequence[str]) -> str:
    """A key that was not there, behind the last one that stands before it in ``order``."""
    before = _before(home, name, order)
    if home.flow:
        return _into_braces(text, home, f"{key(name, True)}: {inline(value)}", before)
    entries, eol = home.entries, eol_of(text)
    column = entries[0].start - line_start(text, entries[0].start)
    written = " " * column + f"{key(name)}:" + after_key(value, column, eol)
    if before is None and opens_its_line(text, entries[0].start):
        at = line_start(text, entries[0].start)
        return text[:at] + written + eol + text[at:]
    at = line_end(text, (before or entries[0]).value.end)
    if not text[:at].endswith(("\n", "\r")):
        return text[:at] + eol + written + text[at:]
    return text[:at] + written + eol + text[at:]


def _before(home: Place, name: str, order: Sequence[str]) -> Entry | None:
    if name not in order:
        return home.entries[-1] if home.entries else None
    earlier = set(order[:order.index(name)])
    found = [entry for entry in home.entries if entry.key in earlier]
    return found[-1] if found else None


def _into_braces(text: str, home: Place, written: str, before: Entry | None) -> str:
    if not home.entries:
        return text[:home.start] + "{" + written + "}" + text[home.end:]
    if before is None:
        first = home.entries[0].start
        return text[:first] + written + ", " + text[first:]
    return text[:before.value.end] + ", " + written + text[before.value.end:]


def remove_key(text: str, home: Place, name: str) -> str:
    """The mapping without a key; a mapping without any is ``{}``."""
    entry = home.entry(name)
    if entry is None:
        raise LookupError(name)
    place = home.entries.index(entry)
    following = home.entries[place + 1] if place + 1 < len(home.entries) else None
    if len(home.entries) == 1:
        if home.flow:
            return text[:home.start] + "{}" + text[home.end:]
        return replace_value(text, home, {}, 0)
    if home.flow:
        return without_flow(text, [(one.start, one.value.end) for one in home.entries], place)
    if opens_its_line(text, entry.start):
        start, end = chunk(text, entry.start, entry.value.end, with_comments=entry.start != 0 and place > 0)
        return text[:start] + text[end:]
    if following is None:
        raise ValueError(name)
    return text[:entry.start] + text[following.start:]  # behind a dash: the next key takes its place


def without_flow(text: str, spans: Sequence[tuple[int, int]], place: int) -> str:
    """A list or mapping in braces without one part, changing as few lines as can be."""
    start, end = spans[place]
    found = []
    if place:
        found.append(text[:spans[place - 1][1]] + text[end:])
    if place + 1 < len(spans):
        found.append(text[:start] + text[spans[place + 1][0]:])
        comma = text.index(",", end) + 1
        if opens_its_line(text, start) and text[comma:line_end(text, comma)].strip() == "":
            found.append(text[:line_start(text, start)] + text[line_end(text, comma):])
    return fewest(text, found)


def rename_key(text: str, home: Place, old: str, new: str) -> str:
    """A key under another name, everything else as it was."""
    entry = home.entry(old)
    if entry is None:
        raise LookupError(old)
    return text[:entry.start] + key(new, home.flow) + text[entry.end:]
