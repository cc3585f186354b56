"""Changing a YAML file by operations, so that one changed field is a difference of one line.

Nothing is written anew but the value that changes: comments, order, quotes and line breaks elsewhere stay byte for
byte. What comes out is read back and compared with what was meant; where the text cannot be changed so, nothing is.

    edited(text, [Edit("set", ("title", "en"), "Plan")])
    edited(text, [Edit("insert", ("sections", 0, "fields"), {"id": "x", …}, index=2), Edit("remove", ("sets", "old"))])
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Invalid, Refused
from engine.studio.yaml_list_edits import insert_item, move_item, remove_item
from engine.studio.yaml_map_edits import remove_key, rename_key, replace_value, set_key
from engine.studio.yaml_places import Place, places
from engine.studio.yaml_writing import same
from engine.yaml import plain, read_yaml

Path = tuple[str | int, ...]
VERBS = ("set", "remove", "insert", "move", "rename")
MAX_EDITS = 500
"""Operations of one call."""
ORDER = ("id", "label", "zh", "en", "title", "type", "register", "fill", "role", "required", "readonly", "unique",
         "index", "personal", "outcome", "visible", "compute", "default", "unit", "decimals", "min", "max",
         "min_length", "max_length", "pattern", "past", "future", "accept", "max_mb", "max_files", "min_rows",
         "max_rows", "help", "values", "columns", "fields", "rules", "sets", "tasks")
"""Where a new attribute goes: behind the last one that stands before it here; any other at the end."""


class EditFailed(Invalid):
    """An operation that does not fit the file; nothing was changed."""

    code = "edit_failed"
    zh = "这里不能这样修改：{place}。请在 YAML 中修改。"
    en = "This cannot be changed here: {place}. Please change it in the YAML."


@dataclass(frozen=True, slots=True)
class Edit:
    """One operation at ``path`` (keys and indexes).

    ``set`` gives the value at ``path``; ``remove`` takes an entry away; ``insert`` puts ``value`` before ``index`` of a
    list (at its end where that is ``None``); ``move`` takes the item at ``path`` before ``index`` of the list ``into``
    (its own where empty), counted without the item; ``rename`` gives a key the name ``value``.
    """

    do: str
    path: Path
    value: Any = None
    index: int | None = None
    into: Path = ()


def edits_of(raw: Any) -> list[Edit]:
    """Operations as a browser sends them: ``[{do, path, value, index, into}, …]``. Raises :class:`EditFailed`."""
    if not isinstance(raw, list) or len(raw) > MAX_EDITS:
        raise EditFailed(place="operations")
    return [_edit_of(one) for one in raw]


def _edit_of(one: Any) -> Edit:
    if not isinstance(one, dict) or one.get("do") not in VERBS:
        raise EditFailed(place=str(one)[:80])
    path, into, index = one.get("path"), one.get("into", []), one.get("index")
    steps = [path, into] if isinstance(path, list) and isinstance(into, list) else None
    if steps is None or not all(isinstance(step, (str, int)) and not isinstance(step, bool) for step in [*path, *into]):
        raise EditFailed(place=str(path)[:80])
    if index is not None and (not isinstance(index, int) or isinstance(index, bool)):
        raise EditFailed(place=str(index)[:80])
    return Edit(one["do"], tuple(path), one.get("value"), index, tuple(into))


def edited(text: str, edits: Iterable[Edit], order: Sequence[str] = ORDER) -> str:
    """``text`` with ``edits`` made one after the other.

    Raises :class:`EditFailed` where one does not fit, :class:`~engine.errors.Refused` where ``text`` is no YAML.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    for edit in edits:
        text = _made(text, edit, order)
    return mark + text


def _made(text: str, edit: Edit, order: Sequence[str]) -> str:
    wanted = _applied(plain(read_yaml(text)), edit)
    root = places(text)
    if root is None:
        raise EditFailed(place=_told(edit.path))
    try:
        done = _changed(text, root, edit, order)
        found = plain(read_yaml(done))
    except (Refused, LookupError, ValueError) as error:
        raise EditFailed(place=_told(edit.path)) from error
    if not same(found, wanted):
        raise EditFailed(place=_told(edit.path))
    return done


def _changed(text: str, root: Place, edit: Edit, order: Sequence[str]) -> str:
    if edit.do == "set":
        return _set(text, root, edit.path, edit.value, order)
    if edit.do == "insert":
        return insert_item(text, _at(root, edit.path), edit.value, edit.index, _key_column(text, root, edit.path))
    home, last = _at(root, edit.path[:-1]), edit.path[-1]
    if edit.do == "rename":
        return rename_key(text, home, str(last), str(edit.value))
    if edit.do == "move":
        into = _at(root, edit.into) if edit.into else home
        return move_item(text, home, int(last), into, edit.index or 0)
    if home.kind == "list":
        return remove_item(text, home, int(last))
    return remove_key(text, home, str(last))


