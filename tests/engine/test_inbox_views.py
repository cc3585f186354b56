"""The views of an inbox: what stands in which, for whom, and what their counts say, exact after every act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from engine import Actor, InboxPage
from tests.engine.house import House


@pytest.fixture
def boards(house: House) -> House:
    house.deploy("note", "due", "order")
    return house


@pytest.fixture
def desk(small_house: House) -> House:
    small_house.deploy("note", "due", "order")
    return small_house


def inbox(house: House, login: str, view: str = "mine", **more: Any) -> InboxPage:
    return house.engine.boards.inbox(house(login), view, **more)


def ids(house: House, login: str, view: str = "mine") -> list[str]:
    """The tasks of a view; that its count says the same is part of every look."""
    page = inbox(house, login, view)
    assert page.counts.get(view, len(page.rows)) == len(page.rows)
    return [row.id for row in page.rows]


def held(house: House, login: str = "li.na", process: str = "note", element: str = "write") -> str:
    task = house.task(house.start(process), element)
    house.engine.tasks.claim(task, house(login))
    return task


def test_what_is_put_off_comes_back_at_its_moment(boards: House) -> None:
    task, tasks = held(boards), boards.engine.tasks
    tasks.snooze(task, boards.clock.now() + timedelta(hours=2), boards("li.na"))
    assert ids(boards, "li.na") == [] and ids(boards, "li.na", "snoozed") == [task]
    assert inbox(boards, "li.na", "snoozed").rows[0].snoozed_until == boards.clock.now() + timedelta(hours=2)
    boards.clock.move(timedelta(hours=2))
    assert ids(boards, "li.na") == [task] and ids(boards, "li.na", "snoozed") == []


def test_what_was_lent_waits_with_its_owner_and_is_worked_on_by_the_other(boards: House) -> None:
    task, tasks = held(boards), boards.engine.tasks
    tasks.delegate(task, "wang.fang", "please", boards("li.na"))
    assert ids(boards, "li.na") == [] and ids(boards, "li.na", "delegated") == [task]
    assert inbox(boards, "li.na", "delegated").rows[0].assignee_name.en == "Wang Fang"
    assert inbox(boards, "wang.fang").rows[0].lent_by.en == "Li Na"
    tasks.hand_back(task, "done", boards("wang.fang"))
    assert ids(boards, "li.na") == [task] and ids(boards, "li.na", "delegated") == []


def test_what_one_is_asked_to_sign_is_in_ones_own_list(boards: House) -> None:
    task, tasks = held(boards), boards.engine.tasks
    tasks.add_signers(task, ["zhou.min"], "before", "a second pair of eyes", boards("li.na"))
    assert ids(boards, "zhou.min") == [task] and inbox(boards, "zhou.min").rows[0].to_sign
    assert ids(boards, "li.na") == [] and ids(boards, "li.na", "delegated") == [task], "it waits for the signer"
    tasks.sign(task, "agree", "fine", boards("zhou.min"))
    assert ids(boards, "zhou.min") == [] and ids(boards, "li.na") == [task]


def test_questions_and_copies_wait_until_they_are_answered_and_read(boards: House) -> None:
    case = boards.start("note")
    tasks, now = boards.engine.tasks, boards.clock.now()
    question = tasks.comment(case, "Is it so?", boards("li.na"), mentions=["zhou.min"],
                             reply_by=now + timedelta(hours=1))
    tasks.comment(case, "And this?", boards("li.na"), mentions=["zhou.min"])
    tasks.send_copy(case, ["zhou.min"], "for your notice", boards("li.na"))
    asked = inbox(boards, "zhou.min", "asked")
    assert [row.note for row in asked.rows] == ["Is it so?", "And this?"], "the one to be answered first comes first"
    assert (asked.rows[0].ref, asked.rows[0].note_by.en, asked.counts["asked"]) == (question, "Li Na", 2)
    copy, = inbox(boards, "zhou.min", "copies").rows
    assert (copy.read, copy.note, inbox(boards, "zhou.min").counts["copies"]) == (False, "for your notice", 1)
    tasks.answered(question, boards("zhou.min"))
    tasks.mark_read([copy.ref], boards("zhou.min"))
    page = inbox(boards, "zhou.min", "copies")
    assert [row.read for row in page.rows] == [True] and page.counts["copies"] == 0 and page.counts["asked"] == 1


def test_unread_copies_come_before_read_ones_on_every_page(desk: House) -> None:
    cases = [desk.start("note") for _ in range(6)]
    for case in cases:
        desk.engine.tasks.send_copy(case, ["zhou.min"], "", desk("li.na"))
    rows = inbox(desk, "zhou.min", "copies").rows
    desk.engine.tasks.mark_read([rows[0].ref, rows[2].ref], desk("zhou.min"))
    seen, after = [], None
    for _ in range(5):
        page = inbox(desk, "zhou.min", "copies", after=after, limit=2)
        seen += [(row.read, row.case_id) for row in page.rows]
        after = page.next
        if after is None:
            break
    assert [read for read, _ in seen] == [False] * 4 + [True] * 2 and {case for _, case in seen} == set(cases)


def test_a_substitute_sees_and_claims_for_the_person_and_nothing_else(boards: House) -> None:
    mine, claimable = held(boards, "li.na"), boards.start("note")
    order = held(boards, "li.na", "order", "take")
    now = boards.clock.now()
    boards.engine.identity.substitute("li.na", "chen.yu", now, now + timedelta(days=2), ["note"], "leave",
                                      boards("li.na"))
    away = inbox(boards, "chen.yu")
    assert [row.id for row in away.rows] == [mine] and away.rows[0].stands_in_for.en == "Li Na"
    assert away.counts["represented"] == 1 and [one.name.en for one in away.sidebar.stands_in] == ["Li Na"]
    assert ids(boards, "chen.yu", "unclaimed") == [boards.task(claimable, "write")]
    assert set(ids(boards, "li.na")) == {mine, order}, "who is away keeps what is theirs"
    boards.clock.move(timedelta(days=2))
    assert ids(boards, "chen.yu") == [] and ids(boards, "chen.yu", "unclaimed") == []


def test_what_was_done_can_be_taken_back_while_nobody_acted(boards: House) -> None:
    case = boards.start("note")
    boards.complete(case, "write", values={"customer": "恒泰"})
    assert [row.take_back for row in inbox(boards, "li.na", "done").rows] == [True]
    boards.engine.tasks.claim(boards.task(case, "approve"), boards("zhou.min"))
    assert [row.take_back for row in inbox(boards, "li.na", "done").rows] == [False]


def test_a_taken_back_decision_leaves_the_done_ones_without_an_offer(boards: House) -> None:
    case = boards.start("note")
    boards.complete(case, "write", values={"customer": "恒泰"})
    row, = inbox(boards, "li.na", "done").rows
    boards.engine.tasks.pull_back(row.id, boards("li.na"))
    assert [row.take_back for row in inbox(boards, "li.na", "done").rows] == [False]
    assert boards.open(case) == ["write"]


def test_nobody_sees_what_is_put_off_lent_or_asked_of_others(desk: House) -> None:
    task = held(desk)
    desk.engine.tasks.snooze(task, desk.clock.now() + timedelta(hours=2), desk("li.na"))
    desk.engine.tasks.send_copy(task, ["zhou.min"], "", desk("li.na"))
    for login in ("wang.fang", "chen.yu", "he.wai"):
        for view in ("mine", "unclaimed", "snoozed", "delegated", "asked", "copies", "done"):
            assert inbox(desk, login, view).rows == ()


def test_what_became_of_lines_that_left(boards: House) -> None:
    first, second = (boards.task(boards.start("note"), "write") for _ in range(2))
    boards.engine.tasks.claim(first, boards("wang.fang"))
    boards.engine.tasks.claim(second, boards("wang.fang"))
    boards.engine.tasks.complete(second, {"customer": "恒泰"}, boards("wang.fang"))
    told = boards.engine.boards.whereabouts([first, second, "nothing"], boards("li.na"))
    assert {task: (gone.verb, gone.by.en) for task, gone in told.items()} == {
        first: ("claimed", "Wang Fang"), second: ("completed", "Wang Fang")}
    assert boards.engine.boards.whereabouts([first], boards("chen.yu")) == {}, "of a case that one may not see"


@pytest.mark.parametrize("view", ["mine", "unclaimed", "delegated", "asked", "copies", "snoozed", "done", "started"])
def test_a_page_costs_the_same_however_much_is_in_it(boards: House, view: str) -> None:
    by = boards("li.na")
    boards.engine.boards.save_view("dear", "unclaimed", {"f.price": "100..", "f.channel": "phone"}, by, shared=True)
    boards.engine.boards.save_view("late", "overdue", {"severity": "grave"}, by)

    def fill() -> None:
        task = held(boards)
        boards.engine.tasks.comment(boards.tasks()[0].root_id, "?", boards("zhou.min"), mentions=["li.na"])
        boards.engine.tasks.send_copy(task, ["li.na"], "", boards("zhou.min"))
        boards.engine.tasks.delegate(held(boards), "wang.fang", "please", by)
        boards.engine.tasks.snooze(held(boards), boards.clock.now() + timedelta(hours=1), by)
        boards.complete(boards.start("note"), "write", values={"customer": "恒泰"})
        boards.start("order")

    fill()
    boards.engine.boards.inbox(by, view)
    counted: list[str] = []
    event.listen(boards.engine.database.engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
    assert len(rows_of(boards, by, view)) >= 1
    few = len(counted)
    fill()
    counted.clear()
    assert len(rows_of(boards, by, view)) >= 2
    assert len(counted) == few <= 7, counted


def rows_of(house: House, by: Actor, view: str) -> Any:
    return house.engine.boards.inbox(by, view).rows
