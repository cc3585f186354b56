"""What the verbs around the flow of a case cost: at most twelve statements and one commit each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.engine.house import House
from tests.engine.test_returning import begun
from tests.engine.test_statement_budget import COMMITS, STATEMENTS, Meter

NOTE = {"customer": "恒泰"}


@pytest.fixture
def ways(small_house: House) -> House:
    small_house.deploy("many_ways", "asked")
    return small_house


def claimed(house: House, case: str, element: str) -> str:
    task = next(row.id for row in house.tasks(case) if row.element_id == element)
    house.engine.tasks.claim(task, house("li.na"))
    return task


def returning(house: House, *, straight: bool) -> Callable[[], Any]:
    task, by = claimed(house, begun(house, "write", "check"), "check_again"), house("li.na")
    return lambda: house.engine.tasks.return_to(task, "write", "x", by, straight=straight)


def coming_back(house: House) -> Callable[[], Any]:
    returning(house, straight=True)()
    task, by = next(row.id for row in house.tasks() if row.element_id == "write"), house("li.na")
    return lambda: house.engine.tasks.complete(task, NOTE, by)


def pulling_back(house: House) -> Callable[[], Any]:
    case, by = begun(house, "write"), house("li.na")
    return lambda: house.engine.tasks.pull_back(case, by)


def clock(verb: str) -> Callable[[House], Callable[[], Any]]:
    def made(house: House) -> Callable[[], Any]:
        task, by = claimed(house, begun(house), "write"), house("zhou.min")
        if verb == "resume_clock":
            house.engine.tasks.pause_clock(task, "x", by)
        more = (house.clock.now() + timedelta(hours=9),) if verb == "extend" else ()
        return lambda: getattr(house.engine.tasks, verb)(task, *more, "x", by)
    return made


def on_case(verb: str) -> Callable[[House], Callable[[], Any]]:
    def made(house: House) -> Callable[[], Any]:
        case, by = begun(house, "write"), house("zhou.min")
        claimed(house, case, "check")
        if verb == "resume":
            house.engine.instances.suspend(case, "x", by)
        more: tuple[Any, ...] = ()
        if verb == "jump":
            more = ([row.element_instance_id for row in house.tasks(case)], ["judge"])
        return lambda: getattr(house.engine.instances, verb)(case, *more, "x", by)
    return made


ACTS: dict[str, Callable[[House], Callable[[], Any]]] = {
    "return through all": lambda house: returning(house, straight=False),
    "return straight": lambda house: returning(house, straight=True), "come back": coming_back,
    "pull back": pulling_back,
    **{verb: clock(verb) for verb in ("extend", "pause_clock", "resume_clock", "escalate")},
    **{verb: on_case(verb) for verb in ("cancel", "terminate", "suspend", "resume", "jump")}}


@pytest.mark.parametrize("name", ACTS)
def test_a_verb_costs_at_most_twelve_statements(ways: House, name: str) -> None:
    act = ACTS[name](ways)
    meter = Meter()
    meter.attach(ways.engine.database.engine)
    with meter.measured() as cost:
        act()
    assert len(cost.statements) <= STATEMENTS, "\n".join(cost.statements)
    assert cost.commits == COMMITS