def _set(text: str, root: Place, path: Path, value: Any, order: Sequence[str]) -> str:
    if not path:
        raise ValueError("the whole file")
    home, last = _at(root, path[:-1]), path[-1]
    if home.kind == "map" and home.entry(str(last)) is None:
        return set_key(text, home, str(last), value, order)
    place = _at(root, path)
    old = plain(read_yaml(text))
    for step in path:
        old = old[step]
    return _assigned(text, root, path, place, old, value, order)


def _assigned(text: str, root: Place, path: Path, place: Place, old: Any, new: Any, order: Sequence[str]) -> str:
    """The value at ``path`` changed where it differs: mappings by key, lists by what stands between equal ends."""
    if same(old, new):
        return text
    steps: list[Edit] = []
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        steps += [Edit("set", (*path, name), one) for name, one in new.items() if not same(old.get(name, ...), one)]
        steps += [Edit("remove", (*path, name)) for name in old if name not in new]
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        steps += _list_steps(path, old, new)
    else:
        return replace_value(text, place, new, _key_column(text, root, path))
    return edited(text, steps, order)


def _list_steps(path: Path, old: list[Any], new: list[Any]) -> list[Edit]:
    short, head, tail = min(len(old), len(new)), 0, 0
    while head < short and same(old[head], new[head]):
        head += 1
    while tail < short - head and same(old[-1 - tail], new[-1 - tail]):
        tail += 1
    olds, news = old[head:len(old) - tail], new[head:len(new) - tail]
    both = min(len(olds), len(news))
    steps = [Edit("set", (*path, head + place), one) for place, one in enumerate(news[:both])]
    steps += [Edit("insert", path, one, index=head + both + place) for place, one in enumerate(news[both:])]
    return steps + [Edit("remove", (*path, place)) for place in range(head + len(olds) - 1, head + both - 1, -1)]


def _at(root: Place, path: Sequence[str | int]) -> Place:
    for step in path:
        if root.kind == "list" and isinstance(step, int) and 0 <= step < len(root.items):
            root = root.items[step]
        elif root.kind == "map" and (entry := root.entry(str(step))) is not None:
            root = entry.value
        else:
            raise LookupError(step)
    return root


def _key_column(text: str, root: Place, path: Path) -> int:
    """The column of the key whose value ``path`` is; of an item of a list the column of its content."""
    home = _at(root, path[:-1]) if path else root
    entry = home.entry(str(path[-1])) if path and home.kind == "map" else None
    start = entry.start if entry is not None else _at(root, path).start
    return start - (text.rfind("\n", 0, start) + 1)


def _told(path: Path) -> str:
    return ".".join(map(str, path)) or "–"


# --- the same operations on data, to compare with
def _applied(data: Any, edit: Edit) -> Any:
    data = copy.deepcopy(data)
    try:
        _apply(data, edit)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise EditFailed(place=_told(edit.path)) from error
    return data


def _apply(data: Any, edit: Edit) -> None:
    home = _inside(data, edit.path[:-1])
    if edit.do == "insert":
        found = _inside(data, edit.path)
        if not isinstance(found, list):
            raise TypeError("no list")
        found.insert(len(found) if edit.index is None else edit.index, edit.value)
        return
    last = edit.path[-1]
    if isinstance(home, list) and (not isinstance(last, int) or not 0 <= last < len(home)):
        raise LookupError(last)
    if edit.do == "set":
        home[last] = edit.value
    elif edit.do == "remove":
        del home[last]
    elif edit.do == "rename":
        _renamed(home, str(last), edit.value)
    else:
        into = _inside(data, edit.into) if edit.into else home
        into.insert(edit.index or 0, home.pop(last))


def _renamed(home: Any, old: str, new: Any) -> None:
    if not isinstance(new, str) or not new or new in home or not isinstance(home, Mapping):
        raise ValueError(new)
    kept = {new if name == old else name: home[name] for name in [*home, old][:len(home) if old in home else None]}
    home.clear()  # type: ignore[attr-defined]
    home.update(kept)  # type: ignore[attr-defined]


def _inside(data: Any, path: Sequence[str | int]) -> Any:
    for step in path:
        if isinstance(data, list) and (not isinstance(step, int) or not 0 <= step < len(data)):
            raise LookupError(step)
        data = data[step]
    return data
