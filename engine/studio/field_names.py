"""The id of a field within its own file: changed everywhere it is named, forgotten where only permissions name it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.studio.yaml_edits import Edit, Path

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![\w.])[A-Za-z_]\w*')
LISTS = ("key", "search", "list")
"""Lists of field ids in a register."""


def renaming(data: Any, path: Path, new: str) -> list[Edit]:
    """Edits that give the field at ``path`` another id, and its name in formulas, rules, permissions and lists."""
    old = _inside(data, path).get("id")
    edits = [Edit("set", (*path, "id"), new)]
    if not isinstance(old, str) or not old or "columns" in path:
        return edits
    scope = path[:2] if path[0] == "groups" else ()  # a field of a group is known in its group only
    for place, text in _texts(data, ()):
        if place != (*path, "id") and text.startswith("=") and place[:len(scope)] == scope:
            said = _TOKEN.sub(lambda match: new if match[0] == old else match[0], text)
            edits += [Edit("set", place, said)] if said != text else []
    rules = _inside(data, scope).get("rules")
    for place, rule in enumerate(rules if isinstance(rules, list) else ()):
        head, dot, rest = str(rule.get("field", "")).partition(".") if isinstance(rule, dict) else ("", "", "")
        if head == old:
            edits.append(Edit("set", (*scope, "rules", place, "field"), new + dot + rest))
    edits += [Edit("rename", place, new) for place in _keys(data, old) if place[:len(scope)] == scope]
    for name in LISTS:
        items = data.get(name)
        edits += [Edit("set", (name, place), new) for place, one in enumerate(items if isinstance(items, list) else ())
                  if one == old]
    return edits


def forgetting(data: Any, path: Path) -> list[Edit]:
    """Edits that take the field at ``path`` away, with the permissions that tasks have for it."""
    gone = _inside(data, path)
    old = gone.get("id") if isinstance(gone, dict) else None
    edits = [Edit("remove", path)]
    if isinstance(old, str) and "columns" not in path:
        edits += [Edit("remove", place) for place in _keys(data, old) if place[0] == "tasks"]
    return edits


def _keys(data: Any, name: str) -> Iterator[Path]:
    """Where a field is a key: permissions of tasks, values that a reference brings along."""
    tasks = data.get("tasks")
    for task, said in (tasks if isinstance(tasks, dict) else {}).items():
        if isinstance(said, dict) and name in said:
            yield ("tasks", task, name)
    for place, one in _mappings(data, ()):
        if isinstance(one.get("fill"), dict) and name in one["fill"]:
            yield (*place, "fill", name)


def _mappings(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(data, dict):
        yield path, data
        for key, one in data.items():
            yield from _mappings(one, (*path, key))
    elif isinstance(data, list):
        for place, one in enumerate(data):
            yield from _mappings(one, (*path, place))


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, dict):
        for key, one in data.items():
            yield from _texts(one, (*path, key))
    elif isinstance(data, list):
        for place, one in enumerate(data):
            yield from _texts(one, (*path, place))
    elif isinstance(data, str):
        yield path, data


def _inside(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data
