"""A draft is tried by hand: a case of it is played in memory, and nothing of it is real."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, BihuanError, Conflict, Invalid, NotFound, NotPermitted, Refused
from engine.models.identity import Person, SentMessage
from engine.models.runtime import Job, ProcessInstance
from tests.engine.house import content
from tests.studio.conftest import Workshop

NOTE = "t/note.bpmn"


class Table:
    """A sandbox on the table of the owner."""

    def __init__(self, workshop: Workshop, process: str = "note"):
        self.shop, self.boxes, self.by = workshop, workshop.studio.sandboxes, workshop.owner
        self.draft = workshop.studio.open(process, self.by).id
        self.id = self.boxes.begin(self.draft, self.by)

    @property
    def view(self) -> Any:
        return self.boxes.view(self.id, self.by)

    def start(self, login: str = "agent", **values: Any) -> None:
        self.boxes.start(self.id, login, values, self.view.revision, self.by)

    def complete(self, element: str, login: str | None = None, **values: Any) -> None:
        view = self.view
        task = next(one for one in view.tasks if one.element_id == element)
        self.boxes.complete(self.id, task.id, login or task.players[0].login, values, view.revision, self.by)

    def take(self, **step: Any) -> None:
        self.boxes.take(self.id, step, self.view.revision, self.by)

    def open(self) -> list[str]:
        return [task.element_id for task in self.view.tasks]


@pytest.fixture
def table(small_workshop: Workshop) -> Table:
    return Table(small_workshop)


def count(workshop: Workshop, table: Any) -> int:
    return workshop.rows(select(func.count()).select_from(table))[0][0]


def test_a_role_is_invented_for_each_who_works_on_the_process(table):
    assert {person.login for person in table.view.people} >= {"agent", "supervisor"}


def test_a_case_is_played_to_its_end_and_nothing_of_it_is_real(table, small_workshop):
    # given the real data as they are
    before = [count(small_workshop, one) for one in (ProcessInstance, Job, Person, SentMessage)]
    # when a case is played to its end
    table.start()
    table.complete("write", customer="王芳")
    table.complete("approve", decision="approve")
    # then it has ended in the sandbox
    assert table.view.cases[0].state == "completed"
    assert [step.kind for step in table.view.steps] == ["start", "complete", "complete"]
    assert table.view.taken["note"] == ("approve_judged", "judged_end", "start_write", "write_approve")
    # and the real data are as they were
    assert [count(small_workshop, one) for one in (ProcessInstance, Job, Person, SentMessage)] == before


def test_what_a_form_refuses_is_told_at_the_field_and_not_kept(table):
    table.start()
    with pytest.raises(Invalid) as refused:
        table.complete("write", amount="-3")
    assert {one.path for one in refused.value.fields} == {"customer", "amount"}
    assert [step.kind for step in table.view.steps] == ["start"]
    assert table.open() == ["write"]


def test_only_what_was_typed_is_kept(table):
    table.start()
    table.complete("write", customer="王芳", phone="", amount="", severity="")
    told = table.boxes.scenario(table.id, table.by)
    assert told["steps"][1] == {"complete": "write", "by": "agent", "form": {"customer": "王芳"}}


def test_text_that_looks_like_a_formula_stays_text(table):
    table.start()
    table.complete("write", customer="=1+1")
    assert '"=1+1"' in table.view.variables[0][1]


def test_the_last_step_is_taken_back(table):
    table.start()
    table.complete("write", customer="王芳")
    assert table.open() == ["approve"]
    table.boxes.undo(table.id, table.view.revision, table.by)
    assert table.open() == ["write"]
    assert len(table.view.steps) == 1


def test_another_web_process_shows_the_same(table, small_workshop):
    # given a sandbox that was played here
    table.start()
    table.complete("write", customer="王芳")
    # when a process that has never heard of it is asked
    other = type(table.boxes)(small_workshop.engine)
    # then it stands where it stood
    view = other.view(table.id, table.by)
    assert [one.element_id for one in view.tasks] == ["approve"]
    assert view.revision == table.view.revision


def test_the_clock_goes_to_the_next_moment_at_which_something_happens(small_workshop):
    # given a case with a deadline of two hours
    table = Table(small_workshop, "due")
    table.start()
    due = table.view.due[0]
    # when the clock is moved there
    table.take(at=due.at.isoformat())
    # then it stands there, and something has happened
    assert table.view.now == due.at
    assert table.view.due[0].at > due.at
    # and at last the deadline has escalated
    while table.view.due and max(task.level for task in table.view.tasks) == 0:
        table.take(at=table.view.due[0].at.isoformat())
    assert max(task.level for task in table.view.tasks) == 1


def test_a_changed_drawing_is_tried_as_it_is_now(table, small_workshop):
    # given a case that waits for approval
    table.start()
    table.complete("write", customer="王芳")
    # when approval is taken out of the drawing
    small_workshop.edit(table.draft, NOTE, 'targetRef="approve"', 'targetRef="end"')
    small_workshop.edit(table.draft, NOTE, '<sequenceFlow id="approve_judged" sourceRef="approve" targetRef="judged"/>',
                        "")
    # then the draft that cannot run any more says so instead of starting
    with pytest.raises(Refused):
        table.view  # noqa: B018


def test_a_step_that_became_impossible_is_named_and_can_be_cut(table, small_workshop):
    # given a case that was approved
    table.start()
    table.complete("write", customer="王芳")
    table.complete("approve", decision="approve")
    # when the drawing calls that step something else
    for old in ('id="approve"', 'targetRef="approve"', 'sourceRef="approve"'):
        small_workshop.edit(table.draft, NOTE, old, old.replace("approve", "judge"))
    # then the page says at which step it stopped, and why
    view = table.view
    assert (view.trouble.number, view.trouble.left) == (3, 0)
    assert "approve" in view.trouble.why.zh and "judge" in view.trouble.why.zh
    assert table.open() == ["judge"]
    # and nothing can be added behind it until it is cut off
    with pytest.raises(Conflict):
        table.complete("judge", decision="approve")
    table.boxes.undo(table.id, view.revision, table.by, keep=view.trouble.number - 1)
    table.complete("judge", decision="approve")
    assert table.view.cases[0].state == "completed"


def test_two_windows_do_not_overwrite_each_other(table):
    seen = table.view.revision
    table.start()
    with pytest.raises(Conflict):
        table.boxes.start(table.id, "agent", {}, seen, table.by)
    assert len(table.view.cases) == 1


def test_a_process_without_an_end_is_stopped_with_a_sentence(small_workshop):
    # given a draft of a process that turns in a circle
    small_workshop.engine.deployments.deploy(content("endless"), SYSTEM)
    table = Table(small_workshop, "endless")
    # when it is started
    with pytest.raises(BihuanError) as stopped:
        table.start()
    # then it is told and not kept
    assert stopped.value.sentence("zh") and table.view.steps == ()


def test_a_sandbox_belongs_to_who_began_it(table, small_workshop):
    with pytest.raises(NotFound):
        table.boxes.view(table.id, small_workshop.second)
    with pytest.raises(NotPermitted):
        table.boxes.begin(table.draft, small_workshop("li.na"))


def test_one_more_person_of_a_role_can_be_invented(table):
    table.boxes.give(table.id, table.view.revision, table.by, login="second.agent", name="第二位", role="agent")
    table.start("second.agent")
    assert {one.login for one in table.view.tasks[0].players} == {"agent", "second.agent"}
    with pytest.raises(Invalid):
        table.boxes.give(table.id, table.view.revision, table.by, login="agent", name="", role="agent")


def test_the_steps_become_a_scenario_that_passes(table, small_workshop):
    # given a case that was played
    table.start()
    table.complete("write", customer="王芳")
    table.complete("approve", decision="approve")
    # when it is saved as a scenario
    path = table.boxes.save(table.id, "同意就结束", "Approved at once", table.by)
    # then it stands beside the drawing, with those people alone who acted
    assert path == "t/note.scenario.yaml"
    text = small_workshop.studio.read(table.draft, path, table.by).content.decode()
    assert "director" not in text
    # and it passes
    scenarios = small_workshop.studio.scenarios
    scenarios.run(table.draft, table.by)
    listed = scenarios.list(table.draft, table.by)
    assert [one.result.ok for file in listed.files for one in file.scenarios] == [True]
    # and one more is added without touching the first
    table.boxes.save(table.id, "再来一次", "", table.by)
    more = small_workshop.studio.read(table.draft, path, table.by).content.decode()
    assert more.startswith(text.rstrip("\n"))


def test_a_sandbox_begins_like_a_scenario(table, small_workshop):
    # given a scenario
    table.start()
    table.complete("write", customer="王芳")
    path = table.boxes.save(table.id, "写好了", "", table.by)
    # when a sandbox begins with its steps
    other = table.boxes.begin(table.draft, table.by, like=(path, 0), steps=True)
    # then it stands where the scenario ends
    view = table.boxes.view(other, table.by)
    assert [one.element_id for one in view.tasks] == ["approve"]
