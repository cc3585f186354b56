"""The drawing a new process begins with: start, one user task, end, in the lane of a role of its pack."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from engine.packs import PackContent

_DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" \
id="definitions" targetNamespace={namespace}>
  <collaboration id="collaboration">
    <participant id="pool" name={name} processRef={key} />
  </collaboration>
  <process id={key} name={name} isExecutable="true">
{name_en}    <laneSet id="lanes">
      <lane id="lane_1" name={role}>
        <extensionElements>
          <camunda:properties>
            <camunda:property name="bihuan:name_en" value={role_en} />
            <camunda:property name="bihuan:role" value={role_key} />
          </camunda:properties>
        </extensionElements>
        <flowNodeRef>started</flowNodeRef>
        <flowNodeRef>first_step</flowNodeRef>
        <flowNodeRef>ended</flowNodeRef>
      </lane>
    </laneSet>
    <startEvent id="started" name="开始">
      <extensionElements>
        <camunda:properties>
          <camunda:property name="bihuan:name_en" value="Started" />
        </camunda:properties>
      </extensionElements>
      <outgoing>to_first_step</outgoing>
    </startEvent>
    <userTask id="first_step" name="办理">
      <extensionElements>
        <camunda:properties>
          <camunda:property name="bihuan:name_en" value="Handle" />
        </camunda:properties>
      </extensionElements>
      <incoming>to_first_step</incoming>
      <outgoing>to_ended</outgoing>
    </userTask>
    <endEvent id="ended" name="结束">
      <extensionElements>
        <camunda:properties>
          <camunda:property name="bihuan:name_en" value="Ended" />
        </camunda:properties>
      </extensionElements>
      <incoming>to_ended</incoming>
    </endEvent>
    <sequenceFlow id="to_first_step" sourceRef="started" targetRef="first_step" />
    <sequenceFlow id="to_ended" sourceRef="first_step" targetRef="ended" />
  </process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="collaboration">
      <bpmndi:BPMNShape id="pool_di" bpmnElement="pool" isHorizontal="true">
        <dc:Bounds x="160" y="80" width="640" height="220" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="lane_1_di" bpmnElement="lane_1" isHorizontal="true">
        <dc:Bounds x="190" y="80" width="610" height="220" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="started_di" bpmnElement="started">
        <dc:Bounds x="252" y="172" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="259" y="215" width="22" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="first_step_di" bpmnElement="first_step">
        <dc:Bounds x="400" y="150" width="100" height="80" />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNShape id="ended_di" bpmnElement="ended">
        <dc:Bounds x="622" y="172" width="36" height="36" />
        <bpmndi:BPMNLabel><dc:Bounds x="629" y="215" width="22" height="14" /></bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="to_first_step_di" bpmnElement="to_first_step">
        <di:waypoint x="288" y="190" />
        <di:waypoint x="400" y="190" />
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNEdge id="to_ended_di" bpmnElement="to_ended">
        <di:waypoint x="500" y="190" />
        <di:waypoint x="622" y="190" />
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</definitions>
"""
_NAME_EN = """    <extensionElements>
      <camunda:properties>
        <camunda:property name="bihuan:name_en" value={value} />
      </camunda:properties>
    </extensionElements>
"""


def new_drawing(key: str, name: str, name_en: str, pack: PackContent) -> bytes:
    """The drawing of a new process of ``pack`` with a diagram; its lane is that of the pack's first inner role."""
    role = next((one for one in pack.roles.values() if not one.external), None)
    zh, en, role_key = (role.name.zh, role.name.in_("en"), role.key) if role else ("办理人", "Clerk", "")
    return _DRAWING.format(
        key=quoteattr(key), name=quoteattr(name), role=quoteattr(zh), role_en=quoteattr(en),
        role_key=quoteattr(role_key), namespace=quoteattr(f"urn:bihuan:{pack.key}"),
        name_en=_NAME_EN.format(value=quoteattr(name_en)) if name_en else "").encode()
