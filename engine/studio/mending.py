"""Changing one element of a drawing, for quick fixes: everything else in the file stays as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from lxml import etree

from engine.cards import Bilingual
from engine.errors import Problem, Refused
from engine.packs import PackContent
from engine.reading import Content
from engine.sketches import Sketch
from engine.xml import read_xml

NAME = 20
"""Letters of the name of a fix."""
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"


@dataclass(frozen=True, slots=True)
class Fix:
    """A button's words and the file that it changes.

    ``name`` goes with the content that was looked at: for another one there is none of that name. ``make`` gives the
    new content of the file, or nothing where the change cannot be made.
    """

    label: Bilingual
    path: str
    name: str
    make: Callable[[], bytes | None] = field(repr=False, compare=False)


@dataclass
class Workbench:
    """What fixes look at: everything read for the check, the contents, and what every file of the draft declares."""

    content: Content
    files: Mapping[str, bytes]
    sketched: Mapping[str, Sketch]
    roots: dict[str, etree._Element] = field(default_factory=dict)
    places: dict[str, dict[str, etree._Element]] = field(default_factory=dict)

    def keys(self, kind: str) -> list[str]:
        """What all files of a kind declare, whether they were read or not."""
        return [key for one in self.sketched.values() if one.kind == kind for key in one.keys]

    def element(self, problem: Problem) -> Any:
        """The element of the drawing that a problem is about, if it is one of a readable drawing."""
        return next((model.elements[problem.element] for model in self.content.models
                     if model.file == problem.file and problem.element in model.elements), None)

    def pack(self, problem: Problem) -> PackContent | None:
        """The pack in whose folder the file lies."""
        found = self.content.packs.get(problem.file.rpartition("/")[0])
        return found[0] if found else None

    @cached_property
    def english(self) -> dict[str, str]:
        """Chinese names of elements and lanes in the drawings at hand -> their English, where all agree."""
        told: dict[str, Counter[str]] = {}
        for model in self.content.models:
            for element in model.elements.values():
                for one in (element, *element.lanes):
                    if one.name and one.name_en:
                        told.setdefault(one.name, Counter())[one.name_en] += 1
        return {zh: counted.most_common(1)[0][0] for zh, counted in told.items()}

    def fix(self, problem: Problem, label: Bilingual, path: str, make: Callable[[], bytes | None]) -> Fix:
        """A fix of a problem, named by what it is about, what it says, and the file as it is now."""
        params = {name: value for name, value in problem.params.items() if isinstance(value, (str, int))}
        about = repr((problem.code, problem.file, problem.element, problem.line, sorted(params.items()), label, path))
        seen = sha256(self.files.get(problem.file, b"")).digest()
        return Fix(label, path, sha256(about.encode() + seen).hexdigest()[:NAME], make)

    def can(self, problem: Problem, change: Callable[[etree._Element], bool | None]) -> bool:
        """Whether ``change`` does something to the problem's element, tried on a copy of it alone."""
        root = self.root(problem.file)
        if root is None or not problem.element:
            return False
        if problem.file not in self.places:
            self.places[problem.file] = {one.get("id"): one for one in reversed(list(root.iter())) if one.get("id")}
        place = self.places[problem.file].get(problem.element)
        return place is not None and change(deepcopy(place)) is not False

    def edited(self, problem: Problem, change: Callable[[etree._Element], bool | None]) -> bytes | None:
        """The file with ``change`` made at the problem's element; ``None`` where it is not there or nothing changed."""
        raw = self.files.get(problem.file)
        if raw is None or not problem.element:
            return None
        root = self.root(problem.file)
        if root is None:
            return None
        copy = deepcopy(root.getroottree()).getroot()
        place = by_id(copy, problem.element)
        if place is None or change(place) is False:
            return None
        return written(copy, raw)

    def root(self, path: str) -> etree._Element | None:
        """A drawing as XML, not to be changed; ``None`` where it cannot be read."""
        if path not in self.roots:
            try:
                self.roots[path] = read_xml(self.files.get(path, b""), path)
            except Refused:
                return None
        return self.roots[path]


def by_id(root: etree._Element, key: str) -> etree._Element | None:
    """The element with this id."""
    return next((one for one in root.iter() if isinstance(one.tag, str) and one.get("id") == key), None)


def written(root: etree._Element, like: bytes) -> bytes:
    """A drawing as bytes, declared as the file it was read from."""
    text = etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False)
    head = like[:like.index(b"?>") + 2] + b"\n" if like.lstrip().startswith(b"<?xml") and b"?>" in like[:200] else b""
    return (head if b"UTF-8" in head.upper() or not head else b'<?xml version="1.0" encoding="UTF-8"?>\n') \
        + text + (b"\n" if like.endswith(b"\n") else b"")


# --- changing an element
def properties_of(place: etree._Element) -> etree._Element:
    """Its ``camunda:properties``, made where it has none (after the documentation, as the standard orders it)."""
    box = place.find(f"{BPMN}extensionElements")
    if box is None:
        box = etree.Element(f"{BPMN}extensionElements")
        place.insert(len(place.findall(f"{BPMN}documentation")), box)
    found = box.find(f"{CAMUNDA}properties")
    return found if found is not None else etree.SubElement(box, f"{CAMUNDA}properties")


def put_property(place: etree._Element, name: str, value: str) -> None:
    """Set one ``camunda:property``."""
    entries = properties_of(place)
    for entry in entries.findall(f"{CAMUNDA}property"):
        if entry.get("name") == name:
            entry.set("value", value)
            return
    etree.SubElement(entries, f"{CAMUNDA}property", name=name, value=value)


def replace_name(place: etree._Element, old: str, new: str) -> bool:
    """Put ``new`` wherever exactly ``old`` stands in an element: attributes, properties, mappings, texts."""
    hit = False
    for one in place.iter():
        if not isinstance(one.tag, str):
            continue
        for name, value in one.attrib.items():
            if name != "id" and _swapped(value, old, new) is not None:
                one.set(name, _swapped(value, old, new))
                hit = True
        if one.text and _swapped(one.text, old, new) is not None:
            one.text = _swapped(one.text, old, new)
            hit = True
    return hit


def _swapped(value: str, old: str, new: str) -> str | None:
    """``value`` with the entry ``old`` of a comma-separated list replaced; ``None`` where it is none of them."""
    entries = [entry.strip() for entry in value.split(",")]
    if old not in entries:
        return None
    kept = [new if entry == old else entry for entry in entries]
    return ", ".join(entry for entry in kept if entry) if len(entries) > 1 else new


