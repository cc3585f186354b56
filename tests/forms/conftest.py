"""Forms of tests: declared in a few lines, filled in at 09:00 on 7 April 2026 in Shanghai by Li Na."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import feel
from engine.forms import Form, FormView, Outcome, read_form, read_groups, validate, view

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 4, 7, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LI_NA = {"login": "li.na", "name": "李娜", "roles": ["complaint_agent"]}
LABEL = "label: {zh: 一, en: One}"


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def groups() -> Any:
    return read_groups((ROOT / "forms" / "groups.yaml").read_bytes(), "forms/groups.yaml")


@pytest.fixture
def numbers() -> list[str]:
    """The numbers that were drawn."""
    return []


@pytest.fixture
def evaluate(numbers: list[str]) -> Callable[[str, Mapping[str, Any]], Any]:
    def draw(prefix: str) -> str:
        numbers.append(f"{prefix}-20260407-{len(numbers) + 1:03d}")
        return numbers[-1]

    return lambda text, variables: feel.evaluate(text, variables, clock=lambda: NOW, functions={"next number": draw})


@pytest.fixture
def declare(groups: Any) -> Callable[..., Form]:
    """``declare("id: a, type: text", …, rest="rules: …")``: a form with one section of these fields."""

    def make(*fields: str, rest: str = "", analyse: Any = feel.compile) -> Form:
        items = "\n".join(
            f"      - {{{LABEL}, {one}}}" if not one.startswith("use:") else f"      - {{{one}}}" for one in fields
        )
        return read_form(
            f"form: f\ntitle: {{zh: 表, en: Form}}\nsections:\n  - id: s\n    title: {{zh: 节, en: Section}}\n"
            f"    fields:\n{items}\n{rest}",
            "f.yaml",
            groups,
            analyse,
        )

    return make


@pytest.fixture
def submit(evaluate: Any) -> Callable[..., Outcome]:
    def send(form: Form, values: Any, *, variables: Any = None, **options: Any) -> Outcome:
        return validate(
            form, values, variables={"user": LI_NA, **(variables or {})}, evaluate=evaluate, now=NOW, **options
        )

    return send


@pytest.fixture
def page(evaluate: Any) -> Callable[..., FormView]:
    def show(form: Form, *, variables: Any = None, **options: Any) -> FormView:
        return view(form, variables={"user": LI_NA, **(variables or {})}, evaluate=evaluate, now=NOW, **options)

    return show


@pytest.fixture
def codes() -> Callable[[Outcome], list[tuple[str, str]]]:
    """What is wrong with an outcome, as (path, code), every sentence present in both languages."""

    def of(outcome: Outcome) -> list[tuple[str, str]]:
        assert all(error.zh and error.en and error.zh != error.en for error in outcome.errors)
        return [(error.path, error.code) for error in outcome.errors]

    return of
