"""The page about BPMN cannot lie: each test it names exists, no element of the schema is missing."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from engine.bpmn import ProcessRun, read_models
from engine.bpmn.lint import RULES

TESTS = Path(__file__).resolve().parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "bpmn-support.md"
HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">')

ELEMENTS = """
adHocSubProcess assignment association auditing boundaryEvent businessRuleTask callActivity callChoreography
callConversation cancelEventDefinition category categoryValue choreography choreographyTask collaboration
compensateEventDefinition complexBehaviorDefinition complexGateway conditionalEventDefinition conversation
conversationAssociation conversationLink correlationKey correlationProperty correlationPropertyBinding
correlationPropertyRetrievalExpression correlationSubscription dataInput dataInputAssociation dataObject
dataObjectReference dataOutput dataOutputAssociation dataState dataStore dataStoreReference definitions documentation
endEvent endPoint error errorEventDefinition escalation escalationEventDefinition eventBasedGateway exclusiveGateway
expression extension extensionElements formalExpression globalBusinessRuleTask globalChoreographyTask
globalConversation globalManualTask globalScriptTask globalTask globalUserTask group humanPerformer
implicitThrowEvent import inclusiveGateway inputSet interface intermediateCatchEvent intermediateThrowEvent ioBinding
ioSpecification itemDefinition lane laneSet linkEventDefinition manualTask message messageEventDefinition messageFlow
messageFlowAssociation monitoring multiInstanceLoopCharacteristics operation outputSet parallelGateway participant
participantAssociation participantMultiplicity partnerEntity partnerRole performer potentialOwner process property
receiveTask relationship rendering resource resourceAssignmentExpression resourceParameter resourceParameterBinding
resourceRole script scriptTask sendTask sequenceFlow serviceTask signal signalEventDefinition
standardLoopCharacteristics startEvent subChoreography subConversation subProcess task terminateEventDefinition text
textAnnotation timerEventDefinition transaction userTask
activationCondition childLaneSet completionCondition condition conditionExpression eventDefinitionRef flowNodeRef from
incoming inputDataItem loopCardinality loopCondition loopDataInputRef loopDataOutputRef outgoing outputDataItem
partitionElement source target timeCycle timeDate timeDuration to transformation
"""
"""Every element that a file of BPMN 2.0 may hold (Semantic.xsd), references to others left out."""


def rows() -> list[list[str]]:
    """The cells of each row of the page's tables."""
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "| Shown by |" not in line]


@cache
def functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("name", ELEMENTS.split())
def test_every_element_of_the_schema_has_a_row(name):
    assert any(f"`{name}`" in row[0] for row in rows())


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([\w/]+\.py::[^`]+)`", PAGE.read_text()))))
def test_every_test_that_the_page_names_exists(named):
    file, _, name = named.partition("::")
    name, bracket, parameter = name.rstrip("]").partition("[")
    assert name in functions(TESTS / file)
    assert not bracket or (file == "bpmn/lint/test_rules.py" and parameter in RULES)


def test_every_row_names_a_test_and_says_something():
    for row in rows():
        assert len(row) == 3 and row[1] and re.search(r"`[\w/]+\.py::test_", row[2]), row


class World:
    """The environment of a run that asks for nothing but a value."""

    def now(self):
        return datetime(2026, 4, 7, 1, tzinfo=UTC)

    def evaluate(self, text, _):
        return {"1 + 1": 2}[text]

    def condition(self, text, variables):
        return self.evaluate(text, variables) is True


def run(key: str, xml: str) -> ProcessRun:
    model = next(model for model in read_models((HEAD + xml + "</definitions>").encode(), "x.bpmn") if model.key == key)
    one = ProcessRun.start(model, World(), {})
    one.advance()
    return one


def test_a_global_task_is_a_process_of_one_task():
    xml = ('<globalUserTask id="ask" name="Ask"/><globalScriptTask id="sum" scriptLanguage="feel"'
           ' camunda:resultVariable="n"><script>1 + 1</script></globalScriptTask><globalTask id="none"/>'
           '<globalManualTask id="hand"/>')
    assert [wait.kind for wait in run("ask", xml).waits()] == ["user"]
    assert run("none", xml).outcome == run("hand", xml).outcome == "completed"
    done = run("sum", xml)
    assert done.outcome == "completed" and done.variables == {"n": 2}


def test_an_event_definition_may_be_shared():
    xml = ('<message id="m" name="M"/><messageEventDefinition id="d" messageRef="m"/>'
           '<process id="p" isExecutable="true"><startEvent id="s"/><intermediateCatchEvent id="c">'
           '<eventDefinitionRef>d</eventDefinitionRef></intermediateCatchEvent><endEvent id="e"/>'
           '<sequenceFlow id="f" sourceRef="s" targetRef="c"/>'
           '<sequenceFlow id="g" sourceRef="c" targetRef="e"/></process>')
    waiting = run("p", xml)
    (wait,) = waiting.waits()
    assert (wait.kind, wait.detail["name"]) == ("message", "M")
    waiting.deliver(wait.id)
    waiting.advance()
    assert waiting.outcome == "completed"


def test_elements_without_effect_are_let_pass():
    xml = (
        '<message id="m" name="M"/><endPoint id="ep"/><interface id="if" name="I"><operation id="o" name="O">'
        "<inMessageRef>m</inMessageRef></operation></interface>"
        '<collaboration id="c"><participant id="a" processRef="p"><interfaceRef>if</interfaceRef><endPointRef>ep'
        '</endPointRef></participant><participant id="b"/><messageFlow id="m1" sourceRef="a" targetRef="b"/>'
        '<messageFlow id="m2" sourceRef="b" targetRef="a"/>'
        '<conversation id="k"><participantRef>a</participantRef><participantRef>b</participantRef></conversation>'
        '<conversation id="l"><participantRef>a</participantRef><participantRef>b</participantRef></conversation>'
        '<conversationAssociation innerConversationNodeRef="k" outerConversationNodeRef="l"/>'
        "<participantAssociation><innerParticipantRef>a</innerParticipantRef><outerParticipantRef>b"
        "</outerParticipantRef></participantAssociation>"
        '<messageFlowAssociation innerMessageFlowRef="m1" outerMessageFlowRef="m2"/></collaboration>'
        '<partnerEntity id="pe"><participantRef>b</participantRef></partnerEntity>'
        '<partnerRole id="pr"><participantRef>b</participantRef></partnerRole>'
        '<process id="p" isExecutable="true"><auditing/><monitoring/><property id="x" name="x"/><startEvent id="s"/>'
        '<userTask id="u"><auditing/><monitoring/><rendering/></userTask><endEvent id="e"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="u"/><sequenceFlow id="g" sourceRef="u" targetRef="e"/></process>'
        '<relationship type="about" direction="Forward"><source>p</source><target>c</target></relationship>')
    assert [wait.element_id for wait in run("p", xml).waits()] == ["u"]
