"""The check never fails, whatever a file holds, and large files do not take it long."""

from __future__ import annotations

import time
from random import Random

import cases_data
import cases_engine
import cases_flow
import pytest
from drawings import flow, line, process
from lxml import etree

from engine.bpmn import check_models
from engine.bpmn.lint import lint
from engine.bpmn.lint.drawing import Drawing, kid
from engine.bpmn.lint.grammar import GRAMMAR
from engine.bpmn.lint.graph import cycles

CASES = cases_flow.CASES | cases_data.CASES | cases_engine.CASES
DRAWINGS = [one for pair in CASES.values() for one in pair[:2]]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
KINDS = sorted(GRAMMAR)


def damaged(text: str, random: Random) -> etree._Element:
    """A drawing with a few random wounds."""
    root = etree.fromstring(text.encode())
    for _ in range(random.randrange(1, 4)):
        elements = [one for one in root.iter() if isinstance(one.tag, str) and one is not root]
        if not elements:
            break
        one, other = random.choice(elements), random.choice(elements)
        wound = random.randrange(6)
        if wound == 0:
            one.getparent().remove(one)
        elif wound == 1 and one.attrib:
            one.attrib.pop(random.choice(list(one.attrib)))
        elif wound == 2 and one.attrib:
            one.set(random.choice(list(one.attrib)), other.get("id") or "x:y z")
        elif wound == 3:
            one.tag = BPMN + random.choice(KINDS)
        elif wound == 4 and one not in other.iterancestors() and one is not other:
            other.append(one)
        else:
            one.text = random.choice(["", "a", "=1 +", "${x", "PT", "R/", None])
    return root


@pytest.mark.parametrize("seed", range(5))
def test_a_damaged_drawing_gets_sentences_not_an_exception(seed):
    random = Random(seed)
    for text in random.sample(DRAWINGS, 120):
        root = damaged(text, random)
        for problem in lint(root, "damaged.bpmn"):
            assert problem.zh and problem.en
        check_models(etree.tostring(root), "damaged.bpmn")


def test_comments_and_processing_instructions_are_passed_over():
    text = line('<task id="a"><!-- note --><?tool x?></task>')
    assert [problem for problem in lint(etree.fromstring(text.encode()), "x") if problem.severity == "error"] == []


def test_a_drawing_of_thousands_of_elements_is_checked_in_seconds():
    tasks = "".join(f'<task id="t{n}"/>' + flow("h", f"t{n}") + flow(f"t{n}", "h") for n in range(2000))
    text = process('<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="h"/>' + flow("s", "h") + flow("h", "e")
                   + tasks)
    root = etree.fromstring(text.encode())
    began = time.process_time()
    assert "bpmn_automatic_loop" in {problem.code for problem in lint(root, "large.bpmn")}
    assert time.process_time() - began < 5


def test_each_circle_is_found_once():
    text = line(*(f'<task id="{key}"/>' for key in "abcgh"), more=flow("b", "a") + flow("h", "g") + flow("c", "c"))
    drawing = Drawing(etree.fromstring(text.encode()))
    found = cycles(drawing, kid(drawing.root, "process"))
    assert sorted([node.get("id") for node in loop] for loop in found) == [["a", "b"], ["c"], ["g", "h"]]
