"""Returning to an earlier step: where to, what it calls off, through all steps or straight back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import NotPermitted
from engine.errors import ReasonNeeded
from engine.models.history import ElementVisit
from engine.models.runtime import TaskDraft, UserTask
from engine.tasks.returning import NotATarget
from tests.engine.house import House

NOTE = {"customer": "恒泰"}
REPLY = {"how": "fine", "text": "x"}


@pytest.fixture
def ways(small_house: House) -> House:
    small_house.deploy("many_ways", "asked")
    return small_house


def begun(house: House, *steps: str) -> str:
    """A case after the steps named, all done by Li Na but the supervisor's."""
    case = house.start("many_ways")
    for step in steps:
        task = next(row.id for row in house.tasks(case) if row.element_id == step)
        values = {"write": NOTE, "note_down": REPLY}.get(step)
        house.engine.tasks.complete(task, values, house("zhou.min" if step == "hurry" else "li.na"))
    return case


def held(house: House, case: str, element: str, by: str = "li.na") -> str:
    """The id of an open task at an element, claimed."""
    task = next(row.id for row in house.tasks(case) if row.element_id == element)
    house.engine.tasks.claim(task, house(by))
    return task


def targets(house: House, task: str, by: str = "li.na") -> dict[str, list[str]]:
    """Each step one can go back to, the latest first, with what it calls off besides."""
    return {one.element_id: sorted(step.element_id for step in one.cancels)
            for one in house.engine.tasks.return_targets(task, house(by))}


BLOCK = ("write", "check", "check_again", "count")
ASKED = (*BLOCK, "each", "each", "phone", "note_down")


def test_the_steps_behind_are_offered_with_what_they_call_off(ways: House) -> None:
    case = begun(ways, "write", "check")
    task = held(ways, case, "check_again")
    assert targets(ways, task) == {"check": [], "write": ["count"]}
    first, last = ways.engine.tasks.return_targets(task, ways("li.na"))
    assert (first.kind, last.kind, last.by.zh, last.instance_id) == ("previous", "start", "李娜", case)
    assert ways.open(case) == ["count", "check_again"], "to look changes nothing"


def test_a_return_calls_off_what_it_said_and_gives_the_step_to_who_did_it(ways: House) -> None:
    case = begun(ways, "write", "check")
    done = ways.engine.tasks.return_to(held(ways, case, "check_again"), "write", "金额不对", ways("li.na"))
    assert [step.element_id for step in done.next_tasks] == ["write"]
    row = ways.tasks(case)[0]
    assert (row.element_id, row.assignee_id, row.returned_why) == ("write", ways("li.na").person_id, "金额不对")
    assert ways.variables(case)["note_form"]["customer"] == "恒泰", "what was filled in stays"
    assert ways.verbs(case)[-2:] == ["returned", "withdrawn"]
    assert sorted(ways.visits(case, "returned")) == ["check_again", "count"]
    ways.complete(case, "write", values=NOTE)
    assert sorted(ways.open(case)) == ["check", "count"]


def test_a_return_within_a_branch_leaves_the_other_alone(ways: House) -> None:
    case = begun(ways, "write", "check")
    ways.engine.tasks.return_to(held(ways, case, "check_again"), "check", "再查", ways("li.na"))
    assert sorted(ways.open(case)) == ["check", "count"]


def test_a_return_into_a_branch_finds_the_other_one_done(ways: House) -> None:
    case = begun(ways, *BLOCK)
    ways.engine.tasks.return_to(held(ways, case, "each"), "count", "重数", ways("li.na"))
    assert ways.open(case) == ["count"], "both of the many are called off"
    ways.complete(case, "count")
    assert ways.open(case) == ["each", "each"]


def test_a_return_out_of_a_called_process_ends_it(ways: House) -> None:
    case = begun(ways, *ASKED[:-1])
    task = held(ways, case, "note_down")
    assert list(targets(ways, task)) == ["phone", "each", "count", "check_again", "check", "write"]
    ways.engine.tasks.return_to(task, "each", "漏了一个", ways("li.na"))
    assert ways.open(case) == ["each", "each"]
    assert [row.state for row in ways.family(case)] == ["active", "cancelled"]


def test_a_return_into_a_called_process_that_has_ended_calls_it_again(ways: House) -> None:
    case = begun(ways, *ASKED)
    task = held(ways, case, "judge", "zhou.min")
    target = ways.engine.tasks.return_targets(task, ways("zhou.min"))[0]
    assert (target.element_id, target.restarts.zh) == ("note_down", "asked")
    ways.engine.tasks.return_to(task, "note_down", "没写清楚", ways("zhou.min"), instance_id=target.instance_id)
    assert ways.open(case) == ["note_down"], "it begins at that step"
    assert ways.tasks(case)[0].assignee_id == ways("li.na").person_id
    ways.complete(case, "note_down", values=REPLY)
    assert ways.open(case) == ["judge"]
    assert [row.state for row in ways.family(case)] == ["active", "completed", "completed"]


