"""People: signing in, pauses after failures, roles in units, leaving; numbers that people read."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from engine import SYSTEM, Bilingual, Invalid, NotFound, NotPermitted
from engine.identity import LoginTaken, SignInFailed, SignInPaused, WeakPassword
from engine.models.identity import OrgUnit, SignInAttempt
from engine.models.runtime import Counter, ProcessInstance
from engine.numbers import next_number
from tests.engine.house import House

PASSWORD = "eight letters at least"


@pytest.fixture
def open_house(small_house: House) -> House:
    small_house.engine.identity.set_password("li.na", PASSWORD, SYSTEM)
    return small_house


def test_signing_in(house: House) -> None:
    house.engine.identity.set_password("li.na", PASSWORD, SYSTEM)
    assert house.engine.identity.sign_in(" Li.Na ", PASSWORD).login == "li.na"
    for login, password in (("li.na", "wrong"), ("nobody", PASSWORD), ("wang.fang", ""), ("", "")):
        with pytest.raises(SignInFailed) as failed:
            house.engine.identity.sign_in(login, password)
        assert failed.value.http_status == 401 and failed.value.sentence("zh") == "账号或密码不对。"


def test_five_failures_bring_a_pause_even_for_the_right_password(open_house: House) -> None:
    identity = open_house.engine.identity
    for _ in range(5):
        with pytest.raises(SignInFailed):
            identity.sign_in("li.na", "wrong")
    with pytest.raises(SignInPaused) as paused:
        identity.sign_in("li.na", PASSWORD)
    assert paused.value.http_status == 429 and "15" in paused.value.sentence("zh") + paused.value.sentence("en")
    open_house.clock.move(timedelta(minutes=15, seconds=1))
    assert identity.sign_in("li.na", PASSWORD).login == "li.na"
    assert open_house.count(SignInAttempt) == 0, "a success forgets the failures"


def test_a_pause_follows_every_five_failures(open_house: House) -> None:
    identity = open_house.engine.identity
    for _ in range(2):
        for _ in range(5):
            with pytest.raises(SignInFailed):
                identity.sign_in("li.na", "wrong")
        with pytest.raises(SignInPaused):
            identity.sign_in("li.na", "wrong")
        open_house.clock.move(timedelta(minutes=16))


def test_who_left_signs_in_no_more_and_leaves_the_work_to_the_role(house: House) -> None:
    house.deploy("note")
    house.engine.identity.set_password("li.na", PASSWORD, SYSTEM)
    person = house("li.na")
    case = house.start("note")
    browser = house.engine.identity.begin_session(person.person_id)
    house.engine.tasks.claim(house.task(case, "write"), person)
    with pytest.raises(NotPermitted):
        house.engine.identity.leave("li.na", house("wang.fang"))
    house.engine.identity.leave("li.na", house("root"))
    with pytest.raises(SignInFailed):
        house.engine.identity.sign_in("li.na", PASSWORD)
    for look in (lambda: house("li.na"), lambda: house.engine.identity.actor(person.person_id),
                 lambda: house.engine.identity.signed_in(browser)):
        with pytest.raises(NotFound):
            look()
    house.complete(case, "write", "wang.fang", {"customer": "恒泰"})


def test_a_new_password_ends_the_sessions(open_house: House) -> None:
    person = open_house("li.na")
    browser = open_house.engine.identity.begin_session(person.person_id)
    assert open_house.engine.identity.signed_in(browser).actor == person
    open_house.engine.identity.set_password("li.na", PASSWORD + "!", person)
    with pytest.raises(NotFound):
        open_house.engine.identity.signed_in(browser)
    with pytest.raises(NotPermitted):
        open_house.engine.identity.set_password("li.na", PASSWORD, open_house("wang.fang"))
    with pytest.raises(WeakPassword):
        open_house.engine.identity.set_password("li.na", "short", person)


def test_people_are_managed_by_administrators(small_house: House) -> None:
    identity = small_house.engine.identity
    with pytest.raises(NotPermitted):
        identity.create_person("x.y", Bilingual("某"), small_house("li.na"), unit="hq")
    for login in ("li.na", " ", "LI.NA"):
        with pytest.raises(LoginTaken):
            identity.create_person(login, Bilingual("某"), small_house("root"), unit="hq")
    with pytest.raises(NotFound):
        identity.create_person("x.y", Bilingual("某"), SYSTEM, unit="no-such-unit")
    with pytest.raises(NotFound):
        identity.set_roles("li.na", [("agent", "no-such-unit")], SYSTEM)
    assert small_house("li.na").roles == {"agent"}, "rolled back"


def test_a_changed_role_counts_at_once(house: House) -> None:
    house.deploy("note")
    case = house.start("note")
    task = house.task(case, "write")
    with pytest.raises(NotPermitted):
        house.engine.tasks.claim(task, house("he.wai"))
    house.engine.identity.set_roles("he.wai", [("agent", "north_desk")], house("root"))
    house.engine.tasks.claim(task, house("he.wai"))


@pytest.mark.parametrize(("unit", "role", "offered"), [
    ("north_desk", "agent", "north_desk"), ("north", "agent", "north"), ("south", "agent", "south"),
    ("north_desk", "supervisor", "north"), ("south", "supervisor", "hq"), ("south", "president", "hq"),
    ("hq", "agent", "hq"), ("north", "nobody_holds_this", "hq"),
])
def test_a_role_is_asked_in_the_smallest_subtree_that_has_a_holder(
        small_house: House, unit: str, role: str, offered: str) -> None:
    with small_house.engine.database.reading() as connection:
        live = small_house.engine.live.at(connection)
        ids = {row.key: row.id for row in connection.execute(select(OrgUnit.key, OrgUnit.id))}
        assert live.offered_at(role, ids[unit]) == ids[offered]


def test_numbers_count_per_prefix_and_day_and_grow_past_999(house: House) -> None:
    house.deploy("note", "timed")
    numbers = [house.started("note").case_number for _ in range(2)]
    assert numbers == ["TS-20260407-001", "TS-20260407-002"]
    assert house.started("timed").case_number == "AJ-20260407-001"
    with house.engine.database.transaction() as connection:
        connection.execute(Counter.__table__.update().where(Counter.prefix == "TS").values(value=998))
    assert [house.started("note").case_number[-4:] for _ in range(2)] == ["-999", "1000"]
    house.clock.set(datetime(2026, 4, 7, 16, 0, tzinfo=UTC))  # midnight in Shanghai
    assert house.started("note").case_number == "TS-20260408-001"


def test_numbers_drawn_at_once_are_different(house: House) -> None:
    drawn: list[str] = []
    barrier = threading.Barrier(6)

    def draw() -> None:
        barrier.wait()
        with house.engine.database.transaction() as connection:
            drawn.append(next_number(house.engine, connection, "CL", house.clock.now()))

    threads = [threading.Thread(target=draw) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(drawn) == [f"CL-20260407-{number:03d}" for number in range(1, 7)]


def test_a_number_drawn_by_what_fails_is_given_back_or_left_out_but_never_twice(house: House) -> None:
    house.deploy("note")
    with pytest.raises(NotFound):
        house.started("note", form_values={"no": "form"})
    assert house.count(ProcessInstance) == 0
    first, second = house.started("note").case_number, house.started("note").case_number
    assert first < second


def test_a_unit_that_does_not_exist_starts_nothing(small_house: House) -> None:
    small_house.deploy("note")
    with pytest.raises(NotFound):
        small_house.started("note", unit="no-such-unit")
    case = small_house.start("note", unit="south")
    assert small_house.engine.boards.inbox(small_house("chen.yu"), "unclaimed").rows[0].case_id == case


def test_an_invalid_moment_never_reaches_the_database(small_house: House) -> None:
    with pytest.raises(Exception, match="zone"), small_house.engine.database.transaction() as connection:
        connection.execute(insert(SignInAttempt.__table__).values(
            subject="x", failures=1, last_at=datetime(2026, 1, 1)))
    assert issubclass(WeakPassword, Invalid)
