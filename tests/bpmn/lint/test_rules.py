"""Each rule refuses the smallest drawing that breaks it and lets its mended twin pass."""

from __future__ import annotations

import cases_data
import cases_engine
import cases_flow
import pytest
from lxml import etree

from engine.bpmn.lint import RULES, lint
from engine.errors import Problem
from engine.feel import FeelError
from engine.feel import compile as compile_feel

CASES = cases_flow.CASES | cases_data.CASES | cases_engine.CASES


def feel_problems(text: str) -> Problem | None:
    """What is wrong with a FEEL text, as a deployment asks it."""
    try:
        compile_feel(text)
    except FeelError as error:
        return Problem("feel_syntax", error.sentence("zh"), error.sentence("en"))
    return None


def problems(drawing: str) -> list[Problem]:
    return lint(etree.fromstring(drawing.encode()), "drawing.bpmn", feel_problems)


@pytest.mark.parametrize("code", RULES)
def test_a_drawing_that_breaks_the_rule_is_found(code):
    # Given the smallest drawing that breaks the rule
    bad = CASES[code][0]
    # When it is checked
    found = [problem for problem in problems(bad) if problem.code == "bpmn_" + code]
    # Then the rule is named, in both languages, with element, file and line
    assert found
    for problem in found:
        assert problem.severity == RULES[code].severity and problem.file == "drawing.bpmn" and problem.line == 1
        assert problem.element or code in ("process_key", "import_unread", "nothing_executable")
        assert "{" not in problem.zh.replace("${", "") and "{" not in problem.en.replace("${", "")
        assert any("\u4e00" <= sign <= "\u9fff" for sign in problem.zh)
        if RULES[code].section:
            assert RULES[code].section in problem.zh and RULES[code].section in problem.en


@pytest.mark.parametrize("code", RULES)
def test_its_mended_twin_passes(code):
    _, good, *elsewhere = CASES[code]
    found = problems(good)
    assert "bpmn_" + code not in {problem.code for problem in found}
    errors = [problem for problem in found if problem.severity == "error"]
    assert {problem.code.removeprefix("bpmn_") for problem in errors} <= (elsewhere[0] if elsewhere else set()), errors


def test_every_pair_of_drawings_belongs_to_a_rule():
    assert set(CASES) == set(RULES)


def test_what_is_no_bpmn_is_refused():
    found = lint(etree.fromstring(b"<html/>"), "page.html")
    assert [problem.code for problem in found] == ["bpmn_not_bpmn"]


def test_what_breaks_in_a_sketch_is_a_warning():
    # Given a drawing that nobody runs, unfinished as sketches are
    sketch = CASES["start_without_end"][0].replace('isExecutable="true"', 'isExecutable="false"')
    # Then it is named, but nothing is refused
    found = {problem.code: problem.severity for problem in problems(sketch)}
    assert found["bpmn_start_without_end"] == "warning" and "error" not in found.values()


def test_a_sketch_beside_a_process_does_not_excuse_it():
    both = CASES["start_without_end"][0].replace(
        "</process>", '</process><process id="q" isExecutable="false"><startEvent id="s2"/></process>')
    severity = {(problem.code, problem.element): problem.severity for problem in problems(both)}
    assert severity["bpmn_start_without_end", "p"] == "error" and severity["bpmn_start_outgoing", "s2"] == "warning"


def test_the_worst_comes_first():
    severities = [problem.severity for problem in problems(CASES["automatic_loop"][0].replace('name="x"', ""))]
    order = ["error", "warning", "hint"]
    assert severities == sorted(severities, key=order.index)
