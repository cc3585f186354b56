"""What the property panels offer to choose from: names by key, in the reader's language; asked once a page."""

from __future__ import annotations

from typing import Any

from flask import g

from webui.auth import actor
from webui.show import engine
from webui.studio.property_words import file_kinds, parameter_types, type_names
from webui.words import _, told


def choices_of(draft_id: str, outline: Any = None, entry: Any = None) -> dict[str, dict[str, Any]]:
    """List -> key -> title: types, registers, roles, groups, processes …; ``entry`` adds what only it can name."""
    found = dict(_shared(draft_id))
    within = entry.path[:2] if entry is not None and entry.path[:1] == ("groups",) else ()
    fields = {one.key: told(one.title) for one in outline.fields
              if one.kind == "field" and one.path[:len(within)] == within} if outline else {}
    columns = {f"{path.key}.{one.key}": f"{told(path.title)} / {told(one.title)}" for path in
               (outline.fields if outline else ()) for one in path.entries}
    found |= {"fields": fields, "rule_fields": fields | columns, "permitted": _permitted(outline, found, entry)}
    if entry is not None and isinstance(entry.data, dict):
        found["columns"] = found["register_columns"].get(str(entry.data.get("register")), {})
        found["group_fields"] = found["group_parts"].get(str(entry.data.get("use")), {})
    return found


def _permitted(outline: Any, found: dict[str, dict[str, Any]], entry: Any) -> dict[str, str]:
    """What a task may have permissions for: sections, fields, those of groups, and whatever it names already."""
    if outline is None or entry is None or entry.kind != "task":
        return {}
    named: dict[str, str] = {}
    for part in outline.parts:
        for section in part.entries if part.kind == "section" else ():
            named[section.key] = _("分区“{name}”", name=told(section.title))
            for one in section.entries:
                if one.kind == "field":
                    named[one.key] = told(one.title)
                elif one.kind == "use":
                    prefix, without = str(one.data.get("prefix") or ""), one.data.get("without") or ()
                    parts = found["group_parts"].get(str(one.data.get("use")), {})
                    named |= {prefix + key: title for key, title in parts.items() if key not in without}
    said = entry.data if isinstance(entry.data, dict) else {}
    return named | {key: key for key in said if key not in named and key != "*"}


def _shared(draft_id: str) -> dict[str, dict[str, Any]]:
    kept = g.setdefault("sheet_choices", {})
    if draft_id not in kept:
        studio, by = engine().studio, actor()
        catalogue, lists = studio.catalogue(draft_id, by), studio.choices(draft_id, by)
        pack = engine().studio.draft(draft_id, by).card.pack
        own = [one for one in catalogue.roles if one.pack == pack]
        roles = own + [one for one in catalogue.roles if one.pack != pack]
        names = sorted({one.name for one in lists.variables or ()} | {"parameters", "case", "user"})
        kept[draft_id] = {
            "types": type_names(), "accepts": file_kinds(), "parameter_types": parameter_types(),
            "roles": {one.key: told(one.title) for one in roles}, "registers": _titles(catalogue.registers),
            "groups": _titles(catalogue.groups), "permissions": _titles(catalogue.permissions),
            "processes": {one.key: told(one.name) for one in lists.lists["processes"] if one.pack == pack},
            "register_columns": {one.key: _parts(one) for one in catalogue.registers},
            "group_parts": {one.key: _parts(one) for one in catalogue.groups},
            "parameters": {one.key: told(one.title) for one in catalogue.parameters if one.pack == pack},
            "names": dict.fromkeys(names, ""), "tasks": {}}
    return kept[draft_id]


def _titles(items: Any) -> dict[str, str]:
    return {one.key: told(one.title) for one in items}


def _parts(item: Any) -> dict[str, str]:
    return {key: told(title) for key, title in item.parts}
