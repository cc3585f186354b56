"""The cases shared with the browser: what forms use, as the server answers it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from engine import feel

CASES = json.loads((Path(__file__).parent / "browser_cases.json").read_text("utf-8"), parse_float=Decimal)["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expression"])
def test_the_server_answers_as_the_case_says(case: dict) -> None:
    value = feel.evaluate(case["expression"], case["variables"])
    assert value == case["result"]
    assert type(value) is type(case["result"]) or {type(value), type(case["result"])} <= {int, Decimal}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["expression"])
def test_the_cases_are_without_findings(case: dict) -> None:
    assert feel.analyse(case["expression"], case["variables"].keys()).findings == ()
