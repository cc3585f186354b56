"""Writes ``docs/reference/reports.md`` from the tables of indicators: ``python -m tests.docs.reports_page``."""

from __future__ import annotations

from collections.abc import Iterable

from engine.boards import complaint_figures, reception_statistics
from engine.boards.indicators import Indicator
from tests.docs.places import DOCS

PAGE = DOCS / "reference" / "reports.md"
HEAD = """\
# Reports

Written from the tables of indicators in `engine/boards/` (`python -m tests.docs.reports_page`).

Supervising roles find them under 查询 → 报表 Reports, `/reports/complaints` and `/reports/reception`: for a month
(`?period=2026-11`), a quarter (`2026-Q4`) or a year (`2026`), beside the period before. They count the cases of the
units that the reader supervises; administrators and auditors see all. Every figure stands with its formula and leads to
the cases that tell about it. A denominator of zero gives no value; percentages have two decimals, rounded half up.

Complaints come from the register `complaint_archive`, visits from `visit` and `readiness_result`. What an open
complaint already knows (reply, solution, promise, plan) is read from its case until it is filed. K-40 and K-51 are the
counts, losses and shares by unit, method, product and cause; choosing one narrows the whole report, so that two can be
crossed.

The complaint report prints in the layout of the form `complaint_statistics` and rows and indicators
are exported as Excel and CSV. Names of customers stand in a file only for roles with the permission `export_people` of
the [pack](pack.md).

"""


def table(title: str, rows: Iterable[Indicator]) -> str:
    """One report's indicators."""
    lines = [f"## {title}", "", "| | 指标 Indicator | 算法 | Formula |", "| --- | --- | --- | --- |"]
    lines += [f"| `{one.key}` | {one.name.zh} {one.name.en} | {one.formula.zh} | {one.formula.en} |" for one in rows]
    return "\n".join(lines) + "\n"


def page() -> str:
    """The whole page."""
    return (HEAD + table("Complaints", complaint_figures.INDICATORS.values()) + "\n"
            + table("Reception", reception_statistics.INDICATORS.values()))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
