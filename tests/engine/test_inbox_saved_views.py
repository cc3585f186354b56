"""Saved views: kept, shared with a unit, counted in one statement, changed by their owner alone."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Invalid, NotFound, NotPermitted, SavedViewCard
from tests.engine.house import House


@pytest.fixture
def boards(house: House) -> House:
    house.deploy("note", "due", "order")
    return house


@pytest.fixture
def desk(small_house: House) -> House:
    small_house.deploy("note", "order")
    return small_house


def saved(house: House, login: str) -> tuple[SavedViewCard, ...]:
    return house.engine.boards.sidebar(house(login)).saved


def keep(house: House, login: str, name: str = "严重的", view: str = "unclaimed", filters: Any = None,
         **more: Any) -> str:
    return house.engine.boards.save_view(name, view, filters or {"severity": "grave"}, house(login), **more)


def test_counts_of_saved_views_are_those_of_their_lists(boards: House) -> None:
    for channel, price in (("phone", "100"), ("phone", "2000"), ("letter", "100")):
        boards.complete(boards.start("order"), "take", values={"channel": channel, "price": price})
    boards.engine.tasks.claim(boards.task(boards.start("due"), "by_duration"), boards("li.na"))
    wanted = (("unclaimed", {"f.channel": "phone"}), ("unclaimed", {"f.channel": "phone", "f.price": "..500"}),
              ("mine", {}), ("today", {"process": "due"}), ("overdue", {}), ("snoozed", {}), ("delegated", {}))
    for number, (view, filters) in enumerate(wanted):
        boards.engine.boards.save_view(f"v{number}", view, filters, boards("li.na"), sort="-since")
    counts = [one.count for one in saved(boards, "li.na")]
    lists = [len(boards.engine.boards.inbox(boards("li.na"), view, filters).rows) for view, filters in wanted]
    assert counts == lists == [1, 1, 1, 1, 0, 0, 0]


def test_a_shared_view_is_seen_in_the_unit_and_below_and_counts_for_each_reader(desk: House) -> None:
    desk.start("note")
    keep(desk, "zhou.min", filters={"process": "note"}, shared=True)
    mine, = saved(desk, "zhou.min")
    theirs, = saved(desk, "li.na")
    assert (mine.mine, mine.count) == (True, 0) and (theirs.mine, theirs.count, theirs.unit.zh) == (False, 1, "north")
    assert saved(desk, "chen.yu") == ()


def test_ones_own_view_is_nobody_elses(desk: House) -> None:
    view = keep(desk, "li.na")
    assert saved(desk, "wang.fang") == ()
    for act in (lambda: keep(desk, "wang.fang", view_id=view),
                lambda: desk.engine.boards.delete_view(view, desk("wang.fang"))):
        with pytest.raises(NotFound):
            act()


def test_a_shared_view_is_changed_by_its_owner_and_removed_by_an_administrator(desk: House) -> None:
    view = keep(desk, "zhou.min", shared=True)
    for act in (lambda: keep(desk, "li.na", view_id=view),
                lambda: desk.engine.boards.delete_view(view, desk("li.na"))):
        with pytest.raises(NotPermitted):
            act()
    keep(desk, "zhou.min", "新名", "mine", {"due": "late"}, view_id=view, sort="-since")
    changed, = saved(desk, "zhou.min")
    assert (changed.id, changed.name.zh, changed.view, changed.filters, changed.sort, changed.unit) == (
        view, "新名", "mine", {"due": "late"}, "-since", None)
    shared = keep(desk, "zhou.min", shared=True)
    desk.engine.boards.delete_view(shared, desk("root"))
    assert [one.id for one in saved(desk, "zhou.min")] == [view]


def test_what_is_no_view_is_refused(desk: House) -> None:
    with pytest.raises(Invalid) as named:
        keep(desk, "li.na", "  ")
    assert named.value.fields[0].path == "name"
    with pytest.raises(Invalid):
        keep(desk, "li.na", "长" * 101)
    for wrong in ({"view": "secret"}, {"view": "done"}, {"filters": {"colour": "blue"}}, {"sort": "password"}):
        with pytest.raises(NotFound):
            keep(desk, "li.na", **wrong)
    with pytest.raises(NotPermitted):
        keep(desk, "xu.shen", shared=True)
    assert saved(desk, "li.na") == ()


def test_there_are_at_most_twenty(desk: House) -> None:
    for number in range(20):
        keep(desk, "li.na", f"v{number}")
    with pytest.raises(Invalid) as full:
        keep(desk, "li.na", "one more")
    assert full.value.fields[0].code == "too_many_views"
    assert len(saved(desk, "li.na")) == 20
