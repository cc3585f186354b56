"""What must hold before the values of a form may be kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.forms.field import Field
from engine.forms.filling import Filling
from engine.forms.form import EDIT, HIDE
from engine.forms.formula import Formula
from engine.forms.rows import not_editable
from engine.forms.words import Wrong


def check(filling: Filling) -> None:
    """Check every field that this task may edit and that is visible, then the rules; what is wrong is told there."""
    for one in filling.form.fields.values():
        if filling.permissions.of(one.id) != EDIT or one.id in filling.hidden:
            continue
        stored = filling.stored.get(one.id)
        if one.id in filling.touched and filling.flag(one.readonly, one.id, filling.context):
            _check_readonly(filling, one, stored)
        _check_value(filling, one, one.id, filling.values.get(one.id), filling.context, stored)
        if one.is_table:
            _check_rows(filling, one, stored or [])
    _check_rules(filling)


def _check_readonly(filling: Filling, one: Field, stored: Any) -> None:
    value = filling.values.get(one.id)
    expected = stored if stored is not None else filling.initial(one, one.id, filling.context)
    if value is None:
        filling.values[one.id] = filling.context[one.id] = expected
    if value != expected and not (value is None and isinstance(one.default, Formula) and one.default.draws):
        filling.tell(one.id, not_editable())


def _check_value(filling: Filling, one: Field, path: str, value: Any, context: Mapping[str, Any], stored: Any) -> None:
    """Whether a field or cell that is needed is there, and what its type has against its value."""
    if value is None:
        text = one.compute or one.default
        filled_in_later = one.compute is not None or isinstance(text, Formula) and text.draws
        if not filled_in_later and filling.flag(one.required, path, context) and not filling.wrong_at(path):
            filling.tell(path, Wrong("required", "这一项必填。", "This is required."))
        return
    for wrong in one.type.check(value, filling.resolved(one, path, context), filling.frame):
        if wrong.code == "in_past" and value == stored:
            continue  # it was right when it was given
        filling.tell(path, wrong)


def _check_rows(filling: Filling, table: Field, stored: list[dict[str, Any]]) -> None:
    """Required cells, read-only cells and the checks of each type, row by row."""
    for index, row in enumerate(filling.values.get(table.id) or ()):
        context = {**filling.context, **row}
        before = stored[index] if index < len(stored) else {}
        for column in table.columns:
            path = f"{table.id}.{index}.{column.id}"
            if not filling.flag(column.visible, path, context):
                row[column.id] = None
                continue
            value = row.get(column.id)
            if path in filling.touched and filling.flag(column.readonly, path, context):
                # rows move up when one above goes, so the value of any stored row will do
                kept = [one.get(column.id) for one in stored] + [filling.initial(column, path, context)]
                if value not in kept:
                    filling.tell(path, not_editable())
            _check_value(filling, column, path, value, context, before.get(column.id))


def _check_rules(filling: Filling) -> None:
    """The rules across fields, each told at its field unless that has an error of its own already."""
    for rule in filling.form.rules:
        name, _, column = rule.field.partition(".")
        if name in filling.hidden or filling.permissions.of(name) == HIDE:
            continue
        wrong = Wrong("rule", rule.message.zh, rule.message.en)
        for path, context in _places(filling, name, column):
            if not filling.wrong_at(path) and filling.ask(rule.refuse_if, path, context) is True:
                filling.tell(path, wrong)


def _places(filling: Filling, name: str, column: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not column:
        yield name, filling.context
        return
    for index, row in enumerate(filling.values.get(name) or ()):
        yield f"{name}.{index}.{column}", {**filling.context, **row}
