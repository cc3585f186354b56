"""Every text of the content with the place it stands at, so that it can be told who uses what.

Drawings and tables are read as XML and not as models: a drawing that is not finished still uses its fields.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from lxml import etree

from engine.cards import Bilingual
from engine.errors import Refused
from engine.packs import bilingual
from engine.xml import read_xml
from engine.yaml import read_yaml

KEPT = 600
"""Files whose texts are kept in memory, by content."""
_NAME_EN = "bihuan:name_en"


@dataclass(frozen=True, slots=True)
class Mention:
    """A text: ``what`` is the attribute, property or key it stands under, ``place`` what people call where it stands,
    ``owner`` the drawing, table, form … it belongs to."""

    owner: Bilingual
    place: Bilingual
    element: str
    what: str
    text: str


_kept: OrderedDict[tuple[str, int], tuple[Mention, ...]] = OrderedDict()
_lock = Lock()


def mentions(path: str, content: bytes) -> tuple[Mention, ...]:
    """The texts of a file; none of a file that cannot be read."""
    key = (path, hash(content))
    with _lock:
        if key in _kept:
            return _kept[key]
    try:
        found = tuple(_of_xml(content, path) if path.endswith((".bpmn", ".dmn")) else _of_yaml(content, path))
    except Refused:
        found = ()
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _of_xml(content: bytes, path: str) -> Iterator[Mention]:
    root = read_xml(content, path)
    owner = Bilingual("", "")
    for element in root.iter(etree.Element):
        tag = etree.QName(element)
        if "DI" in tag.namespace.rpartition("/")[2] or tag.namespace.endswith(("/DI", "/DC")):
            continue
        if tag.localname in ("process", "decision"):
            owner = _named(element)
        home = _home(element)
        place = _named(home) if home is not None else owner
        what = element.get("name", "") if tag.localname == "property" else ""
        for name, text in element.attrib.items():
            name = etree.QName(name).localname
            if name not in ("id", "name"):
                yield Mention(owner, place, home.get("id", "") if home is not None else "",
                              what or f"{tag.localname}.{name}", text)
        if element.text and element.text.strip():
            yield Mention(owner, place, home.get("id", "") if home is not None else "",
                          element.get("name") or tag.localname, element.text.strip())


def _home(element: Any) -> Any:
    """The nearest element of the drawing that a person sees."""
    for one in (element, *element.iterancestors()):
        if one.get("id") and one.get("name") and etree.QName(one).localname not in ("property", "definitions"):
            return one
    return next((one for one in (element, *element.iterancestors()) if one.get("id")), None)


def _named(element: Any) -> Bilingual:
    key = element.get("id", "")
    english = next((one.get("value", "") for one in element.iterfind("{*}extensionElements/{*}properties/{*}property")
                    if one.get("name") == _NAME_EN), "")
    return Bilingual(element.get("name") or key, english or element.get("name") or key)


def _of_yaml(content: bytes, path: str) -> Iterator[Mention]:
    data = read_yaml(content, path)
    if isinstance(data, dict):
        title = bilingual(data.get("title"), path)
        yield from _walk(data, title, Bilingual("", ""), "", "")


def _walk(data: Any, owner: Bilingual, place: Bilingual, element: str, what: str) -> Iterator[Mention]:
    if isinstance(data, dict):
        known: Mapping[str, Any] = data
        for name in ("label", "title"):
            if isinstance(known.get(name), dict) and place is not owner:
                place = bilingual(known[name])
        if isinstance(known.get("id"), str):
            element = known["id"]
        for key, value in data.items():
            if key not in ("label", "title", "zh", "en", "help", "message"):
                if what in ("fill", "tasks") or what == "sets":
                    yield Mention(owner, place, element, f"{what}:key", key)
                yield from _walk(value, owner, place, element if what not in ("roles", "deadlines") else key,
                                 key if not isinstance(value, str) or what not in ("fill",) else what)
    elif isinstance(data, list):
        for one in data:
            yield from _walk(one, owner, place, element, what)
    elif isinstance(data, str):
        yield Mention(owner, place, element, what, data)
