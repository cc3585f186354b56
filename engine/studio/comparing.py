"""Two contents of a file compared as people read them: elements of a drawing, fields of a form, rows, lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from engine.cards import Bilingual
from engine.errors import Refused
from engine.packs import bilingual
from engine.sketches import SCENARIO
from engine.studio.comparing_drawings import DEFAULTS, KINDS, drawing_parts
from engine.studio.comparing_tables import Row, compare_tables
from engine.yaml import plain, read_yaml

CONTEXT = 3
MOST_LINES = 2000
"""Lines of a difference that are told; the rest is only counted."""
ADDED, CHANGED, REMOVED = "added", "changed", "removed"


@dataclass(frozen=True, slots=True)
class Detail:
    """One attribute: what it is, and what stood there before and stands there now (empty: nothing)."""

    label: Bilingual
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file that differs: an element (``kind`` its BPMN name), a field, an entry. ``change`` as above."""

    id: str
    kind: str
    name: Bilingual
    change: str
    details: tuple[Detail, ...] = ()

    @property
    def what(self) -> Bilingual:
        """The kind in words."""
        return Bilingual(*KINDS.get(self.kind, (self.kind, self.kind)))


@dataclass(frozen=True, slots=True)
class Line:
    """A line: ``change`` is added, removed, or empty; numbers count from 1, 0 on the side where it is not. An empty
    text with both numbers 0 stands for lines left out."""

    change: str
    before: int
    after: int
    text: str


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What differs in one file. ``moved``: only the drawing's layout and colours. ``rows`` are those of decision
    tables; ``title`` is what people call the file, where it says that."""

    path: str
    kind: str
    change: str
    parts: tuple[Part, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[Line, ...] = ()
    moved: bool = False
    before: bytes | None = None
    after: bytes | None = None
    title: Bilingual | None = None

    def count(self, change: str) -> int:
        """How many parts and rows were added, changed or removed."""
        return sum(one.change == change for one in (*self.parts, *self.rows))


def compare(path: str, before: bytes | None, after: bytes | None) -> FileDifference:
    """The difference between two contents of the file at ``path``; ``None`` where there was or is none."""
    change = ADDED if before is None else REMOVED if after is None else CHANGED
    kind = ("drawing" if path.endswith(".bpmn") else "table" if path.endswith(".dmn")
            else "scenario" if path.endswith(SCENARIO) else "yaml")
    parts: tuple[Part, ...] = ()
    rows: tuple[Row, ...] = ()
    moved, title = False, None
    try:
        if kind == "drawing":
            sides = drawing_parts(before, path), drawing_parts(after, path)
            parts = _parts(*sides, DEFAULTS)
            title = next((one[1] for one in (sides[1] or sides[0]).values() if one[0] == "process"), None)
            moved = not parts and before is not None and after is not None
        elif kind == "table":
            rows = compare_tables(before, after, path)
            title = Bilingual(rows[0].table) if rows else None
        elif kind == "yaml":
            parts = _parts(_entries(before, path), _entries(after, path))
            title = _titled(after or before, path)
    except Refused:
        kind = "text"
    lines = () if kind == "drawing" else tuple(_lines(_text(before), _text(after)))
    return FileDifference(path, kind, change, parts, rows, lines, moved, before, after, title)


def _titled(content: bytes | None, path: str) -> Bilingual | None:
    data = read_yaml(content, path) if content else None
    said = data.get("title") if isinstance(data, dict) else None
    return bilingual(said) if said else None


def _text(content: bytes | None) -> list[str]:
    return content.decode("utf-8", "replace").splitlines() if content else []


Entry = tuple[str, Bilingual, Mapping[str, str], Callable[[str], Bilingual]]
"""Kind, name, attributes, and the words for an attribute's name."""


