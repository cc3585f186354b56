"""A condition that is neither true nor false: an incident or a refusal naming what is missing, never a wrong turn."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Actor
from engine.errors import BihuanError
from tests.engine.decided_drawing import process
from tests.engine.house import House, content

WAITS = '<intermediateCatchEvent id="first"><timerEventDefinition><timeDuration xsi:type="tFormalExpression">PT1H' \
        "</timeDuration></timerEventDefinition></intermediateCatchEvent>"


def deploy(house: House, drawing: bytes) -> None:
    house.engine.deployments.deploy(content() | {"t/decided.bpmn": drawing}, SYSTEM)


def told(house: House, case: str, verb: str, by: Actor) -> list[tuple[str, str]]:
    """The sentences of a verb in the history of a case, Chinese and English."""
    return [(entry.sentence.zh, entry.sentence.en) for entry in house.engine.boards.case(case, by).timeline
            if entry.verb == verb]


def test_a_person_is_refused_with_the_missing_name_and_nothing_has_happened(house: House) -> None:
    """Given a gateway without default, when a task before it is completed and the name is missing."""
    deploy(house, process())
    case = house.start("decided")
    with pytest.raises(BihuanError) as refused:
        house.complete(case, "first")
    assert "amount" in refused.value.sentence("zh") and "不存在" in refused.value.sentence("zh")
    assert "There is no “amount”." in refused.value.sentence("en")
    assert house.open(case) == ["first"], "the step is still there, to be done when the value is"
    assert house.incidents() == []
    assert house.verbs(case) == ["started"]


def test_a_job_becomes_an_incident_with_the_missing_name(house: House) -> None:
    """Given the same gateway behind a timer: nobody is there to be told, so an incident stands for it."""
    deploy(house, process(first=WAITS))
    case = house.start("decided")
    house.after(days=2)
    incident, = house.engine.incidents.list(house("root"))
    assert incident.element is not None and incident.case_id == case
    assert "amount" in incident.sentence.zh and "不存在" in incident.sentence.zh
    assert "There is no “amount”." in incident.sentence.en
    assert house.open(case) == []


@pytest.mark.parametrize(("variables", "opened"), [({"amount": 5}, "big"), ({"amount": 2}, "small")])
def test_a_value_decides_as_drawn(small_house: House, variables: dict[str, int], opened: str) -> None:
    deploy(small_house, process())
    case = small_house.start("decided", variables=variables)
    small_house.complete(case, "first")
    assert small_house.open(case) == [opened]


def test_with_a_default_flow_the_case_goes_on_and_the_history_says_so(house: House) -> None:
    """A condition is true only if it is true; where the drawing says what holds otherwise, that holds."""
    deploy(house, process(default=True))
    case = house.start("decided")
    house.complete(case, "first")
    assert house.open(case) == ["small"]
    (zh, en), = told(house, case, "unclear", house("root"))
    assert zh == "条件“amount > 3”没有结果（缺少 amount），按不成立处理"
    assert en == "condition “amount > 3” had no answer (amount missing) and counted as not met"


def test_what_is_no_boolean_is_not_true_either(small_house: House) -> None:
    deploy(small_house, process(condition='if amount = null then null else "yes"', default=True))
    case = small_house.start("decided", variables={"amount": 5})
    small_house.complete(case, "first")
    assert small_house.open(case) == ["small"]
    assert "unclear" in small_house.verbs(case)


def test_an_expression_that_goes_over_its_bounds_fails_beside_a_default_too(small_house: House) -> None:
    """That is no answer but a fault: the default is not taken for it."""
    deploy(small_house, process(condition="count(for i in 1..1000, j in 1..1000 return i) > 3", default=True))
    case = small_house.start("decided")
    with pytest.raises(BihuanError):
        small_house.complete(case, "first")
    assert small_house.open(case) == ["first"]
