"""What the files of all packs share, to choose from: registers with their columns, field groups, roles, parameters.

What a drawing may name stands in :mod:`engine.studio.choosing`. Each content is read once, leniently.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.cards import Bilingual
from engine.errors import Refused
from engine.packs import PERMISSIONS, bilingual
from engine.yaml import read_yaml

KEPT = 400
"""Files whose parts are kept in memory, by content."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to choose: its ``key`` as files name it, ``title`` for people, the ``pack`` it belongs to; ``parts``
    can be chosen within it (columns of a register, fields of a group)."""

    key: str
    title: Bilingual
    pack: str = ""
    parts: tuple[tuple[str, Bilingual], ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All there is by kind; roles and parameters of every pack."""

    roles: tuple[Item, ...]
    parameters: tuple[Item, ...]
    registers: tuple[Item, ...]
    groups: tuple[Item, ...]
    permissions: tuple[Item, ...]


def catalogue_of(files: Mapping[str, bytes]) -> Catalogue:
    """What ``files`` (path -> content) hold."""
    found: dict[str, list[Item]] = {"roles": [], "parameters": [], "registers": [], "groups": []}
    for path, content in sorted(files.items()):
        if path.endswith(("/pack.yaml", "/groups.yaml")) or "/registers/" in path:
            for kind, item in _items(path, content):
                found[kind].append(item)
    return Catalogue(**{kind: tuple(items) for kind, items in found.items()},
                     permissions=tuple(Item(key, words) for key, words in PERMISSIONS.items()))


@functools.lru_cache(maxsize=KEPT)
def _items(path: str, content: bytes) -> tuple[tuple[str, Item], ...]:
    try:
        data = read_yaml(content, path)
    except Refused:
        return ()
    return tuple(_of(data)) if isinstance(data, dict) else ()


def _of(data: Mapping[str, Any]) -> Iterator[tuple[str, Item]]:
    if isinstance(data.get("register"), str):
        yield "registers", Item(data["register"], bilingual(data.get("title"), data["register"]),
                                parts=tuple(_fields(data.get("sections"))))
    for name, one in _mapping(data, "groups"):
        yield "groups", Item(name, bilingual(one.get("title"), name), parts=tuple(_fields([one])))
    for name, one in _mapping(data, "roles"):
        yield "roles", Item(name, bilingual(one, name), str(data.get("pack", "")))
    for name, one in _mapping(data, "parameters"):
        yield "parameters", Item(name, bilingual(one.get("title"), name), str(data.get("pack", "")))


def _mapping(data: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found = data.get(name)
    for key, one in found.items() if isinstance(found, dict) else ():
        yield key, one if isinstance(one, dict) else {}


def _fields(sections: Any) -> Iterator[tuple[str, Bilingual]]:
    for section in sections if isinstance(sections, list) else ():
        fields = section.get("fields") if isinstance(section, dict) else None
        for one in fields if isinstance(fields, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield one["id"], bilingual(one.get("label"), one["id"])
