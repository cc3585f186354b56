"""Cancelling, terminating, suspending and jumping: who may, who is told, what a jump leaves and enters."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import NotPermitted
from engine.bpmn import RunFailed
from engine.errors import ReasonNeeded
from engine.family import CasePaused
from engine.interventions import CaseEnded
from engine.models.runtime import TaskCandidate
from engine.models.working import TaskSigner
from tests.engine.house import House, content

NOTE = {"customer": "恒泰"}


@pytest.fixture
def ways(small_house: House) -> House:
    small_house.deploy("many_ways", "asked", "note")
    return small_house


def asked(house: House) -> str:
    """A case whose called process waits."""
    case = house.start("many_ways")
    for step in ("write", "check", "check_again", "count", "each", "each"):
        task = next(row.id for row in house.tasks(case) if row.element_id == step)
        house.engine.tasks.complete(task, NOTE if step == "write" else None, house("li.na"))
    return case


def test_a_terminated_case_is_over_and_its_people_know(ways: House) -> None:
    case = ways.start("note", by="wang.fang")
    ways.engine.tasks.claim(ways.task(case, "write"), ways("li.na"))
    ways.engine.instances.terminate(case, "重复立案", ways("zhou.min"))
    row = ways.row(case)
    assert (row.state, row.outcome) == ("cancelled", "stopped") and ways.open(case) == []
    assert sorted(ways.verbs(case)) == ["claimed", "ended", "started", "terminated", "withdrawn"]
    assert {login for login, code in ways.notices() if code == "terminated"} == {"li.na", "wang.fang"}
    with pytest.raises(CaseEnded):
        ways.engine.instances.terminate(case, "再来", ways("zhou.min"))


def test_its_starter_cancels_a_case_but_does_not_terminate_it(ways: House) -> None:
    case = ways.start("note", by="li.na")
    with pytest.raises(NotPermitted):
        ways.engine.instances.terminate(case, "x", ways("li.na"))
    with pytest.raises(NotPermitted):
        ways.engine.instances.cancel(case, "x", ways("wang.fang"))
    ways.engine.instances.cancel(case, "客户撤回", ways("li.na"))
    assert ways.row(case).state == "cancelled"


@pytest.mark.parametrize("verb", ["cancel", "terminate", "suspend", "resume", "jump"])
def test_an_intervention_needs_a_reason_and_a_right(ways: House, verb: str) -> None:
    case = ways.start("note", by="chen.yu", unit="north")
    more = ([], []) if verb == "jump" else ()
    act = getattr(ways.engine.instances, verb)
    for login in ("li.na", "xu.shen", "he.wai"):
        with pytest.raises(NotPermitted):
            act(case, *more, "x", ways(login))
    with pytest.raises(ReasonNeeded) as needed:
        act(case, *more, " ", ways("zhou.min"))
    assert needed.value.fields[0].path == "reason"


def test_a_jump_says_what_it_leaves_with_all_that_goes_with_it(ways: House) -> None:
    case = asked(ways)
    found = ways.engine.instances.jump_targets(case, ways("zhou.min"))
    calls = {step.element_id: [inner.element_id for inner in step.cancels] for step in found.leave}
    assert calls == {"ask": ["phone"], "phone": ["phone"]}
    assert {target.element_id for target in found.enter if target.instance_id == case} == {
        "write", "check", "check_again", "count", "hurry", "hurried", "each", "ask", "judge", "end"}
    child = next(step.instance_id for step in found.leave if step.element_id == "phone")
    assert {target.element_id for target in found.enter if target.instance_id == child} == {"phone", "note_down", "end"}


def test_a_jump_goes_where_it_said(ways: House) -> None:
    case = asked(ways)
    ways.engine.tasks.claim(ways.task(case, "phone"), ways("wang.fang"))
    left = next(step for step in ways.engine.instances.jump_targets(case, ways("zhou.min")).leave
                if step.element_id == "ask")
    ways.engine.instances.jump(case, [left.element_instance_id], ["judge"], "客户不接电话", ways("zhou.min"))
    assert ways.open(case) == ["judge"]
    assert [row.state for row in ways.family(case)] == ["active", "cancelled"]
    with pytest.raises(RunFailed):
        ways.engine.instances.jump(case, [], ["nowhere"], "x", ways("zhou.min"))
    assert ways.open(case) == ["judge"]


def test_a_jump_that_would_leave_a_branch_waiting_for_ever_is_refused(ways: House) -> None:
    """Given a branch that waits at the join, when the other one jumps past it, then the jump is refused."""
    case = ways.start("many_ways")
    for element in ("write", "count"):
        ways.engine.tasks.claim(ways.task(case, element), ways("wang.fang"))
        ways.engine.tasks.complete(ways.task(case, element), {"customer": "恒泰"} if element == "write" else {},
                                   ways("wang.fang"))
    left = next(step for step in ways.engine.instances.jump_targets(case, ways("zhou.min")).leave
                if step.element_id == "check")
    with pytest.raises(RunFailed) as caught:
        ways.engine.instances.jump(case, [left.element_instance_id], ["end"], "不用查了", ways("zhou.min"))
    assert caught.value.reason == "stuck"
    assert "永远等待" in caught.value.sentence("zh")
    assert ways.open(case) == ["check"]


def test_nothing_moves_while_a_case_is_suspended(ways: House) -> None:
    case = ways.start("note")
    ways.engine.tasks.claim(ways.task(case, "write"), ways("li.na"))
    ways.engine.instances.suspend(case, "等", ways("zhou.min"))
    assert ("li.na", "suspended") in ways.notices()
    with pytest.raises(CasePaused):
        ways.engine.instances.jump_targets(case, ways("zhou.min"))
    with pytest.raises(CasePaused):
        ways.engine.instances.jump(case, [], ["approve"], "x", ways("zhou.min"))
    ways.engine.instances.terminate(case, "不等了", ways("zhou.min"))
    assert ways.row(case).state == "cancelled"


def test_verbs_may_be_switched_off(ways: House) -> None:
    files = content("note")
    switch = '<camunda:properties><camunda:property name="bihuan:operations" value="-jump"/>'
    files["t/note.bpmn"] = files["t/note.bpmn"].decode().replace("<camunda:properties>", switch, 1).encode()
    ways.engine.deployments.deploy(files, ways("root"))
    case = ways.start("note")
    with pytest.raises(NotPermitted, match="switched_off"):
        ways.engine.instances.jump(case, [], ["approve"], "x", ways("zhou.min"))


def test_signers_see_the_shifted_clock(ways: House) -> None:
    case = ways.start("many_ways")
    task = ways.task(case, "write")
    ways.engine.tasks.claim(task, ways("li.na"))
    ways.engine.tasks.add_signers(task, ["wang.fang"], "before", "看", ways("li.na"))
    ways.engine.instances.suspend(case, "等", ways("zhou.min"))
    ways.after(hours=3)
    ways.engine.instances.resume(case, "好", ways("zhou.min"))
    due = {row.due_sort for row in ways.tasks(case)}
    assert due == {row.due_sort for row in ways.rows(select(TaskSigner.due_sort))}
    assert due == {row.due_sort for row in ways.rows(select(TaskCandidate.due_sort))}
