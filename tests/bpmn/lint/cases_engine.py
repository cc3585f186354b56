"""Pairs of drawings for the rules about the form of the file, references, expressions, timers, what we run, advice."""

from __future__ import annotations

from cases_flow import split
from drawings import MESSAGE, SIGNAL, A, B, chain, file, flow, formal, line, process, timer, when

S, E = '<startEvent id="s"/>', '<endEvent id="e"/>'
FEEL = ' language="https://www.omg.org/spec/DMN/20191111/FEEL/"'


def kind(name: str, attributes: str = "", inside: str = "", root: str = "") -> str:
    return line(f'<{name} id="a"{attributes}>{inside}</{name}>', root=root)


def catch(inside: str) -> str:
    return line(f'<intermediateCatchEvent id="a">{inside}</intermediateCatchEvent>')


def extended(inside: str, name: str = "serviceTask", attributes: str = ' camunda:topic="t"') -> str:
    return kind(name, attributes, f"<extensionElements>{inside}</extensionElements>")


def circle(condition: str = "", waits: str = "task") -> str:
    """A loop: a, then a choice back to a or on."""
    return process(S + f'<{waits} id="a" name="x"/>' + '<exclusiveGateway id="g" default="g_e"/>' + E + flow("s", "a")
                   + flow("a", "g") + flow("g", "a", condition) + flow("g", "e"))


NAMED = ('<extensionElements><camunda:properties><camunda:property name="bihuan:name_en" value="Check"/>'
         "</camunda:properties></extensionElements>")

