"""What will follow a task before it is submitted: steps over the draft, people, who is away, how long it takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import NextStep, NotFound
from tests.engine.house import House


@pytest.fixture
def desk(small_house: House) -> House:
    small_house.deploy("note", "order", "caller", "called")
    return small_house


def predicted(house: House, task: str, login: str = "li.na", values: dict[str, Any] | None = None
              ) -> tuple[NextStep, ...]:
    return house.engine.boards.next_steps(task, house(login), values)


def test_the_form_as_it_stands_decides_the_way(desk: House) -> None:
    task = desk.task(desk.start("order"), "take")
    assert [step.element_id for step in predicted(desk, task)] == ["decide", "price"], "nobody can tell yet"
    assert [step.element_id for step in predicted(desk, task, values={"price": "1200"})] == ["decide"]
    assert [step.element_id for step in predicted(desk, task, values={"price": "12"})] == ["price"]
    desk.engine.tasks.claim(task, desk("li.na"))
    desk.engine.tasks.save_draft(task, {"price": "3000"}, desk("li.na"))
    assert [step.element_id for step in predicted(desk, task)] == ["decide"], "the kept draft counts"
    assert desk.open() == ["take"], "nothing has happened"


def test_every_outcome_is_asked_where_it_decides(desk: House) -> None:
    case = desk.start("order")
    desk.complete(case, "take", values={"price": "2000"})
    task = desk.task(case, "decide")
    steps = {step.outcome.en: (step.element_id, step.kind) for step in predicted(desk, task, "zhou.min")}
    assert steps == {"Approve": ("end", "endEvent"), "Return": ("take", "userTask")}


def test_who_will_get_it_and_who_is_away(desk: House) -> None:
    task = desk.task(desk.start("note"), "write")
    step, = predicted(desk, task)
    assert (step.element_id, step.role_name.en, [one.login for one in step.people]) == (
        "approve", "Supervisor", ["zhou.min"])
    now = desk.clock.now()
    desk.engine.identity.substitute("zhou.min", "liu.jun", now, now + timedelta(days=1), None, "leave",
                                    desk("zhou.min"))
    step, = predicted(desk, task)
    assert [(one.login, one.away) for one in step.people] == [("zhou.min", True)]


def test_a_median_comes_only_from_twenty_cases_on(desk: House) -> None:
    def decided(minutes: int) -> None:
        case = desk.start("note")
        desk.complete(case, "write", values={"customer": "恒泰"})
        desk.clock.move(timedelta(minutes=minutes))
        desk.complete(case, "approve", "zhou.min", {"decision": "approve"})

    task = desk.task(desk.start("note"), "write")
    for number in range(19):
        decided(10 + number)
    assert predicted(desk, task)[0].seconds is None
    decided(1000)
    assert predicted(desk, task)[0].seconds == 60 * 19.5


def test_a_called_process_shows_its_first_steps(desk: House) -> None:
    case = desk.start("caller")
    task = desk.tasks(case)[0]
    steps = predicted(desk, task.id, "li.na")
    assert steps and all(step.kind in ("userTask", "endEvent", "returnsToCaller") for step in steps)


def test_a_stranger_learns_nothing(desk: House) -> None:
    task = desk.task(desk.start("note"), "write")
    with pytest.raises(NotFound):
        predicted(desk, task, "he.wai")
    with pytest.raises(NotFound):
        predicted(desk, "nothing")


def test_values_that_cannot_be_read_stop_nothing(desk: House) -> None:
    task = desk.task(desk.start("order"), "take")
    assert predicted(desk, task, values={"price": "dear", "colour": "blue", "channel": ["x"]})
