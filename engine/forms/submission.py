"""From the flat names of an HTML form to the nested values of a submission."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.errors import TooLarge
from engine.forms.form import Form

MAX_ENTRIES = 20_000
MAX_ROW_NUMBER = 100_000


def nest(form: Form, items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """``steps.0.action`` → rows, a name sent twice → a list, for the fields where that means something.

    Rows come in the order of their numbers, gaps closed. ``items`` are name and text (for Flask
    ``request.form.items(multi=True)``); names of no field are kept, so that checking refuses them. For a checkbox, a
    hidden input with the value ``false`` goes before it: of a plain field the last value counts.
    Raises :class:`~engine.errors.TooLarge`.
    """
    found: dict[str, Any] = {}
    rows: dict[str, dict[int, dict[str, Any]]] = {}
    for count, (name, text) in enumerate(items):
        if count >= MAX_ENTRIES:
            raise TooLarge(what="表单", limit=MAX_ENTRIES)
        head, _, rest = name.partition(".")
        one = form.fields.get(head)
        number, _, column = rest.partition(".")
        if one is not None and one.is_table and number.isascii() and number.isdigit() and column:
            if int(number[:7]) > MAX_ROW_NUMBER:
                raise TooLarge(what="表格", limit=MAX_ROW_NUMBER)
            row = rows.setdefault(head, {}).setdefault(int(number), {})
            cell, _, part = column.partition(".")
            several = any(inner.id == cell and inner.type.several for inner in one.columns)
            _put(row, cell, part, text, several)
        elif one is not None and not one.is_table:
            _put(found, head, rest, text, one.type.several)
        elif one is not None and not rest:
            found.setdefault(head, [] if text in ("", None) else text)  # the empty marker of a table without rows
        else:
            found[name] = text
    for head, numbered in rows.items():
        found[head] = [numbered[number] for number in sorted(numbered)]
    return found


def _put(into: dict[str, Any], name: str, part: str, text: Any, several: bool) -> None:
    if part:  # signature.signer
        held = into.get(name)
        into[name] = {**held, part: text} if isinstance(held, dict) else {part: text}
    elif several and name in into and not isinstance(into[name], dict):
        held = into[name] if isinstance(into[name], list) else [into[name]]
        into[name] = [*held, text]
    else:
        into[name] = text
