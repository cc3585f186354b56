"""Functions of contexts."""

from __future__ import annotations

from typing import Any

from ..limits import charge
from .registry import builtin


@builtin("get value", "m: context, key: any", "any", forms=["context, key", "context, keys"])
def _get_value(context: dict, key: Any) -> Any:
    """The entry of a name, or at the end of a path of names."""
    if isinstance(key, str):
        return context.get(key)
    if not isinstance(key, list) or not key:
        return None
    value: Any = context
    for name in key:
        if not isinstance(value, dict) or not isinstance(name, str) or name not in value:
            return None
        value = value[name]
    return value


@builtin("get entries", "m: context", "list", forms=["context"])
def _get_entries(context: dict) -> list[dict]:
    charge(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list", "context")
def _context(entries: list) -> dict | None:
    """From ``{key: …, value: …}`` entries; null where a key comes twice."""
    out: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            return None
        if entry["key"] in out:
            return None
        out[entry["key"]] = entry["value"]
    return out


@builtin("context put", "context: context, key: any, value: any", "context", forms=["context, keys, value"])
def _context_put(context: dict, key: Any, value: Any) -> dict | None:
    """With an entry more or changed, at a name or at the end of a path of names."""
    charge(1 + len(context) // 4)
    path = [key] if isinstance(key, str) else key
    if not isinstance(path, list) or not path or not all(isinstance(name, str) for name in path):
        return None
    if len(path) == 1:
        return {**context, path[0]: value}
    inner = context.get(path[0])
    changed = _context_put(inner, path[1:], value) if isinstance(inner, dict) else None
    return None if changed is None else {**context, path[0]: changed}


@builtin("context merge", "contexts: list", "context")
def _context_merge(contexts: list) -> dict | None:
    """All entries; of two with the same name the later one."""
    out: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        charge(len(context) // 4)
        out.update(context)
    return out
