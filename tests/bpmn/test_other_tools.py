"""Files as other tools write them: they open unchanged, what we do not know is left alone, what cannot run is named."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn import ProcessRun, check_models, read_models
from engine.bpmn.lint import lint
from engine.clock import MovableClock
from engine.errors import Refused
from engine.feel import evaluate

FILES = Path(__file__).parent / "files"


class World:
    """The environment of a run."""

    def __init__(self) -> None:
        self.clock = MovableClock(datetime(2026, 4, 7, 1, tzinfo=UTC))

    def now(self):
        return self.clock.now()

    def evaluate(self, text, variables):
        return evaluate(text, variables, clock=self.now)

    def condition(self, text, variables):
        value = self.evaluate(text, variables)
        assert isinstance(value, bool), text
        return value


def started(name: str, **variables) -> ProcessRun:
    """Given: a run of the only process of a file, at rest."""
    model = read_models((FILES / name).read_bytes(), name)[0]
    run = ProcessRun.start(model, World(), variables, entry=model.start_events[0].element_id)
    run.advance()
    return run


def waits(run: ProcessRun) -> list[tuple[str, str]]:
    return [(wait.element_id, wait.kind) for wait in run.waits()]


@pytest.mark.parametrize("path", sorted(FILES.glob("*.bpmn")), ids=lambda path: path.stem)
def test_a_file_of_another_tool_is_not_refused_and_not_changed(path):
    # Given a file with extensions of its tool
    root = etree.fromstring(path.read_bytes())
    before = etree.tostring(root, method="c14n")
    # When it is checked and read
    errors = [problem for problem in lint(root, path.name) if problem.severity == "error"]
    read_models(path.read_bytes(), path.name)
    # Then nothing in it is an error, and nothing of it was touched
    assert errors == []
    assert etree.tostring(root, method="c14n") == before


def test_a_drawing_of_camunda_modeler_runs_with_its_expressions():
    # Given a complaint of level A, drawn in Camunda Modeler 5 for Camunda 7
    run = started("camunda_modeler_complaint.bpmn", complaint={"level": "A", "email": "a@b.c"}, amount=800,
                  members=["li", "wang", "zhao"])
    assert waits(run) == [("Activity_judge", "user")]
    # When it is judged, its translated condition leads to the sign-off of all members
    run.complete(run.waits()[0].id)
    run.advance()
    signers = [wait for wait in run.waits() if wait.kind == "user"]
    assert [run.scope_variables(wait.id)["member"] for wait in signers] == ["li", "wang", "zhao"]
    # Then two of three are enough, the mail gets its inputs, and the reply closes the loop
    for wait in signers[:2]:
        run.complete(wait.id)
    run.advance()
    (mail,) = run.waits()
    assert mail.detail["inputs"] == {"to": "a@b.c", "parts": ["信", "A"]}
    run.set_variables({"result": "ok"}, at=mail.id)
    run.complete(mail.id)
    run.advance()
    assert run.variables["sent"] == "ok"
    (reply,) = run.waits()
    assert reply.detail["name"] == "customer_reply"
    run.deliver(reply.id)
    run.advance()
    assert run.outcome == "completed"


def test_a_drawing_of_bpmn_io_with_pools_lanes_groups_and_data_runs():
    # Given a pool drawn on bpmn.io, started by the message of its customer
    run = started("bpmn_io_pools.bpmn")
    # Then tasks without a worker are passed, the answer is sent, the case ends
    assert run.outcome == "completed"
    thrown = [event.data["name"] for event in run.take_events() if event.kind == "message_thrown"]
    assert thrown == ["answer"]


def test_the_innermost_lane_is_known():
    model = read_models((FILES / "bpmn_io_pools.bpmn").read_bytes(), "x")[0]
    assert [lane.name for lane in model.elements["Activity_check"].lanes] == ["后台", "专家"]


def test_a_user_task_of_camunda_8_waits_and_its_feel_condition_is_followed():
    run = started("camunda_8_form.bpmn", satisfied=False, score=9)
    run.complete(run.waits()[0].id)
    run.advance()
    assert waits(run) == [("Activity_call", "user")]
    run.complete(run.waits()[0].id, {"satisfied": True})
    run.advance()
    assert run.outcome == "completed"


def test_a_drawing_of_flowable_without_listed_flows_runs():
    run = started("flowable_leave.bpmn", applicant="li")
    run.complete(run.waits()[0].id, {"approved": False})
    run.advance()
    assert run.outcome == "terminated"


def test_a_sketch_that_is_not_executable_is_read_and_nothing_deployed():
    data = (FILES / "signavio_sketch.bpmn").read_bytes()
    assert read_models(data, "sketch.bpmn") == []
    assert {problem.code for problem in check_models(data, "sketch.bpmn")} == {
        "bpmn_nothing_executable", "bpmn_condition_missing"}


@pytest.mark.parametrize(("old", "new", "code"), [
    ('camunda:type="external" camunda:topic="mail"', 'camunda:class="org.acme.Mailer"', "bpmn_java_code"),
    ("${complaint.level == 'A' &amp;&amp; amount &gt;= 500}", "${judge.isSevere(complaint)}", "bpmn_expression_juel"),
    ('camunda:collection="${members}"', "", "bpmn_multi_instance_count"),
    ("${member}", "${execution.starter}", "bpmn_expression_juel"),
    ("P3D", "three days", "bpmn_timer_duration"),
])
def test_what_of_camunda_cannot_run_is_refused_by_name(old, new, code):
    text = (FILES / "camunda_modeler_complaint.bpmn").read_text()
    assert old in text
    with pytest.raises(Refused) as refused:
        read_models(text.replace(old, new).encode(), "changed.bpmn")
    assert code in [problem.code for problem in refused.value.problems]
