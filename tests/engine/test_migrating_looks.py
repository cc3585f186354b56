"""Looking before cases move: what becomes of each, proposals and mappings by hand, what is tried, who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from engine import Invalid, NotPermitted
from engine.models.identity import PublicLink
from tests.engine.house import House
from tests.engine.migrated import move, publish, rows_of
from tests.engine.sketch import Sketch, line, split


def test_what_has_no_place_is_told_before_and_stays_where_it_is(house: House) -> None:
    publish(house, line("a", "b"))
    cases = [house.start("moved") for _ in range(3)]
    house.complete(cases[0], "a")
    publish(house, line("a", "b").changed("a", kind="manualTask"))
    look = house.engine.migrations.look("moved", house("root"))
    assert (look.moves, look.map, look.never, look.cases) == (1, 2, 0, 3)
    at_a = next(one for one in look.elements if one.element_id == "a")
    assert (at_a.cases, at_a.fate, [one.element_id for one in at_a.choices]) == (2, "map", ["b"])
    view = move(house)
    assert (view.card.moved, view.card.refused) == (1, 2)
    assert {one.reason.zh for one in view.lines if one.state == "refused"} == {
        "“a”在新版本中是另一种环节"} == {one.reason.zh for one in look.refusals}
    assert house.open(cases[1]) == ["a"] and "migrated" not in house.verbs(cases[1])


def test_a_branch_that_could_never_come_is_foreseen(house: House) -> None:
    # given one case before the fork and two after it, one with a branch done
    before = split("a", "b").then("start", "first")
    publish(house, before)
    early, late, half = (house.start("moved") for _ in range(3))
    house.complete(late, "first")
    house.complete(half, "first")
    house.complete(half, "a")
    # when the new drawing waits for a third branch
    publish(house, before.copy().add("c").way("fork", "c", "join"))
    look = house.engine.migrations.look("moved", house("root"))
    assert (look.moves, look.never) == (1, 2)
    assert look.refusals[0].reason.zh == "“a”：“join”会等一个不会到来的分支。" or "join" in look.refusals[0].reason.zh
    assert move(house).card.moved == 1
    house.complete(early, "first")
    assert sorted(house.open(early)) == ["a", "b", "c"]
    for step in ("a", "b", "c"):
        house.complete(early, step)
    house.complete(half, "b")
    assert {house.row(one).ended_at is not None for one in (early, half)} == {True}


def test_a_join_that_asks_for_less_lets_go_on_at_once(house: House) -> None:
    publish(house, split("a", "b", "c"))
    case = house.start("moved")
    house.complete(case, "a")
    publish(house, split("a", "b").add("d").way("join", "d", "end"))
    look = house.engine.migrations.look("moved", house("root"))
    assert (look.moves, look.map + look.never) == (0, 1), "there is work at c"
    house.complete(case, "c")
    view = move(house)
    assert view.card.refused == 1, "a branch that was walked is gone"


def test_mapped_by_hand_or_as_proposed(house: House) -> None:
    publish(house, line("registration").changed("registration", name="登记投诉"))
    case = house.start("moved")
    publish(house, Sketch().add("start", "startEvent").add("intake", name="登记客户投诉").add("other", name="回访")
            .add("end", "endEvent").way("start", "intake", "other", "end"))
    look = house.engine.migrations.look("moved", house("root"))
    assert look.mapping == {1: {"registration": "intake"}} and look.moves == 1
    shown = look.elements[0]
    assert (shown.to, shown.proposed, [one.element_id for one in shown.choices]) == ("intake", True,
                                                                                   ["intake", "other"])
    nowhere = house.engine.migrations.look("moved", house("root"), mapping={1: {"registration": ""}})
    assert (nowhere.moves, nowhere.map) == (0, 1)
    move(house, {1: {"registration": "other"}})
    assert house.open(case) == ["other"]


@pytest.mark.parametrize("wrong", [{"a": "start"}, {"a": "nowhere"}, {"nowhere": "b"}])
def test_a_mapping_that_does_not_fit_is_refused_at_its_field(small_house: House, wrong: dict[str, str]) -> None:
    publish(small_house, line("a"))
    small_house.start("moved")
    publish(small_house, line("b"))
    with pytest.raises(Invalid) as refused:
        small_house.engine.migrations.look("moved", small_house("root"), mapping={1: wrong})
    assert [one.path for one in refused.value.fields] == [f"map.1.{next(iter(wrong))}"]


def test_what_hangs_on_the_case_is_tried_for_each(house: House) -> None:
    # given two cases of which the new timer can be computed for one alone
    publish(house, line("a"))
    good = house.start("moved", variables={"days": "P2D"})
    bad = house.start("moved", variables={"days": "soon"})
    publish(house, line("a").add("late", "boundaryEvent", on="a", timer="=days", beside=True).way("late", "end"))
    before = rows_of(house, good), rows_of(house, bad)
    look = house.engine.migrations.look("moved", house("root"), tried=True)
    assert (look.moves, look.never, look.untried) == (1, 1, 0)
    assert [one.case_id for one in look.refusals[0].lines] == [bad] and "soon" in look.refusals[0].reason.zh
    assert (rows_of(house, good), rows_of(house, bad)) == before, "nothing of a trial is kept"
    view = move(house)
    assert {one.case_id: one.state for one in view.lines} == {good: "moved", bad: "refused"}
    assert rows_of(house, bad) == before[1]


def test_a_link_that_a_customer_has_keeps_the_case_whose_form_would_be_gone(small_house: House) -> None:
    house = small_house
    publish(house, line("a", "b").changed("a", form="note_form"))
    cases = [house.start("moved") for _ in range(2)]
    with house.engine.database.transaction() as connection:
        connection.execute(insert(PublicLink.__table__).values(
            token_hash="h", root_id=cases[0], instance_id=cases[0], element_id="b", purpose="sign",
            form_key="note_form", created_at=house.clock.now(), expires_at=house.clock.now() + timedelta(days=1)))
    publish(house, line("a", "b").renamed("b", "b_now"))
    look = house.engine.migrations.look("moved", house("root"), tried=True)
    assert (look.moves, look.never) == (1, 1) and "便条" in look.refusals[0].reason.zh
    house.clock.move(timedelta(days=2))
    assert move(house, {1: {"b": "b_now"}}).card.moved == 2
    assert house.rows(select(PublicLink.element_id))[0].element_id == "b_now"


def test_who_may(small_house: House) -> None:
    house = small_house
    publish(house, line("a"))
    house.start("moved")
    publish(house, line("a", "b"))
    verbs = house.engine.migrations
    assert verbs.look("moved", house("xu.shen")).may_run is False
    for login, act in (("xu.shen", lambda by: verbs.begin("moved", by, sources=[1], target=2, note="x")),
                       ("xu.shen", lambda by: verbs.look("moved", by, tried=True)),
                       ("zhou.min", lambda by: verbs.look("moved", by)),
                       ("li.na", lambda by: verbs.versions("moved", by))):
        with pytest.raises(NotPermitted):
            act(house(login))
    with pytest.raises(Invalid):
        verbs.begin("moved", house("root"), sources=[1], target=2, note=" ")
