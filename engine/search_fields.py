"""The business fields that a process declares for searching (``bihuan:search``): ``form.field``, with commas.

A field goes by its own id, which lists of several processes share; ``name = form.field`` gives another name. Its label
and options are those of the form, so there is nothing to translate twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from engine.errors import Problem
from engine.forms import Field, Form

PROPERTY = "bihuan:search"
NUMBERS, INSTANTS = frozenset({"int", "number", "money", "percent"}), frozenset({"date", "datetime"})
NEVER = frozenset({"table", "file", "signature", "longtext", "multi", "idno"})
"""Types that are no single short value, or too personal to stand in a list."""
MOST = 12
"""Declared fields of a process at most."""


@dataclass(frozen=True, slots=True)
class SearchField:
    """A declared field: ``kind`` says which column of its row counts (text, number or instant)."""

    name: str
    form_key: str
    field: Field

    @property
    def kind(self) -> str:
        name = self.field.type.name
        return "number" if name in NUMBERS else "instant" if name in INSTANTS else "text"


def declared(properties: Mapping[str, str], forms: Mapping[str, Form]) -> tuple[SearchField, ...]:
    """The declared fields that there are."""
    found = {}
    for name, form_key, field_id in _entries(properties.get(PROPERTY, "")):
        field = forms[form_key].fields.get(field_id) if form_key in forms else None
        if field is not None and not _refused(field):
            found[name] = SearchField(name, form_key, field)
    return tuple(found.values())[:MOST]


def check_search(place: str, file: str, properties: Mapping[str, str], forms: Mapping[str, Form]) -> Iterator[Problem]:
    """What is wrong with the declaration of process ``place``: forms, fields and types that will not do."""
    entries = list(_entries(properties.get(PROPERTY, "")))
    for name, form_key, field_id in entries:
        form = forms.get(form_key)
        field = form.fields.get(field_id) if form else None
        path = f"{form_key}.{field_id}" if field_id else form_key
        if form is None:
            yield _problem(place, file, f"检索字段“{path}”所在的表单不属于这个流程。",
                           f"The form of the search field {path!r} is not used by this process.")
        elif field is None:
            near = get_close_matches(field_id, form.fields, 1)
            yield _problem(place, file, f"检索字段“{path}”在表单中不存在。" + (f"是否应为 {near[0]}？" if near else ""),
                           f"The search field {path!r} is not in the form." + (
                               f" Did you mean {near[0]}?" if near else ""))
        elif _refused(field):
            yield _problem(place, file, f"字段“{path}”的类型不能检索，或为个人信息。",
                           f"The field {path!r} cannot be searched: its type will not do, or it is personal.")
        elif not name.isidentifier():
            yield _problem(place, file, f"检索字段的名称“{name}”无效。", f"{name!r} is no name for a search field.")
    if len(entries) > MOST:
        yield _problem(place, file, f"检索字段最多 {MOST} 个。", f"There are at most {MOST} search fields.")


def _entries(text: str) -> Iterator[tuple[str, str, str]]:
    """(name, form, field) of every entry."""
    for entry in text.split(","):
        name, equals, path = (part.strip() for part in entry.partition("="))
        form_key, _dot, field_id = (path if equals else name).partition(".")
        if form_key:
            yield (name if equals else field_id), form_key, field_id


def _refused(field: Field) -> bool:
    return field.personal or field.type.name in NEVER


def _problem(place: str, file: str, zh: str, en: str) -> Problem:
    return Problem("search_field", zh, en, file=file, element=place)
