"""A process with a gateway and a decision table, in as few lines as its stories need."""

from __future__ import annotations

from xml.sax.saxutils import escape

ROLE = ('<extensionElements><camunda:properties><camunda:property name="bihuan:role" value="agent"/>'
        "</camunda:properties></extensionElements>")
DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">
  <decision id="urgency" name="紧急程度"><variable id="v" name="urgency"/>
    <decisionTable id="urgency_table" hitPolicy="FIRST">
      <input id="i1" label="金额">
        <inputExpression id="e1" typeRef="number"><text>amount</text></inputExpression></input>
      <input id="i2" label="渠道">
        <inputExpression id="e2" typeRef="string"><text>channel</text></inputExpression></input>
      <output id="o1" name="level" typeRef="string"/><output id="o2" name="hours" typeRef="number"/>
      <rule id="r1">
        <inputEntry id="a1"><text>&gt;= 1000</text></inputEntry><inputEntry id="a2"><text>-</text></inputEntry>
        <outputEntry id="x1"><text>"A"</text></outputEntry><outputEntry id="y1"><text>4</text></outputEntry></rule>
      <rule id="r2"><inputEntry id="b1"><text>-</text></inputEntry><inputEntry id="b2"><text>"phone"</text></inputEntry>
        <outputEntry id="x2"><text>"B"</text></outputEntry><outputEntry id="y2"><text>24</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>""".encode()


def process(*, first: str = '<userTask id="first" name="登记">' + ROLE + "</userTask>", condition: str = "amount > 3",
            default: bool = False) -> bytes:
    """start → first → which → big or small; ``small`` is the default flow or has a condition that is always true."""
    gateway = '<exclusiveGateway id="which" default="to_small"/>' if default else '<exclusiveGateway id="which"/>'
    small = "" if default else ('<conditionExpression xsi:type="tFormalExpression">=not(amount > 3)'
                                "</conditionExpression>").replace("> 3", "&gt; 3")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d_decided" targetNamespace="http://bihuan.example/tests">
  <process id="decided" name="判断" isExecutable="true">
    <startEvent id="start"/>{first}{gateway}
    <userTask id="big" name="大额">{ROLE}</userTask><userTask id="small" name="小额">{ROLE}</userTask>
    <endEvent id="end"/>
    <sequenceFlow id="to_first" sourceRef="start" targetRef="first"/>
    <sequenceFlow id="to_which" sourceRef="first" targetRef="which"/>
    <sequenceFlow id="to_big" sourceRef="which" targetRef="big"><conditionExpression
      xsi:type="tFormalExpression">={escape(condition)}</conditionExpression></sequenceFlow>
    <sequenceFlow id="to_small" sourceRef="which" targetRef="small">{small}</sequenceFlow>
    <sequenceFlow id="big_end" sourceRef="big" targetRef="end"/>
    <sequenceFlow id="small_end" sourceRef="small" targetRef="end"/>
  </process>
</definitions>""".encode()
