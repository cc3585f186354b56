"""A table of rows. Its cells are fields; filling and checking them is the work of ``engine.forms.rows``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from engine.forms.frame import Frame
from engine.forms.types.base import MISSING, FieldType
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field

MAX_ROWS = 500
ORIGIN = "__from__"
"""A cell that is no column: the number of the stored row that a submitted row was, empty for a new one."""


class Table(FieldType):
    """Rows of ``columns``: a list of mappings; ``min_rows`` and ``max_rows`` (500) bound it."""

    name = "table"
    attributes = frozenset({"columns", "min_rows", "max_rows"})
    storage = "json"

    def parse(self, raw: Any, field: Field, frame: Frame) -> list[dict[str, Any]] | None:  # noqa: ARG002
        """The submitted rows as they came, blank ones left out."""
        if raw is None or raw == "":
            return None
        if not isinstance(raw, (list, tuple)) or not all(isinstance(row, dict) for row in raw):
            raise Wrong("not_a_table", "表格内容不完整，请重新填写。",
                        "The table is incomplete; please fill it in again.")
        return [row for row in raw if any(cell not in (None, "", [], {}) for cell in row.values())] or None

    def check(self, value: list[Any], field: Field, frame: Frame) -> Iterable[Wrong]:  # noqa: ARG002
        fewest, most = field.attribute("min_rows", 0), field.attribute("max_rows", MAX_ROWS)
        if len(value) < fewest:
            yield Wrong("too_few_rows", f"至少 {fewest} 行。", f"At least {fewest} rows.")
        if len(value) > most:
            yield Wrong("too_many_rows", f"最多 {most} 行。", f"At most {most} rows.")

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return ""

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        if not value:
            return MISSING
        return f"{len(value)} 行" if lang == "zh" else f"{len(value)} row{'s' if len(value) > 1 else ''}"

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return "***"

    def declare(self, field: Field) -> Iterable[Wrong]:
        if not field.columns:
            yield Wrong("columns_missing", "需要 columns（表格的列）。", "columns (of the table) is needed.")
