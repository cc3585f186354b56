"""Drawings made for tests of the modeler: one of every element, and long ones; laid out by the engine."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn.layout import layout

EVENTS = ("messageEventDefinition", "timerEventDefinition", "conditionalEventDefinition", "signalEventDefinition")
STEPS = ("userTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "scriptTask", "businessRuleTask", "task",
         "callActivity", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway",
         "eventBasedGateway")
CAUGHT = (*EVENTS, "linkEventDefinition")
THROWN = ("messageEventDefinition", "signalEventDefinition", "escalationEventDefinition", "linkEventDefinition",
          "compensateEventDefinition", "")
ENDED = ("messageEventDefinition", "errorEventDefinition", "escalationEventDefinition", "signalEventDefinition",
         "compensateEventDefinition", "terminateEventDefinition", "")
BOUNDARY = (*EVENTS, "errorEventDefinition", "escalationEventDefinition", "compensateEventDefinition")


def drawing(process: str, elements: Iterable[str], ids: Iterable[str]) -> bytes:
    """A process of these elements, one after the other, in one lane."""
    names = list(ids)
    flows = "".join(f'<sequenceFlow id="to_{after}" sourceRef="{before}" targetRef="{after}" />'
                    for before, after in zip(names, names[1:]))
    refs = "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in names)
    return layout(f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="made_definitions" targetNamespace="urn:bihuan:made">
<collaboration id="made"><participant id="made_pool" name="样图" processRef="{process}" /></collaboration>
<process id="{process}" name="样图" isExecutable="true"><laneSet id="made_lanes"><lane id="made_lane" name="泳道">
{refs}</lane></laneSet>{"".join(elements)}{flows}</process></definitions>""".encode())


def everything(process: str) -> bytes:
    """One of every element that the modeler offers."""
    made: list[tuple[str, str]] = []

    def add(kind: str, inner: str = "", more: str = "") -> None:
        name = f"{kind}_{len(made)}"
        made.append((name, f'<{kind} id="{name}" name="第 {len(made)} 步" {more}>{inner}</{kind}>'))

    def event(kind: str) -> str:
        return f'<{kind} id="of_{kind}_{len(made)}" />' if kind else ""

    add("startEvent")
    for kind in STEPS:
        add(kind)
    for kind in CAUGHT:
        add("intermediateCatchEvent", event(kind))
    for kind in THROWN:
        add("intermediateThrowEvent", event(kind))
    add("subProcess", '<startEvent id="inner" name="里面" />'
        '<subProcess id="handler" name="处理" triggeredByEvent="true"><startEvent id="caught" name="出错">'
        '<errorEventDefinition id="of_caught" /></startEvent></subProcess>')
    add("transaction", '<endEvent id="off" name="取消"><cancelEventDefinition id="of_off" /></endEvent>')
    add("adHocSubProcess", '<task id="some" name="随意" />')
    add("userTask", '<multiInstanceLoopCharacteristics isSequential="true" />')
    for kind in EVENTS:
        add("startEvent", event(kind))
    for kind in ENDED:
        add("endEvent", event(kind))
    host = next(name for name, _xml in made if name.startswith("userTask"))
    boundaries = "".join(f'<boundaryEvent id="on_{kind}" name="边界" attachedToRef="{host}">{event(kind)}'
                         "</boundaryEvent>" for kind in BOUNDARY)
    return drawing(process, [*(xml for _name, xml in made), boundaries], [name for name, _xml in made])


def long(process: str, count: int) -> bytes:
    """``count`` user tasks between a start and an end."""
    tasks = [f'<userTask id="step_{n}" name="第 {n} 步" camunda:formKey="complaint_plan" />' for n in range(count)]
    return drawing(process, ['<startEvent id="begun" name="开始" />', *tasks, '<endEvent id="done" name="结束" />'],
                   ["begun", *(f"step_{n}" for n in range(count)), "done"])
