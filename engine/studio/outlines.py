"""The entries of a YAML file for a list beside its editor: sections and fields, roles, deadlines, parameters …

Read leniently: a file that could not be published still shows what it holds, so that it can be mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.cards import Bilingual
from engine.packs import bilingual
from engine.yaml import line_of, plain

Path = tuple[str | int, ...]
PACK_PARTS = ("roles", "deadlines", "parameters", "messages", "case_states", "customer_states", "numbers",
              "permissions")
"""Mappings of a pack that can be edited, each entry under its key."""
KINDS = {"roles": "role", "deadlines": "deadline", "parameters": "parameter", "messages": "message",
         "case_states": "case_state", "customer_states": "customer_state", "numbers": "number",
         "permissions": "permission", "sets": "set", "tasks": "task", "groups": "group"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be chosen and changed. ``path`` leads to it; ``kind`` says which properties it has; ``data``
    is what the file says of it; ``entries`` are what it holds (fields of a section, columns of a table, fields and
    rules of a group)."""

    path: Path
    kind: str
    key: str
    title: Bilingual
    data: Any
    line: int = 0
    type: str = ""
    entries: tuple[Entry, ...] = ()

    def walk(self) -> Iterator[Entry]:
        """This entry and all within."""
        yield self
        for one in self.entries:
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class Part:
    """A list or mapping of entries: ``keyed`` tells whether entries stand under keys (and have no order of theirs)."""

    path: Path
    kind: str
    keyed: bool
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A file: ``kind`` is form, register, groups or pack; ``head`` is the file itself as an entry."""

    kind: str
    key: str
    title: Bilingual
    head: Entry
    parts: tuple[Part, ...] = field(default_factory=tuple)

    def find(self, path: Path) -> Entry | None:
        """The entry at ``path``; the head for the empty path."""
        if not path:
            return self.head
        return next((one for part in self.parts for entry in part.entries for one in entry.walk() if one.path == path),
                    None)

    @property
    def fields(self) -> tuple[Entry, ...]:
        """Every field and column."""
        return tuple(one for part in self.parts for entry in part.entries for one in entry.walk()
                     if one.kind in ("field", "column"))


def outline(data: Any) -> Outline:
    """The outline of what :func:`engine.yaml.read_yaml` read; of something else an outline without parts."""
    data = data if isinstance(data, dict) else {}
    kind = next((one for one in ("form", "register", "groups", "pack") if one in data), "")
    key = data.get(kind) if isinstance(data.get(kind), str) else ""
    title = Bilingual("字段组", "Field groups") if kind == "groups" else _title(data, key or kind)
    head = Entry((), kind or "file", key or "", title, plain(data))
    if kind in ("form", "register"):
        parts = [_list(data, ("sections",), "section"), _list(data, ("rules",), "rule")]
        if kind == "form":
            parts += [_keyed(data, "sets"), _keyed(data, "tasks")]
        return Outline(kind, key or "", title, head, tuple(parts))
    if kind == "groups":
        return Outline(kind, "", title, head, (_keyed(data, "groups"),))
    if kind == "pack":
        return Outline(kind, key or "", title, head, tuple(_keyed(data, name) for name in PACK_PARTS))
    return Outline(kind, "", title, head)


def _list(data: Any, path: Path, kind: str) -> Part:
    found = data.get(path[-1])
    items = found if isinstance(found, list) else []
    return Part(path, kind, False, tuple(_entry(one, (*path, place), kind, line_of(items, place))
                                         for place, one in enumerate(items)))


def _keyed(data: Any, name: str) -> Part:
    found = data.get(name)
    items = found if isinstance(found, dict) else {}
    kind = KINDS[name]
    return Part((name,), kind, True, tuple(_entry(one, (name, key), kind, line_of(items, key), key)
                                           for key, one in items.items()))


def _entry(data: Any, path: Path, kind: str, line: int, key: str = "") -> Entry:
    known: Mapping[str, Any] = data if isinstance(data, dict) else {}
    if kind in ("field", "column") and "use" in known:
        kind = "use"
    key = key or str(known.get("id") or known.get("use") or known.get("field") or "")
    inner: tuple[Entry, ...] = ()
    for name, holds in (("fields", "field"), ("columns", "column")):
        items = known.get(name)
        if isinstance(items, list) and kind in ("section", "group", "field"):
            inner += tuple(_entry(one, (*path, name, place), holds, line_of(items, place))
                           for place, one in enumerate(items))
    if kind == "group" and isinstance(known.get("rules"), list):
        inner += tuple(_entry(one, (*path, "rules", place), "rule", line_of(known["rules"], place))
                       for place, one in enumerate(known["rules"]))
    return Entry(path, kind, key, _title(known, key), plain(data), line, str(known.get("type", "")), inner)


def _title(data: Any, key: str) -> Bilingual:
    for name in ("label", "title", "message"):
        if isinstance(data.get(name), dict):
            return bilingual(data[name], key)
    if isinstance(data.get("zh"), str):
        return bilingual(data, key)
    return Bilingual(key, key)
