"""Reading how an activity is repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from engine.bpmn.definitions import EventDefinition
from engine.bpmn.elements import CAMUNDA, children, feel, inner_text, properties, reference, text_of
from engine.bpmn.model import LoopInfo, Text
from engine.bpmn.multi_instance import MultiInstance, Repetition, StandardLoop
from engine.bpmn.nodes import Node

Resolve = Callable[[str | None], str | None]
"""From the id of a data object, data input or property to the name of its variable."""


def loop_info(node: etree._Element, resolve: Resolve) -> LoopInfo | None:
    """The loop characteristics of an activity."""
    for mark in children(node, "standardLoopCharacteristics"):
        maximum = mark.get("loopMaximum", "").strip()
        return LoopInfo("standard", condition=feel(inner_text(mark, "loopCondition")),
                        test_before=mark.get("testBefore", "false").strip() in ("true", "1"),
                        maximum=int(maximum) if maximum.isdigit() else None)
    for mark in children(node, "multiInstanceLoopCharacteristics"):
        return _multi(node, mark, resolve)
    return None


def _multi(node: etree._Element, mark: etree._Element, resolve: Resolve) -> LoopInfo:
    own = properties(node) | properties(mark)
    collection = mark.get(CAMUNDA + "collection") or resolve(reference(inner_text(mark, "loopDataInputRef")))
    output = own.get("bihuan:output_collection") or resolve(reference(inner_text(mark, "loopDataOutputRef")))
    element = text_of(own["bihuan:output_element"]) if own.get("bihuan:output_element") else None
    if element is None and (name := _item(mark, "outputDataItem")):
        element = Text(name)
    return LoopInfo(
        "sequential" if mark.get("isSequential", "false").strip() in ("true", "1") else "parallel",
        collection=Text(feel(collection), True) if collection else None,
        element_variable=mark.get(CAMUNDA + "elementVariable") or _item(mark, "inputDataItem"),
        cardinality=_cardinality(inner_text(mark, "loopCardinality")),
        condition=feel(inner_text(mark, "completionCondition")),
        output_collection=output, output_element=element, behavior=mark.get("behavior", "All"))


def _item(mark: etree._Element, name: str) -> str | None:
    for item in children(mark, name):
        return item.get("name") or item.get("id")
    return None


def _cardinality(text: str | None) -> Text | None:
    if text is None:
        return None
    stripped = text.strip()
    return Text(stripped) if stripped.lstrip("-").isdigit() else Text(feel(stripped), True)


def repetition_of(node: etree._Element, task: Node, info: LoopInfo | None,
                  definitions: Callable[[etree._Element], tuple[EventDefinition, ...]],
                  by_id: Mapping[str, etree._Element]) -> Repetition | None:
    """What runs the loop of an activity."""
    if info is None:
        return None
    if info.kind == "standard":
        return StandardLoop(task, info)
    loop = MultiInstance(task, info)
    mark = next(children(node, "multiInstanceLoopCharacteristics"))
    ref = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(info.behavior)
    named = by_id.get(reference(mark.get(ref)) or "") if ref else None
    if named is not None:
        box = etree.Element("box")
        box.append(etree.fromstring(etree.tostring(named)))
        loop.thrown = definitions(box)
    loop.complex = tuple(
        (feel(inner_text(rule, "condition")) or "false", definitions(event))
        for rule in children(mark, "complexBehaviorDefinition") for event in children(rule, "event"))
    return loop
