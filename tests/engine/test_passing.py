"""A task goes from person to person: transferred, delegated and handed back, reassigned, taken over."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import NotFound, NotPermitted
from engine.errors import PersonLeft, ReasonNeeded
from engine.models.history import HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import TaskCandidate, TaskDraft
from engine.standing import NotNow
from engine.tasks import AlreadyTaken
from tests.engine.house import House


@pytest.fixture
def desk(small_house: House) -> House:
    """A note that Li Na has claimed."""
    small_house.deploy("note")
    case = small_house.start("note")
    small_house.claimed = small_house.task(case, "write")  # type: ignore[attr-defined]
    small_house.engine.tasks.claim(small_house.claimed, small_house("li.na"))  # type: ignore[attr-defined]
    return small_house


def holder(house: House, task: str) -> tuple[str | None, str | None]:
    """(assignee, owner) of a task, as logins."""
    people = dict(tuple(row) for row in house.rows(select(Person.id, Person.login)))
    row, = [one for one in house.tasks() if one.id == task]
    return people.get(row.assignee_id), people.get(row.owner_id)


def last(house: House, verb: str) -> Any:
    return house.rows(select(HistoryEntry.__table__).where(HistoryEntry.verb == verb).order_by(HistoryEntry.id))[-1]


def test_a_transferred_task_is_the_other_persons_and_its_draft_goes_with_it(desk: House) -> None:
    tasks = desk.engine.tasks
    # given a task with something typed in
    tasks.save_draft(desk.claimed, {"customer": "恒泰"}, desk("li.na"))
    # when it is transferred
    tasks.transfer(desk.claimed, "wang.fang", "她认识客户", desk("li.na"))
    # then it is hers, she is told, the reason stands in the history, and the one who gave it away can do nothing more
    assert holder(desk, desk.claimed) == ("wang.fang", None)
    assert desk.notices() == [("wang.fang", "transferred")]
    entry = last(desk, "transferred")
    assert (entry.reason, entry.detail["to"], entry.by) == ("她认识客户", "wang.fang", desk("li.na").person_id)
    drafts = desk.rows(select(TaskDraft.person_id, TaskDraft.values).where(TaskDraft.task_id == desk.claimed))
    assert {row.person_id: row.values["customer"] for row in drafts}[desk("wang.fang").person_id] == "恒泰"
    with pytest.raises(NotPermitted):
        tasks.transfer(desk.claimed, "chen.yu", "再转", desk("li.na"))
    with pytest.raises(AlreadyTaken):
        tasks.complete(desk.claimed, {"customer": "x"}, desk("li.na"))


def test_nothing_is_given_to_whoever_left_or_to_whoever_only_looks(desk: House) -> None:
    desk.engine.identity.leave("wang.fang", desk("root"))
    with pytest.raises(PersonLeft) as left:
        desk.engine.tasks.transfer(desk.claimed, "wang.fang", "请接手", desk("li.na"))
    assert left.value.sentence("zh") == "王芳 已离职，请另选一位。" and left.value.fields[0].path == "to"
    for nobody in ("xu.shen", "who.ever", ""):
        with pytest.raises(NotFound):
            desk.engine.tasks.transfer(desk.claimed, nobody, "请接手", desk("li.na"))
    assert holder(desk, desk.claimed) == ("li.na", None)


def test_giving_a_task_to_whoever_has_it_is_refused_at_the_field(desk: House) -> None:
    with pytest.raises(Exception, match="same_person") as same:
        desk.engine.tasks.reassign(desk.claimed, "li.na", "试试", desk("zhou.min"))
    assert same.value.fields[0].path == "to" and same.value.sentence("zh") == "这一步已由 李娜 办理，请另选一位。"


def test_a_delegated_task_comes_back_with_what_was_filled_in(desk: House) -> None:
    tasks = desk.engine.tasks
    # given a task that Li Na lent to Wang Fang
    tasks.delegate(desk.claimed, "wang.fang", "请核实电话", desk("li.na"))
    assert holder(desk, desk.claimed) == ("wang.fang", "li.na")
    # when Wang Fang fills in and wants to submit: it is not hers to submit
    tasks.save_draft(desk.claimed, {"customer": "恒泰", "phone": "13862156621"}, desk("wang.fang"))
    with pytest.raises(NotNow) as not_hers:
        tasks.complete(desk.claimed, {"customer": "恒泰"}, desk("wang.fang"))
    assert not_hers.value.sentence("zh") == "这一步是委派来的，应先交还，现在不能提交。"
    for refused in (lambda: tasks.transfer(desk.claimed, "chen.yu", "转", desk("wang.fang")),
                    lambda: tasks.delegate(desk.claimed, "chen.yu", "转", desk("wang.fang"))):
        with pytest.raises(NotNow):
            refused()
    # then she hands it back, and Li Na goes on with what was filled in
    tasks.hand_back(desk.claimed, "电话已核实", desk("wang.fang"))
    assert holder(desk, desk.claimed) == ("li.na", None)
    assert desk.notices() == [("wang.fang", "delegated"), ("li.na", "handed_back")]
    view = desk.engine.boards.task(desk.claimed, desk("li.na"))
    assert view.draft_restored
    tasks.complete(desk.claimed, {"customer": "恒泰"}, desk("li.na"))


def test_the_owner_takes_a_lent_task_back(desk: House) -> None:
    tasks = desk.engine.tasks
    tasks.delegate(desk.claimed, "wang.fang", "", desk("li.na"))
    with pytest.raises(NotPermitted):
        tasks.take_back_delegation(desk.claimed, desk("wang.fang"))
    with pytest.raises(NotPermitted):
        tasks.hand_back(desk.claimed, "", desk("li.na"))
    tasks.take_back_delegation(desk.claimed, desk("li.na"))
    assert holder(desk, desk.claimed) == ("li.na", None)
    assert desk.notices()[-1] == ("wang.fang", "taken_back")
    with pytest.raises(NotPermitted):
        tasks.take_back_delegation(desk.claimed, desk("li.na"))


def test_supervisors_reassign_and_take_over_and_everybody_concerned_is_told(desk: House) -> None:
    tasks = desk.engine.tasks
    with pytest.raises(NotPermitted):
        tasks.reassign(desk.claimed, "wang.fang", "忙不过来", desk("wang.fang"))
    with pytest.raises(ReasonNeeded) as why:
        tasks.reassign(desk.claimed, "wang.fang", "  ", desk("zhou.min"))
    assert why.value.fields[0].path == "reason"
    tasks.reassign(desk.claimed, "wang.fang", "忙不过来", desk("zhou.min"))
    assert holder(desk, desk.claimed) == ("wang.fang", None)
    tasks.take_over(desk.claimed, "我来", desk("zhou.min"))
    assert holder(desk, desk.claimed) == ("zhou.min", None)
    assert desk.notices() == [("wang.fang", "reassigned"), ("li.na", "reassigned_away"), ("wang.fang", "taken_over")]
    assert [desk.verbs(desk.tasks()[0].root_id)[-2:]] == [["reassigned", "taken_over"]]


def test_a_task_that_nobody_has_is_assigned_and_leaves_the_pool(desk: House) -> None:
    desk.engine.tasks.release(desk.claimed, desk("li.na"))
    assert [row.unclaimed for row in desk.rows(select(TaskCandidate.unclaimed))] == [True]
    desk.engine.tasks.reassign(desk.claimed, "wang.fang", "请办理", desk("zhou.min"))
    assert [row.unclaimed for row in desk.rows(select(TaskCandidate.unclaimed))] == [False]
    assert desk.engine.boards.inbox(desk("wang.fang")).rows[0].id == desk.claimed


def test_a_supervisor_of_another_branch_has_no_say(desk: House) -> None:
    desk.engine.identity.set_roles("chen.yu", [("supervisor", "south")], desk("root"))
    with pytest.raises(NotPermitted):
        desk.engine.tasks.take_over(desk.claimed, "我来", desk("chen.yu"))


def test_a_person_who_left_can_do_nothing_with_an_old_sign_in(desk: House) -> None:
    tasks, before = desk.engine.tasks, desk("li.na")
    desk.engine.identity.leave("li.na", desk("root"))
    for act in (lambda: tasks.transfer(desk.claimed, "wang.fang", "走了", before),
                lambda: tasks.claim(desk.claimed, before)):
        with pytest.raises(NotPermitted):
            act()


def test_a_lent_task_outlives_whoever_leaves(desk: House) -> None:
    tasks = desk.engine.tasks
    # given a lent task, when the borrower leaves: it is the owner's again
    tasks.delegate(desk.claimed, "wang.fang", "", desk("li.na"))
    desk.engine.identity.leave("wang.fang", desk("root"))
    assert holder(desk, desk.claimed) == ("li.na", None)
    # given it lent again, when the owner leaves: the borrower keeps it and may submit it
    desk.engine.identity.set_roles("chen.yu", [("agent", "north_desk")], desk("root"))
    tasks.delegate(desk.claimed, "chen.yu", "", desk("li.na"))
    desk.engine.identity.leave("li.na", desk("root"))
    assert holder(desk, desk.claimed) == ("chen.yu", None)
    tasks.complete(desk.claimed, {"customer": "恒泰"}, desk("chen.yu"))
    case = desk.tasks()[0].root_id
    assert desk.verbs(case)[1:-1] == ["claimed", "delegated", "handed_back", "delegated"]
