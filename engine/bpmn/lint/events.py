"""Events: which triggers fit which position, which flows they may have."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, flag, local
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.rule import Found, rule

ALLOWED = {
    "start": ("none", "message", "timer", "conditional", "signal"),
    "sub_process_start": ("none",),
    "event_start": ("message", "timer", "escalation", "error", "compensate", "conditional", "signal"),
    "event_start_beside": ("message", "timer", "escalation", "conditional", "signal"),
    "catch": ("message", "timer", "conditional", "link", "signal"),
    "throw": ("none", "message", "escalation", "link", "compensate", "signal"),
    "boundary": ("message", "timer", "escalation", "error", "cancel", "compensate", "conditional", "signal"),
    "boundary_beside": ("message", "timer", "escalation", "conditional", "signal"),
    "end": ("none", "message", "escalation", "error", "cancel", "compensate", "signal", "terminate"),
}
"""Triggers by position, as the tables of the standard give them; ``_beside``: the event does not interrupt."""

_WORDS = {
    "start": ("流程的启动事件", "start event of a process"),
    "sub_process_start": ("嵌入式子流程的启动事件", "start event of an embedded sub-process"),
    "event_start": ("事件子流程的启动事件", "start event of an event sub-process"),
    "event_start_beside": ("事件子流程的非中断启动事件", "non-interrupting start event of an event sub-process"),
    "catch": ("中间捕获事件", "intermediate catch event"),
    "throw": ("中间抛出事件", "intermediate throw event"),
    "boundary": ("边界事件", "boundary event"),
    "boundary_beside": ("非中断边界事件", "non-interrupting boundary event"),
    "end": ("结束事件", "end event"),
}


def position(drawing: Drawing, event: Element) -> str:
    """The key of :data:`ALLOWED` for ``event``, empty where no table speaks of it."""
    name = local(event)
    if name == "startEvent":
        scope = drawing.scope(event)
        if drawing.is_event_sub_process(scope):
            return "event_start" if flag(event, "isInterrupting", True) else "event_start_beside"
        return "sub_process_start" if scope is not None and is_a(local(scope), "subProcess") else "start"
    if name == "boundaryEvent":
        return "boundary" if flag(event, "cancelActivity", True) else "boundary_beside"
    return {"intermediateCatchEvent": "catch", "intermediateThrowEvent": "throw", "endEvent": "end"}.get(name, "")


@rule("event_trigger", "10.5", zh="{element}是{zh_place}，不能是 {trigger}；允许：{allowed}。",
      en="{element} is a {en_place} and must not be of type {trigger}; allowed: {allowed}.")
def event_trigger(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.kinds("event"):
        place = position(drawing, event)
        for trigger in (drawing.triggers(event) or ["none"]) if place else ():
            if trigger not in ALLOWED[place]:
                yield event, {"trigger": trigger, "allowed": ", ".join(ALLOWED[place]),
                              "zh_place": _WORDS[place][0], "en_place": _WORDS[place][1]}


@rule("parallel_multiple", "10.5.5", zh="{element}标为 parallelMultiple，但触发器少于两个。",
      en="{element} is marked parallelMultiple but has fewer than two triggers.")
def parallel_multiple(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.kinds("catchEvent"):
        if flag(event, "parallelMultiple") and len(drawing.definitions(event)) < 2:
            yield event


@rule("start_parallel_multiple", "10.5.2", zh="启动事件{element}要等齐多个触发器才启动流程，这里还不能执行；"
         "请分成几个启动事件，或在流程内等待。",
      en="The start event {element} waits for all of its triggers before the process begins, which cannot be run here; "
         "draw several start events, or wait within the process.")
def start_parallel_multiple(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("startEvent"):
        if (flag(event, "parallelMultiple") and len(drawing.definitions(event)) > 1
                and local(event.getparent()) == "process"):
            yield event


@rule("start_incoming", "10.5.2", zh="启动事件{element}不能有流入的顺序流。",
      en="The start event {element} must not have an incoming sequence flow.")
def start_incoming(drawing: Drawing) -> Iterator[Found]:
    return (event for event in drawing.all("startEvent") if drawing.incoming(event))


@rule("start_outgoing", "10.5.2", zh="启动事件{element}必须有流出的顺序流。",
      en="The start event {element} must have an outgoing sequence flow.")
def start_outgoing(drawing: Drawing) -> Iterator[Found]:
    return (event for event in drawing.all("startEvent") if not drawing.outgoing(event))


@rule("end_outgoing", "10.5.3", zh="结束事件{element}不能有流出的顺序流。",
      en="The end event {element} must not have an outgoing sequence flow.")
def end_outgoing(drawing: Drawing) -> Iterator[Found]:
    return (event for event in drawing.all("endEvent") if drawing.outgoing(event))


@rule("end_incoming", "10.5.3", zh="结束事件{element}必须有流入的顺序流。",
      en="The end event {element} must have an incoming sequence flow.")
def end_incoming(drawing: Drawing) -> Iterator[Found]:
    return (event for event in drawing.all("endEvent") if not drawing.incoming(event))


def _in_flow(drawing: Drawing) -> Iterator[Element]:
    """Intermediate events in normal flow; in an ad-hoc sub-process they may stand alone."""
    for event in drawing.all("intermediateCatchEvent", "intermediateThrowEvent"):
        scope = drawing.scope(event)
        if scope is None or local(scope) != "adHocSubProcess":
            yield event


@rule("intermediate_incoming", "10.5.4", zh="中间事件{element}必须有流入的顺序流。",
      en="The intermediate event {element} must have an incoming sequence flow.")
def intermediate_incoming(drawing: Drawing) -> Iterator[Found]:
    for event in _in_flow(drawing):
        link = local(event) == "intermediateCatchEvent" and "link" in drawing.triggers(event)
        if not link and not drawing.incoming(event):
            yield event


@rule("intermediate_outgoing", "10.5.4", zh="中间事件{element}必须有流出的顺序流。",
      en="The intermediate event {element} must have an outgoing sequence flow.")
def intermediate_outgoing(drawing: Drawing) -> Iterator[Found]:
    for event in _in_flow(drawing):
        link = local(event) == "intermediateThrowEvent" and "link" in drawing.triggers(event)
        if not link and not drawing.outgoing(event):
            yield event


@rule("cancel_end_outside", "10.5.3", zh="取消结束事件{element}只能放在事务子流程中。",
      en="The cancel end event {element} may only stand in a transaction.")
def cancel_end_outside(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("endEvent"):
        scope = drawing.scope(event)
        if "cancel" in drawing.triggers(event) and (scope is None or local(scope) != "transaction"):
            yield event


@rule("cancel_boundary_host", "10.5.4", zh="取消边界事件{element}只能附着在事务子流程上，不能附着在{host}上。",
      en="The cancel boundary event {element} may only be attached to a transaction, not to {host}.")
def cancel_boundary_host(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("boundaryEvent"):
        host = drawing.target(event, "attachedToRef")
        if "cancel" in drawing.triggers(event) and host is not None and local(host) != "transaction":
            yield event, {"host": host}


@rule("boundary_scope", "10.5.4", zh="边界事件{element}和它所附着的{host}不在同一个流程层次中。",
      en="The boundary event {element} and {host}, to which it is attached, are not on the same level.")
def boundary_scope(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("boundaryEvent"):
        host = drawing.target(event, "attachedToRef")
        if host is not None and drawing.scope(event) is not drawing.scope(host):
            yield event, {"host": host}


@rule("boundary_incoming", "10.5.4", zh="边界事件{element}不能有流入的顺序流。",
      en="The boundary event {element} must not have an incoming sequence flow.")
def boundary_incoming(drawing: Drawing) -> Iterator[Found]:
    return (event for event in drawing.all("boundaryEvent") if drawing.incoming(event))


@rule("boundary_outgoing", "10.5.4", zh="边界事件{element}必须有流出的顺序流。",
      en="The boundary event {element} must have an outgoing sequence flow.")
def boundary_outgoing(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("boundaryEvent"):
        if "compensate" not in drawing.triggers(event) and not drawing.outgoing(event):
            yield event


@rule("event_sub_process_flows", "10.3.5", zh="事件子流程{element}不能有流入或流出的顺序流。",
      en="The event sub-process {element} must not have incoming or outgoing sequence flows.")
def event_sub_process_flows(drawing: Drawing) -> Iterator[Found]:
    for scope in drawing.kinds("subProcess"):
        if drawing.is_event_sub_process(scope) and (drawing.incoming(scope) or drawing.outgoing(scope)):
            yield scope


@rule("event_sub_process_start", "10.3.5", zh="事件子流程{element}必须恰好有一个启动事件，现有 {count} 个。",
      en="The event sub-process {element} must have exactly one start event, it has {count}.")
def event_sub_process_start(drawing: Drawing) -> Iterator[Found]:
    for scope in drawing.kinds("subProcess"):
        if drawing.is_event_sub_process(scope):
            count = sum(local(node) == "startEvent" for node in drawing.nodes(scope))
            if count != 1:
                yield scope, {"count": count}


@rule("event_sub_process_boundary", "10.3.5", zh="边界事件{element}不能附着在事件子流程{host}上。",
      en="The boundary event {element} must not be attached to the event sub-process {host}.")
def event_sub_process_boundary(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("boundaryEvent"):
        host = drawing.target(event, "attachedToRef")
        if drawing.is_event_sub_process(host):
            yield event, {"host": host}


@rule("interrupting_ignored", "10.5.2", severity="warning",
      zh="{element}的 isInterrupting 被忽略：它只对事件子流程的启动事件有意义。",
      en="isInterrupting of {element} is ignored: it only means something at the start of an event sub-process.")
def interrupting_ignored(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("startEvent"):
        if not flag(event, "isInterrupting", True) and not drawing.is_event_sub_process(drawing.scope(event)):
            yield event