@pytest.mark.parametrize("to", ["write", "check", "note_down"])
def test_straight_back_does_the_one_step_and_comes_back_to_who_returned_it(ways: House, to: str) -> None:
    case = begun(ways, *ASKED)
    task = held(ways, case, "judge", "zhou.min")
    due = ways.tasks(case)[0].due_at
    ways.engine.tasks.return_to(task, to, "补一下", ways("zhou.min"), straight=True, values={"decision": "approve"})
    assert ways.open(case) == [to]
    assert ways.tasks(case)[0].straight_to["element_id"] == "judge"
    ways.clock.move(timedelta(minutes=5))
    ways.complete(case, to, values={"write": NOTE, "note_down": REPLY}.get(to))
    row = ways.tasks(case)[0]
    assert (row.id, row.element_id, row.assignee_id, row.due_at) == (task, "judge", ways("zhou.min").person_id, due)
    assert ways.count(TaskDraft, TaskDraft.task_id == task) == 1, "what was typed is there again"
    ways.engine.tasks.complete(task, {"decision": "approve"}, ways("zhou.min"))
    assert ways.row(case).state == "completed"


def test_straight_back_leaves_the_other_branch_going(ways: House) -> None:
    case = begun(ways, "write", "check")
    ways.engine.tasks.return_to(held(ways, case, "check_again"), "write", "补", ways("li.na"), straight=True)
    assert sorted(ways.open(case)) == ["count", "write"]
    ways.complete(case, "count")
    ways.complete(case, "write", values=NOTE)
    assert ways.open(case) == ["check_again"]
    ways.complete(case, "check_again")
    assert ways.open(case) == ["each", "each"]


def test_straight_back_out_of_a_called_process_keeps_it(ways: House) -> None:
    case = begun(ways, *ASKED[:-1])
    ways.engine.tasks.return_to(held(ways, case, "note_down"), "write", "补", ways("li.na"), straight=True)
    assert ways.open(case) == ["write"]
    ways.complete(case, "write", values=NOTE)
    assert ways.open(case) == ["note_down"]
    assert [row.state for row in ways.family(case)] == ["active", "active"]
    ways.complete(case, "note_down", values=REPLY)
    assert ways.open(case) == ["judge"]


def test_a_step_returned_straight_that_is_jumped_over_does_not_strand_the_case(ways: House) -> None:
    case = begun(ways, "write", "check")
    ways.engine.tasks.return_to(held(ways, case, "check_again"), "write", "补", ways("li.na"), straight=True)
    row = next(one for one in ways.tasks(case) if one.element_id == "write")
    ways.engine.instances.move(case, [row.element_instance_id], ["hurry"], "改走别路", ways("zhou.min"))
    assert sorted(ways.open(case)) == ["check_again", "count", "hurry"]


def test_a_return_before_a_return_straight_takes_both(ways: House) -> None:
    case = begun(ways, "write", "check")
    ways.engine.tasks.return_to(held(ways, case, "check_again"), "check", "补", ways("li.na"), straight=True)
    task = next(one.id for one in ways.tasks(case) if one.element_id == "check")
    ways.engine.tasks.return_to(task, "write", "全部重来", ways("li.na"))
    assert ways.open(case) == ["write"]
    ways.complete(case, "write", values=NOTE)
    assert sorted(ways.open(case)) == ["check", "count"]


def test_what_a_boundary_event_began_goes_with_the_step(ways: House) -> None:
    case = begun(ways, "write", "check")
    ways.after(hours=4)
    assert sorted(ways.open(case)) == ["check_again", "count", "hurry"]
    assert targets(ways, held(ways, case, "check_again")) == {"check": [], "write": ["count", "hurry"]}


def test_only_its_assignee_returns_a_task_and_with_a_reason(ways: House) -> None:
    case = begun(ways, "write", "check")
    task = held(ways, case, "check_again")
    with pytest.raises(ReasonNeeded):
        ways.engine.tasks.return_to(task, "write", " ", ways("li.na"))
    for login in ("wang.fang", "zhou.min", "xu.shen", "he.wai"):
        with pytest.raises(NotPermitted):
            ways.engine.tasks.return_to(task, "write", "x", ways(login))
    for element in ("count", "judge", "nowhere", "check_again"):
        with pytest.raises(NotATarget) as refused:
            ways.engine.tasks.return_to(task, element, "x", ways("li.na"))
        assert refused.value.http_status == 409 and "退回" in refused.value.sentence("zh")
    assert sorted(ways.open(case)) == ["check_again", "count"]


def test_visits_say_what_was_returned(ways: House) -> None:
    case = begun(ways, "write", "check")
    ways.engine.tasks.return_to(held(ways, case, "check_again"), "check", "再查", ways("li.na"))
    rows = ways.rows(select(ElementVisit.element_id, ElementVisit.outcome).where(ElementVisit.root_id == case,
                                                                                ElementVisit.kind == "userTask"))
    assert [tuple(row) for row in rows] == [("write", "completed"), ("check", "completed"), ("check_again", "returned")]
    assert ways.count(UserTask, UserTask.returned_by == ways("li.na").person_id) == 1
