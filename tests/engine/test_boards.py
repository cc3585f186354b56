"""Who sees what: inboxes with their views, filters, pages and counts; cases; the supervisors' worklist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from engine import InboxPage, NotFound, NotPermitted
from tests.engine.house import House


@pytest.fixture
def boards(house: House) -> House:
    house.deploy("note", "due", "caller", "called")
    return house


def written(house: House, customer: str, **more: Any) -> str:
    """A case whose note is written and waits for approval."""
    case = house.start("note")
    house.complete(case, "write", values={"customer": customer} | more)
    return case


def inbox(house: House, login: str, view: str = "unclaimed", **more: Any) -> InboxPage:
    return house.engine.boards.inbox(house(login), view, **more)


def elements(page: InboxPage) -> list[str]:
    return [row.element_id for row in page.rows]


def test_a_task_is_in_the_inbox_of_its_role_and_nobody_elses(boards: House) -> None:
    boards.start("note")
    assert elements(inbox(boards, "li.na")) == elements(inbox(boards, "wang.fang")) == ["write"]
    for login in ("chen.yu", "zhou.min", "xu.shen", "he.wai", "root"):
        assert elements(inbox(boards, login)) == []


def test_a_task_nobody_can_do_in_the_desk_is_offered_further_up(boards: House) -> None:
    for login in ("li.na", "wang.fang"):
        boards.engine.identity.leave(login, boards("root"))
    boards.engine.identity.set_roles("zhou.min", [("supervisor", "north"), ("agent", "north")], boards("root"))
    boards.start("note", "root", unit="north_desk")
    assert elements(inbox(boards, "zhou.min")) == ["write"] and elements(inbox(boards, "chen.yu")) == []


def test_a_case_goes_through_the_views(boards: House) -> None:
    case = boards.start("note")
    boards.engine.tasks.claim(boards.task(case, "write"), boards("li.na"))
    assert elements(inbox(boards, "li.na")) == [] and elements(inbox(boards, "wang.fang")) == []
    assert elements(inbox(boards, "li.na", "mine")) == ["write"]
    assert {view: count for view, count in inbox(boards, "li.na").counts.items() if count} == {"mine": 1}
    boards.complete(case, "write", values={"customer": "恒泰装饰", "phone": "13862156621", "severity": "grave"})
    done, = inbox(boards, "li.na", "done").rows
    assert (done.element_id, done.name.en, done.case_id) == ("write", "write a note", case)
    assert done.done_at == boards.clock.now()
    started, = inbox(boards, "li.na", "started").rows
    assert (started.case_id, started.name.zh, started.customer) == (case, "judged", "恒泰装饰")
    row, = inbox(boards, "zhou.min").rows
    assert (row.element_id, row.customer, row.severity, row.came_by.zh) == ("approve", "恒泰装饰", "grave", "李娜")
    with pytest.raises(NotFound):
        inbox(boards, "li.na", "no-such-view")


def test_what_is_due_today_and_what_is_late(boards: House) -> None:
    case = boards.start("due")
    for element in ("by_duration", "by_date"):
        boards.engine.tasks.claim(boards.task(case, element), boards("li.na"))
    assert elements(inbox(boards, "li.na", "mine")) == ["by_duration", "by_date"], "what is due first stands first"
    assert elements(inbox(boards, "li.na", "today")) == ["by_duration"]
    assert elements(inbox(boards, "li.na", "overdue")) == []
    boards.clock.move(timedelta(hours=1, minutes=40))
    assert [row.clock.state for row in inbox(boards, "li.na", "mine").rows] == ["risk", "normal"]
    boards.clock.move(timedelta(minutes=20))
    late, = inbox(boards, "li.na", "overdue").rows
    assert (late.element_id, late.clock.state, late.clock.rule_title.en) == ("by_duration", "late", "Within two hours")
    counts = inbox(boards, "li.na", "mine").counts
    assert {view: count for view, count in counts.items() if count} == {"mine": 2, "today": 1, "overdue": 1}


@pytest.mark.parametrize(("filters", "found"), [
    ({"search": "恒泰"}, ["恒泰装饰"]), ({"search": "htzs"}, ["恒泰装饰"]), ({"search": "6621"}, ["恒泰装饰"]),
    ({"search": "TS-20260407-002"}, ["Wood_100%"]), ({"search": "ts-20260407-002"}, ["Wood_100%"]),
    ({"search": "_100%"}, ["Wood_100%"]), ({"search": "%"}, ["Wood_100%"]), ({"severity": "grave"}, ["恒泰装饰"]),
    ({"process": "note"}, ["恒泰装饰", "Wood_100%"]), ({"process": "due"}, []),
    ({"severity": "grave", "search": "wood"}, []),
    ({"search": "' or 1=1 --"}, []), ({"search": ""}, ["恒泰装饰", "Wood_100%"]),
])
def test_filters(boards: House, filters: dict[str, str], found: list[str]) -> None:
    written(boards, "恒泰装饰", phone="13862156621", severity="grave")
    written(boards, "Wood_100%")
    page = inbox(boards, "zhou.min", filters=filters)
    assert [row.customer for row in page.rows] == found
    assert page.total == len(found)


def test_pages_follow_each_other_without_gap_or_repetition(boards: House) -> None:
    for number in range(5):
        boards.start("note")
        if number % 2:
            boards.start("due")
    seen: list[str] = []
    after = None
    for _ in range(10):
        page = inbox(boards, "li.na", after=after, limit=2)
        seen += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert len(seen) == len(set(seen)) == page.total == 9
    whole = inbox(boards, "li.na", limit=50)
    assert [row.id for row in whole.rows] == seen and whole.next is None
    with pytest.raises(NotFound):
        inbox(boards, "li.na", after="nonsense~x")


def test_pages_of_done_and_started(boards: House) -> None:
    for number in range(3):
        written(boards, f"客户{number}")
    for view in ("done", "started"):
        first = inbox(boards, "li.na", view, limit=2)
        second = inbox(boards, "li.na", view, limit=2, after=first.next)
        assert [row.customer for row in (*first.rows, *second.rows)] == ["客户2", "客户1", "客户0"]
        assert second.next is None
        assert [row.customer for row in inbox(boards, "li.na", view, filters={"search": "客户1"}).rows] == ["客户1"]


@pytest.mark.parametrize("view", ["mine", "unclaimed", "today", "overdue", "done", "started"])
def test_a_page_costs_a_fixed_number_of_statements(boards: House, view: str) -> None:
    counted: list[str] = []

    def cost() -> int:
        counted.clear()
        inbox(boards, "li.na", view)
        return len([text for text in counted if not text.startswith("BEGIN")])

    def complete_one() -> None:
        case = written(boards, "恒泰装饰")
        boards.engine.tasks.claim(boards.task(boards.start("due"), "by_duration"), boards("li.na"))
        boards.complete(case, "approve", "zhou.min", {"decision": "approve"})

    inbox(boards, "li.na", view)
    event.listen(boards.engine.database.engine, "before_cursor_execute", lambda *a: counted.append(a[2]))
    complete_one()
    few = cost()
    for _ in range(4):
        complete_one()
    assert cost() == few <= 9  # two for the actor, then the page


def seen_by(house: House, case: str) -> set[str]:
    found = set()
    for login in ("li.na", "wang.fang", "chen.yu", "zhou.min", "liu.jun", "gao.lei", "xu.shen", "root", "he.wai"):
        try:
            view = house.engine.boards.case(case, house(login))
        except NotFound:
            assert case not in [head.id for head in house.engine.boards.cases(house(login))]
            continue
        assert view.head.id == case and case in [head.id for head in house.engine.boards.cases(house(login))]
        found.add(login)
    return found


def test_who_sees_a_case(boards: House) -> None:
    above = {"zhou.min", "liu.jun", "gao.lei", "xu.shen", "root"}
    case = boards.start("note")
    assert seen_by(boards, case) == {"li.na", "wang.fang"} | above, "starter, candidates, supervisors, auditor"
    boards.complete(case, "write", "wang.fang", {"customer": "恒泰"})
    assert seen_by(boards, case) == {"li.na", "wang.fang"} | above, "who worked on it goes on seeing it"
    other = boards.start("note", "chen.yu")
    assert seen_by(boards, other) == {"chen.yu"} | above - {"zhou.min"}, "the other branch has its own supervisor"


def test_a_case_is_found_by_its_number_and_a_stranger_learns_nothing(boards: House) -> None:
    case = boards.start("note")
    number = boards.row(case).case_number
    assert boards.engine.boards.case(number.lower(), boards("li.na")).head.id == case
    task = boards.task(case, "write")
    for look in (lambda: boards.engine.boards.case(number, boards("he.wai")),
                 lambda: boards.engine.boards.task(task, boards("he.wai")),
                 lambda: boards.engine.boards.case("TS-20260407-999", boards("he.wai"))):
        with pytest.raises(NotFound) as hidden:
            look()
        assert hidden.value.http_status == 404


def test_the_auditor_sees_everything_and_changes_nothing(boards: House) -> None:
    case = boards.start("note")
    auditor = boards("xu.shen")
    task = boards.task(case, "write")
    view = boards.engine.boards.task(task, auditor)
    assert (view.may_claim, view.may_edit, view.may_release) == (False, False, False)
    page = boards.engine.boards.case(case, auditor)
    assert (page.may_cancel, page.may_suspend) == (False, False)
    assert boards.engine.boards.startable(auditor) == ()
    for act in (lambda: boards.engine.tasks.claim(task, auditor),
                lambda: boards.engine.tasks.complete(task, {}, auditor),
                lambda: boards.engine.instances.start("note", auditor),
                lambda: boards.engine.instances.cancel(case, "x", auditor),
                lambda: boards.engine.instances.move(case, [], ["approve"], "x", auditor),
                lambda: boards.engine.identity.leave("li.na", auditor)):
        with pytest.raises(NotPermitted):
            act()
    assert boards.verbs(case) == ["started"]


def test_who_may_start_what(boards: House) -> None:
    def startable(login: str) -> list[str]:
        return [card.key for card in boards.engine.boards.startable(boards(login))]

    assert startable("li.na") == ["caller", "due", "note"], "`called` is only called"
    assert startable("zhou.min") == [], "cases begin with those who work on their first step"
    with pytest.raises(NotPermitted):
        boards.engine.instances.start("note", boards("zhou.min"))
    with pytest.raises(NotPermitted):
        boards.engine.instances.start("called", boards("li.na"))
    with pytest.raises(NotFound):
        boards.engine.instances.start("no-such-process", boards("li.na"))


def test_the_supervisors_worklist(boards: House) -> None:
    boards.start("due")
    boards.start("due", "chen.yu")
    assert boards.engine.boards.overdue(boards("zhou.min")) == ()
    boards.clock.move(timedelta(hours=1, minutes=40))
    assert [row.element_id for row in boards.engine.boards.overdue(boards("zhou.min"))] == ["by_duration"]
    assert [row.element_id for row in boards.engine.boards.overdue(boards("liu.jun"))] == ["by_duration"] * 2
    assert boards.engine.boards.overdue(boards("li.na")) == ()


def test_the_page_of_a_task_offers_what_the_person_may_do(boards: House) -> None:
    task = boards.task(boards.start("note"), "write")
    offered = boards.engine.boards.task(task, boards("wang.fang"))
    assert (offered.may_claim, offered.may_edit) == (True, False)
    assert offered.read_only_reason.en == "Claim it to fill it in."
    boards.engine.tasks.claim(task, boards("li.na"))
    mine = boards.engine.boards.task(task, boards("li.na"))
    assert (mine.may_claim, mine.may_edit, mine.may_release, mine.read_only_reason) == (False, True, True, None)
    assert [step.element_id for step in mine.next_steps] == ["approve"]
    hers = boards.engine.boards.task(task, boards("zhou.min"))
    assert (hers.may_edit, hers.read_only_reason.zh) == (False, "由 李娜 办理。")
