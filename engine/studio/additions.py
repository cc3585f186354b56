"""What a new entry of a file begins with: an id nobody has, words in both languages, what its type needs."""

from __future__ import annotations

from typing import Any

from engine.cards import Bilingual
from engine.studio.outlines import KINDS, Outline, Path
from engine.studio.yaml_edits import Edit, EditFailed

PARTS = {kind: name for name, kind in KINDS.items()}
"""Kind of an entry -> the mapping it stands in."""
_CHOICES = [{"id": "a", "zh": "选项一", "en": "First"}, {"id": "b", "zh": "选项二", "en": "Second"}]


def addition(found: Outline, kind: str, near: Path, *, type_name: str = "text", words: Bilingual | None = None,
             first: str = "") -> list[Edit]:
    """Edits that add an entry of ``kind`` behind the one at ``near`` (at the end where that is another kind); the
    first of them leads to the new entry. ``words`` name a new field, ``first`` is what a reference begins with.

    Raises EditFailed where the file cannot hold such an entry.
    """
    if kind in ("field", "use", "column"):
        return [_field(found, kind, near, type_name, words or Bilingual("新字段", "New field"), first)]
    if kind == "section":
        taken = {one.key for part in found.parts for one in part.entries}
        words = {"zh": "新分区", "en": "New section"}
        field = _new_field(found, "text", Bilingual("新字段", "New field"), "")
        section = {"id": _free("section", taken), "title": words, "fields": [field]}
        return _into_list(found, "sections", section, _behind("section", near))
    if kind == "rule":
        return _rule(found, near)
    return [_keyed(found, kind, first)]


def _field(found: Outline, kind: str, near: Path, type_name: str, words: Bilingual, first: str) -> Edit:
    holds = "columns" if kind == "column" else "fields"
    if kind == "use":
        if not first:
            raise EditFailed(place="use")
        value: dict[str, Any] = {"use": first}
    else:
        value = _new_field(found, type_name, words, first)
    if holds in near[:-1]:
        place = near.index(holds)
        home, index = near[:place + 1], near[place + 1] + 1
        return Edit("insert", home, value, index)
    entry = found.find(near) if near else None
    if entry is not None and (entry.kind in ("section", "group") and holds == "fields" or holds == "columns"):
        held = [one for one in entry.entries if one.kind != "rule"]
        return Edit("insert", (*near, holds), value, len(held)) if held else Edit("set", (*near, holds), [value])
    for part in reversed(found.parts):
        if part.kind in ("section", "group") and part.entries and holds == "fields":
            last = part.entries[-1]
            return Edit("insert", (*last.path, "fields"), value, sum(one.kind != "rule" for one in last.entries))
    raise EditFailed(place=kind)


def _rule(found: Outline, near: Path) -> list[Edit]:
    """A rule of the file, or in a file of field groups of the group at ``near``."""
    group = found.find(near[:2]) if found.kind == "groups" else None
    if found.kind == "groups" and (group is None or group.kind != "group"):
        raise EditFailed(place="rule")
    fields = group.entries if group else found.fields
    names = [one.key for one in fields if one.kind == "field"]
    rule = {"field": names[0] if names else "", "refuse_if": "=false",
            "message": {"zh": "请检查这一项。", "en": "Please check this."}}
    if group is None:
        return _into_list(found, "rules", rule, _behind("rule", near))
    rules = [one for one in group.entries if one.kind == "rule"]
    home = (*group.path, "rules")
    return [Edit("insert", home, rule, len(rules)) if rules else Edit("set", home, [rule])]


def _new_field(found: Outline, type_name: str, words: Bilingual, first: str) -> dict[str, Any]:
    taken = {one.key for one in found.fields}
    field: dict[str, Any] = {"id": _free(type_name, taken), "label": {"zh": words.zh, "en": words.in_("en")},
                             "type": type_name}
    if type_name in ("enum", "multi"):
        field["values"] = [dict(one) for one in _CHOICES]
    elif type_name == "ref":
        field["register"] = first or "client"
    elif type_name == "table":
        field["columns"] = [{"id": "item", "label": {"zh": "项目", "en": "Item"}, "type": "text"}]
    return field


def _into_list(found: Outline, name: str, value: Any, index: int | None) -> list[Edit]:
    there = isinstance(found.head.data, dict) and isinstance(found.head.data.get(name), list)
    end = len(found.head.data[name]) if there else 0
    return [Edit("insert", (name,), value, end if index is None else index)] if there else [
        Edit("set", (name,), [value])]


def _keyed(found: Outline, kind: str, first: str) -> Edit:
    name = PARTS.get(kind, "")
    if name not in {part.path[0] for part in found.parts}:
        raise EditFailed(place=kind)
    there = found.head.data.get(name)
    taken = set(there) if isinstance(there, dict) else set()
    words = {"zh": "新的一项", "en": "New"}
    begins: dict[str, tuple[str, Any]] = {
        "role": ("new_role", words), "deadline": ("new-deadline", {"title": words, "limit": {"working_days": 1}}),
        "parameter": ("new_parameter", {"type": "int", "default": 1, "title": words}),
        "message": ("new_message", {"title": words, "keys": ["case_number"]}), "case_state": ("new_state", words),
        "customer_state": ("new_state", {**words, "next": words}), "number": (first or "process-key", "NO"),
        "permission": (first or "read_personal", []), "set": ("new_variable", "=null"),
        "task": (first or "task", {"*": "edit"}),
        "group": ("new_group", {"title": words, "fields": [_new_field(found, "text", Bilingual("新字段", "New field"),
                                                                      "")]})}
    key, value = begins[kind]
    if first and first in taken:
        raise EditFailed(place=first)
    key = key if key == first else _free(key, taken)
    if isinstance(there, dict) and there:
        return Edit("set", (name, key), value)
    return Edit("set", (name,), {key: value})


def _behind(kind: str, near: Path) -> int | None:
    """The index behind the entry of ``kind`` that ``near`` is or lies in; ``None``: at the end."""
    name = {"section": "sections", "rule": "rules"}[kind]
    return near[1] + 1 if near[:1] == (name,) and len(near) > 1 and isinstance(near[1], int) else None


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{number}" for number in range(2, len(taken) + 3) if f"{name}_{number}" not in taken)


def led_to(edit: Edit, chosen: Path = (), added: bool = False) -> Path:
    """The entry to show after an edit: what it added, moved or named anew, else the one that was ``chosen``."""
    if edit.do == "insert" and added:
        return (*edit.path, edit.index or 0)
    if edit.do == "move":
        return (*(edit.into or edit.path[:-1]), edit.index or 0)
    if edit.do == "rename" and edit.path == chosen:
        return (*edit.path[:-1], edit.value)
    if edit.do == "remove" and chosen[:len(edit.path)] == edit.path:
        return edit.path[:-2] if isinstance(edit.path[-1], int) else ()
    if edit.do == "set" and added:
        if isinstance(edit.value, dict) and len(edit.path) == 1 and len(edit.value) == 1:
            return (*edit.path, next(iter(edit.value)))
        return (*edit.path, 0) if isinstance(edit.value, list) else edit.path
    return chosen
