"""The page of reports is the tables of indicators, in the order of the catalogue's numbers."""

from __future__ import annotations

import re

from tests.docs.reports_page import PAGE, page


def test_the_page_is_the_tables():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.docs.reports_page"


def test_every_indicator_of_both_reports_is_there():
    told = [int(number) for number in re.findall(r"^\| `K-(\d+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)]
    assert told == [*range(41, 51), *range(81, 87)]
