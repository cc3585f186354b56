"""Drawings of small files, told one by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from drawn import HEAD, MANUFACTURER, process
from lxml import etree

from engine.bpmn.diagram_check import check_diagram
from engine.bpmn.layout import fits, layout
from engine.errors import Refused

DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"

SIMPLE = process({"受理": "start:s:开始; user:a:受理; xor:g:成立？; end:e:结束", "主管": "user:b:复核"},
                 "s > a; a > g; g > e : 不成立; g > b : 成立; b > e")

WHOLE = (HEAD + """  <bpmn:collaboration id="c">
    <bpmn:participant id="company" name="公司" processRef="p" /><bpmn:participant id="customer" name="客户" />
    <bpmn:messageFlow id="m1" name="通知" sourceRef="tell" targetRef="customer" />
    <bpmn:messageFlow id="m2" sourceRef="customer" targetRef="start" />
    <bpmn:textAnnotation id="note2"><bpmn:text>来自投诉规程</bpmn:text></bpmn:textAnnotation>
  </bpmn:collaboration>
  <bpmn:process id="p">
    <bpmn:laneSet id="ls">
      <bpmn:lane id="front" name="一线"><bpmn:childLaneSet id="cl">
        <bpmn:lane id="clerk" name="专员"><bpmn:flowNodeRef>start</bpmn:flowNodeRef>
          <bpmn:flowNodeRef>work</bpmn:flowNodeRef><bpmn:flowNodeRef>tell</bpmn:flowNodeRef>
          <bpmn:flowNodeRef>end</bpmn:flowNodeRef></bpmn:lane>
        <bpmn:lane id="chief" name="班长"><bpmn:flowNodeRef>help</bpmn:flowNodeRef>
          <bpmn:flowNodeRef>calls</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet></bpmn:lane>
      <bpmn:lane id="boss" name="经理"><bpmn:flowNodeRef>approve</bpmn:flowNodeRef></bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="start" name="来件"><bpmn:messageEventDefinition id="d1" /></bpmn:startEvent>
    <bpmn:subProcess id="work" name="调查与方案">
      <bpmn:startEvent id="s1" /><bpmn:userTask id="u1" name="调查" /><bpmn:exclusiveGateway id="g1" name="清楚？" />
      <bpmn:userTask id="u2" name="补充" /><bpmn:endEvent id="e1" />
      <bpmn:sequenceFlow id="i1" sourceRef="s1" targetRef="u1" />
      <bpmn:sequenceFlow id="i2" sourceRef="u1" targetRef="g1" />
      <bpmn:sequenceFlow id="i3" name="是" sourceRef="g1" targetRef="e1" />
      <bpmn:sequenceFlow id="i4" name="否" sourceRef="g1" targetRef="u2" />
      <bpmn:sequenceFlow id="i5" sourceRef="u2" targetRef="u1" />
    </bpmn:subProcess>
    <bpmn:boundaryEvent id="b1" name="48 小时" attachedToRef="work" cancelActivity="false" />
    <bpmn:boundaryEvent id="b2" name="客户撤诉" attachedToRef="work" />
    <bpmn:boundaryEvent id="b3" name="退件" attachedToRef="approve" />
    <bpmn:userTask id="help" name="督办" /><bpmn:userTask id="approve" name="审批" />
    <bpmn:sendTask id="tell" name="告知客户" /><bpmn:endEvent id="end" name="结案" />
    <bpmn:subProcess id="calls" name="客户来电" triggeredByEvent="true">
      <bpmn:startEvent id="s2" name="来电" /><bpmn:userTask id="u3" name="记录来电" /><bpmn:endEvent id="e2" />
      <bpmn:sequenceFlow id="k1" sourceRef="s2" targetRef="u3" />
      <bpmn:sequenceFlow id="k2" sourceRef="u3" targetRef="e2" />
    </bpmn:subProcess>
    <bpmn:dataObjectReference id="data" name="投诉记录" /><bpmn:dataStoreReference id="store" name="案例库" />
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="work" />
    <bpmn:sequenceFlow id="f2" sourceRef="work" targetRef="approve" />
    <bpmn:sequenceFlow id="f3" sourceRef="approve" targetRef="tell" />
    <bpmn:sequenceFlow id="f4" sourceRef="tell" targetRef="end" />
    <bpmn:sequenceFlow id="f5" sourceRef="b1" targetRef="help" />
    <bpmn:sequenceFlow id="f6" sourceRef="b2" targetRef="end" />
    <bpmn:sequenceFlow id="f7" sourceRef="b3" targetRef="work" />
    <bpmn:textAnnotation id="note"><bpmn:text>金额超过五千元须双签，见授权表</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="a1" sourceRef="approve" targetRef="note" />
    <bpmn:association id="a2" sourceRef="tell" targetRef="data" />
    <bpmn:association id="a3" sourceRef="end" targetRef="store" />
  </bpmn:process>
