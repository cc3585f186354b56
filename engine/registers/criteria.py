"""What a search of a register asks for, as conditions of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table, and_

from engine.column_types import whole
from engine.errors import FieldError, Invalid
from engine.forms.field import Field
from engine.forms.frame import Frame
from engine.forms.words import Wrong
from engine.registers.columns import column_by, is_marked, is_sealed
from engine.registers.derived import holds_word
from engine.registers.register import Register
from engine.registers.words import key_text

_NO_MOMENT = Frame(datetime(2000, 1, 1, tzinfo=UTC))
"""For criteria that need no moment; a date and time without zone is taken as UTC."""


def conditions(register: Register, table: Table, criteria: Mapping[str, Any], text: str,
               frame: Frame | None = None, masked: bool = False) -> list[Any]:
    """The conditions of a search (see :meth:`RegisterStore.find`); with ``masked``, parts of numbers find no personal
    value. Raises :class:`~engine.errors.Invalid`."""
    found, wrong = [], []
    for name, value in criteria.items():
        if name == "id":  # no field has this name: the number of the record, as a reference holds it
            numbers = value if isinstance(value, list) else [value]
            found.append(table.c.id.in_([int(one) for one in numbers if str(one).isdigit()]))
            continue
        one = register.fields.get(name)
        if one is None:
            wrong.append(FieldError(name, "unknown_field", f"没有字段“{name}”。", f'There is no field "{name}".'))
            continue
        try:
            found.append(_condition(table, one, value, frame or _NO_MOMENT))
        except Wrong as error:
            wrong.append(FieldError(name, error.code, error.zh, error.en))
    if wrong:
        raise Invalid(wrong)
    return found + [holds_word(table, word, masked) for word in text.split()[:10]]


def _condition(table: Table, one: Field, value: Any, frame: Frame) -> Any:
    is_reference = one.type.storage == "reference"
    column = column_by(table, one)

    def read(raw: Any) -> Any:
        return key_text(raw) if is_reference else one.type.parse(raw, one, frame)

    is_range = isinstance(value, Mapping) and not is_reference and set(value) <= {"from", "to"}
    if is_sealed(one) and (is_range or (one.type.storage == "json" and value is not None)):
        raise Wrong("only_whole", "个人信息加密保存，只能按完整的值查找。",
                    "Personal data is sealed; it is found by whole values only.")
    if is_range:
        low, high = read(value.get("from")), read(value.get("to"))
        return and_(True, *(() if low is None else (column >= low,)), *(() if high is None else (column <= high,)))
    if isinstance(value, (list, tuple, set)) and one.type.storage != "json":
        wanted = [read(item) for item in value]
        return column.in_(whole(item for item in wanted if item is not None) if is_marked(one) else wanted)
    wanted = read(value)
    if wanted is None:
        return column.is_(None)
    return column.in_(whole([wanted])) if is_marked(one) else column == wanted
