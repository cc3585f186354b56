"""Taking back a migration: all stands as before, unless somebody touched it; what is kept for that, and how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import BihuanError
from engine.models.studio import MigrationItem
from engine.models.working import SearchValue
from engine.privacy.blanking import blank_case
from tests.engine.house import House
from tests.engine.migrated import move, publish, rows_of, take_back
from tests.engine.sketch import line


def test_migrated_and_taken_back_everything_stands_as_before(house: House) -> None:
    publish(house, line("a", "b").changed("a", deadline="D-2H").add(
        "slow", "boundaryEvent", on="a", timer="P1D", beside=True).way("slow", "b"))
    case = house.start("moved")
    house.engine.tasks.claim(house.task(case, "a"), house("li.na"))
    house.clock.move(timedelta(minutes=5))
    before = rows_of(house, case)
    newer = line("a", "b").changed("a", name="新名字", role="supervisor").add(
        "fresh", "boundaryEvent", on="a", timer="PT3H").way("fresh", "b")
    publish(house, newer)
    view = move(house)
    assert rows_of(house, case) != before
    assert house.tasks(case)[0].due_at is None, "the new drawing has no deadline there"
    after = take_back(house, view)
    assert (after.card.taken_back, after.card.kept, after.card.state) == (1, 0, "taken_back")
    assert rows_of(house, case) == before
    assert house.verbs(case)[-2:] == ["migrated", "migration_taken_back"]
    house.after(hours=2.5)
    assert [one[1] for one in house.escalations(case)] == [0, 1], "its clock runs on"


def test_search_fields_follow_the_new_version(house: House) -> None:
    first = line("a", "b").changed("a", form="note_form")
    first.properties = {"bihuan:search": "note_form.amount"}
    publish(house, first)
    case = house.start("moved")
    house.complete(case, "a", values={"customer": "恒泰", "amount": "7", "severity": "grave", "phone": "13862156621"})
    before = rows_of(house, case)
    second = first.copy()
    second.properties = {"bihuan:search": "note_form.severity", "bihuan:customer": "=note_form.customer",
                         "bihuan:phone": "=note_form.phone"}
    publish(house, second)
    view = move(house)
    found = house.rows(select(SearchValue.field, SearchValue.text))
    assert [(one.field, one.text) for one in found] == [("severity", "grave")]
    task = house.tasks(case)[0]
    assert task.customer == "恒泰" and "severity=grave" in task.facts and "amount" not in task.facts
    found = [one.id for one in house.engine.boards.cases(house("root"), "13862156621")]
    assert found == [case]
    take_back(house, view)
    assert rows_of(house, case) == before
    assert house.engine.boards.cases(house("root"), "13862156621") == ()


@pytest.mark.parametrize("act", ["claim", "complete", "wait", "suspend"])
def test_a_case_that_was_touched_since_stays_and_says_why(small_house: House, act: str) -> None:
    house = small_house
    publish(house, line("a", "b").changed("a", deadline="D-2H"))
    untouched, case = house.start("moved"), house.start("moved")
    before = rows_of(house, untouched)
    publish(house, line("a", "b").changed("a", deadline="D-2H", name="新"))
    view = move(house)
    why = {"claim": "任务在迁移后有人认领、办理或签署", "complete": "案件在迁移后已往下进行",
           "wait": "迁移后有期限或定时到点，或期限被调整", "suspend": "案件在迁移后已往下进行"}[act]
    if act == "claim":
        house.engine.tasks.claim(house.task(case, "a"), house("li.na"))
    elif act == "complete":
        house.complete(case, "a")
    elif act == "suspend":
        house.engine.instances.suspend(case, "等", house("zhou.min"))
    else:
        house.after(hours=3)
    after = take_back(house, view)
    told = {one.case_id: (one.state, one.reason.zh if one.reason else "") for one in after.lines}
    assert told[case] == ("kept", why)
    if act == "wait":
        assert told[untouched] == ("kept", why)
    else:
        assert told[untouched][0] == "taken_back" and rows_of(house, untouched) == before
    assert house.row(case).definition_id != before["process_instance"][0]["definition_id"]


def test_a_migration_is_taken_back_once_and_not_for_ever(small_house: House) -> None:
    house = small_house
    publish(house, line("a"))
    case = house.start("moved")
    publish(house, line("a", "b"))
    view = move(house)
    house.clock.move(timedelta(days=32))
    with pytest.raises(BihuanError) as late:
        house.engine.migrations.take_back(view.card.id, house("root"))
    assert late.value.code == "not_taken_back"
    house.engine.jobs.sweep()
    house.complete(case, "a")
    assert house.open(case) == ["b"]


def test_what_is_kept_to_take_back_is_sealed_and_goes_with_an_erased_person(small_house: House) -> None:
    house = small_house
    publish(house, line("a", "b").changed("a", form="note_form"))
    case = house.start("moved")
    house.complete(case, "a", values={"customer": "恒泰装饰", "phone": "13862156621"})
    publish(house, line("a", "b").changed("a", form="note_form").changed("b", name="二"))
    move(house)
    with house.engine.database.reading() as connection:
        raw = connection.exec_driver_sql("SELECT before FROM migration_item").scalar()
    assert raw and "恒泰" not in raw and "13862156621" not in raw
    assert house.row(case).definition_id


def test_when_the_case_has_ended_and_is_blanked_nothing_is_kept_to_take_back(small_house: House) -> None:
    house = small_house
    publish(house, line("a"))
    case = house.start("moved")
    publish(house, line("a").changed("a", name="二"))
    move(house)
    house.complete(case, "a")
    with house.engine.database.transaction() as connection:
        blank_case(house.engine, connection, case, house.clock.now())
    assert house.rows(select(MigrationItem.before))[0].before is None
