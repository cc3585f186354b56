"""The page of operations is the table of the engine."""

from __future__ import annotations

from engine.operations import OPERATIONS, STANDINGS, STATES
from tests.docs.operations_page import PAGE, page


def test_the_page_is_the_table():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.docs.operations_page"


def test_the_table_uses_words_that_are_explained():
    assert len({row.verb for row in OPERATIONS}) == len(OPERATIONS)
    assert {one for row in OPERATIONS for one in row.who} <= set(STANDINGS)
    assert {state for row in OPERATIONS for state in row.states} <= set(STATES)
    assert all(f"`{state}`" in PAGE.read_text(encoding="utf-8") for state in STATES)
    assert all(row.name.zh and row.name.en and row.who for row in OPERATIONS)
