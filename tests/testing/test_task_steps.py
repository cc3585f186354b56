"""Scenarios tell what else people do with tasks: pass on, return, sign, take back, stop the clock, jump."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import Refused
from engine.testing import Outcome, Runner, read_scenarios
from tests.engine.house import content
from webui.cli import main

BEGIN = """
format: 1
scenarios:
- name: {zh: 一件事, en: A matter}
  process: %s
  given:
    clock: "2026-04-07T09:00:00+08:00"
    people:
      li.na: {roles: [agent]}
      wang.fang: {roles: [agent]}
      zhou.min: {roles: [supervisor]}
      liu.jun: {roles: [director]}
  steps:
  - start: %s
    by: li.na
"""


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    runner = Runner(content("note", "due"))
    yield runner
    runner.close()


def told(runner: Runner, steps: str, process: str = "note") -> Outcome:
    """How a story goes whose steps are written in lines of their own."""
    lines = "".join(f"  - {line.strip()}\n" for line in steps.splitlines() if line.strip())
    (scenario,) = read_scenarios(BEGIN % (process, process) + lines, "a.scenario.yaml").scenarios
    return runner.run(scenario)


WRITTEN = "{complete: write, by: li.na, form: {customer: 王芳}}\n"
STORIES = {
    "a task is transferred, and the receiver completes it": ("note", """
        {transfer: write, by: li.na, to: wang.fang, reason: 请帮忙}
        {expect: {tasks: [{element: write, assignee: wang.fang}]}}
        {complete: write, by: wang.fang, form: {customer: 王芳}}
        {expect: {tasks: [{element: approve}]}}"""),
    "a task is lent and comes back to its owner": ("note", """
        {delegate: write, by: li.na, to: wang.fang}
        {expect: {tasks: [{element: write, assignee: wang.fang}]}}
        {hand_back: write, by: wang.fang, reason: 查好了}
        {delegate: write, by: li.na, to: wang.fang}
        {take_back_delegation: write, by: li.na}
        {expect: {tasks: [{element: write, assignee: li.na}]}}"""),
    "who supervises gives it to another, or takes it": ("note", """
        {reassign: write, by: zhou.min, to: wang.fang, reason: 轮班}
        {expect: {tasks: [{element: write, assignee: wang.fang}]}}
        {take_over: write, by: zhou.min, reason: 急}
        {expect: {tasks: [{element: write, assignee: zhou.min}]}}"""),
    "a case is returned, and comes straight back": ("note", WRITTEN + """
        {return: approve, by: zhou.min, to: write, straight: true, reason: 缺电话}
        {expect: {tasks: [{element: write, assignee: li.na}]}}
        {complete: write, by: li.na, form: {phone: "13862156621"}}
        {expect: {tasks: [{element: approve, assignee: zhou.min}]}}"""),
    "others sign before, and then the step is submitted": ("note", WRITTEN + """
        {add_signers: approve, by: zhou.min, people: [liu.jun], reason: 请把关}
        {refuse: approve, by: zhou.min, form: {decision: approve}, error: {code: not_now}}
        {sign: approve, by: liu.jun, outcome: agree, opinion: 可以, signature: {upload: 签字.png}}
        {complete: approve, by: zhou.min, form: {decision: approve}}
        {expect: {ended: true}}"""),
    "others decide jointly, one of them is let go": ("note", WRITTEN + """
        {add_signers: approve, by: zhou.min, people: [liu.jun, li.na, wang.fang], position: joint, reason: 会签}
        {sign: approve, by: liu.jun, outcome: agree}
        {remove_signer: approve, by: zhou.min, signer: li.na, reason: 出差}
        {expect: {ended: false}}
        {sign: approve, by: wang.fang, outcome: approve}
        {expect: {ended: true}}"""),
    "a vote counts by its weight": ("note", WRITTEN + """
        {add_signers: approve, by: zhou.min, people: [liu.jun, li.na], position: joint, rule: "weight:0.5", \
weights: {liu.jun: 3}, reason: 会签}
        {sign: approve, by: liu.jun, outcome: agree}
        {expect: {ended: true}}"""),
    "a completion is taken back": ("note", WRITTEN + """
        {pull_back: write, by: li.na}
        {expect: {tasks: [{element: write}]}}"""),
    "a case stands still, and its deadline with it": ("due", """
        {expect: {at_least: true, tasks: [{element: by_duration, due: "2026-04-07T11:00:00+08:00"}]}}
        {operate: {verb: suspend, by: zhou.min, reason: 等料}}
        {after: P1D}
        {operate: {verb: resume, by: zhou.min, reason: 到了}}
        {expect: {at_least: true, tasks: [{element: by_duration, due: "2026-04-08T11:00:00+08:00", level: 0}]}}"""),
    "the clock of a task stops, goes on, and is moved": ("due", """
        {pause_clock: by_duration, by: zhou.min, reason: 等客户}
        {after: PT3H}
        {resume_clock: by_duration, by: zhou.min, reason: 来了}
        {extend: by_duration, by: zhou.min, due: "2026-04-08T10:00", reason: 复杂}
        {expect: {tasks: [{element: by_duration, due: "2026-04-08T10:00:00+08:00", level: 0}], at_least: true}}
        {escalate: by_duration, by: zhou.min, reason: 急}
        {expect: {tasks: [{element: by_duration, level: 1}], at_least: true}}"""),
    "a case jumps, and is terminated": ("note", """
        {operate: {verb: move, by: zhou.min, cancel: [write], to: [approve], reason: 已有记录}}
        {expect: {tasks: [{element: approve}]}}
        {operate: {verb: terminate, by: zhou.min, reason: 误建}}
        {expect: {ended: true}}"""),
}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_comes_true(runner: Runner, name: str) -> None:
    process, steps = STORIES[name]
    outcome = told(runner, steps, process)
    assert outcome.ok, outcome.message


@pytest.mark.parametrize(("steps", "words"), [
    ("{transfer: write, by: zhou.min, to: wang.fang, reason: 请帮忙}", "not permitted"),
    ("{return: write, by: li.na, to: approve, reason: 不行}", "cannot go back"),
    ("{pull_back: write, by: li.na}", "not completed yet"),
    ("{sign: write, by: liu.jun, outcome: agree}", "not permitted"),
    ("{operate: {verb: move, by: zhou.min, cancel: [approve], to: [write], reason: 不行}}", "nothing waits"),
    ("{extend: write, by: zhou.min, due: soon, reason: 不行}", "Enter a date"),
])
def test_what_the_table_of_operations_forbids_fails_with_its_sentence(runner: Runner, steps: str, words: str) -> None:
    outcome = told(runner, steps)
    assert not outcome.ok and words in outcome.message, outcome.message


@pytest.mark.parametrize(("step", "missing"), [
    ("{transfer: write, by: li.na, to: wang.fang}", "reason is missing"),
    ("{return: write, by: li.na, reason: 不行}", "to is missing"),
    ("{sign: write, by: li.na}", "outcome is missing"),
    ("{add_signers: write, by: li.na, people: [zhou.min], position: never, reason: 会签}", "none of before"),
])
def test_what_a_step_lacks_is_told_before_anything_runs(runner: Runner, step: str, missing: str) -> None:
    with pytest.raises(Refused) as refused:
        told(runner, step)
    assert any(missing in problem.en for problem in refused.value.problems), refused.value.problems


def test_checking_a_folder_tells_of_its_scenarios(tmp_path: Path) -> None:
    # given a scenario in which somebody transfers a task to nobody
    text = BEGIN % ("note", "note") + "  - {transfer: write, by: li.na, reason: 请帮忙}\n"
    (tmp_path / "note.scenario.yaml").write_text(text, encoding="utf-8")
    # when the folder is checked
    result = CliRunner().invoke(main, ["check", str(tmp_path)])
    # then the step is told with its line, and nothing was run
    assert result.exit_code == 1
    assert "note.scenario.yaml:16: scenarios.0.steps.1: error: " in result.output and "to is missing" in result.output
