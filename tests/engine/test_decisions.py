"""Business rule tasks: the answer becomes a variable, and the history tells a supervisor why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine import SYSTEM
from engine.errors import BihuanError
from tests.engine.decided_drawing import DMN, process
from tests.engine.house import House, content


def start(house: House, how: str = "singleResult", result: str = "urgency", **variables: Any) -> str:
    """A case of a process whose first step takes the decision."""
    task = (f'<businessRuleTask id="first" camunda:decisionRef="urgency" camunda:mapDecisionResult="{how}"'
            + (f' camunda:resultVariable="{result}"' if result else "") + "/>")
    files = content() | {"t/decided.bpmn": process(first=task, default=True), "t/urgency.dmn": DMN}
    house.engine.deployments.deploy(files, SYSTEM)
    return house.start("decided", variables=variables)


def why(house: House, case: str) -> tuple[str, str]:
    entry, = (one for one in house.engine.boards.case(case, house("root")).timeline if one.verb == "decided")
    return entry.sentence.zh, entry.sentence.en


@pytest.mark.parametrize(("how", "value"), [
    ("singleResult", {"level": "A", "hours": Decimal(4)}), ("resultList", [{"level": "A", "hours": Decimal(4)}])])
def test_the_result_is_shaped_as_the_drawing_says(small_house: House, how: str, value: Any) -> None:
    case = start(small_house, how, amount=1500, channel="phone")
    assert small_house.variables(case)["urgency"] == value


def test_a_single_entry_of_two_outputs_is_refused_with_a_sentence(small_house: House) -> None:
    with pytest.raises(BihuanError) as refused:
        start(small_house, "singleEntry", amount=1500, channel="phone")
    assert "level" in refused.value.sentence("zh")


def test_without_a_result_variable_the_outputs_become_variables(small_house: House) -> None:
    case = start(small_house, result="", amount=1500, channel="phone")
    assert small_house.variables(case)["level"] == "A"


def test_the_history_names_table_rule_inputs_and_output(house: House) -> None:
    case = start(house, amount=1500, channel="phone")
    zh, en = why(house, case)
    assert zh == "决策表“紧急程度”第 1 条规则命中：金额 = 1500，渠道 = phone → level = A，hours = 4"
    assert en == "decision “紧急程度” matched rule 1: 金额 = 1500, 渠道 = phone → level = A, hours = 4"


def test_no_rule_is_told_as_the_default(small_house: House) -> None:
    case = start(small_house, amount=5, channel="mail")
    assert why(small_house, case) == ("决策表“紧急程度”没有命中规则，取默认结果",
                                      "decision “紧急程度” matched no rule and gave its default")
