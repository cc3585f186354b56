"""Where everything stands in a YAML text: each key and value with its first and last character.

The parser's own marks end a block at the beginning of what follows it; here a block ends with its last value, so that
comments and blank lines after it stay outside.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.yaml import read_yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Place:
    """A value of the text: ``text[start:end]``. ``kind`` is ``map``, ``list`` or ``scalar``.

    ``flow`` tells ``{…}`` and ``[…]`` from blocks, ``inner`` that it stands within such; ``style`` is the quote of a
    scalar (empty where plain, ``|`` or ``>`` for block scalars).
    """

    kind: str
    start: int
    end: int
    flow: bool = False
    inner: bool = False
    style: str = ""
    entries: list[Entry] = field(default_factory=list)
    items: list[Place] = field(default_factory=list)

    def entry(self, key: str) -> Entry | None:
        """The entry of a key; ``None`` where the mapping has none."""
        return next((one for one in self.entries if one.key == key), None)


@dataclass(slots=True)
class Entry:
    """A key of a mapping with its value; ``text[start:end]`` is the key as it is written."""

    key: str
    start: int
    end: int
    value: Place


def places(text: str) -> Place | None:
    """The places of the one document in ``text`` (without a byte order mark); ``None`` where it holds nothing.

    Raises :class:`~engine.errors.Refused` for what :func:`~engine.yaml.read_yaml` refuses, so that neither aliases nor
    depth are met here.
    """
    read_yaml(text)
    events = yaml.parse(text, Loader=_LOADER)
    for event in events:
        if isinstance(event, yaml.NodeEvent):
            return _place(event, events, text)
    return None


def _place(event: Any, events: Any, text: str, inner: bool = False) -> Place:
    start = event.start_mark.index
    if isinstance(event, yaml.ScalarEvent):
        end = event.end_mark.index
        if event.style in ("|", ">"):
            end = start + len(text[start:end].rstrip())
        return Place("scalar", start, max(start, end), inner=inner, style=event.style or "")
    is_map = isinstance(event, yaml.MappingStartEvent)
    place = Place("map" if is_map else "list", start, start, flow=bool(event.flow_style), inner=inner)
    last = start
    for part in events:
        if isinstance(part, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            place.end = part.end_mark.index if place.flow else last
            return place
        if not is_map:
            place.items.append(_place(part, events, text, place.flow))
            last = max(last, place.items[-1].end)
            continue
        key = part
        value = _place(next(events), events, text, place.flow)
        entry = Entry(key.value, key.start_mark.index, key.end_mark.index, value)
        if value.start == value.end:  # nothing written: it stands behind the colon
            value.start = value.end = text.index(":", entry.end) + 1
        place.entries.append(entry)
        last = max(last, value.end)
    raise AssertionError("the parser closes what it opens")
