"""Compensation: handlers stand outside the normal flow, tied to a boundary event by an association."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, flag, local
from engine.bpmn.lint.rule import Found, rule


def _boundaries(drawing: Drawing) -> Iterator[Element]:
    return (event for event in drawing.all("boundaryEvent") if "compensate" in drawing.triggers(event))


@rule("compensation_no_handler", "10.5.4", zh="补偿边界事件{element}必须用关联线连到一个补偿活动。",
      en="The compensation boundary event {element} must be tied to a compensation activity by an association.")
def compensation_no_handler(drawing: Drawing) -> Iterator[Found]:
    return (event for event in _boundaries(drawing) if not drawing.handlers(event))


@rule("compensation_two_handlers", "10.7.1", zh="补偿边界事件{element}只能有一个补偿活动。",
      en="The compensation boundary event {element} must have only one compensation activity.")
def compensation_two_handlers(drawing: Drawing) -> Iterator[Found]:
    return (event for event in _boundaries(drawing) if len(set(drawing.handlers(event))) > 1)


@rule("compensation_handler_mark", "10.7.1",
      zh="{handler}是补偿边界事件{element}的补偿活动，必须带 isForCompensation。",
      en="{handler} compensates for {element} and must be marked isForCompensation.")
def compensation_handler_mark(drawing: Drawing) -> Iterator[Found]:
    for event in _boundaries(drawing):
        for handler in drawing.handlers(event):
            if not drawing.is_handler(handler):
                yield event, {"handler": handler}


@rule("compensation_handler_scope", "10.7.1", zh="补偿活动{handler}和补偿边界事件{element}不在同一个流程层次中。",
      en="The compensation activity {handler} is not on the level of the compensation boundary event {element}.")
def compensation_handler_scope(drawing: Drawing) -> Iterator[Found]:
    for event in _boundaries(drawing):
        for handler in drawing.handlers(event):
            if drawing.scope(handler) is not drawing.scope(event):
                yield event, {"handler": handler}


@rule("compensation_boundary_flow", "10.5.4", zh="补偿边界事件{element}不能有流出的顺序流，只能有关联线。",
      en="The compensation boundary event {element} must not have an outgoing sequence flow, only an association.")
def compensation_boundary_flow(drawing: Drawing) -> Iterator[Found]:
    return (event for event in _boundaries(drawing) if drawing.outgoing(event))


@rule("compensation_handler_flow", "10.7.1", zh="补偿活动{element}不能有流入或流出的顺序流。",
      en="The compensation activity {element} must not have incoming or outgoing sequence flows.")
def compensation_handler_flow(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("activity"):
        if drawing.is_handler(node) and (drawing.incoming(node) or drawing.outgoing(node)):
            yield node


@rule("compensation_handler_boundary", "10.7.1", zh="补偿活动{element}上不能再附着补偿边界事件。",
      en="The compensation activity {element} must not carry a compensation boundary event itself.")
def compensation_handler_boundary(drawing: Drawing) -> Iterator[Found]:
    for event in _boundaries(drawing):
        host = drawing.target(event, "attachedToRef")
        if host is not None and drawing.is_handler(host):
            yield host


@rule("compensation_scope", "10.5.5", zh="{element}要补偿{activity}，但那里看不到它：只能补偿同一层次的活动。",
      en="{element} compensates for {activity}, which is not visible there: only activities of the same level are.")
def compensation_scope(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("intermediateThrowEvent", "endEvent"):
        scope = drawing.scope(event)
        visible = [scope]
        if drawing.is_event_sub_process(scope):
            visible.append(drawing.scope(scope))
        for definition in drawing.definitions(event):
            activity = drawing.target(definition, "activityRef")
            if local(definition) == "compensateEventDefinition" and activity is not None \
                    and drawing.scope(activity) not in visible:
                yield event, {"activity": activity}


@rule("compensation_sub_processes", "10.7.1", zh="{element}中有不止一个补偿事件子流程；最多只能有一个。",
      en="{element} has more than one compensation event sub-process; there can be only one.")
def compensation_sub_processes(drawing: Drawing) -> Iterator[Found]:
    seen: set[Element] = set()
    for event in drawing.all("startEvent"):
        handler = drawing.scope(event)
        if "compensate" in drawing.triggers(event) and drawing.is_event_sub_process(handler):
            around = drawing.scope(handler)
            if around in seen:
                yield around
            seen.add(around)


@rule("compensation_waits", "10.5.5", severity="warning",
      zh="{element}写明 waitForCompletion=false，但补偿总是等到完成。",
      en="{element} says waitForCompletion=false, but compensation is always waited for here.")
def compensation_waits(drawing: Drawing) -> Iterator[Found]:
    for definition in drawing.all("compensateEventDefinition"):
        if not flag(definition, "waitForCompletion", True):
            yield definition


@rule("compensation_unused", "10.7.1", severity="warning",
      zh="补偿活动{element}没有被任何补偿边界事件引用，永远不会执行。",
      en="No compensation boundary event leads to the compensation activity {element}; it never runs.")
def compensation_unused(drawing: Drawing) -> Iterator[Found]:
    used = {handler for event in _boundaries(drawing) for handler in drawing.handlers(event)}
    return (node for node in drawing.kinds("activity") if drawing.is_handler(node) and node not in used)
