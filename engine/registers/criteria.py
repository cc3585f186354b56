"""What a search of a register asks for, as conditions of SQL, and what its text search looks into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy import Table, and_

from engine.errors import FieldError, Invalid
from engine.forms.field import Field
from engine.forms.frame import Frame
from engine.forms.words import Wrong
from engine.registers.columns import KEY
from engine.registers.register import Register

_NO_MOMENT = Frame(datetime(2000, 1, 1, tzinfo=UTC))
"""For criteria that need no moment; a date and time without zone is taken as UTC."""


def conditions(register: Register, table: Table, criteria: Mapping[str, Any], text: str,
               frame: Frame | None = None) -> list[Any]:
    """The conditions of a search (see :meth:`RegisterStore.find`). Raises :class:`~engine.errors.Invalid`."""
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
    return found + [table.c.row_search.contains(word, autoescape=True) for word in text.lower().split()[:10]]


def _condition(table: Table, one: Field, value: Any, frame: Frame) -> Any:
    is_reference = one.type.storage == "reference"
    column = table.c[one.id + KEY if is_reference else one.id]

    def read(raw: Any) -> Any:
        return key_text(raw) if is_reference else one.type.parse(raw, one, frame)

    if isinstance(value, Mapping) and not is_reference and set(value) <= {"from", "to"}:
        low, high = read(value.get("from")), read(value.get("to"))
        return and_(True, *(() if low is None else (column >= low,)), *(() if high is None else (column <= high,)))
    if isinstance(value, (list, tuple, set)) and one.type.storage != "json":
        return column.in_([read(item) for item in value])
    wanted = read(value)
    return column.is_(None) if wanted is None else column == wanted


def key_text(value: Any) -> str | None:
    """What a reference is found by: the id of the record, the login of the person."""
    if isinstance(value, Mapping):
        value = value.get("id", value.get("login"))
    return None if value is None or value == "" else str(value)


def plain_words(value: Any) -> str:
    """A value as words to search in."""
    if isinstance(value, Mapping):
        return str(value.get("label") or value.get("name") or "")
    return "" if value is None else str(value)


def searchable(words: Iterable[str]) -> str:
    """What a text search looks into: the words in small letters and their pinyin initials."""
    parts = []
    for word in words:
        parts.append(word.lower())
        if not word.isascii():
            parts.append("".join(lazy_pinyin(word, style=Style.FIRST_LETTER, errors="ignore")).lower())
    return " ".join(parts)[:4000]
