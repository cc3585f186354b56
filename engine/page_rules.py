"""What a browser is given to show, hide and require fields by itself, before the server has its say.

Only FEEL that both sides answer alike is sent (:func:`engine.feel.portable`), with the variables it names and no
others. Moments and durations travel as ``{"@": "2026-04-07T09:00:00+08:00"}``; ``webui/assets/src/feel.js`` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine import feel
from engine.forms import FieldView, FormView

FEEL_KINDS = {
    "text": "string", "longtext": "string", "phone": "string", "email": "string", "idno": "string", "enum": "string",
    "int": "number", "number": "number", "money": "number", "bool": "boolean", "date": "date",
    "datetime": "date and time", "multi": "list"}
"""FEEL's kind of what a browser can tell of a field that is being filled in; the other types are left to the server."""
DIGITS = 15
"""Digits that survive the way through a binary number."""


class NotToldAlike(Exception):
    """A value that would not be the same over there."""


def browser_rules(sheet: FormView) -> dict[str, Any]:
    """JSON for the page: ``fields`` (id, visible, required, uses), ``kinds``, ``context``, ``now`` and ``zone``."""
    if sheet.readonly:  # nothing to show or hide while typing; and what others may not read must not go along
        return {"fields": [], "context": {}, "kinds": {}, "now": None, "zone": ""}
    views = {one.id: one for one in sheet.fields}
    kinds = _kinds(sheet, views)
    sent, context, used = [], {}, set()
    for one in views.values():
        rule: dict[str, Any] = {}
        for what in ("visible", "required"):
            uses = _uses(one.formulas.get(what), kinds)
            if uses is not None and _encode(uses, sheet, views, context):
                rule[what] = one.formulas[what]
                rule["uses"] = sorted({*rule.get("uses", ()), *uses})
        if rule:
            sent.append({"id": one.id, **rule})
            used.update(rule["uses"])
    return {"fields": sent, "context": {name: value for name, value in context.items() if name in used},
            "kinds": {one.id: _typed(one) for one in views.values() if one.id in used and not one.readonly},
            "now": sheet.now.isoformat() if sheet.now else None,
            "zone": getattr(sheet.now.tzinfo, "key", "") if sheet.now else ""}


def _kinds(sheet: FormView, views: Mapping[str, FieldView]) -> dict[str, Any]:
    found = {name: _kind(value) for name, value in sheet.context.items()}
    for one in views.values():
        if one.masked:
            continue  # the browser does not know what it holds
        if one.readonly:
            found[one.id] = _kind(one.value)
        elif one.type in FEEL_KINDS:
            found[one.id] = "number" if _typed(one) == "int" else FEEL_KINDS[one.type]
    return found


def _kind(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _kind(inner) for name, inner in value.items()}
    return feel.kind(value)


def _typed(one: FieldView) -> str:
    """How a browser reads the input of a field: its type, or that of its options' values."""
    numbers = one.type == "enum" and bool(one.options) and all(option.number for option in one.options)
    return "int" if numbers else one.type


def _uses(text: str | None, kinds: Mapping[str, Any]) -> frozenset[str] | None:
    """The names a text takes, or None where it is not for the browser."""
    if not text or not feel.portable(text, kinds):
        return None
    return feel.compile(text, kinds).free_names


def _encode(uses: frozenset[str], sheet: FormView, views: Mapping[str, FieldView], context: dict[str, Any]) -> bool:
    """Put the values of these names into ``context``; False where one cannot go."""
    try:
        for name in uses:
            if name in views:
                if views[name].masked or not views[name].readonly and views[name].type not in FEEL_KINDS:
                    return False
                context[name] = encoded(views[name].value)
            elif name in sheet.context:
                context[name] = encoded(sheet.context[name])
    except NotToldAlike:
        return False
    return True


def encoded(value: Any) -> Any:
    """A value as JSON that the browser reads as the same value. Raises :class:`NotToldAlike`."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, Decimal)):
        if len(Decimal(value).normalize().as_tuple().digits) > DIGITS:
            raise NotToldAlike
        return int(value) if value == int(value) else float(value)
    if isinstance(value, (date, datetime)):
        return {"@": value.isoformat()}
    if isinstance(value, timedelta):
        return {"@": feel.text(value)}
    if isinstance(value, Mapping) and "@" not in value:
        return {str(name): encoded(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [encoded(item) for item in value]
    raise NotToldAlike

