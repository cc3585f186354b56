"""From a drawing to models: every process of a file becomes specifications with flows, conditions and events."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from lxml import etree

from engine.bpmn import elements as reading
from engine.bpmn.activities import (
    Activity,
    BusinessRuleTask,
    CallActivity,
    EventSubProcess,
    ScriptTask,
    ServiceTask,
    SubProcess,
    UserTask,
)
from engine.bpmn.data import DataNames
from engine.bpmn.definitions import EventDefinition, EventReader
from engine.bpmn.elements import BPMN, CAMUNDA, children, feel, inner_text, kind_of, reference, text_of
from engine.bpmn.events import Boundary, Catch, EventStart, Receive, SendTask, Throw
from engine.bpmn.gateways import Complex, EventGateway, Exclusive, Inclusive, Parallel
from engine.bpmn.mapping import Passing
from engine.bpmn.model import Element, Flow, Lane, ProcessModel, Text
from engine.bpmn.nodes import Node, Pass, Start
from engine.bpmn.publish import publish
from engine.bpmn.repetition import loop_info, repetition_of
from engine.bpmn.tokens import AdHoc, ScopeSpec
from engine.errors import Refused

NODES: dict[str, type[Node]] = {
    "startEvent": Start, "endEvent": Throw, "intermediateThrowEvent": Throw, "intermediateCatchEvent": Catch,
    "boundaryEvent": Boundary, "task": Activity, "manualTask": Activity, "userTask": UserTask,
    "serviceTask": ServiceTask, "businessRuleTask": BusinessRuleTask, "scriptTask": ScriptTask, "sendTask": SendTask,
    "receiveTask": Receive, "callActivity": CallActivity, "subProcess": SubProcess, "transaction": SubProcess,
    "adHocSubProcess": SubProcess, "exclusiveGateway": Exclusive, "parallelGateway": Parallel,
    "inclusiveGateway": Inclusive, "complexGateway": Complex, "eventBasedGateway": EventGateway,
}
GLOBAL_TASKS = {"globalTask": "task", "globalUserTask": "userTask", "globalManualTask": "manualTask",
                "globalScriptTask": "scriptTask", "globalBusinessRuleTask": "businessRuleTask"}


def parse(root: etree._Element, file: str = "") -> list[ProcessModel]:
    """All executable processes and global tasks of a file that passed its checks."""
    drawing = Drawing(root, file)
    models = [drawing.process(node) for node in children(root, "process")
              if node.get("isExecutable", "true").strip() in ("true", "1")]
    for node in children(root):
        if kind_of(node) in GLOBAL_TASKS:
            models.append(drawing.global_task(node))
    return models


class Drawing:
    """A file being read."""

    def __init__(self, root: etree._Element, file: str):
        self.root = root
        self.file = file
        self.by_id = {node.get("id"): node for node in root.iter() if isinstance(node.tag, str) and node.get("id")}
        self.data = DataNames(root)
        self.events = EventReader(self.by_id)
        self.lanes: dict[str, tuple[Lane, ...]] = {}
        self.cards: dict[str, Element] = {}
        self.flows: dict[str, Flow] = {}

    def process(self, node: etree._Element) -> ProcessModel:
        """The model of one process."""
        self.cards, self.flows, self.lanes = {}, {}, reading.lanes_of(node)
        return publish(self, node, self.scope(node, None))

    def global_task(self, node: etree._Element) -> ProcessModel:
        """A task that stands on its own: a process of that one task."""
        self.cards, self.flows, self.lanes = {}, {}, {}
        spec = ScopeSpec(node.get("id"))
        task = etree.fromstring(etree.tostring(node))
        task.tag = BPMN + GLOBAL_TASKS[kind_of(node)]
        task.set("id", node.get("id") + ".task")
        spec.starts = (self.node(task, spec).name,)
        return publish(self, node, spec)

    # -- scopes

    def scope(self, node: etree._Element, parent: ScopeSpec | None) -> ScopeSpec:
        """The nodes of a process or sub-process, joined by their flows."""
        spec = ScopeSpec(node.get("id"), parent, kind_of(node))
        for child in children(node):
            if kind_of(child) in NODES and not _is_compensation_boundary(child):
                with self._at(child):
                    self.node(child, spec)
        self._connect(node, spec)
        self._attach(node, spec)
        self._link(spec)
        self._start(node, spec)
        if parent is not None:
            spec.data_objects = self.data.objects_of(node)
        undo = Pass(spec, Element(id=f"{spec.name} undo", kind="undo", parent=spec.name))
        spec.undoer = undo
        return spec

    def node(self, node: etree._Element, spec: ScopeSpec) -> Node:
        """One flow node."""
        name = node.get("id")
        info = loop_info(node, self.data.variable)
        parent = spec.name if spec.parent is not None else None
        card = self.cards[name] = reading.element_of(node, self._lanes_at(node, parent), parent, info)
        task = self._class_of(node, card)(spec, card)
        task.start_quantity = _number(node.get("startQuantity"))
        task.completion_quantity = _number(node.get("completionQuantity"))
        task.for_compensation = node.get("isForCompensation", "false").strip() in ("true", "1")
        task.takes = tuple((key, text_of(text)) for key, text in card.inputs.items())
        task.gives = tuple((key, text_of(text)) for key, text in card.outputs.items())
        task.repetition = repetition_of(node, task, info, self.events.of, self.by_id)
        self.data.read_into(node, task)
        self._furnish(node, task, spec)
        return task

    def _lanes_at(self, node: etree._Element, parent: str | None) -> tuple[Lane, ...]:
        """The lanes around a node; a lane lists neither what is inside a sub-process nor always boundary events."""
        own = self.lanes.get(node.get("id")) or self.lanes.get(reference(node.get("attachedToRef")) or "")
        return own or (self.cards[parent].lanes if parent is not None else ())

    def _class_of(self, node: etree._Element, card: Element) -> type[Node]:
        kind = card.kind
        if kind == "subProcess" and node.get("triggeredByEvent", "false").strip() in ("true", "1"):
            return EventSubProcess
        external = "topic" in card.attributes or card.attributes.get("type") == "external"
        if external and kind in ("sendTask", "businessRuleTask"):
            return ServiceTask
        if kind == "businessRuleTask" and "decisionRef" not in card.attributes:
            return Activity
        return NODES[kind]

    def _furnish(self, node: etree._Element, task: Node, spec: ScopeSpec) -> None:
        """What only some kinds of nodes have."""
        card = task.element
        if isinstance(task, (Catch, Throw)):
            task.definitions = self.events.of(node)
            if not task.definitions and reference(node.get("messageRef")):
                task.definitions = (EventDefinition("message", key=self.events.named(node, "messageRef", "name")),)
            if isinstance(task, Catch):
                task.parallel = node.get("parallelMultiple", "false").strip() in ("true", "1")
                task.interrupting = node.get("cancelActivity", "true").strip() in ("true", "1")
        elif isinstance(task, CallActivity):
            self._call(node, task)
        elif isinstance(task, SubProcess):
            task.inner = self.scope(node, spec)
            if card.kind == "adHocSubProcess":
                task.inner.ad_hoc = AdHoc(node.get("ordering", "Parallel").lower() == "sequential",
                                          feel(inner_text(node, "completionCondition")),
                                          node.get("cancelRemainingInstances", "true").strip() in ("true", "1"),
                                          card.properties.get("bihuan:adhoc") == "choice")
        elif isinstance(task, ScriptTask):
            task.format = (node.get("scriptFormat") or node.get("scriptLanguage") or "").strip().lower()
            task.text = inner_text(node, "script") or ""
            task.result = card.attributes.get("resultVariable")
            if task.format == "feel":
                task.text = feel(task.text) or "null"
        elif isinstance(task, BusinessRuleTask):
            task.result = card.attributes.get("resultVariable")
        elif isinstance(task, Complex):
            task.activation = feel(inner_text(node, "activationCondition"))

    def _call(self, node: etree._Element, task: CallActivity) -> None:
        attributes = task.element.attributes
        called = text_of(node.get("calledElement"))
        task.called = called if called is None or called.feel else Text(reference(called.source) or "")
        task.binding = attributes.get("calledElementBinding", "latest")
        version = attributes.get("calledElementVersionTag") if task.binding == "versionTag" \
            else attributes.get("calledElementVersion")
        task.version = text_of(version) if version else None
        entries = [entry for extension in node.iterfind(BPMN + "extensionElements") for entry in extension]
        for entry in entries:
            if entry.tag == CAMUNDA + "in" and entry.get("businessKey"):
                task.business_key = text_of(entry.get("businessKey"))
        task.ins = tuple(_passing(entry) for entry in entries
                         if entry.tag == CAMUNDA + "in" and not entry.get("businessKey"))
        task.outs = tuple(_passing(entry) for entry in entries if entry.tag == CAMUNDA + "out")

    @contextmanager
    def _at(self, node: etree._Element) -> Iterator[None]:
        """What is refused in here is told of this element."""
        try:
            yield
        except Refused as refused:
            raise Refused(replace(problem, file=self.file, element=problem.element or node.get("id", ""),
                                  line=problem.line or node.sourceline or 0)
                          for problem in refused.problems) from None

    # -- joining nodes

    def _connect(self, node: etree._Element, spec: ScopeSpec) -> None:
        outgoing: dict[str, list[Flow]] = {}
        incoming: dict[str, list[str]] = {}
        for edge in children(node, "sequenceFlow"):
            source, target = reference(edge.get("sourceRef")), reference(edge.get("targetRef"))
            if source not in spec.task_specs or target not in spec.task_specs:
                continue
            default = spec.task_specs[source].element.default == edge.get("id")
            with self._at(edge):
                condition = None if default else feel(inner_text(edge, "conditionExpression"))
            flow = Flow(edge.get("id"), source, target, condition, default, edge.get("name", ""))
            self.flows[flow.id] = flow
            outgoing.setdefault(source, []).append(flow)
            incoming.setdefault(target, []).append(flow.id)
        for name, flows in outgoing.items():
            spec.task_specs[name].flows = tuple(flows)
        for name, ids in incoming.items():
            spec.task_specs[name].incoming = tuple(ids)

    def _attach(self, node: etree._Element, spec: ScopeSpec) -> None:
        """Boundary events to their activities, handlers to what they compensate, starts of event sub-processes."""
        for child in children(node, "boundaryEvent"):
            host = spec.task_specs.get(reference(child.get("attachedToRef")))
            if host is None:
                continue
            if _is_compensation_boundary(child):
                host.handler = self._handler(child, spec)
            else:
                host.boundaries.append(spec.task_specs[child.get("id")])
        for child in children(node, "subProcess"):
            task = spec.task_specs[child.get("id")]
            if isinstance(task, EventSubProcess):
                for start in children(child, "startEvent"):
                    self._event_start(start, task, spec)

    def _event_start(self, start: etree._Element, task: EventSubProcess, spec: ScopeSpec) -> None:
        definitions = self.events.of(start)
        if any(definition.kind == "compensate" for definition in definitions):
            task.triggered_by = start.get("id")
            spec.compensation_start = task.name
            return
        armed = EventStart(spec, self.cards[start.get("id")])
        armed.definitions = definitions
        armed.parallel = start.get("parallelMultiple", "false").strip() in ("true", "1")
        armed.interrupting = start.get("isInterrupting", "true").strip() in ("true", "1")
        armed.handler_node = task.name
        spec.event_starts.append(armed.name)

    def _handler(self, boundary: etree._Element, spec: ScopeSpec) -> str | None:
        for edge in self.root.iter(BPMN + "association"):
            ends = reference(edge.get("sourceRef")), reference(edge.get("targetRef"))
            if ends[0] == boundary.get("id") and ends[1] in spec.task_specs:
                return ends[1]
        return None

    def _link(self, spec: ScopeSpec) -> None:
        catches = {task.definitions[0].name: name for name, task in spec.task_specs.items()
                   if isinstance(task, Catch) and task.definitions and task.definitions[0].kind == "link"}
        for task in spec.task_specs.values():
            links = [found for found in getattr(task, "definitions", ()) if found.kind == "link"]
            if isinstance(task, Throw) and links and links[0].name in catches:
                task.flows = (Flow("", task.name, catches[links[0].name]),)

    def _start(self, node: etree._Element, spec: ScopeSpec) -> None:
        """Where a scope begins: its none start events, or without any start all that nothing leads to."""
        events = list(children(node, "startEvent"))
        plain = [child.get("id") for child in events if not self.events.of(child)]
        instantiating = self._instantiating(node)
        entries = [task for task in spec.task_specs.values() if task.element.id in instantiating]
        if events or entries:
            spec.starts = tuple(plain)
        else:
            spec.starts = tuple(name for name, task in spec.task_specs.items() if _may_begin(task))

    def _instantiating(self, node: etree._Element) -> set[str]:
        return {child.get("id") for child in (*children(node, "receiveTask"), *children(node, "eventBasedGateway"))
                if child.get("instantiate", "false").strip() in ("true", "1")}


def _is_compensation_boundary(node: etree._Element) -> bool:
    return kind_of(node) == "boundaryEvent" and node.find(BPMN + "compensateEventDefinition") is not None


def _may_begin(task: Node) -> bool:
    if task.incoming or task.for_compensation or isinstance(task, (Boundary, EventStart, EventSubProcess)):
        return False
    return not any(found.kind == "link" for found in getattr(task, "definitions", ())) or isinstance(task, Throw)


def _number(text: str | None) -> int:
    return int(text) if text and text.strip().isdigit() else 1


def _passing(entry: etree._Element) -> Passing:
    if entry.get("variables") == "all":
        return Passing(None, all=True)
    expression = entry.get("sourceExpression")
    return Passing(entry.get("target"), Text(feel(expression), True) if expression else None,
                   None if expression else entry.get("source"))