</bpmn:definitions>
""").encode()


def boxes(xml: bytes) -> dict[str, tuple[float, float, float, float]]:
    root = etree.fromstring(xml)
    names = ("x", "y", "width", "height")
    return {shape.get("bpmnElement"): tuple(float(shape.find(f"{DC}Bounds").get(name)) for name in names)
            for shape in root.iter(f"{BPMNDI}BPMNShape")}


def ways(xml: bytes) -> dict[str, list[tuple[float, float]]]:
    root = etree.fromstring(xml)
    return {edge.get("bpmnElement"): [(float(p.get("x")), float(p.get("y"))) for p in edge.iter(f"{DI}waypoint")]
            for edge in root.iter(f"{BPMNDI}BPMNEdge")}


def codes(xml: bytes) -> list[str]:
    return [f"{problem.code}:{problem.element}" for problem in check_diagram(xml)]


@pytest.mark.parametrize("xml", [SIMPLE, WHOLE, MANUFACTURER], ids=["simple", "whole", "manufacturer"])
def test_a_drawing_passes_the_check(xml):
    assert codes(layout(xml)) == []


@pytest.mark.parametrize("xml", [SIMPLE, WHOLE, MANUFACTURER], ids=["simple", "whole", "manufacturer"])
def test_every_edge_is_made_of_horizontal_and_vertical_pieces(xml):
    for key, points in ways(layout(xml)).items():
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in zip(points, points[1:])), key


def test_time_runs_from_left_to_right_and_lanes_stand_in_file_order():
    found = boxes(layout(SIMPLE))
    assert found["s"][0] < found["a"][0] < found["g"][0]
    assert found["lane_p_0"][1] + found["lane_p_0"][3] == found["lane_p_1"][1]
    assert found["pool_p"][3] == found["lane_p_0"][3] + found["lane_p_1"][3]


def test_a_step_in_another_lane_shares_the_column_to_save_width():
    found = boxes(layout(SIMPLE))
    gate, task = found["g"], found["b"]
    assert gate[0] + gate[2] / 2 == task[0] + task[2] / 2


def test_the_whole_palette_is_drawn_where_it_belongs():
    found = boxes(layout(WHOLE))
    inside = found["work"]
    for key in ("s1", "u1", "g1", "u2", "e1"):
        x, y, w, h = found[key]
        assert inside[0] < x and x + w < inside[0] + inside[2] and inside[1] < y and y + h < inside[1] + inside[3]
    bottom = inside[1] + inside[3]
    assert found["b1"][1] + 18 == found["b2"][1] + 18 == bottom
    assert found["customer"][1] > found["company"][1] + found["company"][3]
    assert found["front"][3] == found["clerk"][3] + found["chief"][3]


def test_a_message_flow_ends_on_the_border_of_a_closed_pool():
    drawn = layout(WHOLE)
    assert ways(drawn)["m1"][-1][1] == boxes(drawn)["customer"][1]


def test_the_same_file_gives_the_same_drawing():
    assert layout(MANUFACTURER) == layout(MANUFACTURER)


def test_everything_but_the_diagram_stays_byte_by_byte():
    # given a file with comments, odd spacing, foreign content and Windows line ends
    odd = SIMPLE.replace(b'<bpmn:userTask id="a"', b"<!-- <bpmndi:BPMNDiagram> -->\r\n   <bpmn:userTask   id='a'")
    own = b"\t<x:own xmlns:x='urn:x'><![CDATA[ </bpmn:definitions> ]]></x:own>\n"
    odd = odd.replace(b"</bpmn:definitions>", own + b"</bpmn:definitions>")
    drawn = layout(odd)
    # then what is left without the diagram is the file
    assert re.sub(rb"  <bpmndi:BPMNDiagram .*</bpmndi:BPMNDiagram>\n", b"", drawn, flags=re.DOTALL) == odd
    # and drawing again replaces the diagram instead of adding one
    assert layout(drawn) == drawn


def test_prefixes_of_the_file_are_used_where_it_declares_them():
    declared = SIMPLE.replace(b'id="defs"', b'xmlns:a="http://www.omg.org/spec/BPMN/20100524/DI" '
                              b'xmlns:b="http://www.omg.org/spec/DD/20100524/DC" id="defs"')
    drawn = layout(declared)
    assert b"<a:BPMNDiagram xmlns:di=" in drawn
    assert b"<b:Bounds" in drawn
    assert codes(drawn) == []


def test_a_sub_process_drawn_closed_stays_closed_and_gets_its_own_plane():
    opened, closed = (b'bpmnElement="work" isExpanded="' + value for value in (b'true"', b'false"'))
    drawn = layout(layout(WHOLE).replace(opened, closed))
    assert boxes(drawn)["work"][2:] == (100, 80)
    assert drawn.count(b"<bpmndi:BPMNPlane") == 2
    assert codes(drawn) == []


def test_a_process_without_pool_or_lanes_is_drawn_too():
    plain = (HEAD + '<bpmn:process id="p"><bpmn:startEvent id="s" /><bpmn:task id="t" name="办" />'
             '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="t" />'
             '<bpmn:sequenceFlow id="again" sourceRef="t" targetRef="t" /></bpmn:process></bpmn:definitions>').encode()
    drawn = layout(plain)
    assert codes(drawn) == []
    assert set(ways(drawn)) == {"f", "again"}


def test_files_with_nothing_to_draw_or_broken_files():
    empty = (HEAD + '<bpmn:process id="p" /></bpmn:definitions>').encode()
    assert layout(empty) == empty
    with pytest.raises(Refused):
        layout(b"<bpmn:definitions")


def test_the_largest_complaint_process_is_legible_on_one_screen():
    fit = fits(layout(MANUFACTURER))
    assert fit.legible
    assert fit.text >= 10
    assert fit.width <= 1728


def test_a_process_that_cannot_fit_says_so():
    names = [f"t{i}" for i in range(40)]
    long = process({"一个人": "start:s:;" + ";".join(f"user:{n}:第 {n} 步" for n in names)},
                   "s > t0;" + ";".join(f"{a} > {b}" for a, b in zip(names, names[1:])))
    drawn = layout(long)
    assert not fits(drawn).legible
    assert codes(drawn) == ["diagram_text_small:"]


def test_every_process_that_is_shipped_passes_the_check():
    found = sorted((Path(__file__).parents[3] / "processes").rglob("*.bpmn"))
    if not found:
        pytest.skip("no process is shipped yet")
    assert {path.name: [str(p) for p in check_diagram(path.read_bytes(), path.name)] for path in found} == {
        path.name: [] for path in found}
