"""Called processes: instances of their own under one lock, ends and errors and escalations that reach the caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import SYSTEM, Conflict
from engine.bpmn import RunFailed
from engine.models.runtime import ProcessInstance
from tests.engine.house import House, content


@pytest.fixture
def calling(house: House) -> House:
    house.deploy("caller", "called")
    return house


def states(house: House, case: str) -> dict[str, tuple[str, str | None]]:
    return {row.process_key: (row.state, row.outcome) for row in house.family(case)}


def test_a_called_process_is_an_instance_of_its_own(calling: House) -> None:
    case = calling.start("caller", variables={"question": "为什么", "secret": "own"})
    caller, called = calling.family(case)
    assert (called.parent_id, called.root_id, called.case_number) == (case, case, None)
    inner = calling.variables(called.id)
    assert inner["question"] == "为什么" and "secret" not in inner
    assert inner["case"]["number"] == caller.case_number
    assert [(row.element_id, row.instance_id, row.root_id, row.case_number) for row in calling.tasks(case)] == [
        ("reply", called.id, case, caller.case_number)]


def test_its_end_resumes_the_caller_in_the_same_step(calling: House) -> None:
    case = calling.start("caller", variables={"question": "为什么"})
    done = calling.complete(case, "reply", values={"how": "fine", "text": "因为"})
    assert [step.element_id for step in done.next_tasks] == ["thank"]
    assert calling.variables(case)["answer"] == "因为", "handed out by camunda:out"
    assert "reply_form" not in calling.variables(case)
    assert states(calling, case) == {"caller": ("active", None), "called": ("completed", "completed")}
    assert calling.jobs() == []
    calling.complete(case, "thank")
    assert calling.row(case).state == "completed"


def test_its_error_reaches_the_boundary_of_the_call(calling: House) -> None:
    case = calling.start("caller")
    calling.complete(case, "reply", values={"how": "fail", "text": "no"})
    assert calling.open(case) == ["mend"]
    assert states(calling, case) == {"caller": ("active", None), "called": ("failed", "error:E1")}
    variables = calling.variables(case)
    assert variables["code"] == "E1"
    assert "reply_form" not in variables and "answer" not in variables, "its variables are its own"


def test_its_escalation_reaches_the_boundary_of_the_call_and_it_goes_on(calling: House) -> None:
    case = calling.start("caller")
    calling.complete(case, "reply", values={"how": "shout"})
    assert sorted(calling.open(case)) == ["look", "reply_again"]
    calling.complete(case, "reply_again")
    assert sorted(calling.open(case)) == ["look", "thank"]


def test_an_escalation_may_end_the_called_process(house: House) -> None:
    files = content("caller", "called")
    files["t/caller.bpmn"] = files["t/caller.bpmn"].replace(b' cancelActivity="false"', b"")
    house.engine.deployments.deploy(files, SYSTEM)
    case = house.start("caller")
    house.complete(case, "reply", values={"how": "shout"})
    assert house.open(case) == ["look"] and states(house, case)["called"] == ("cancelled", "cancelled")
    house.complete(case, "look", "zhou.min")
    assert house.row(case).state == "completed"


def test_an_error_that_nobody_catches_fails_the_case(house: House) -> None:
    files = content("bound", "called")
    files["t/bound.bpmn"] = files["t/bound.bpmn"].replace(b' camunda:calledElementBinding="versionTag"', b"").replace(
        b' camunda:calledElementVersionTag="v1"', b"")
    house.engine.deployments.deploy(files, SYSTEM)
    case = house.start("bound")
    assert house.complete(case, "reply", values={"how": "fail"}).ended is True
    assert states(house, case) == {"bound": ("failed", "error:E1"), "called": ("failed", "error:E1")}
    assert house.open(case) == [] and house.jobs() == []


def test_cancelling_the_case_cancels_what_it_called(calling: House) -> None:
    case = calling.start("caller")
    calling.engine.instances.cancel(case, "客户撤回", calling("zhou.min"))
    assert states(calling, case) == {"caller": ("cancelled", "cancelled"), "called": ("cancelled", "cancelled")}
    assert calling.open(case) == []


def test_a_boundary_event_of_the_call_cancels_the_called_process(calling: House) -> None:
    case = calling.start("caller")
    assert calling.engine.instances.correlate("question-withdrawn", {}, {}, SYSTEM) == "delivered"
    calling.work()
    assert calling.open(case) == ["file_away"]
    assert states(calling, case)["called"] == ("cancelled", "cancelled")
    assert "withdrawn" in calling.verbs(case)


def test_a_called_process_that_is_called_off_at_once_leaves_nothing_behind(house: House) -> None:
    house.deploy("hasty", "called")
    case = house.start("hasty")
    assert house.row(case).state == "completed"
    assert {row.state for row in house.family(case) if row.parent_id} <= {"cancelled"}
    assert house.open() == []


def test_a_due_timer_of_the_caller_beats_the_end_of_what_it_called(house: House) -> None:
    house.deploy("late_caller", "called")
    case = house.start("late_caller")
    house.clock.move(timedelta(hours=1))
    with pytest.raises(Conflict) as beaten:
        house.complete(case, "reply", values={"how": "fine"})
    assert beaten.value.code == "timer_is_due" and house.open(case) == ["reply"]
    house.work()
    assert house.open(case) == ["remind"] and states(house, case)["called"] == ("cancelled", "cancelled")


def test_the_newest_version_is_called(calling: House) -> None:
    case = calling.start("caller")
    files = content("caller", "called")
    files["t/called.bpmn"] = files["t/called.bpmn"].replace(b'name="reply"', b'name="second reply"')
    calling.engine.deployments.deploy(files, SYSTEM)
    other = calling.start("caller")
    assert [[row.name for row in calling.tasks(one)] for one in (case, other)] == [["reply"], ["second reply"]]
    assert calling.row(case).definition_id == calling.row(other).definition_id


def test_a_version_tag_binds_the_call(house: House) -> None:
    files = content("bound", "called")
    tagged = files["t/called.bpmn"].replace(b'id="called" name', b'id="called" camunda:versionTag="v1" name')
    house.engine.deployments.deploy(files | {"t/called.bpmn": tagged}, SYSTEM)
    newer = tagged.replace(b'versionTag="v1"', b'versionTag="v2"').replace(b'name="reply"', b'name="second reply"')
    house.engine.deployments.deploy(files | {"t/called.bpmn": newer}, SYSTEM)
    assert [row.name for row in house.tasks(house.start("bound"))] == ["reply"]


def test_a_process_that_calls_itself_for_ever_is_stopped(house: House) -> None:
    house.deploy("endless")
    with pytest.raises(RunFailed) as stopped:
        house.start("endless")
    assert stopped.value.reason == "call_too_deep"
    assert stopped.value.sentence("zh") != stopped.value.sentence("en") and "20" in stopped.value.sentence("en")
    assert house.count(ProcessInstance) == 0
