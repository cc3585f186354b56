"""The form catalogue as data: forms, fields, types, required marks and values read from its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parents[3] / "shared" / "domain"
"""Beside the repository where the catalogue is checked out; elsewhere it is absent."""
PACK_OF = {"forms-deco.md": "deco", "forms-complaint.md": "complaint", "forms-tobacco-target.md": "tobacco",
           "forms-platform.md": "platform"}
_FORM = re.compile(r"^#### `F:(\w+)` (.+)$")
_TYPES = re.compile(r"^(\w+)(?:\((.*)\))?(\[\])?$")
_COLUMN = re.compile(r"^(\w+) (\S+) (\w+)(?:\(([^)]*)\))?(.*)$")
_COMPOUND = {"phone or email": "contact", "file/longtext": "file", "": "text"}


@dataclass(frozen=True)
class CatalogueField:
    """A line of a form: ``mark`` is Y, N, C or auto; ``values`` are of an enum, ``columns`` of a table."""

    id: str
    type: str
    mark: str
    values: tuple[str, ...] = ()
    columns: Mapping[str, CatalogueField] = field(default_factory=dict)


@dataclass(frozen=True)
class CatalogueForm:
    """A form; ``groups`` are the field groups that it uses."""

    key: str
    pack: str
    fields: Mapping[str, CatalogueField]
    groups: tuple[str, ...]


def forms() -> list[CatalogueForm]:
    """Every form of the packs named above."""
    return [form for name, pack in PACK_OF.items() for form in _forms(CATALOGUE / name, pack)]


def _forms(page: Path, pack: str) -> Iterator[CatalogueForm]:
    parts = re.split(r"^(?=#### `F:)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for part in parts:
        key = _FORM.match(part.splitlines()[0])
        assert key, part[:60]
        fields: dict[str, CatalogueField] = {}
        groups: list[str] = []
        above = None
        for line in part.splitlines():
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not line.startswith("|") or len(cells) < 5 or cells[0] in ("id", "---"):
                continue
            if cells[0].startswith("@"):
                groups.append(cells[0][1:])
            elif cells[0].startswith("·") and above is not None:
                column = _field(cells[0].strip("· "), cells[3], cells[4], "")
                above.columns[column.id] = column  # type: ignore[index]
            else:
                above = _field(cells[0], cells[3], cells[4], cells[5] if len(cells) > 5 else "")
                fields[above.id] = above
        yield CatalogueForm(key[1], pack, fields, tuple(groups))


def _field(name: str, kind: str, mark: str, rule: str) -> CatalogueField:
    if kind.startswith("auto"):
        return CatalogueField(name, "", "auto")
    found = _TYPES.match(_COMPOUND.get(kind, kind))
    assert found, f"{name}: {kind}"
    columns = {one.id: one for one in _columns(rule)} if found[1] == "table" else {}
    return CatalogueField(name, found[1], mark, _values(found[2]) if found[1] in ("enum", "multi") else (), columns)


def _columns(rule: str) -> Iterator[CatalogueField]:
    if "field group @action" in rule:
        for name, kind, mark in (("action", "text", "Y"), ("owner", "user", "Y"), ("due", "date", "Y"),
                                 ("done_at", "datetime", "N"), ("result", "text", "N")):
            yield CatalogueField(name, kind, mark)
    told = re.search(r"columns: (.*)", rule)
    for text in told[1].partition(" · ")[0].split("; ") if told else ():
        found = _COLUMN.match(text.strip())
        assert found, text
        values = _values(found[4]) if found[3] in ("enum", "multi") else ()
        yield CatalogueField(found[1], found[3], "Y" if found[5].strip().startswith("Y") else "N", values)


def _values(text: str | None) -> tuple[str, ...]:
    """``calm 平静, upset 不满`` → ids; ``1–5`` → the numbers; what is only described gives none."""
    if not text:
        return ()
    span = re.fullmatch(r"(\d)–(\d)", text)
    if span:
        return tuple(str(n) for n in range(int(span[1]), int(span[2]) + 1))
    words = [part.strip().split(" ")[0] for part in text.split(",")]
    return tuple(words) if all(re.fullmatch(r"[\w:.\-+]+", word, re.ASCII) for word in words) else ()
