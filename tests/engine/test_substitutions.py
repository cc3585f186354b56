"""Standing in for somebody: by date and process, in lists, permissions and history; no chains."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from engine import Invalid, NotPermitted
from engine.authorization import candidate_ways, substitutes_of
from engine.errors import PersonLeft, ReasonNeeded
from engine.models.history import HistoryEntry
from engine.substitutions import BadPeriod, OneselfAway, SubstituteAway
from engine.tasks import AlreadyTaken
from tests.engine.house import House

NOTE = {"customer": "恒泰"}


@pytest.fixture
def away(small_house: House) -> House:
    """Zhou Min, who approves notes, is away from now for three days; Chen Yu of another branch acts for her."""
    small_house.deploy("note", "due", "named")
    absent(small_house, "zhou.min", "chen.yu")
    return small_house


def absent(house: House, person: str, substitute: str, **more: object) -> str:
    now = house.clock.now()
    period = {"from_at": now, "until_at": now + timedelta(days=3)} | more
    return house.engine.identity.substitute(person, substitute, processes=period.pop("processes", None),
                                            reason="休假", by=house(person), **period)


def behalf(house: House, case: str) -> list[tuple[str, str | None, str | None]]:
    return [tuple(row) for row in house.rows(
        select(HistoryEntry.verb, HistoryEntry.by, HistoryEntry.on_behalf_of).where(HistoryEntry.root_id == case)
        .order_by(HistoryEntry.id))]


def test_a_substitute_works_on_what_the_absent_person_could(away: House) -> None:
    case = away.start("note")
    away.complete(case, "write", values=NOTE)
    acting, absent_one = away("chen.yu"), away("zhou.min").person_id
    assert [person.login for person in acting.represents] == ["zhou.min"]
    away.complete(case, "approve", "chen.yu", {"decision": "approve"})
    assert ("completed", acting.person_id, absent_one) in behalf(away, case)
    assert ("completed", away("li.na").person_id, None) in behalf(away, case)


def test_a_task_claimed_by_the_absent_person_is_open_to_the_substitute(away: House) -> None:
    case = away.start("note")
    away.complete(case, "write", values=NOTE)
    task = away.task(case, "approve")
    away.engine.tasks.claim(task, away("zhou.min"))
    view = away.engine.boards.task(task, away("chen.yu"), "zh")
    assert view.may_edit and view.read_only_reason is None
    away.engine.tasks.complete(task, {"decision": "approve"}, away("chen.yu"))
    assert behalf(away, case)[-2][2] == away("zhou.min").person_id


def test_what_a_substitute_claims_is_claimed_by_the_substitute_for_the_absent_person(away: House) -> None:
    case = away.start("note")
    away.complete(case, "write", values=NOTE)
    task = away.task(case, "approve")
    away.engine.tasks.claim(task, away("chen.yu"))
    assert [row.assignee_id for row in away.tasks(case)] == [away("chen.yu").person_id]
    assert behalf(away, case)[-1] == ("claimed", away("chen.yu").person_id, away("zhou.min").person_id)
    with pytest.raises(AlreadyTaken):
        away.engine.tasks.claim(task, away("zhou.min"))


def test_ones_own_work_is_done_in_ones_own_name(away: House) -> None:
    case = away.start("note", by="chen.yu", unit="south")
    away.complete(case, "write", "chen.yu", NOTE)
    assert {row[2] for row in behalf(away, case)} == {None}


def test_a_substitution_holds_from_its_beginning_to_its_end(small_house: House) -> None:
    small_house.deploy("note")
    now = small_house.clock.now()
    absent(small_house, "zhou.min", "chen.yu", from_at=now + timedelta(days=1), until_at=now + timedelta(days=2))
    assert small_house("chen.yu").represents == ()
    small_house.clock.move(timedelta(days=1))
    assert len(small_house("chen.yu").represents) == 1
    small_house.clock.move(timedelta(days=1))
    assert small_house("chen.yu").represents == ()


def test_a_substitution_that_is_ended_holds_no_more(away: House) -> None:
    found = away.engine.identity.substitutions(away("chen.yu"))
    assert [(one.person_login, one.substitute_login, one.state) for one in found] == [
        ("zhou.min", "chen.yu", "active")]
    with pytest.raises(NotPermitted):
        away.engine.identity.end_substitution(found[0].id, away("he.wai"))
    away.engine.identity.end_substitution(found[0].id, away("zhou.min"))
    assert away("chen.yu").represents == ()
    assert away.engine.identity.substitutions(away("chen.yu"))[0].state == "over"


def test_a_substitution_for_some_processes_holds_in_no_other(small_house: House) -> None:
    small_house.deploy("note", "due")
    absent(small_house, "zhou.min", "chen.yu", processes=["due"])
    case = small_house.start("note")
    small_house.complete(case, "write", values=NOTE)
    acting, live = small_house("chen.yu"), small_house.engine.live
    with small_house.engine.database.reading() as connection:
        ways = candidate_ways(acting, live.at(connection))
    assert {processes for role, _, processes in ways if role == "supervisor"} == {frozenset({"due"})}
    assert {processes for role, _, processes in ways if role == "agent"} == {None}
    with pytest.raises(NotPermitted):
        small_house.engine.tasks.claim(small_house.task(case, "approve"), acting)
    small_house.engine.instances.cancel(small_house.start("due"), "试", acting)
    with pytest.raises(NotPermitted):
        small_house.engine.instances.cancel(case, "试", acting)


def test_substitution_is_not_passed_on(away: House) -> None:
    with pytest.raises(SubstituteAway) as refused:
        absent(away, "liu.jun", "zhou.min")
    assert "周敏" in refused.value.sentence("zh") and refused.value.fields[0].path == "substitute"
    absent(away, "chen.yu", "he.wai")
    assert [person.login for person in away("he.wai").represents] == ["chen.yu"]
    case = away.start("note")
    away.complete(case, "write", values=NOTE)
    with pytest.raises(NotPermitted):
        away.engine.tasks.claim(away.task(case, "approve"), away("he.wai"))


def test_the_rights_of_administrators_and_auditors_are_not_passed_on(small_house: House) -> None:
    absent(small_house, "root", "chen.yu")
    absent(small_house, "xu.shen", "chen.yu")
    acting = small_house("chen.yu")
    assert [person.holdings for person in acting.represents] == [(), ()]
    with pytest.raises(NotPermitted):
        small_house.engine.identity.leave("li.na", acting)


@pytest.mark.parametrize(("by", "allowed"), [
    ("li.na", True), ("zhou.min", True), ("root", True), ("wang.fang", False), ("xu.shen", False),
    ("chen.yu", False)])
def test_one_appoints_for_oneself_supervisors_for_their_people(small_house: House, by: str, allowed: bool) -> None:
    small_house.deploy("note")
    now = small_house.clock.now()

    def appoint() -> str:
        return small_house.engine.identity.substitute("li.na", "wang.fang", now, now + timedelta(days=1), None, "病假",
                                                      small_house(by))

    if allowed:
        assert appoint()
        told = {login for login, code in small_house.notices() if code.startswith("substitut")}
        assert told == {"li.na", "wang.fang"} - {by}
    else:
        with pytest.raises(NotPermitted):
            appoint()


def test_what_cannot_be_is_refused_with_a_sentence(small_house: House) -> None:
    appoint, now = small_house.engine.identity.substitute, small_house.clock.now()
    later = now + timedelta(days=1)
    by = small_house("li.na")
    small_house.engine.identity.leave("wang.fang", small_house("root"))
    cases: list[tuple[type[Invalid], str, datetime, datetime, str]] = [
        (ReasonNeeded, "chen.yu", now, later, " "), (BadPeriod, "chen.yu", later, now, "x"),
        (BadPeriod, "chen.yu", now - timedelta(days=2), now, "x"), (OneselfAway, "li.na", now, later, "x"),
        (PersonLeft, "wang.fang", now, later, "x")]
    for error, substitute, start, end, reason in cases:
        with pytest.raises(error) as refused:
            appoint("li.na", substitute, start, end, None, reason, by)
        assert refused.value.http_status == 422 and refused.value.fields and refused.value.sentence("en")
    assert small_house.engine.identity.substitutions(by) == []


def test_whoever_acts_for_a_person_is_told_what_that_person_is_told(away: House) -> None:
    with away.engine.database.reading() as connection:
        live = away.engine.live.at(connection)
    now = away.clock.now()
    assert substitutes_of(live, away("zhou.min").person_id, now) == [away("chen.yu").person_id]
    assert substitutes_of(live, away("zhou.min").person_id, now + timedelta(days=4)) == []
    case = away.start("due")
    away.complete(case, "by_date")
    away.after(hours=2)
    assert {login for login, code in away.notices() if code == "deadline_1"} == {"zhou.min", "chen.yu"}
