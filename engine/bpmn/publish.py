"""From a parsed graph to the model others see: starts, expressions, forms, roles."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING

from lxml import etree

from engine.bpmn import elements as reading
from engine.bpmn.activities import CallActivity, ScriptTask
from engine.bpmn.definitions import EventDefinition
from engine.bpmn.elements import BPMN, reference
from engine.bpmn.gateways import Complex, EventGateway
from engine.bpmn.model import ModelExpression, ProcessModel, StartEvent, Text
from engine.bpmn.multi_instance import MultiInstance
from engine.bpmn.nodes import Node, Start
from engine.bpmn.tokens import ScopeSpec

if TYPE_CHECKING:
    from engine.bpmn.parser import Drawing


def publish(drawing: Drawing, node: etree._Element, graph: ScopeSpec) -> ProcessModel:
    """The model of one process."""
    own, cards = reading.properties(node), dict(drawing.cards)
    attributes = reading.camunda_attributes(node)
    pool = next((pool for pool in drawing.root.iter(BPMN + "participant")
                 if reference(pool.get("processRef")) == node.get("id")), None)
    roles = [card.property("bihuan:role") for card in cards.values()]
    for card in cards.values():
        groups = card.attributes.get("candidateGroups", "")
        if not groups.startswith(("=", "$", "#")):
            roles += [group.strip() for group in groups.split(",")]
    return ProcessModel(
        key=node.get("id"), name=node.get("name", ""), name_en=own.get("bihuan:name_en", ""),
        version_tag=attributes.get("versionTag"), documentation=reading.documentation(node), file=drawing.file,
        elements=MappingProxyType(cards), flows=MappingProxyType(dict(drawing.flows)),
        start_events=tuple(_starts(drawing, graph)), expressions=tuple(dict.fromkeys(_expressions(graph))),
        called_elements=_once(task.called.source for task in all_nodes(graph)
                              if isinstance(task, CallActivity) and task.called and not task.called.feel),
        form_keys=_once(key for card in cards.values()
                        for key in (card.attributes.get("formKey"), card.properties.get("bihuan:public"))),
        decision_refs=_once(card.attributes.get("decisionRef") for card in cards.values()),
        roles=_once(roles), properties=MappingProxyType(own), attributes=MappingProxyType(attributes), graph=graph,
        participant=pool.get("name", "") if pool is not None else "")


def all_nodes(graph: ScopeSpec) -> Iterator[Node]:
    """All nodes of a process, those of its sub-processes included."""
    for task in graph.task_specs.values():
        yield task
        inner = getattr(task, "inner", None)
        if inner is not None:
            yield from all_nodes(inner)


def _starts(drawing: Drawing, graph: ScopeSpec) -> Iterator[StartEvent]:
    for task in graph.task_specs.values():
        source = drawing.by_id.get(task.name)
        if isinstance(task, Start):
            definitions = drawing.events.of(source)
            if not definitions:
                yield StartEvent(task.name, "none")
            for definition in definitions:
                yield _start(task.name, definition, None)
        elif source is not None and source.get("instantiate", "false").strip() in ("true", "1"):
            yield from _instantiating(task, graph, source)
    if not any(isinstance(task, Start) for task in graph.task_specs.values()) and graph.starts:
        yield StartEvent(graph.starts[0], "none", instantiate_element=graph.task_specs[graph.starts[0]].element.kind)


def _instantiating(task: Node, graph: ScopeSpec, source: etree._Element) -> Iterator[StartEvent]:
    events = [task]
    if isinstance(task, EventGateway):
        events = [graph.task_specs[flow.target] for flow in task.flows]
        if source.get("eventGatewayType", "Exclusive") == "Parallel":
            for event in events:
                event.beside = tuple(other.name for other in events if other is not event)
    for event in events:
        for definition in getattr(event, "definitions", ()):
            yield _start(event.name, definition, event.element.kind)


def _start(element_id: str, definition: EventDefinition, kind: str | None) -> StartEvent:
    timer = (definition.timer, _shown(definition.text)) if definition.kind == "timer" and definition.text else None
    return StartEvent(element_id, definition.kind, definition.key.source if definition.key else None, timer,
                      definition.condition, kind)


def _shown(text: Text) -> str:
    return ("=" if text.feel else "") + text.source


def _expressions(graph: ScopeSpec) -> Iterator[ModelExpression]:
    """All FEEL texts of a process."""
    for task in all_nodes(graph):
        name = task.name
        yield from reading.attribute_expressions(task.element)
        for flow in task.flows:
            if flow.condition is not None:
                yield ModelExpression(flow.id, "conditionExpression", flow.condition, "condition")
        for definition in getattr(task, "definitions", ()):
            if definition.text is not None and definition.text.feel:
                yield ModelExpression(name, definition.timer, definition.text.source, "timer")
            if definition.condition is not None:
                yield ModelExpression(name, "condition", definition.condition, "event")
            if definition.key is not None and definition.key.feel:
                yield ModelExpression(name, definition.kind, definition.key.source, "value")
        if task.repetition is not None:
            yield from _loop_expressions(task)
        yield from _own_expressions(task)


def _loop_expressions(task: Node) -> Iterator[ModelExpression]:
    info = task.repetition.info
    role = "condition"
    places = (("condition", info.condition, role), ("collection", info.collection, "collection"),
              ("cardinality", info.cardinality, "cardinality"), ("output", info.output_element, "value"))
    for attribute, text, use in places:
        if isinstance(text, str):
            yield ModelExpression(task.name, attribute, text, use)
        elif text is not None and text.feel:
            yield ModelExpression(task.name, attribute, text.source, use)
    if isinstance(task.repetition, MultiInstance):
        for condition, _ in task.repetition.complex:
            yield ModelExpression(task.name, "complexBehavior", condition, role)


def _own_expressions(task: Node) -> Iterator[ModelExpression]:
    if isinstance(task, ScriptTask) and task.text:
        yield ModelExpression(task.name, "script", task.text, "value")
    elif isinstance(task, Complex) and task.activation is not None:
        yield ModelExpression(task.name, "activationCondition", task.activation, "condition")
    elif isinstance(task, CallActivity):
        for place, text in (("calledElement", task.called), ("version", task.version),
                            ("businessKey", task.business_key)):
            if text is not None and text.feel:
                yield ModelExpression(task.name, place, text.source, "value")
        for passing in (*task.ins, *task.outs):
            if passing.source is not None and passing.source.feel:
                yield ModelExpression(task.name, passing.target or "", passing.source.source, "value")
    rule = getattr(getattr(task, "inner", None), "ad_hoc", None)
    if rule is not None and rule.condition is not None:
        yield ModelExpression(task.name, "completionCondition", rule.condition, "condition")


def _once(entries: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry for entry in entries if entry))
