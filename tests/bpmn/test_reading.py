"""What a drawing says, as others read it."""

from __future__ import annotations

import pytest

from engine.bpmn import check_models, read_models
from engine.bpmn.parser import parse
from engine.errors import Refused
from engine.xml import read_xml

DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:other="http://example.org/other" id="d" targetNamespace="http://bihuan.example/tests">
  <bpmn:collaboration id="c">
    <bpmn:participant id="pool" name="客服部" processRef="reception"/>
  </bpmn:collaboration>
  <bpmn:process id="reception" name="来访接待" isExecutable="true" camunda:versionTag="v3">
    <bpmn:documentation>How visitors are received.</bpmn:documentation>
    <bpmn:extensionElements><camunda:properties>
      <camunda:property name="bihuan:name_en" value="Reception"/></camunda:properties></bpmn:extensionElements>
    <bpmn:laneSet id="ls"><bpmn:lane id="outer" name="前厅">
      <bpmn:childLaneSet id="cls"><bpmn:lane id="inner" name="接待">
        <bpmn:extensionElements><camunda:properties>
          <camunda:property name="bihuan:role" value="reception"/></camunda:properties></bpmn:extensionElements>
        <bpmn:flowNodeRef>greet</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="start"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="greet" name="迎接" camunda:formKey="visit_record" camunda:candidateGroups="a, b"
        camunda:dueDate="=now() + duration(&quot;PT4H&quot;)" other:colour="red">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="bihuan:name_en" value="Greet"/></camunda:properties>
        <camunda:inputOutput><camunda:inputParameter name="who">${visit.name}</camunda:inputParameter>
          <camunda:inputParameter name="all"><camunda:list><camunda:value>a</camunda:value>
            <camunda:value>=b</camunda:value></camunda:list></camunda:inputParameter>
          <camunda:outputParameter name="done">=true</camunda:outputParameter></camunda:inputOutput>
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true" camunda:collection="visitors"
          camunda:elementVariable="visitor"/>
    </bpmn:userTask>
    <bpmn:endEvent id="end"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="greet"/>
    <bpmn:sequenceFlow id="f2" name="好" sourceRef="greet" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>""".encode()


@pytest.fixture
def model():
    return read_models(DRAWING, "reception.bpmn")[0]


def test_the_process_itself(model):
    assert (model.key, model.name, model.name_en, model.version_tag) == ("reception", "来访接待", "Reception", "v3")
    assert (model.documentation, model.participant, model.file) == ("How visitors are received.", "客服部",
                                                                    "reception.bpmn")
    assert (model.form_keys, model.roles) == (("visit_record",), ("reception", "a", "b"))
    assert model.flows["f2"].name == "好"


def test_an_element_keeps_all_its_lanes_attributes_and_properties(model):
    greet = model.elements["greet"]
    assert (greet.kind, greet.name, greet.name_en) == ("userTask", "迎接", "Greet")
    assert [lane.name for lane in greet.lanes] == ["前厅", "接待"]
    assert greet.property("bihuan:role") == "reception"
    assert greet.attributes["candidateGroups"] == "a, b"
    assert greet.inputs == {"who": "${visit.name}", "all": '=["a", (b)]'}
    assert greet.outputs == {"done": "=true"}
    assert (greet.loop.kind, greet.loop.element_variable, greet.loop.collection.source) == (
        "sequential", "visitor", "visitors")


def test_what_is_inside_a_subprocess_is_in_the_lanes_around_it():
    within = DRAWING.replace(b'<bpmn:flowNodeRef>greet</bpmn:flowNodeRef>', b'<bpmn:flowNodeRef>S</bpmn:flowNodeRef>')
    within = within.replace(b'<bpmn:userTask id="greet"', b'<bpmn:subProcess id="S"><bpmn:userTask id="greet"')
    within = within.replace(b"</bpmn:userTask>", b"""</bpmn:userTask></bpmn:subProcess>
      <bpmn:boundaryEvent id="late" attachedToRef="S"/>""")
    elements = parse(read_xml(within), "within")[0].elements
    assert elements["greet"].parent == "S"
    assert [lane.id for lane in elements["greet"].lanes] == ["outer", "inner"]
    assert elements["late"].lanes == elements["S"].lanes
    assert elements["greet"].property("bihuan:role") == "reception"


def test_every_expression_is_listed_without_its_sign(model):
    found = {(entry.element_id, entry.attribute): entry.text for entry in model.expressions}
    assert found[("greet", "dueDate")] == 'now() + duration("PT4H")'
    assert found[("greet", "input:who")] == "visit.name"
    assert found[("greet", "collection")] == "visitors"


def test_the_same_content_is_compiled_once(model):
    assert read_models(DRAWING, "reception.bpmn")[0] is model
    assert read_models(DRAWING + b"<!-- -->", "reception.bpmn")[0] is not model


def test_what_is_broken_is_refused_and_checking_never_raises():
    with pytest.raises(Refused):
        read_models(b"<definitions", "broken.bpmn")
    assert [problem.file for problem in check_models(b"<definitions", "broken.bpmn")] == ["broken.bpmn"]
    assert [problem for problem in check_models(DRAWING, "d") if problem.severity == "error"] == []


def test_an_expression_that_cannot_be_translated_is_refused_with_its_element():
    broken = DRAWING.replace(b"${visit.name}", b"${bean.call(1)}")
    with pytest.raises(Refused) as refused:
        read_models(broken, "broken.bpmn")
    problem = refused.value.problems[0]
    assert (problem.element, problem.file) == ("greet", "broken.bpmn")
    with pytest.raises(Refused) as unchecked:
        parse(read_xml(broken), "broken.bpmn")
    assert [(problem.element, problem.file, problem.line) for problem in unchecked.value.problems] == [
        ("greet", "broken.bpmn", 19)]


def test_a_pool_is_a_process_of_its_own():
    twice = DRAWING.replace(b"</bpmn:definitions>", b"""<bpmn:globalUserTask id="sign" name="x"/>
      <bpmn:process id="sketch" isExecutable="false"><bpmn:task id="t9"/></bpmn:process></bpmn:definitions>""")
    models = read_models(twice, "two.bpmn")
    assert [model.key for model in models] == ["reception", "sign"]
    assert [start.kind for start in models[1].start_events] == ["none"]
