"""Tables as office programs save them, CSV or Excel, read as lines of text; and cells that mean values of fields."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from engine.forms.frame import Frame
from engine.people.reading_csv import FORMULA, MOST_BYTES, MOST_ROWS, Sheet, UnreadableTable, read_csv
from engine.registers import Register

UNPACKED, WIDEST = 40_000_000, 200
"""Bytes that an Excel file may unpack to, columns that are read: a small file can hold a very large table."""
NOT_EXCHANGED = frozenset({"table", "file", "signature"})
"""Types that no cell can hold."""
_SEVERAL = re.compile(r"[;；、,，\n]+")
_PLAIN = frozenset({"int", "number", "money", "date", "datetime"})
ZIP = b"PK\x03\x04"


def read_sheet(data: bytes) -> Sheet:
    """A CSV or Excel file with a header line; which of both it is, its content says. Raises UnreadableTable."""
    return _excel(data) if data.startswith(ZIP) else read_csv(data)


def _excel(data: bytes) -> Sheet:
    if len(data) > MOST_BYTES:
        raise UnreadableTable(why_zh=f"超过 {MOST_BYTES // 1_000_000} MB。",
                              why_en=f"it has more than {MOST_BYTES // 1_000_000} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(part.file_size for part in packed.infolist()) > UNPACKED:
                raise UnreadableTable(why_zh="解压后太大。", why_en="it is too large when unpacked.")
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
        lines = []
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=WIDEST), 1):
            texts = [_text(cell) for cell in cells]
            if any(texts):
                lines.append((number, texts))
            if len(lines) > MOST_ROWS + 1:
                raise UnreadableTable(why_zh=f"最多 {MOST_ROWS} 行。", why_en=f"at most {MOST_ROWS} rows.")
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, SyntaxError,
            TypeError, AttributeError, EOFError) as error:
        raise UnreadableTable(why_zh="不是可读的 Excel 文件，请另存为 xlsx 或 CSV。",
                              why_en="it is no Excel file that can be read; save it as xlsx or CSV.") from error
    if not lines:
        raise UnreadableTable(why_zh="文件是空的。", why_en="it is empty.")
    columns = tuple(text.lower() for text in lines[0][1])
    return Sheet("Excel", columns, tuple((number, dict(zip(columns, texts))) for number, texts in lines[1:]))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if cell.time() != time() else cell.date().isoformat()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return format(Decimal(repr(cell)).normalize(), "f")
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell).strip()


def heads_of(register: Register, columns: tuple[str, ...]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Which field each column means, by id or label in either language; and the columns that mean none."""
    known: dict[str, str] = {}
    for one in register.fields.values():
        if one.type.name not in NOT_EXCHANGED and one.compute is None:
            for name in (one.label.en, one.label.zh, one.id):
                known[str(name).strip().lower()] = one.id
    return ({column: known[column] for column in columns if column in known},
            tuple(column for column in columns if column and column not in known))


def values_of(register: Register, cells: Mapping[str, str], heads: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row's cells that are not empty: an empty cell changes nothing."""
    found: dict[str, Any] = {}
    for column, name in heads.items():
        text = cells.get(column, "")
        text = text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text
        if text:
            found[name] = meant(register.fields[name], text)
    return found


def meant(one: Any, text: str) -> Any:
    """What a cell means: the id of a choice where its label stands, a list where there are several."""
    ids = {str(name).strip(): option.id for option in one.options
           for name in (option.label.en, option.label.zh, option.id)}
    if one.type.name == "multi":
        return [ids.get(part.strip(), part.strip()) for part in _SEVERAL.split(text) if part.strip()]
    return ids.get(text, text)


def cell_of(one: Any, value: Any, frame: Frame, lang: str) -> Any:
    """A value as a cell that :func:`meant` and the type of the field read back."""
    if value is None or value == []:
        return None
    if one.type.name in _PLAIN:
        return value
    if one.type.name == "multi":
        return "；".join(one.type.display([part], one, frame, lang) for part in value)
    if one.type.name in ("enum", "bool", "ref", "user"):
        return one.type.display(value, one, frame, lang)
    return one.type.text(value, one, frame)
