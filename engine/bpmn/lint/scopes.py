"""Processes and sub-processes as a whole: starts and ends belong together, every node is connected."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, flag, local
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.rule import Found, rule


def scopes(drawing: Drawing) -> Iterator[Element]:
    """Processes and sub-processes whose order sequence flows give (so not ad-hoc ones)."""
    return drawing.all("process", "subProcess", "transaction")


def _has(drawing: Drawing, scope: Element, name: str) -> bool:
    return any(local(node) == name for node in drawing.nodes(scope))


def _instantiates(drawing: Drawing, scope: Element) -> bool:
    return any(flag(node, "instantiate") for node in drawing.nodes(scope))


@rule("start_without_end", "10.5.3", zh="{element}有启动事件而没有结束事件：有启动事件就必须至少有一个结束事件。",
      en="{element} has a start event but no end event; where there is a start event there must be an end event.")
def start_without_end(drawing: Drawing) -> Iterator[Found]:
    for scope in scopes(drawing):
        if _has(drawing, scope, "startEvent") and not _has(drawing, scope, "endEvent"):
            yield scope


@rule("end_without_start", "10.5.2", zh="{element}有结束事件而没有启动事件：有结束事件就必须至少有一个启动事件。",
      en="{element} has an end event but no start event; where there is an end event there must be a start event.")
def end_without_start(drawing: Drawing) -> Iterator[Found]:
    for scope in scopes(drawing):
        if _has(drawing, scope, "endEvent") and not _has(drawing, scope, "startEvent") \
                and not _instantiates(drawing, scope):
            yield scope


@rule("node_without_incoming", "10.5.2",
      zh="{element}没有流入的顺序流，而{scope}有启动事件：除启动事件外，每个节点都必须被连到。",
      en="{element} has no incoming sequence flow although {scope} has a start event; every other node"
         " must be reached.")
def node_without_incoming(drawing: Drawing) -> Iterator[Found]:
    for scope in scopes(drawing):
        if not _has(drawing, scope, "startEvent"):
            continue
        for node in drawing.nodes(scope):
            if not drawing.incoming(node) and not _begins(drawing, node):
                yield node, {"scope": scope}


@rule("node_without_outgoing", "10.5.3",
      zh="{element}没有流出的顺序流，而{scope}有结束事件：除结束事件外，每个节点都必须继续流出。",
      en="{element} has no outgoing sequence flow although {scope} has an end event; every other node must lead on.")
def node_without_outgoing(drawing: Drawing) -> Iterator[Found]:
    for scope in scopes(drawing):
        if not _has(drawing, scope, "endEvent"):
            continue
        for node in drawing.nodes(scope):
            if not drawing.outgoing(node) and not _ends(drawing, node):
                yield node, {"scope": scope}


def _apart(drawing: Drawing, node: Element) -> bool:
    """Nodes that stand outside the normal flow."""
    return drawing.is_handler(node) or drawing.is_event_sub_process(node)


def _begins(drawing: Drawing, node: Element) -> bool:
    return (local(node) in ("startEvent", "boundaryEvent", "implicitThrowEvent") or _apart(drawing, node)
            or flag(node, "instantiate")
            or (local(node) == "intermediateCatchEvent" and "link" in drawing.triggers(node)))


def _ends(drawing: Drawing, node: Element) -> bool:
    return (local(node) in ("endEvent", "implicitThrowEvent") or _apart(drawing, node)
            or (local(node) == "boundaryEvent" and "compensate" in drawing.triggers(node))
            or (local(node) == "intermediateThrowEvent" and "link" in drawing.triggers(node)))


@rule("sub_process_content", "10.3.5", zh="子流程{scope}中不能有编排元素{element}。",
      en="The sub-process {scope} must not contain the choreography element {element}.")
def sub_process_content(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("choreographyActivity"):
        scope = drawing.scope(node)
        if scope is not None and not is_a(local(scope), "choreography") and local(scope) != "subChoreography":
            yield node, {"scope": scope}


@rule("ad_hoc_content", "10.3.5", zh="自由子流程{scope}中不能有{element}（启动事件、结束事件）。",
      en="The ad-hoc sub-process {scope} must not contain {element} (start events and end events have no place there).")
def ad_hoc_content(drawing: Drawing) -> Iterator[Found]:
    for scope in drawing.all("adHocSubProcess"):
        for node in drawing.nodes(scope):
            if local(node) in ("startEvent", "endEvent"):
                yield node, {"scope": scope}


@rule("ad_hoc_empty", "10.3.5", zh="自由子流程{element}中至少要有一个活动。",
      en="The ad-hoc sub-process {element} must contain at least one activity.")
def ad_hoc_empty(drawing: Drawing) -> Iterator[Found]:
    for scope in drawing.all("adHocSubProcess"):
        if not any(is_a(local(node), "activity") for node in drawing.nodes(scope)):
            yield scope
