"""Tables as files: CSV and Excel. A cell that a spreadsheet would run as a formula is neutralised."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from flask import Response, abort
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from webui import show

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is a formula to a spreadsheet (OWASP, CSV Injection)."""
KINDS = {"csv": "text/csv; charset=utf-8",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def table(kind: str, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """An answer with the table as a file: ``csv`` (UTF-8 with a mark for Excel) or ``xlsx``."""
    if kind not in KINDS:
        abort(404)
    body = _csv(heads, rows) if kind == "csv" else _xlsx(name, heads, rows)
    answer = Response(body, mimetype=KINDS[kind].partition(";")[0])
    answer.headers["Content-Type"] = KINDS[kind]
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'{name}.{kind}')}"
    return answer


def safe(value: Any) -> Any:
    """A cell: moments in the zone of the office, texts that would be formulas behind an apostrophe."""
    if isinstance(value, datetime):
        return value.astimezone(show.zone()).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str) and value.startswith(RISKY):
        return "'" + value
    return value


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([safe(head) for head in heads])
    for row in rows:
        writer.writerow(["" if cell is None else _plain(safe(cell)) for cell in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _plain(value: Any) -> Any:
    return value.isoformat(" ", "minutes") if isinstance(value, datetime) else (
        value.isoformat() if isinstance(value, date) else value)


def _xlsx(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=False)
    sheet = book.active
    sheet.title = name[:31].translate(str.maketrans(dict.fromkeys("[]:*?/\\", "-")))
    widths = [len(head) * 2 for head in heads]
    sheet.append([safe(head) for head in heads])
    for row in rows:
        cells = [safe(cell) for cell in row]
        sheet.append(cells)
        for place, cell in enumerate(cells):
            widths[place] = max(widths[place], min(60, len(str(cell)) + 2))
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(vertical="center")
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
