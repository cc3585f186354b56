"""Taking back one's own last decision while nobody has acted on it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import NotFound, NotPermitted
from engine.models.history import HistoryEntry
from engine.models.runtime import Job, TaskCandidate, TaskDraft, UserTask
from engine.tasks.pulling_back import TooLate
from tests.engine.house import House

NOTE = {"customer": "恒泰", "amount": "12.50"}
REPLY = {"how": "fine", "text": "x"}


@pytest.fixture
def ways(small_house: House) -> House:
    small_house.deploy("many_ways", "asked", "note", "due", "timed", "sender", "receiver")
    return small_house


def done(house: House, case: str, *steps: str, by: str = "li.na") -> str:
    """The id of the last task done."""
    for step in steps:
        task = next(row.id for row in house.tasks(case) if row.element_id == step)
        house.engine.tasks.complete(task, {"write": NOTE, "note_down": REPLY}.get(step), house(by))
    return task


def shape(house: House, case: str) -> list[tuple[object, ...]]:
    """All that must be as it was: tasks with their clocks, offers, jobs, instances."""
    return [
        *sorted((row.id, row.element_id, row.assignee_id, row.due_at, row.warn_at, row.created_at)
                for row in house.tasks(case)),
        *sorted(tuple(row) for row in house.rows(select(
            TaskCandidate.task_id, TaskCandidate.role, TaskCandidate.unclaimed, TaskCandidate.due_sort)
            .where(TaskCandidate.root_id == case))),
        *sorted((row.kind, row.due_at, row.element_id, row.payload.get("level")) for row in house.rows(
            select(Job.__table__).where(Job.root_id == case))),
        *[(row.id, row.state, row.variables, row.customer) for row in house.family(case) if row.ended_at is None]]


def test_everything_is_as_it_was(ways: House) -> None:
    case = ways.start("many_ways")
    task = ways.task(case, "write")
    ways.engine.tasks.claim(task, ways("li.na"))
    before = shape(ways, case)
    ways.clock.move(timedelta(minutes=5))
    done(ways, case, "write")
    assert sorted(ways.open(case)) == ["check", "count"] and ways.row(case).customer == ""
    assert ways.engine.tasks.may_pull_back(case, ways("li.na"))
    ways.clock.move(timedelta(minutes=5))
    assert ways.engine.tasks.pull_back(task, ways("li.na")) == task
    assert shape(ways, case) == before
    assert ways.verbs(case)[-3:] == ["pulled_back", "withdrawn", "withdrawn"]
    kept = ways.rows(select(TaskDraft.values).where(TaskDraft.task_id == task))
    assert kept[0].values["customer"] == "恒泰", "what was submitted is there to go on from"
    done(ways, case, "write")
    assert sorted(ways.open(case)) == ["check", "count"]


def test_a_clock_that_stood_still_stands_still_again(ways: House) -> None:
    """Given a task whose clock rests, when it is done and taken back, then it rests and sorts after all that run."""
    case = ways.start("many_ways")
    task = ways.task(case, "write")
    ways.engine.tasks.claim(task, ways("li.na"))
    ways.engine.tasks.pause_clock(task, "等配件", ways("zhou.min"))
    before, (resting,) = shape(ways, case), ways.tasks(case)
    done(ways, case, "write")
    ways.engine.tasks.pull_back(task, ways("li.na"))
    (again,) = ways.tasks(case)
    assert (again.paused_at, again.due_sort) == (resting.paused_at, resting.due_sort)
    assert shape(ways, case) == before


def test_a_called_process_that_began_is_called_off(ways: House) -> None:
    case = ways.start("many_ways")
    last = done(ways, case, "write", "check", "check_again", "count", "each", "each")
    assert ways.open(case) == ["phone"]
    ways.engine.tasks.pull_back(last, ways("li.na"))
    assert ways.open(case) == ["each"]
    assert [row.state for row in ways.family(case)] == ["active", "cancelled"]
    done(ways, case, "each")
    assert ways.open(case) == ["phone"]


def test_a_called_process_that_ended_goes_on(ways: House) -> None:
    case = ways.start("many_ways")
    last = done(ways, case, "write", "check", "check_again", "count", "each", "each", "phone", "note_down")
    assert ways.open(case) == ["judge"]
    ways.engine.tasks.pull_back(case, ways("li.na"))
    assert [(row.id, row.element_id) for row in ways.tasks(case)] == [(last, "note_down")]
    assert [row.state for row in ways.family(case)] == ["active", "active"]
    done(ways, case, "note_down")
    assert ways.open(case) == ["judge"]


def test_only_the_last_decision_and_only_ones_own(ways: House) -> None:
    case = ways.start("many_ways")
    first = done(ways, case, "write")
    second = done(ways, case, "check", by="wang.fang")
    for login in ("li.na", "zhou.min", "root", "he.wai"):
        assert not ways.engine.tasks.may_pull_back(case, ways(login))
        with pytest.raises((NotPermitted, TooLate)):
            ways.engine.tasks.pull_back(case, ways(login))
    with pytest.raises((NotPermitted, TooLate)):
        ways.engine.tasks.pull_back(first, ways("li.na"))
    ways.engine.tasks.pull_back(second, ways("wang.fang"))
    with pytest.raises(TooLate):
        ways.engine.tasks.pull_back(second, ways("wang.fang"))
    assert sorted(ways.open(case)) == ["check", "count"]


def test_who_took_up_the_next_step_is_named(ways: House) -> None:
    case = ways.start("note")
    task = done(ways, case, "write")
    ways.engine.tasks.claim(ways.task(case, "approve"), ways("zhou.min"))
    ways.clock.move(timedelta(seconds=30))
    assert not ways.engine.tasks.may_pull_back(case, ways("li.na"))
    with pytest.raises(TooLate) as late:
        ways.engine.tasks.pull_back(task, ways("li.na"))
    assert late.value.http_status == 409
    assert late.value.sentence("zh") == "不能撤回：周敏 30 秒前已经处理下一步。"
    assert late.value.sentence("en") == "This cannot be taken back: Zhou Min took up the next step 30 s ago."
    ways.engine.tasks.release(ways.task(case, "approve"), ways("zhou.min"))
    assert ways.engine.tasks.pull_back(task, ways("li.na")) == task, "put down again, nobody has acted"


def test_time_runs_out(ways: House) -> None:
    case = ways.start("note")
    task = done(ways, case, "write")
    ways.clock.move(timedelta(minutes=ways.engine.settings.pull_back_minutes + 1))
    assert not ways.engine.tasks.may_pull_back(case, ways("li.na"))
    with pytest.raises(TooLate, match="time"):
        ways.engine.tasks.pull_back(task, ways("li.na"))


def test_what_moved_on_by_itself_stays(ways: House) -> None:
    case = ways.start("many_ways")
    task = done(ways, case, "write")
    ways.after(hours=4)
    with pytest.raises(TooLate, match="moved on"):
        ways.engine.tasks.pull_back(task, ways("li.na"))


def test_a_case_that_has_ended_stays_ended(ways: House) -> None:
    case = ways.start("note")
    done(ways, case, "write")
    ways.complete(case, "approve", "zhou.min", {"decision": "approve"})
    with pytest.raises(TooLate, match="ended"):
        ways.engine.tasks.pull_back(case, ways("zhou.min"))
    assert ways.row(case).state == "completed"


def test_a_message_that_is_out_cannot_be_called_back(ways: House) -> None:
    case = ways.start("sender")
    last = ways.tasks(case)[0]
    ways.engine.tasks.complete(last.id, None, ways("li.na"))
    assert "message_sent" in ways.verbs(case)
    if ways.row(case).ended_at is None:
        with pytest.raises(TooLate, match="message"):
            ways.engine.tasks.pull_back(case, ways("li.na"))


def test_nothing_is_found_where_nothing_is(ways: House) -> None:
    with pytest.raises(NotFound):
        ways.engine.tasks.pull_back("0" * 26, ways("li.na"))
    assert not ways.engine.tasks.may_pull_back("0" * 26, ways("li.na"))


def test_the_people_it_is_taken_from_are_told(ways: House) -> None:
    case = ways.start("many_ways")
    done(ways, case, "write", "check")
    ways.engine.tasks.return_to(claimed(ways, case, "check_again"), "write", "x", ways("li.na"))
    ways.engine.tasks.transfer(ways.task(case, "write"), "wang.fang", "y", ways("li.na"))
    done(ways, case, "write", by="wang.fang")
    assert ways.engine.tasks.pull_back(case, ways("wang.fang"))
    assert ways.open(case) == ["write"]
    assert ways.count(HistoryEntry, HistoryEntry.verb == "pulled_back") == 1
    assert ways.count(UserTask, UserTask.assignee_id == ways("wang.fang").person_id) == 1


def claimed(house: House, case: str, element: str) -> str:
    task = house.task(case, element)
    house.engine.tasks.claim(task, house("li.na"))
    return task
