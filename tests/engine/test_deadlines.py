"""Clocks of tasks: reminder, levels along the chain, who is told; suspension, cancelling and moving of cases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import Conflict, NotFound, NotPermitted
from engine.bpmn import RunFailed
from engine.errors import ReasonNeeded
from engine.interventions import CaseEnded
from tests.engine.house import House, at


@pytest.fixture
def due(house: House) -> House:
    house.deploy("due", "timed", "note")
    return house


def test_a_deadline_reminds_at_four_fifths_and_climbs_the_chain(due: House) -> None:
    case = due.start("due")
    row = next(task for task in due.tasks(case) if task.element_id == "by_duration")
    assert (row.due_at, row.warn_at, row.deadline) == (at(7, 3), at(7, 2, 36), "D-2H")
    due.complete(case, "by_date")
    due.after(days=3)
    assert due.escalations(case) == [
        ("reminded", 0, "agent", at(7, 2, 36)), ("escalated", 1, "supervisor", at(7, 3)),
        ("escalated", 2, "director", at(7, 4)), ("escalated", 3, "president", at(8, 4))]
    assert due.notices() == [("li.na", "deadline_0"), ("wang.fang", "deadline_0"), ("zhou.min", "deadline_1"),
                             ("liu.jun", "deadline_2"), ("gao.lei", "deadline_3")]
    assert due.open(case) == ["by_duration"], "warning never touches the task"
    assert [row.escalation_level for row in due.tasks(case)] == [3]
    assert due.jobs() == []


def test_the_reminder_goes_to_the_person_who_has_the_task(due: House) -> None:
    case = due.start("due")
    due.engine.tasks.claim(due.task(case, "by_duration"), due("wang.fang"))
    due.after(hours=1, minutes=40)
    assert due.notices() == [("wang.fang", "deadline_0")]


def test_a_done_task_escalates_no_more(due: House) -> None:
    case = due.start("due")
    due.complete(case, "by_duration")
    due.complete(case, "by_date")
    assert due.jobs() == []
    due.after(days=2)
    assert due.notices() == []


def test_what_fell_due_while_no_worker_ran_is_told_as_one_step(due: House) -> None:
    case = due.start("due")
    due.complete(case, "by_date")
    due.clock.move(timedelta(hours=3, minutes=10))
    due.work()
    assert [(verb, level) for verb, level, _, _ in due.escalations(case)] == [("escalated", 2)]
    assert due.notices() == [("liu.jun", "deadline_2")], "no storm: only the highest level is told"
    due.after(days=1)
    assert [level for _, level, _, _ in due.escalations(case)] == [2, 3]
    assert [row.escalation_level for row in due.tasks(case)] == [3]
    assert due.open(case) == ["by_duration"]


def test_a_suspension_stops_lengths_of_time_and_leaves_dates(due: House) -> None:
    case = due.start("due")
    due.after(hours=1)
    due.engine.instances.suspend(case, "等客户", due("zhou.min"))
    assert {row.suspended for row in due.tasks(case)} == {row.suspended for row in due.jobs()} == {True}
    due.after(hours=10)
    assert due.notices() == []
    due.engine.instances.resume(case, "客户回复", due("zhou.min"))
    rows = {row.element_id: row for row in due.tasks(case)}
    assert (rows["by_duration"].due_at, rows["by_duration"].warn_at) == (at(7, 13), at(7, 12, 36))
    assert rows["by_date"].due_at == at(8, 4), "a date is a date"
    due.after(minutes=59)
    assert [level for _, level, _, _ in due.escalations(case)] == [0]
    due.after(minutes=2)
    assert [(level, when) for _, level, _, when in due.escalations(case)] == [(0, at(7, 12, 36)), (1, at(7, 13))]
    assert {row.suspended for row in due.tasks(case)} == {False}
    due.after(hours=1)
    assert ("escalated", 2, "director", at(7, 14)) in due.escalations(case)


def test_a_suspension_moves_timers_by_the_time_it_took(due: House) -> None:
    case = due.start("timed")
    due.after(minutes=5)
    due.engine.instances.suspend(case, "等客户", due("zhou.min"))
    due.after(hours=5)
    assert due.variables(case).get("nudges") is None
    due.engine.instances.resume(case, "客户回复", due("zhou.min"))
    assert [row.due_at for row in due.jobs("timer")] == [at(7, 6, 10), at(7, 8)]
    due.after(hours=2)
    assert due.visits(case, "cancelled") == ["wait"]
    due.engine.instances.suspend(case, "等客户", due("zhou.min"))
    due.after(hours=1)
    due.engine.instances.resume(case, "客户回复", due("zhou.min"))
    assert [row.due_at for row in due.jobs("timer")] == [at(10, 1)], "Friday stays Friday"


def test_suspending_twice_is_suspending_once(due: House) -> None:
    case = due.start("due")
    for _ in range(2):
        due.engine.instances.suspend(case, "等客户", due("zhou.min"))
    for _ in range(2):
        due.engine.instances.resume(case, "客户回复", due("zhou.min"))
    assert due.verbs(case) == ["started", "suspended", "resumed"]


def test_cancelling_needs_a_reason_and_ends_everything(due: House) -> None:
    case = due.start("due")
    with pytest.raises(ReasonNeeded) as needed:
        due.engine.instances.cancel(case, "  ", due("zhou.min"))
    assert needed.value.http_status == 422
    due.engine.instances.cancel(case, "客户撤诉", due("zhou.min"))
    row = due.row(case)
    assert (row.state, row.outcome, row.ended_at) == ("cancelled", "cancelled", due.clock.now())
    assert due.open(case) == [] and due.jobs() == []
    with pytest.raises(CaseEnded) as over:
        due.engine.instances.cancel(case, "again", due("zhou.min"))
    assert over.value.http_status == 409
    assert due.verbs(case) == ["started", "cancelled", "ended", "withdrawn", "withdrawn"]


def test_who_may_intervene(due: House) -> None:
    verbs = due.engine.instances
    case = due.start("due")
    for login in ("li.na", "chen.yu", "xu.shen", "he.wai"):
        with pytest.raises(NotPermitted):
            verbs.suspend(case, "x", due(login))
    for login in ("wang.fang", "xu.shen"):
        with pytest.raises(NotPermitted):
            verbs.cancel(case, "x", due(login))
    for login in ("zhou.min", "liu.jun", "root"):
        verbs.suspend(case, "x", due(login))
        verbs.resume(case, "x", due(login))
    verbs.cancel(case, "my own", due("li.na"))
    with pytest.raises(NotFound):
        verbs.cancel("0" * 26, "x", due("root"))
    south = due.start("due", "chen.yu")
    with pytest.raises(NotPermitted):
        verbs.suspend(south, "x", due("zhou.min"))


def test_a_case_is_moved_to_another_step(due: House) -> None:
    case = due.start("note")
    due.complete(case, "write", values={"customer": "恒泰"})
    row, = due.tasks(case)
    due.engine.instances.move(case, [row.element_instance_id], ["write"], "写错了", due("zhou.min"))
    assert due.open(case) == ["write"] and due.visits(case, "cancelled") == ["approve"]
    assert due.verbs(case)[-1] == "withdrawn" and "moved" in due.verbs(case)
    with pytest.raises(RunFailed):
        due.engine.instances.move(case, [], ["no_such_step"], "x", due("zhou.min"))
    with pytest.raises(RunFailed):
        due.engine.instances.move(case, ["999"], ["approve"], "x", due("zhou.min"))
    due.engine.instances.suspend(case, "等资料", due("zhou.min"))
    with pytest.raises(Conflict) as paused:
        due.engine.instances.move(case, [], ["approve"], "x", due("zhou.min"))
    assert paused.value.code == "case_suspended" and due.open(case) == ["write"]
