"""The reference page: every example on it is true, and every built-in function has one."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine import feel

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "feel.md"
TEXT = PAGE.read_text("utf-8")
EXAMPLE = re.compile(r"^- (?:`` (?P<ticked>.+?) ``|`(?P<plain>[^`]+)`) => `(?P<result>[^`]+)`", re.M)
EXAMPLES = [(found["ticked"] or found["plain"], found["result"]) for found in EXAMPLE.finditer(TEXT)]
VARIABLES = feel.evaluate(re.search(r"```feel\n(.*?)```", TEXT, re.S)[1], {})


def clock() -> datetime:
    return datetime(2026, 3, 2, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(("text", "result"), EXAMPLES)
def test_example_of_the_page_is_true(text: str, result: str) -> None:
    value = feel.evaluate(text, VARIABLES, clock=clock)
    expected = feel.evaluate(result, {}, clock=clock)
    if expected is None:
        assert result == "null"
        assert value is None
    else:
        assert feel.equal(value, expected) is True, feel.text(value)


def test_no_line_that_looks_like_an_example_is_passed_over() -> None:
    assert len(EXAMPLES) == sum(1 for line in TEXT.splitlines() if line.startswith("- ") and "=>" in line) > 150


def test_every_built_in_function_has_an_example() -> None:
    called = {name for text, _ in EXAMPLES for name in feel.compile(text, VARIABLES).called}
    assert set(feel.BUILTINS) - called == set()


def test_the_bounds_of_the_page_are_those_of_the_code() -> None:
    from engine.feel import limits

    table = TEXT[TEXT.index("## Bounds") :]
    for bound in (limits.MAX_TEXT, limits.MAX_NESTING, limits.MAX_STEPS, limits.MAX_CALLS, limits.MAX_LIST,
                  limits.MAX_STRING, limits.MAX_PATTERN):  # fmt: skip
        assert f"| {bound:,}" in table or f"| {bound} deep" in table
