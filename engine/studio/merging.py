"""Two changes of one file joined, where they do not concern the same: a draft's and what was published meanwhile.

Lines are joined and the outcome is judged by :func:`engine.studio.comparing.compare`: against either side it must
differ by exactly what the other one changed, and nothing in it may stand twice or lead nowhere. The rest is left to a
person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from engine.cards import Bilingual
from engine.errors import Refused
from engine.sketches import SCENARIO
from engine.studio.comparing import ADDED, FileDifference, Part, compare
from engine.xml import read_xml
from engine.yaml import read_yaml

MOST_LINES = 30_000
"""Lines of one side that are still joined: some 2,500 elements."""
_REFERENCES = frozenset({"sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement", "processRef"})
_NAMED = frozenset({"incoming", "outgoing", "flowNodeRef"})
Hunk = tuple[int, int, list[str]]


@dataclass(frozen=True, slots=True)
class Overlap:
    """An element or field that both sides changed, and how."""

    name: Bilingual
    mine: Part
    theirs: Part


@dataclass(frozen=True, slots=True)
class Merge:
    """Both changes of the file at ``path``: joined in ``content``, or ``None`` with what ``overlaps`` (nothing: they
    meet in the file though not in what it says, or its kind is not joined)."""

    path: str
    content: bytes | None
    overlaps: tuple[Overlap, ...] = ()


def merge(path: str, base: bytes | None, mine: bytes | None, theirs: bytes | None) -> Merge:
    """Join what ``mine`` and ``theirs`` made of ``base``; files added or taken away are not joined."""
    joinable = path.endswith(".bpmn") or path.endswith((".yaml", ".yml")) and not path.endswith(SCENARIO)
    if base is None or mine is None or theirs is None or not joinable:
        return Merge(path, None)
    ours, others = compare(path, base, mine), compare(path, base, theirs)
    if "text" in (ours.kind, others.kind):
        return Merge(path, None)
    there = {one.id: one for one in others.parts}
    overlaps = tuple(Overlap(one.name, one, there[one.id]) for one in ours.parts
                     if one.id in there and (there[one.id] != one or one.change == ADDED))
    if overlaps:
        return Merge(path, None, overlaps)
    try:
        content = _joined(path, base, mine, theirs)
        fits = content is not None and _is_both(path, content, mine, theirs, ours, others)
    except (Refused, etree.LxmlError, ValueError):
        fits = False
    return Merge(path, content if fits else None)


def _is_both(path: str, content: bytes, mine: bytes, theirs: bytes, ours: FileDifference,
             others: FileDifference) -> bool:
    """Whether ``content`` differs from each side by what the other one changed, and by nothing else."""
    mine_changed, theirs_changed = _by_id(ours), _by_id(others)
    both = mine_changed.keys() & theirs_changed.keys()  # the same change on both sides
    for side, wanted in ((theirs, mine_changed), (mine, theirs_changed)):
        found = compare(path, side, content)
        if found.kind == "text" or _by_id(found) != {key: one for key, one in wanted.items() if key not in both}:
            return False
    if not path.endswith(".bpmn"):
        kept, *counts = (Counter(_field_ids(read_yaml(side, path))) for side in (content, mine, theirs))
        return all(number <= max(side[key] for side in counts) for key, number in kept.items())
    ids, loose = _ids(read_xml(content, path))
    sides = [_ids(read_xml(side, path))[1] for side in (mine, theirs)]
    return len(ids) == len(set(ids)) and loose <= sides[0] | sides[1]


def _ids(root: etree._Element) -> tuple[list[str], set[str]]:
    """All ids of a drawing, and what is referred to though it is not there."""
    ids = [one.get("id", "") for one in root.iter() if one.get("id")]
    named = {value for one in root.iter() for key, value in one.attrib.items() if key in _REFERENCES}
    named |= {(one.text or "").strip() for one in root.iter(etree.Element) if etree.QName(one).localname in _NAMED}
    return ids, named - set(ids)


def _field_ids(data: Any) -> Iterator[str]:
    """The id of every entry of a list, wherever the list stands."""
    for one in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        if isinstance(data, list) and isinstance(one, dict) and "id" in one:
            yield str(one["id"])
        yield from _field_ids(one)


def _by_id(found: FileDifference) -> Mapping[str, tuple[str, object]]:
    return {one.id: (one.change, sorted((each.label.zh, each.before, each.after) for each in one.details))
            for one in found.parts}


def _joined(path: str, base: bytes, mine: bytes, theirs: bytes) -> bytes | None:
    drawing = path.endswith(".bpmn")
    sides = [list(_lines_of_file(read_xml(one, path))) if drawing else one.decode().splitlines(keepends=True)
             for one in (base, mine, theirs)]
    if max(map(len, sides)) > MOST_LINES:
        return None
    lines = join(*sides)
    if lines is None:
        return None
    if not drawing:
        return "".join(lines).encode()
    root = etree.fromstring("\n".join(lines).encode(), etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    return bytes(etree.tostring(root.getroottree(), pretty_print=True, xml_declaration=True, encoding="UTF-8"))


def join(base: list[str], mine: list[str], theirs: list[str]) -> list[str] | None:
    """The lines of ``base`` with the changes of both sides; ``None`` where they change the same lines."""
    ours, others = _hunks(base, mine), _hunks(base, theirs)
    both = [one for one in ours if one in others]
    for one in ours:
        if one not in both and any(_meet(one, other) for other in others if other not in both):
            return None
    found, at = [], 0
    for begin, end, lines in sorted([*ours, *(one for one in others if one not in both)], key=lambda one: one[:2]):
        if begin < at:
            return None
        found += base[at:begin] + lines
        at = end
    return found + base[at:]


def _hunks(base: list[str], side: list[str]) -> list[Hunk]:
    # lines that stand everywhere (">") begin no match: without that a drawing of 2,000 elements takes ten seconds
    codes = SequenceMatcher(None, base, side, autojunk=True).get_opcodes()
    return [(i1, i2, side[j1:j2]) for code, i1, i2, j1, j2 in codes if code != "equal"]


def _meet(one: Hunk, other: Hunk) -> bool:
    """Whether two changes touch the same lines, or add at the same place."""
    (begin, end, _), (start, stop, _) = one, other
    return max(begin, start) < min(end, stop) or begin == start and (begin == end or start == stop)


def _lines_of_file(root: etree._Element) -> Iterator[str]:
    """The tree with the comments before it."""
    for one in reversed(list(root.itersiblings(preceding=True))):
        yield from _lines_of(one)
    yield from _lines_of(root)


def _lines_of(element: etree._Element, known: Mapping[str | None, str] | None = None) -> Iterator[str]:
    """An XML tree in lines that only its content decides: a line for each tag, attribute and text."""
    known = known or {}
    if not isinstance(element.tag, str):
        yield f"<!--{element.text or ''}-->"
        return
    tag = _name(element, element.tag)
    yield f"<{tag}"
    for prefix, uri in sorted(element.nsmap.items(), key=lambda one: one[0] or ""):
        if known.get(prefix) != uri:
            yield f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}"
    for name, value in sorted((_name(element, key), value) for key, value in element.attrib.items()):
        yield f" {name}={quoteattr(value)}"
    if len(element) == 0:
        yield from f">{escape(element.text or '')}</{tag}>".split("\n")
        return
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise ValueError("text between elements")
    yield ">"
    for child in element:
        yield from _lines_of(child, element.nsmap)
    yield f"</{tag}>"


def _name(element: etree._Element, name: str) -> str:
    """A name with the prefix that the file uses for its namespace."""
    uri, _, local = name.rpartition("}")
    if not uri:
        return local
    if uri[1:] == "http://www.w3.org/XML/1998/namespace":
        return f"xml:{local}"
    prefixes = [prefix for prefix, one in element.nsmap.items() if one == uri[1:]]
    prefix = None if None in prefixes and name == element.tag else next((one for one in prefixes if one), None)
    return f"{prefix}:{local}" if prefix else local