def _parts(before: Mapping[str, Entry], after: Mapping[str, Entry],
           defaults: Mapping[str, str] | None = None) -> tuple[Part, ...]:
    unsaid = defaults or {}
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        old, new = before.get(key), after.get(key)
        kind, name, _values, label = new or old  # type: ignore[misc]
        values = (old[2] if old else {}, new[2] if new else {})
        said = ((one, *(side.get(one, unsaid.get(one, "")) for side in values))
                for one in dict.fromkeys([*values[1], *values[0]]))
        details = tuple(Detail(label(one), then, now) for one, then, now in said if then != now)
        if old is None or new is None or details:
            found.append(Part(key, kind, name, ADDED if old is None else REMOVED if new is None else CHANGED,
                              details))
    return tuple(found)


# --- YAML
def _entries(content: bytes | None, path: str) -> dict[str, Entry]:
    """The entries of a form, register, pack or file of groups: fields by their ids, the rest by the first two keys."""
    data = plain(read_yaml(content, path)) if content else None
    found: dict[str, dict[str, str]] = {}
    for place, value in _leaves(data, ()):
        key, rest = _entry_of(place)
        found.setdefault(key, {})[rest] = value
    return {key: ("field" if "." not in key else "entry", _name(values, key), values, _attribute)
            for key, values in found.items()}


def _leaves(data: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from _leaves(value, (*place, str(key)))
    elif isinstance(data, list) and data and any(isinstance(one, (dict, list)) for one in data):
        ids = [str(one["id"]) if isinstance(one, dict) and "id" in one else "" for one in data]
        unique = all(ids) and len(set(ids)) == len(ids)
        for number, one in enumerate(data):
            yield from _leaves(one, (*place, ids[number] if unique else str(number + 1)))
    elif place:
        yield place, ", ".join(map(str, data)) if isinstance(data, list) else "" if data is None else str(data)


def _entry_of(place: tuple[str, ...]) -> tuple[str, str]:
    """To which entry a value belongs, and its name there."""
    if "fields" in place[:-1]:
        at = place.index("fields")
        return place[at + 1], ".".join(place[at + 2:])
    return ".".join(place[:2]) + ("." if len(place) == 1 else ""), ".".join(place[2:])


def _name(values: Mapping[str, str], key: str) -> Bilingual:
    zh = values.get("label.zh") or values.get("title.zh") or values.get("name.zh") or values.get("zh")
    en = values.get("label.en") or values.get("title.en") or values.get("name.en") or values.get("en")
    return Bilingual(zh, en or "") if zh else Bilingual(key.rstrip("."))


WORDS = {
    "label": ("名称", "Label"), "title": ("名称", "Title"), "type": ("类型", "Type"), "required": ("必填", "Required"),
    "visible": ("显示条件", "Shown when"), "readonly": ("只读", "Read only"), "default": ("默认值", "Default"),
    "compute": ("计算", "Computed"), "help": ("提示", "Help"), "values": ("可选值", "Values"),
    "options": ("可选值", "Options"), "columns": ("列", "Columns"), "limit": ("时限", "Limit"),
    "escalation": ("升级到", "Escalates to"), "personal": ("个人信息", "Personal"), "min": ("最小", "Least"),
    "max": ("最大", "Most"), "unit": ("单位", "Unit"), "clock": ("起算", "Counted from")}


def _attribute(name: str) -> Bilingual:
    head, _dot, rest = name.partition(".")
    zh, en = WORDS.get(head, (head, head))
    return Bilingual(f"{zh} {rest}".strip(), f"{en} {rest}".strip())


# --- lines
def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    told = 0
    for group in SequenceMatcher(None, before, after, autojunk=len(before) + len(after) > 4000
                                 ).get_grouped_opcodes(CONTEXT):
        if told:
            yield Line("", 0, 0, "")
        for code, old, old_end, new, new_end in group:
            sides = [(REMOVED, n + 1, 0, before[n]) for n in range(old, old_end)] if code != "equal" else []
            sides += [(ADDED if code != "equal" else "", 0 if code != "equal" else old + n - new + 1, n + 1, after[n])
                      for n in range(new, new_end)]
            for side in sides:
                told += 1
                if told > MOST_LINES:
                    return
                yield Line(*side)
