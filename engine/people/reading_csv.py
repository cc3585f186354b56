"""Rows of a CSV file as office programs save it: UTF-8 or GBK; comma, semicolon or tab; quoted or not. And writing one.

What is written is safe to open: a cell that a spreadsheet would take for a formula gets an apostrophe in front
(OWASP, CSV Injection).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from engine.errors import BihuanError

MOST_BYTES, MOST_ROWS = 2_000_000, 2000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet runs."""


class UnreadableTable(BihuanError):
    """A file that is no CSV table."""

    code, http_status = "unreadable_table", 422
    zh = "读不懂这个文件：{why_zh}"
    en = "This file cannot be read: {why_en}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as read: ``rows`` are (line, column → text), the columns in small letters."""

    encoding: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_csv(data: bytes) -> Sheet:
    """Read a table with a header line. Raises :class:`UnreadableTable`."""
    if len(data) > MOST_BYTES:
        raise UnreadableTable(why_zh=f"超过 {MOST_BYTES // 1_000_000} MB。",
                              why_en=f"it has more than {MOST_BYTES // 1_000_000} MB.")
    text, encoding = _decoded(data)
    if "\x00" in text:
        raise UnreadableTable(why_zh="不是文本文件，请另存为 CSV。", why_en="it is not text; save it as CSV.")
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max((",", ";", "\t", "，"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise UnreadableTable(why_zh=f"第 {reader.line_num} 行的引号不成对。",
                              why_en=f"the quotes of line {reader.line_num} do not match ({error}).") from None
    lines = [(number, [cell.strip() for cell in cells]) for number, cells in lines if any(map(str.strip, cells))]
    if not lines:
        raise UnreadableTable(why_zh="文件是空的。", why_en="it is empty.")
    if len(lines) > MOST_ROWS + 1:
        raise UnreadableTable(why_zh=f"最多 {MOST_ROWS} 行。", why_en=f"at most {MOST_ROWS} rows.")
    columns = tuple(name.strip("\ufeff ").lower() for name in lines[0][1])
    rows = tuple((number, dict(zip(columns, cells))) for number, cells in lines[1:])
    return Sheet(encoding, columns, rows)


def _decoded(data: bytes) -> tuple[str, str]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), "UTF-8" if encoding == "utf-8-sig" else "GBK"
        except UnicodeDecodeError:
            continue
    raise UnreadableTable(why_zh="编码既不是 UTF-8 也不是 GBK。", why_en="it is neither UTF-8 nor GBK.")


def safe_cell(value: object) -> str:
    """A value as a cell that no spreadsheet runs."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(FORMULA) else text


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as office programs open it: UTF-8 with mark, every cell quoted, formulas disarmed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in columns])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return "\ufeff".encode() + out.getvalue().encode()
