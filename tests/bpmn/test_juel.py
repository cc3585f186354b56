"""Camunda's ``${…}``: plain paths and comparisons become FEEL that means the same, the rest is refused."""

from __future__ import annotations

import pytest

from engine.bpmn.juel import is_juel, translate
from engine.errors import Refused
from engine.feel import evaluate

ORDER = {"state": "open", "lines": [1], "customer": {"age": 40}}
VARIABLES = {"total": 12, "name": "王芳", "vip": True, "order": ORDER, "nothing": None, "blank": "", "none": [],
             "客户": {"等级": "A"}}


@pytest.mark.parametrize(("juel", "value"), [
    ("${total}", 12),
    ("#{name}", "王芳"),
    ("${order.customer.age}", 40),
    ("${order['state']}", "open"),
    ("${客户.等级 == 'A'}", True),
    ("${total == 12}", True),
    ("${total != 12}", False),
    ("${total eq 12 and name ne 'x'}", True),
    ("${total gt 10 && total le 12}", True),
    ("${total < 10 || vip}", True),
    ("${total lt 10 or order.state == \"closed\"}", False),
    ("${!vip}", False),
    ("${not (total >= 12)}", False),
    ("${nothing == null}", True),
    ("${empty nothing}", True),
    ("${empty blank}", True),
    ("${empty none}", True),
    ("${not empty name}", True),
    ("${empty order.lines}", False),
    ("${total > 3 == true}", True),
    ("${total == 1.5}", False),
    ("${vip || vip && total == 0}", True),
    ("${name == 'it\\'s'}", False),
])
def test_what_is_a_path_or_a_comparison_means_the_same_in_feel(juel, value):
    assert is_juel(juel)
    assert evaluate(translate(juel), VARIABLES) == value


@pytest.mark.parametrize("juel", [
    "${order.getTotal()}", "${total + 1}", "${vip ? 1 : 2}", "${execution.businessKey}", "${}", "${a} and ${b}",
    "Hello ${name}", "${list[0]}", "${a ==}", "${(a}", "${a b}", "${if}", "${x.then}", "${'open}", "${now().x}",
    "${" + "(" * 60 + "a" + ")" * 60 + "}",
])
def test_anything_else_is_refused_with_a_sentence(juel):
    with pytest.raises(Refused) as refused:
        translate(juel)
    problem = refused.value.problems[0]
    assert problem.code == "bpmn_juel" and "FEEL" in problem.zh and "FEEL" in problem.en


def test_a_plain_text_is_not_meant_for_camunda():
    assert not is_juel("PT4H") and not is_juel("= total > 1") and not is_juel(None)
