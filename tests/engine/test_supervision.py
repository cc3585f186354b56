"""What supervisors see: the board by age, the load of people, the cockpit; every number against one counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from engine import SYSTEM, NotFound, NotPermitted
from engine.boards import supervision
from engine.boards.measures import quantiles
from engine.ids import new_id
from engine.models.history import ElementVisit
from tests.engine.house import House


@pytest.fixture
def due(house: House) -> House:
    house.deploy("due", "timed", "note")
    return house


def test_the_board_counts_by_age_and_lists_the_longest_late_first(due: House) -> None:
    cases = []
    for _ in range(3):
        cases.append(due.start("due"))
        due.after(hours=1)
    due.engine.tasks.claim(due.task(cases[0], "by_duration"), due("wang.fang"))
    # started at 9, 10 and 11, two hours each: at 12 one is an hour late, one late just now, one at risk in 36 minutes
    due.after(minutes=40)
    board = due.engine.boards.board(due("zhou.min"))
    assert board.figures == {"late": 2, "risk": 1, "escalated": 2, "to_me": 2, "unclaimed": 2, "broken": 0}
    assert {line.key: line.cells for line in board.lines} == {
        "wang.fang": {"risk": 0, "h4": 1, "h24": 0, "d1": 0}, "-": {"risk": 1, "h4": 1, "h24": 0, "d1": 0}}
    assert [row.task.case_id for row in board.rows] == cases
    hers = due.engine.boards.board(due("zhou.min"), filters={"person": "wang.fang"})
    assert [row.task.id for row in hers.rows] == [due.task(cases[0], "by_duration")]
    at_risk = due.engine.boards.board(due("zhou.min"), filters={"age": "risk"})
    assert [row.task.case_id for row in at_risk.rows] == cases[2:]


def test_the_pages_of_the_board_follow_each_other(due: House) -> None:
    for _ in range(5):
        due.start("due")
    due.after(hours=3)
    seen, after = [], None
    while True:
        page = due.engine.boards.board(due("zhou.min"), after=after, limit=2)
        seen += [row.task.id for row in page.rows]
        after = page.following
        if after is None:
            break
    assert seen == sorted(set(seen)) and len(seen) == 5


def test_supervisors_see_their_units_and_nobody_elses(due: House) -> None:
    due.start("due", by="chen.yu")
    due.after(hours=3)
    assert due.engine.boards.board(due("zhou.min")).rows == ()
    assert len(due.engine.boards.board(due("liu.jun")).rows) == 1, "the director is above both branches"
    assert due.engine.boards.board(due("li.na")).rows == (), "an agent supervises nobody"
    with pytest.raises(NotPermitted):
        due.engine.boards.cockpit(due("li.na"), "due", due.clock.now() - timedelta(days=1), due.clock.now())


def test_a_paused_or_suspended_clock_is_not_late(due: House) -> None:
    case = due.start("due")
    due.engine.instances.suspend(case, "等客户", due("zhou.min"))
    due.after(hours=5)
    assert due.engine.boards.board(due("zhou.min")).rows == ()


@pytest.mark.parametrize(("group", "keys"), [("role", {"agent"}), ("process", {"due"}), ("unit", {"north_desk"})])
def test_the_matrix_by_other_dimensions(due: House, group: str, keys: set[str]) -> None:
    due.start("due")
    due.after(hours=3)
    lines = due.engine.boards.board(due("zhou.min"), group).lines
    assert {line.key for line in lines} == keys
    assert due.engine.boards.board(due("zhou.min"), group, {group: lines[0].key}).rows


def test_an_unknown_group_or_page_is_not_found(due: House) -> None:
    for wrong in ({"group": "shoe size"}, {"filters": {"age": "old"}}, {"after": "nonsense~1"}):
        with pytest.raises(NotFound):
            due.engine.boards.board(due("zhou.min"), **wrong)


def test_the_load_of_people(due: House) -> None:
    first, second = due.start("due"), due.start("due")
    due.engine.tasks.claim(due.task(first, "by_duration"), due("wang.fang"))
    due.after(hours=3)
    due.complete(second, "by_duration", by="wang.fang")
    people, roles = due.engine.boards.workload(due("zhou.min"))
    line = next(line for line in people if line.login == "wang.fang")
    assert (line.open, line.late, line.done, line.on_time, line.median) == (1, 1, 1, 0.0, 3 * 3600)
    assert people[0] is line, "the most loaded comes first"
    assert [(role.role, role.unclaimed, role.holders) for role in roles] == [("agent", 2, 3)]


def test_the_cockpit_counts_what_was_left_in_the_period(due: House) -> None:
    begin = due.clock.now()
    cases = [due.start("due") for _ in range(3)]
    due.after(hours=1)
    due.complete(cases[0], "by_duration")
    due.after(hours=3)
    due.complete(cases[1], "by_duration")
    view = due.engine.boards.cockpit(due("zhou.min"), "due", begin, due.clock.now() + timedelta(seconds=1))
    [version] = view.versions
    step = next(step for step in version.steps if step.element_id == "by_duration")
    assert (version.open, version.started, version.ended) == (3, 3, 0)
    assert (step.open, step.late, step.visits, step.median, step.p95) == (1, 1, 2, 3600.0, 4 * 3600.0)
    assert (step.with_deadline, step.on_time, step.on_time_share, step.return_share) == (2, 1, 0.5, 0.0)
    empty = due.engine.boards.cockpit(due("zhou.min"), "due", begin - timedelta(days=9), begin - timedelta(days=8))
    assert all(step.visits == 0 and step.median is None for step in empty.versions[0].steps)


def test_days_are_those_of_the_office(due: House) -> None:
    due.clock.set(datetime(2026, 4, 7, 15, 59, tzinfo=UTC))  # 23:59 in Shanghai
    case = due.start("due")
    due.after(minutes=2)
    due.complete(case, "by_duration")
    now = due.clock.now()
    days = due.engine.boards.by_day(due("zhou.min"), now - timedelta(days=1), now + timedelta(hours=1))
    assert [(day.day.day, day.started, day.done, day.on_time) for day in days if day.started or day.done] == [
        (7, 1, 0, 0), (8, 0, 1, 1)]
    assert due.engine.boards.on_time(due("zhou.min")) == 1.0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 10_000)), min_size=1, max_size=60))
def test_quantiles_are_the_nearest_ranks(small_house: House, values: list[tuple[str, int]]) -> None:
    now = small_house.clock.now()
    with small_house.engine.database.transaction() as connection:
        connection.execute(ElementVisit.__table__.delete())
        connection.execute(insert(ElementVisit.__table__), [
            {"id": new_id(now), "root_id": "r", "instance_id": "r", "definition_id": "d", "element_id": element,
             "element_instance_id": "x", "kind": "userTask", "entered_at": now, "left_at": now, "seconds": seconds,
             "outcome": "completed"} for element, seconds in values])
        found = quantiles(connection, select(ElementVisit.id), [ElementVisit.element_id], ElementVisit.seconds)
    for element in {element for element, _ in values}:
        ranked = sorted(seconds for name, seconds in values if name == element)
        assert found[(element,)] == tuple(ranked[ceil(len(ranked) * share / 100) - 1] for share in (50, 95))


def test_roles_of_one_name_are_told_apart_by_their_pack(due: House) -> None:
    # given a second pack with a role that is called like one of the first
    due.engine.deployments.deploy({"u/pack.yaml": "pack: other\ntitle: {zh: 门店, en: Stores}\n"
                                   "roles: {store_agent: {zh: 客服, en: Store agent}}\n".encode()}, SYSTEM)
    # when the matrix names both
    with due.engine.database.reading() as connection:
        names = supervision._told_apart(due.engine.live.at(connection), ["agent", "store_agent", "director"])
    # then each says where it belongs, and what has a name of its own keeps it
    assert [name.zh for name in names.values()] == ["客服（测试）", "客服（门店）", "总监"]
