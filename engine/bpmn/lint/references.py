"""References: what an attribute or a child names must exist and be of the right kind."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, local, text
from engine.bpmn.lint.grammar import REFERENCES, is_a
from engine.bpmn.lint.rule import Found, rule

_ITEM = ("dataObject", "dataObjectReference", "dataStoreReference", "dataInput", "dataOutput", "property")

KINDS: dict[str, tuple[str, ...]] = {
    "activityRef": ("activity",), "attachedToRef": ("activity",), "calledChoreographyRef": ("choreography",),
    "calledCollaborationRef": ("collaboration",), "categoryValueRef": ("categoryValue",),
    "choreographyRef": ("choreography",), "correlationKeyRef": ("correlationKey",),
    "correlationPropertyRef": ("correlationProperty",), "dataInputRefs": ("dataInput",),
    "dataObjectRef": ("dataObject",), "dataOutputRefs": ("dataOutput",), "dataStoreRef": ("dataStore",),
    "default": ("sequenceFlow",), "definitionalCollaborationRef": ("collaboration",), "endPointRef": ("endPoint",),
    "errorRef": ("error",), "escalationRef": ("escalation",), "eventDefinitionRef": ("eventDefinition",),
    "flowNodeRef": ("flowNode",), "inMessageRef": ("message",), "incoming": ("sequenceFlow",),
    "initiatingParticipantRef": ("participant",), "innerConversationNodeRef": ("conversationNode",),
    "innerMessageFlowRef": ("messageFlow",), "innerParticipantRef": ("participant",), "inputDataRef": ("inputSet",),
    "inputSetRefs": ("inputSet",), "interfaceRef": ("interface",), "itemRef": ("itemDefinition",),
    "itemSubjectRef": ("itemDefinition",), "loopDataInputRef": _ITEM, "loopDataOutputRef": _ITEM,
    "messageFlowRef": ("messageFlow",), "messageRef": ("message",), "noneBehaviorEventRef": ("eventDefinition",),
    "oneBehaviorEventRef": ("eventDefinition",), "operationRef": ("operation",), "optionalInputRefs": ("dataInput",),
    "optionalOutputRefs": ("dataOutput",), "outMessageRef": ("message",),
    "outerConversationNodeRef": ("conversationNode",), "outerMessageFlowRef": ("messageFlow",),
    "outerParticipantRef": ("participant",), "outgoing": ("sequenceFlow",), "outputDataRef": ("outputSet",),
    "outputSetRefs": ("outputSet",), "parameterRef": ("resourceParameter",), "participantRef": ("participant",),
    "processRef": ("process",), "resourceRef": ("resource",), "signalRef": ("signal",),
    "supportedInterfaceRef": ("interface",), "supports": ("process",), "whileExecutingInputRefs": ("dataInput",),
    "whileExecutingOutputRefs": ("dataOutput",), "partitionElementRef": ("baseElement",),
}
"""The kinds that a reference of this name may point to, wherever it stands."""

PLACES: dict[tuple[str, str], tuple[str, ...]] = {
    ("sequenceFlow", "sourceRef"): ("flowNode",), ("sequenceFlow", "targetRef"): ("flowNode",),
    ("association", "sourceRef"): ("baseElement",), ("association", "targetRef"): ("baseElement",),
    ("messageFlow", "sourceRef"): ("participant", "activity", "event", "conversationNode"),
    ("messageFlow", "targetRef"): ("participant", "activity", "event", "conversationNode"),
    ("conversationLink", "sourceRef"): ("participant", "conversationNode", "activity", "event"),
    ("conversationLink", "targetRef"): ("participant", "conversationNode", "activity", "event"),
    ("dataInputAssociation", "sourceRef"): _ITEM, ("dataInputAssociation", "targetRef"): ("dataInput", "property"),
    ("dataOutputAssociation", "sourceRef"): ("dataOutput", "property"), ("dataOutputAssociation", "targetRef"): _ITEM,
    ("linkEventDefinition", "source"): ("linkEventDefinition",),
    ("linkEventDefinition", "target"): ("linkEventDefinition",),
}
"""The same for names whose meaning depends on the element that holds them."""


def references(drawing: Drawing) -> Iterator[tuple[Element, str, str, tuple[str, ...]]]:
    """Every reference in the drawing: who refers, the name of the reference, what it says, the kinds it may name."""
    for element in drawing.elements:
        name = local(element)
        for attribute, value in element.attrib.items():
            kinds = PLACES.get((name, attribute)) or KINDS.get(attribute)
            if kinds:
                yield element, attribute, value, kinds
        if name in REFERENCES:
            parent = element.getparent()
            kinds = PLACES.get((local(parent), name)) or KINDS.get(name)
            if kinds and text(element):
                yield parent, name, text(element), kinds


@rule("reference_unresolved", "8.3.1", zh="{element}的引用 {name} 指向“{value}”，但文件中没有这个元素。",
      en='The reference {name} of {element} names "{value}", which is not in the file.')
def reference_unresolved(drawing: Drawing) -> Iterator[Found]:
    for element, name, value, _ in references(drawing):
        if value.strip() and drawing.resolve(value, element) is None and not drawing.foreign(value, element):
            yield element, {"name": name, "value": value}


@rule("reference_kind", "8.3.1", zh="{element}的引用 {name} 指向{target}，但它是 {kind}，应当是 {wanted}。",
      en="The reference {name} of {element} names {target}, which is a {kind}; it must be a {wanted}.")
def reference_kind(drawing: Drawing) -> Iterator[Found]:
    for element, name, value, kinds in references(drawing):
        target = drawing.resolve(value, element)
        if target is not None and not any(is_a(local(target), kind) for kind in kinds):
            yield element, {"name": name, "target": target, "kind": local(target), "wanted": " | ".join(kinds)}


@rule("called_element_kind", "10.3.5", zh="调用活动{element}调用{target}，但它是 {kind}；只能调用流程或全局任务。",
      en="The call activity {element} calls {target}, which is a {kind}; only a process or a global task"
         " can be called.")
def called_element_kind(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.all("callActivity"):
        target = drawing.target(element, "calledElement")
        if target is not None and not is_a(local(target), "callableElement"):
            yield element, {"target": target, "kind": local(target)}


@rule("import_unread", "8.2.2", zh="导入“{location}”不会被读取：请把所需的定义放在同一个文件中。",
      en='The import "{location}" is not read: put what is needed into the same file.')
def import_unread(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.all("import"):
        yield element, {"location": element.get("location") or ""}


@rule("foreign_reference", "8.2.2", zh="{element}的引用 {name} 指向别的文件（“{value}”），不能解析。",
      en='The reference {name} of {element} points into another file ("{value}") and cannot be resolved.')
def foreign_reference(drawing: Drawing) -> Iterator[Found]:
    for element, name, value, _ in references(drawing):
        if drawing.resolve(value, element) is None and drawing.foreign(value, element):
            yield element, {"name": name, "value": value}
