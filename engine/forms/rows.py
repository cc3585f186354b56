"""The rows of a table: cells are read and computed like fields, with the row's columns first in sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.forms.field import Field
from engine.forms.form import EDIT
from engine.forms.types.base import clean
from engine.forms.types.table import MAX_ROWS, ORIGIN
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.filling import Filling


def read_rows(filling: Filling, table: Field, raw: Any, stored: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The rows of a submission: every cell parsed; what is wrong is noted at ``table.<row>.<column>``.

    A row may say by :data:`~engine.forms.types.table.ORIGIN` which stored row it was, so that its cells that cannot be
    edited stay its own when a row above it goes; without it, rows count as being in their old places.
    """
    rows: list[dict[str, Any]] = []
    sent = filling.sent_rows.setdefault(table.id, [])
    for row in raw[: MAX_ROWS + 1]:
        path, before = f"{table.id}.{len(rows)}", _before(row, len(rows), stored)
        for name in row:
            if name != ORIGIN and not any(column.id == name for column in table.columns):
                filling.tell(f"{path}.{clean(name)[:60]}", unknown_field(name))
        cells = {column.id: _cell(filling, column, f"{path}.{column.id}", row, before) for column in table.columns}
        if any(value is not None for value in cells.values()) or filling.wrong_at(path):
            rows.append(cells)
            sent.append(row)
    return rows or None


def _before(row: Mapping[str, Any], index: int, stored: list[dict[str, Any]]) -> Mapping[str, Any]:
    """The stored row that a submitted one was."""
    said = str(row.get(ORIGIN, index))
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 6 else len(stored)
    return stored[number] if number < len(stored) else {}


def _cell(filling: Filling, column: Field, path: str, row: Mapping[str, Any], before: Mapping[str, Any]) -> Any:
    if column.compute is not None or column.id not in row:
        return before.get(column.id)
    filling.touched.add(path)
    return filling.read(column, path, row[column.id], before.get(column.id))


def settle_rows(filling: Filling, table: Field) -> bool:
    """Defaults and computed cells of every row brought up to date; whether anything changed."""
    changed = False
    for index, row in enumerate(filling.values.get(table.id) or ()):
        context = {**filling.context, **row}
        for column in table.columns:
            path, old = f"{table.id}.{index}.{column.id}", row.get(column.id)
            new = filling.settled(column, path, old, context, filling.permissions.of(table.id) == EDIT)
            if new != old or type(new) is not type(old):
                row[column.id] = context[column.id] = new
                changed = True
    return changed


def unknown_field(name: str) -> Wrong:
    shown = clean(name)[:60]
    return Wrong("unknown_field", f"表单没有“{shown}”这一项。", f'The form has no "{shown}".')


def not_editable() -> Wrong:
    return Wrong("not_editable", "这一项在本步骤不能修改。", "This cannot be changed in this step.")

