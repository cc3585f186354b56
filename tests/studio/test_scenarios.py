"""The scenarios of a draft: run here or by a worker, with what they cover; whether they pass as the draft stands."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.models.runtime import Job
from engine.models.studio import StudioRun
from tests.studio.conftest import Workshop

PATH = "t/note.scenario.yaml"
PASSES = """\
format: 1
scenarios:
- name: {zh: 同意, en: Approved}
  process: note
  given: {people: {a: {name: 甲, roles: [agent, supervisor]}}}
  steps:
  - {start: note, by: a}
  - {complete: write, by: a, form: {customer: 王芳}}
  - {complete: approve, by: a, form: {decision: approve}}
  - expect: {ended: true}
"""
FAILS = """\
- name: {zh: 没有第三步, en: No third step}
  process: note
  given: {people: {a: {name: 甲, roles: [agent]}}}
  steps:
  - {start: note, by: a}
  - {complete: third, by: a}
"""


class Shelf:
    """The scenarios of a draft of ``note``."""

    def __init__(self, workshop: Workshop, text: str = PASSES):
        self.shop, self.scenarios, self.by = workshop, workshop.studio.scenarios, workshop.owner
        self.draft = workshop.studio.open("note", self.by).id
        self.write(text)

    def write(self, text: str) -> None:
        try:
            revision = self.shop.studio.read(self.draft, PATH, self.by).revision
        except Exception:  # noqa: BLE001 - there is none yet
            revision = 0
        self.shop.studio.write(self.draft, PATH, text.encode(), revision, self.by)

    @property
    def state(self) -> str:
        return self.shop.studio.scenarios_pass(self.draft, self.by).state


@pytest.fixture
def shelf(small_workshop: Workshop) -> Shelf:
    return Shelf(small_workshop)


def test_what_was_walked_through_is_told_and_what_never_was(shelf):
    shelf.scenarios.run(shelf.draft, shelf.by)
    run = shelf.scenarios.list(shelf.draft, shelf.by).run
    (note,) = run.drawings
    assert (run.state, run.passed, run.failed, run.fresh) == ("done", 1, 0, True)
    assert "judged_end" in note.taken and note.missed == ("judged_write",)
    assert run.share == 80


def test_a_failure_tells_step_line_and_reason_in_both_languages(shelf):
    shelf.write(PASSES + FAILS)
    shelf.scenarios.run(shelf.draft, shelf.by)
    (file,) = shelf.scenarios.list(shelf.draft, shelf.by).files
    result = file.scenarios[1].result
    assert (result.ok, result.step, result.line) == (False, 2, 16)
    assert "没有待办" in result.why.zh and "no open task" in result.why.en
    assert shelf.state == "failed"


def test_whether_they_pass_is_unknown_once_the_draft_has_changed(shelf, small_workshop):
    assert shelf.state == "unknown"
    shelf.scenarios.run(shelf.draft, shelf.by)
    assert shelf.state == "passed"
    small_workshop.edit(shelf.draft, "t/note.bpmn", 'name="approve"', 'name="judge"')
    assert shelf.state == "unknown"
    assert not shelf.scenarios.list(shelf.draft, shelf.by).run.fresh


def test_a_file_that_cannot_be_read_does_not_pass(shelf):
    shelf.write("format: 1\nscenarios: nothing\n")
    assert shelf.scenarios.list(shelf.draft, shelf.by).files[0].problems
    shelf.scenarios.run(shelf.draft, shelf.by)
    assert shelf.state == "failed"


def test_what_is_not_done_at_once_a_worker_does(shelf, small_workshop):
    # given a run that was given no time
    run = shelf.scenarios.run(shelf.draft, shelf.by, at_once=-1)
    assert (shelf.state, shelf.scenarios.list(shelf.draft, shelf.by).run.done) == ("running", 0)
    # when a worker works
    small_workshop.work()
    # then it has ended, and so has its job
    assert shelf.state == "passed"
    assert small_workshop.rows(select(Job.id).where(Job.id == run)) == []


def test_without_a_worker_the_page_that_asks_goes_on(shelf, small_workshop):
    run = shelf.scenarios.run(shelf.draft, shelf.by, at_once=-1)
    shelf.scenarios.go_on(shelf.draft, shelf.by)
    assert shelf.state == "passed"
    assert small_workshop.rows(select(Job.id).where(Job.id == run)) == []


def test_a_worker_leaves_a_run_whose_draft_went_on(shelf, small_workshop):
    run = shelf.scenarios.run(shelf.draft, shelf.by, at_once=-1)
    small_workshop.edit(shelf.draft, "t/note.bpmn", 'name="approve"', 'name="judge"')
    small_workshop.work()
    assert small_workshop.rows(select(StudioRun.state).where(StudioRun.id == run))[0].state == "stopped"


def test_a_stopped_run_stays_stopped(shelf, small_workshop):
    run = shelf.scenarios.run(shelf.draft, shelf.by, at_once=-1)
    shelf.scenarios.stop(run, shelf.by)
    small_workshop.work()
    assert shelf.scenarios.list(shelf.draft, shelf.by).run.state == "stopped"
    assert shelf.state == "unknown"


def test_a_draft_that_cannot_run_says_so_instead_of_failing_every_story(shelf, small_workshop):
    small_workshop.edit(shelf.draft, "t/note.bpmn", 'targetRef="approve"', 'targetRef="nowhere"')
    shelf.scenarios.run(shelf.draft, shelf.by)
    run = shelf.scenarios.list(shelf.draft, shelf.by).run
    assert run.state == "failed" and "还不能运行" in run.error.zh and run.done == 0


def test_old_runs_go(shelf, small_workshop):
    for _ in range(8):
        shelf.scenarios.run(shelf.draft, shelf.by)
        small_workshop.after(minutes=1)
    assert len(small_workshop.rows(select(StudioRun.id).where(StudioRun.draft_id == shelf.draft))) <= 6
