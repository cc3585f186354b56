"""What the history of a real engine tells of rests, of tasks that were passed on, and of people who were away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.simulation.past import Past, Period
from engine.simulation.reading import read_past
from tests.engine.house import House

HOUR = 3600.0


def past(house: House) -> Past:
    period = Period.ending(house.clock.now() + timedelta(seconds=1), 10)
    with house.engine.database.reading() as connection:
        return read_past(house.engine, connection, house.engine.live.at(connection), "note", period)


def endings(house: House, element: str) -> list[Any]:
    """How the tasks of a step went, and how they were worked on."""
    found = past(house)
    return [one for arrival in found.arrivals for instance in arrival.instances
            for one in instance.endings.get(element, ())]


def begun(house: House, by: str = "li.na") -> str:
    """A note that somebody has claimed an hour after it came."""
    case = house.start("note")
    house.after(hours=1)
    house.engine.tasks.claim(house.task(case, "write"), house(by))
    return case


def test_time_in_which_a_case_was_suspended_is_neither_waiting_nor_work(small_house: House) -> None:
    house = small_house
    house.deploy("note")
    # given a note that was claimed after an hour, stood still for a day, and was written an hour later
    case = begun(house)
    house.engine.instances.suspend(case, "等料", house("zhou.min"))
    house.after(days=1)
    house.engine.instances.resume(case, "到了", house("zhou.min"))
    house.after(hours=1)
    house.complete(case, "write", values={"customer": "王芳"})
    # then the day is a rest of its own, and one hour each is left
    (ending,) = endings(house, "write")
    assert (ending.rest, ending.stood) == (24 * HOUR, 24 * HOUR)
    (work,) = past(house).steps["note", "write"].works
    assert work.elapsed == 2 * HOUR


def test_signers_have_the_task_while_they_are_at_it(small_house: House) -> None:
    house, tasks = small_house, small_house.engine.tasks
    house.deploy("note")
    case = house.start("note")
    house.complete(case, "write", values={"customer": "王芳"})
    task = house.task(case, "approve")
    tasks.claim(task, house("zhou.min"))
    # given an approval that one signs before it for three hours, and one decides instead for two more
    tasks.add_signers(task, ["liu.jun"], "before", "请把关", house("zhou.min"))
    house.after(hours=3)
    tasks.sign(task, "agree", "", house("liu.jun"))
    house.after(hours=1)
    tasks.add_signers(task, ["gao.lei"], "joint", "会签", house("zhou.min"))
    house.after(hours=2)
    tasks.sign(task, "approve", "", house("gao.lei"))
    # then these hours are rests, and whoever signed last is not taken for a supervisor
    (ending,) = endings(house, "approve")
    assert (ending.rest, ending.stood) == (5 * HOUR, 0)
    (work,) = past(house).steps["note", "approve"].works
    assert work.elapsed == 1 * HOUR
    assert {pool[0] for person in past(house).people if person.login == "gao.lei" for pool in person.pools} == {
        "president"}


def test_after_a_transfer_the_claim_before_tells_nothing(small_house: House) -> None:
    house = small_house
    house.deploy("note")
    case = begun(house)
    house.after(hours=5)
    house.engine.tasks.transfer(house.task(case, "write"), "wang.fang", "请帮忙", house("li.na"))
    house.after(minutes=20)
    house.complete(case, "write", "wang.fang", {"customer": "王芳"})
    # then what lies before the usual length of work is waiting, as the receiver had not begun
    step = past(house).steps["note", "write"]
    assert not step.measured
    assert step.works[0].service <= 900


def test_who_has_a_substitute_is_away_but_for_days_with_work(small_house: House) -> None:
    house = small_house
    house.deploy("note")
    # given Wang Fang, away for four days, who still finished something in the first hour
    case, now, away = begun(house, "wang.fang"), house.clock.now(), house("wang.fang")
    house.engine.identity.substitute("wang.fang", "li.na", now, now + timedelta(days=4), None, "年假", away)
    house.after(hours=1)
    house.complete(case, "write", "wang.fang", {"customer": "王芳"})
    other = house.start("note")
    house.after(days=5)
    house.complete(other, "write", values={"customer": "李四"})
    # then she is away from then on, and Li Na stands in
    people = {person.login: person for person in past(house).people}
    ((gone, back),) = people["wang.fang"].away
    assert (back - gone) == (4 * 24 - 1) * HOUR
    assert [one[:2] for one in people["li.na"].stands_in] == [(gone, back)]
