"""What was typed into the forms of a sandbox, as a scenario tells it: short, and true on another day as well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.testing.play import Play


def entered_anew(view: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` without what the form (a ``FormView`` or None) showed before anybody typed."""
    shown = {one.id: one for one in view.fields} if view is not None else {}
    return {name: value for name, value in values.items()
            if name not in shown or not _as_shown(shown[name], value)}


def _as_shown(field: Any, value: Any) -> bool:
    if value in ("", None, []):
        return not field.text and not field.value
    if isinstance(value, list) and field.options:
        return value == [one.id for one in field.options if one.selected]
    return isinstance(value, str) and value == field.text and not field.columns


def typed(play: Play, value: Any) -> Any:
    """A value of a browser as a scenario writes it: a record by its key, a file as ``{upload: name}``, text that
    begins with ``=`` as the formula that gives this text."""
    if isinstance(value, Mapping):
        if "sha256" in value:
            return {"upload": str(value.get("name") or "file.png")}
        if value.keys() >= {"register", "id"}:
            return _record(play, str(value["register"]), value["id"])
        return {str(key): typed(play, one) for key, one in value.items()}
    if isinstance(value, list):
        return [typed(play, one) for one in value]
    if isinstance(value, str) and value.startswith("{"):
        told = _object(value)
        return value if told is None else typed(play, told)
    if isinstance(value, str) and value.startswith("="):
        return "=" + json.dumps(value, ensure_ascii=False)
    return value


def _object(text: str) -> dict[str, Any] | None:
    """A file or a record that a form carries as JSON; ``None`` for any other text."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) and ("sha256" in told or told.keys() >= {"register", "id"}) else None


def _record(play: Play, register: str, number: Any) -> Any:
    """The key of a record where one field is its key, else its number."""
    with play.engine.database.reading() as connection:
        store = play.engine.registers.store(connection, register)
        found = store.get(connection, int(number)) if str(number).isdigit() else None
    keys = store.register.keys
    return found.as_value().get(keys[0], number) if found is not None and len(keys) == 1 else number
