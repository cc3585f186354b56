"""What the check finds in drawings that somebody spoiled."""

from __future__ import annotations

import pytest
from drawn import process

from engine.bpmn.diagram_check import check_diagram
from engine.bpmn.layout import layout

GOOD = layout(process({"受理": "start:s:开始; user:a:受理; user:b:复核; end:e:结束"}, "s > a; a > b : 转; b > e"))


def spoilt(change) -> list[tuple[str, str]]:
    changed = change(GOOD.decode())
    assert changed != GOOD.decode()
    return [(problem.code, problem.element) for problem in check_diagram(changed.encode(), "x.bpmn")]


def moved(text: str, element: str, **to: float) -> str:
    """The bounds of an element with other values."""
    head, mark, rest = text.partition(f'bpmnElement="{element}"')
    bounds, end, tail = rest.partition("/>")
    for name, value in to.items():
        start = bounds.index(f' {name}="') + len(name) + 3
        bounds = bounds[:start] + str(value) + bounds[bounds.index('"', start):]
    return head + mark + bounds + end + tail


def test_a_good_drawing_has_no_problem():
    assert check_diagram(GOOD) == []


def test_a_shape_on_another_is_found_with_its_loose_edges():
    found = spoilt(lambda text: moved(text, "b", x=text_x("a") + 20))
    assert ("diagram_overlap", "a") in found
    assert ("diagram_edge_loose", "f_p_1") in found


def text_x(element: str) -> float:
    rest = GOOD.decode().split(f'bpmnElement="{element}"')[1]
    return float(rest.split(' x="')[1].split('"')[0])


def test_a_shape_outside_its_lane_is_found():
    assert ("diagram_outside_lane", "a") in spoilt(lambda text: moved(text, "a", y=900))


def test_an_element_without_shape_is_found():
    def without(text: str) -> str:
        start = text.index('      <bpmndi:BPMNShape id="a_di"')
        return text[:start] + text[text.index("</bpmndi:BPMNShape>", start) + len("</bpmndi:BPMNShape>"):]

    assert ("diagram_no_shape", "a") in spoilt(without)


def test_an_edge_through_a_shape_is_found():
    # given the first edge drawn on to the second task
    def through(text: str) -> str:
        start = text.index('<bpmndi:BPMNEdge id="f_p_0_di"')
        end = text.index("</bpmndi:BPMNEdge>", start)
        points = text[start:end].split('<di:waypoint x="')
        last = points[-1]
        points[-1] = str(text_x("b")) + last[last.index('"'):]
        return text[:start] + '<di:waypoint x="'.join(points) + text[end:]

    found = spoilt(through)
    assert ("diagram_edge_loose", "f_p_0") in found
    assert ("diagram_edge_through", "f_p_0") not in found  # it runs through its own target only


def test_a_label_on_a_shape_is_found():
    def on(text: str) -> str:
        start = text.index('<bpmndi:BPMNEdge id="f_p_1_di"')
        label = text.index("<bpmndi:BPMNLabel>", start)
        old = text[label:].split(' x="')[1].split('"')[0]
        return text[:label] + text[label:].replace(old, str(text_x("a") + 10), 1)

    assert ("diagram_label", "f_p_1") in spoilt(on)


def test_a_name_too_long_for_its_box_is_found():
    found = spoilt(lambda text: text.replace('name="受理" />', f'name="{"受理" * 20}" />'))
    assert found == [("diagram_text_cut", "a")]


@pytest.mark.parametrize("wide", [1800, 4000])
def test_text_that_gets_too_small_is_found(wide):
    assert ("diagram_text_small", "") in spoilt(lambda text: moved(text, "pool_p", width=wide))


def test_a_file_without_diagram_is_found_and_every_problem_has_both_languages():
    problems = check_diagram(process({"受理": "start:s:开始"}, ""), "x.bpmn")
    assert [problem.code for problem in problems] == ["diagram_missing"]
    for problem in problems + check_diagram(moved(GOOD.decode(), "b", x=300, y=800).encode(), "x.bpmn"):
        assert problem.severity == "warning"
        assert problem.zh.endswith("。")
        assert problem.en.endswith(".")
        assert "{" not in problem.zh + problem.en
