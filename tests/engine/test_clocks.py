"""The clock of a task in people's hands: extend, pause and resume, escalate by hand; none of it touches the task."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import NotPermitted
from engine.errors import ReasonNeeded
from engine.models.history import HistoryEntry
from engine.models.runtime import Job, ProcessInstance, TaskCandidate
from engine.tasks.clocks import BadDue, NoClock, TellCustomer
from tests.engine.house import House, at


@pytest.fixture
def due(small_house: House) -> House:
    small_house.deploy("due", "note")
    return small_house


def task_of(house: House) -> tuple[str, str]:
    """A case whose task is due at 11:00 Shanghai, 03:00 UTC."""
    case = house.start("due")
    house.complete(case, "by_date")
    return case, house.task(case, "by_duration")


def row(house: House, case: str) -> Any:
    return house.tasks(case)[0]


def test_an_extension_keeps_the_first_promise_and_begins_anew(due: House) -> None:
    case, task = task_of(due)
    due.engine.tasks.claim(task, due("li.na"))
    due.after(hours=2, minutes=10)
    assert row(due, case).escalation_level == 1
    due.engine.tasks.extend(task, at(7, 6, 10), "客户晚到", due("zhou.min"))
    found = row(due, case)
    assert (found.due_at, found.first_due_at, found.escalation_level) == (at(7, 6, 10), at(7, 3), 0)
    assert (found.warn_at, found.assignee_id) == (at(7, 5, 34), due("li.na").person_id)
    assert due.rows(select(TaskCandidate.due_sort))[0].due_sort == at(7, 6, 10)
    due.after(hours=3)
    assert [(level, when) for _, level, _, when in due.escalations(case)] == [
        (0, at(7, 2, 36)), (1, at(7, 3)), (0, at(7, 5, 34)), (1, at(7, 6, 10))]
    detail = due.rows(select(HistoryEntry.detail, HistoryEntry.reason).where(HistoryEntry.verb == "extended"))[0]
    assert (detail.reason, detail.detail["before"], detail.detail["due_at"]) == ("客户晚到", at(7, 3), at(7, 6, 10))
    assert ("li.na", "extended") in due.notices()


def test_a_customer_who_was_promised_a_time_is_told_the_new_one_first(due: House) -> None:
    case, task = task_of(due)
    with due.engine.database.transaction() as connection:
        connection.execute(update(ProcessInstance.__table__).where(ProcessInstance.id == case)
                           .values(promised_at=at(7, 4)))
    due.engine.tasks.extend(task, at(7, 4), "x", due("zhou.min"))  # within the promise
    with pytest.raises(TellCustomer) as refused:
        due.engine.tasks.extend(task, at(7, 5), "x", due("zhou.min"))
    assert refused.value.fields[0].path == "told_customer"
    assert "2026-04-07 12:00" in refused.value.sentence("zh")
    due.engine.tasks.extend(task, at(7, 5), "x", due("zhou.min"), told_customer=True)
    assert row(due, case).first_due_at == at(7, 3)
    assert due.row(case).promised_at == at(7, 4), "the first promise stays visible"


def test_a_paused_clock_stands_still_and_goes_on_where_it_stood(due: House) -> None:
    case, task = task_of(due)
    due.after(hours=1)
    due.engine.tasks.pause_clock(task, "等配件", due("zhou.min"))
    due.after(days=2)
    assert due.escalations(case) == [] and due.count(Job, Job.kind == "deadline") == 0
    assert due.engine.boards.task(task, due("zhou.min"), "zh").row.clock.state == "paused"
    due.engine.tasks.resume_clock(task, "到货", due("zhou.min"))
    found = row(due, case)
    assert (found.due_at, found.warn_at, found.paused_at) == (at(9, 3), at(9, 2, 36), None)
    due.after(hours=1)
    assert [(level, when) for _, level, _, when in due.escalations(case)] == [(0, at(9, 2, 36)), (1, at(9, 3))]


def test_a_pause_across_a_suspension_counts_once(due: House) -> None:
    case, task = task_of(due)
    due.engine.tasks.pause_clock(task, "等", due("zhou.min"))
    due.after(hours=1)
    due.engine.instances.suspend(case, "等", due("zhou.min"))
    due.after(hours=1)
    due.engine.instances.resume(case, "好", due("zhou.min"))
    due.after(hours=1)
    assert due.escalations(case) == []
    due.engine.tasks.resume_clock(task, "好", due("zhou.min"))
    assert row(due, case).due_at == at(7, 6), "two hours from now, as it was three hours ago"


def test_a_task_is_raised_by_hand_before_it_is_due(due: House) -> None:
    case, task = task_of(due)
    due.engine.tasks.claim(task, due("li.na"))
    assert due.engine.tasks.escalate(task, "客户要求经理出面", due("li.na")) == 1
    assert ("zhou.min", "escalated_by_hand") in due.notices()
    assert row(due, case).assignee_id == due("li.na").person_id
    due.after(hours=3)
    told = [(level, role) for _, level, role, _ in due.escalations(case)]
    assert told == [(1, "supervisor"), (2, "director")], "level 1 is not told twice"
    assert due.engine.tasks.escalate(task, "x", due("zhou.min")) == 3
    with pytest.raises(NoClock) as top:
        due.engine.tasks.escalate(task, "x", due("zhou.min"))
    assert top.value.http_status == 409 and "最高" in top.value.sentence("zh")


VERBS = {"extend": (at(7, 9),), "pause_clock": (), "resume_clock": (), "escalate": ()}


@pytest.mark.parametrize("verb", VERBS)
def test_clocks_are_for_supervisors_and_need_a_reason(due: House, verb: str) -> None:
    _, task = task_of(due)
    act = getattr(due.engine.tasks, verb)
    for login in ("wang.fang", "chen.yu", "xu.shen", "he.wai"):
        with pytest.raises(NotPermitted):
            act(task, *VERBS[verb], "x", due(login))
    with pytest.raises(ReasonNeeded):
        act(task, *VERBS[verb], "  ", due("zhou.min"))


def test_what_cannot_be_is_refused_with_a_sentence(due: House) -> None:
    _, task = task_of(due)
    for wrong in (at(7, 0), datetime(2026, 4, 9, 1, 0)):  # noqa: DTZ001 - a moment without its zone
        with pytest.raises(BadDue):
            due.engine.tasks.extend(task, wrong, "x", due("zhou.min"))
    with pytest.raises(NoClock):
        due.engine.tasks.resume_clock(task, "x", due("zhou.min"))
    due.engine.tasks.pause_clock(task, "x", due("zhou.min"))
    with pytest.raises(NoClock):
        due.engine.tasks.pause_clock(task, "x", due("zhou.min"))
    undated = due.task(due.start("note"), "write")
    with pytest.raises(NoClock):
        due.engine.tasks.pause_clock(undated, "x", due("zhou.min"))
    due.engine.tasks.extend(undated, due.clock.now() + timedelta(hours=5), "给个期限", due("zhou.min"))
    assert due.count(Job, Job.task_id == undated) == 1, "an extension may give a task its first deadline"