CASES: dict[str, tuple] = {
    # the form of the file
    "unknown_element": (line("<task id='a'><userTask id='b'/></task>".replace("'", '"')), line(A)),
    "cardinality": (line(A, root='<correlationProperty id="x" name="n"/>'), line(A)),
    "attribute_missing": (line(A, root='<interface id="if"><operation id="o" name="O"><inMessageRef>m</inMessageRef>'
                               "</operation></interface>" + MESSAGE),
                          line(A, root='<interface id="if" name="I"><operation id="o" name="O"><inMessageRef>m'
                               "</inMessageRef></operation></interface>" + MESSAGE)),
    "attribute_value": (split("parallelGateway", attributes=' gatewayDirection="Sideways"'), split("parallelGateway")),
    "attribute_unknown": (line('<task id="a" colour="red"/>'), line('<task id="a" t:colour="red"/>')),
    "duplicate_id": (line(A, more='<dataObject id="a"/>'), line(A, more='<dataObject id="o"/>')),
    "id_not_a_name": (line('<task id="1a"/>'), line('<task id="客户_1"/>')),
    "reference_empty": (process('<laneSet id="ls"><lane id="l"><flowNodeRef/></lane></laneSet>' + chain(S, A, E)),
                        process('<laneSet id="ls"><lane id="l"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
                                + chain(S, A, E))),
    # references
    "reference_unresolved": (kind("receiveTask", ' messageRef="gone"'), kind("receiveTask", ' messageRef="t:m"',
                                                                           root=MESSAGE)),
    "reference_kind": (kind("receiveTask", ' messageRef="sig"', root=SIGNAL), kind("receiveTask", ' messageRef="m"',
                                                                                  root=MESSAGE)),
    "called_element_kind": (kind("callActivity", ' calledElement="s"'), kind("callActivity", ' calledElement="g"',
                                                                            root='<globalTask id="g"/>')),
    "import_unread": (file('<import namespace="urn:elsewhere" location="b.bpmn"'
                           ' importType="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'), line(A)),
    "foreign_reference": (kind("receiveTask", ' messageRef="far:m"'), kind("receiveTask", ' messageRef="m"',
        root=MESSAGE)),
    # expressions
    "expression_natural": (
        split("exclusiveGateway", "<conditionExpression>customer agrees</conditionExpression>",
              attributes=' default="g_b"'), split("exclusiveGateway", when("agrees"), attributes=' default="g_b"')),
    "expression_untyped": (
        split("exclusiveGateway", "<conditionExpression>n = 1</conditionExpression>", attributes=' default="g_b"'),
        split("exclusiveGateway", when("n = 1"), attributes=' default="g_b"')),
    "expression_empty": (split("exclusiveGateway", when(""), attributes=' default="g_b"'),
                         split("exclusiveGateway", when("n = 1"), attributes=' default="g_b"')),
    "expression_language": (
        split("exclusiveGateway", formal("conditionExpression", "n == 1", ' language="groovy"'),
              attributes=' default="g_b"'),
        split("exclusiveGateway", formal("conditionExpression", "n = 1", FEEL), attributes=' default="g_b"')),
    "expression_juel": (split("exclusiveGateway", when("${order.getTotal() > 1}"), attributes=' default="g_b"'),
                        split("exclusiveGateway", when("${order.total &gt; 1}"), attributes=' default="g_b"')),
    "expression_syntax": (split("exclusiveGateway", when("=n >"), attributes=' default="g_b"'),
                          split("exclusiveGateway", when("=n > 1"), attributes=' default="g_b"')),
    # timers
    "timer_one_time": (catch("<timerEventDefinition>" + formal("timeDuration", "PT1H") + formal("timeCycle", "R/PT1H")
                             + "</timerEventDefinition>"), catch(timer())),
    "timer_date": (catch(timer("tomorrow", "timeDate")), catch(timer("2026-05-01T09:00:00+08:00", "timeDate"))),
    "timer_duration": (catch(timer("4 hours")), catch(timer("P1DT4H"))),
    "timer_cycle": (catch(timer("R3/never", "timeCycle")), catch(timer("0 9 * * 1-5", "timeCycle"))),
    # what we run
    "script_format": (kind("scriptTask", ' camunda:resultVariable="x"', "<script>1</script>"),
                      kind("scriptTask", ' scriptFormat="feel" camunda:resultVariable="x"', "<script>1</script>")),
    "script_language": (kind("scriptTask", ' scriptFormat="groovy" camunda:resultVariable="x"', "<script>1</script>"),
                        kind("scriptTask", ' scriptFormat="feel" camunda:resultVariable="x"', "<script>1</script>")),
    "script_empty": (kind("scriptTask", ' scriptFormat="feel"'),
                     kind("scriptTask", ' scriptFormat="feel" camunda:resultVariable="x"', "<script>1</script>")),
    "script_result": (kind("scriptTask", ' scriptFormat="feel"', "<script>1</script>"),
                      kind("scriptTask", ' scriptFormat="feel" camunda:resultVariable="x"', "<script>1</script>")),
    "java_code": (kind("serviceTask", ' camunda:class="org.acme.Mailer"'), kind("serviceTask",
        ' camunda:topic="mail"')),
    "service_topic": (kind("serviceTask"), kind("serviceTask", ' camunda:type="external" camunda:topic="mail"')),
    "send_nothing": (kind("sendTask"), kind("sendTask", ' messageRef="m"', root=MESSAGE)),
    "receive_nothing": (kind("receiveTask"), kind("receiveTask", ' messageRef="m"', root=MESSAGE)),
    "rule_nothing": (kind("businessRuleTask"), kind("businessRuleTask", ' camunda:decisionRef="level"')),
    "message_name": (kind("receiveTask", ' messageRef="m"', root='<message id="m"/>'),
                     kind("receiveTask", ' messageRef="m"', root=MESSAGE)),
    "signal_name": (
        process(chain(S, '<endEvent id="e"><signalEventDefinition signalRef="g"/></endEvent>'), '<signal id="g"/>'),
        process(chain(S, '<endEvent id="e"><signalEventDefinition signalRef="sig"/></endEvent>'), SIGNAL)),
    "process_empty": (process(""), line(A)),
    "process_key": (file('<process isExecutable="true">' + chain(S, A, E) + "</process>"), line(A)),
    "node_without_id": (line(A, more="<task/>"), line(A)),
    "listener_ignored": (extended('<camunda:executionListener class="x" event="start"/>'), extended("")),
    "connector_ignored": (extended("<camunda:connector/>"), extended("")),
    # advice
    "unreachable": (line(A, more=B + '<task id="c"/>' + flow("b", "c") + flow("c", "b") + flow("c", "e")), line(A, B)),
    "endless_loop": (process(S + A + B + flow("s", "a") + flow("a", "b") + flow("b", "a") + E + flow("s", "e")),
                     circle(when("n > 1"), "userTask")),
    "automatic_loop": (circle(when("n > 1")), circle(when("n > 1"), "userTask")),
    "default_missing": (split("exclusiveGateway", when("n = 1"), when("n > 1")),
                        split("exclusiveGateway", when("n = 1"), attributes=' default="g_b"')),
    "condition_missing": (split("exclusiveGateway", when("n = 1")),
                          split("exclusiveGateway", when("n = 1"), attributes=' default="g_b"')),
    "deadline_as_timer": (
        line(A, more=f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{timer()}</boundaryEvent>'
             '<serviceTask id="n" camunda:topic="mail"/><endEvent id="x"/>' + flow("b", "n") + flow("n", "x")),
        line(A, more=f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{timer()}</boundaryEvent>'
             '<userTask id="n" name="x"/><endEvent id="x"/>' + flow("b", "n") + flow("n", "x"))),
    "name_en_missing": (kind("userTask", ' name="核对"'), kind("userTask", ' name="核对"', NAMED)),
    "name_missing": (kind("userTask"), kind("userTask", ' name="check"')),
}
