"""Activities: token quantities, loops, roles, receiving and calling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, camunda, flag, kid, kids, local, text
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.rule import Found, rule


def _number(element: Element, name: str) -> int | None:
    value = (element.get(name) or "").strip()
    return int(value) if re.fullmatch(r"[+-]?\d+", value) else None


@rule("start_quantity", "10.3", zh="{element}的 startQuantity 是 {value}，必须至少是 1。",
      en="startQuantity of {element} is {value}, it must be at least 1.")
def start_quantity(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("activity"):
        value = _number(node, "startQuantity")
        if value is not None and value < 1:
            yield node, {"value": value}


@rule("completion_quantity", "10.3", zh="{element}的 completionQuantity 是 {value}，必须至少是 1。",
      en="completionQuantity of {element} is {value}, it must be at least 1.")
def completion_quantity(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("activity"):
        value = _number(node, "completionQuantity")
        if value is not None and value < 1:
            yield node, {"value": value}


@rule("two_loops", "10.3.8", zh="活动{element}不能同时是循环和多实例：只能有一种循环特性。",
      en="The activity {element} must not be a loop and multi-instance at once: only one loop"
         " characteristic is allowed.")
def two_loops(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("activity"):
        if len(kids(node, "standardLoopCharacteristics", "multiInstanceLoopCharacteristics")) > 1:
            yield node


@rule("loop_maximum", "10.3.8", zh="{element}的 loopMaximum 是 {value}，不能是负数。",
      en="loopMaximum of {element} is {value}, it must not be negative.")
def loop_maximum(drawing: Drawing) -> Iterator[Found]:
    for loop in drawing.all("standardLoopCharacteristics"):
        value = _number(loop, "loopMaximum")
        if value is not None and value < 0:
            yield loop, {"value": value}


@rule("loop_without_end", "10.3.8", zh="循环{element}没有写明何时结束：需要 loopCondition 或 loopMaximum。",
      en="The loop {element} does not say when it ends: it needs loopCondition or loopMaximum.")
def loop_without_end(drawing: Drawing) -> Iterator[Found]:
    return (loop for loop in drawing.all("standardLoopCharacteristics") if drawing.executable(loop)
            and kid(loop, "loopCondition") is None and not loop.get("loopMaximum"))


@rule("loop_cardinality", "10.3.8", zh="{element}的实例个数是 {value}，不能是负数。",
      en="The number of instances of {element} is {value}, it must not be negative.")
def loop_cardinality(drawing: Drawing) -> Iterator[Found]:
    for loop in drawing.all("multiInstanceLoopCharacteristics"):
        value = text(kid(loop, "loopCardinality")).lstrip("=").strip()
        if re.fullmatch(r"-\s*\d+", value):
            yield loop, {"value": value}


def _instances(drawing: Drawing) -> Iterator[Element]:
    return drawing.all("multiInstanceLoopCharacteristics")


@rule("multi_instance_count", "10.3.8",
      zh="多实例{element}没有写明实例个数：需要 loopCardinality、loopDataInputRef 或集合之一。",
      en="The multi-instance {element} does not say how many: it needs loopCardinality, loopDataInputRef"
         " or a collection.")
def multi_instance_count(drawing: Drawing) -> Iterator[Found]:
    for loop in _instances(drawing):
        if kid(loop, "loopCardinality") is None and kid(loop, "loopDataInputRef") is None \
                and not camunda(loop, "collection") and drawing.executable(loop):
            yield loop


@rule("multi_instance_behavior", "10.3.8", zh="{element}的 behavior 是 {behavior}，必须有 {wanted}。",
      en="behavior of {element} is {behavior}, so it must have {wanted}.")
def multi_instance_behavior(drawing: Drawing) -> Iterator[Found]:
    for loop in _instances(drawing):
        behavior = loop.get("behavior") or "All"
        wanted = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}.get(behavior)
        if wanted and not loop.get(wanted):
            yield loop, {"behavior": behavior, "wanted": wanted}
        if behavior == "Complex" and kid(loop, "complexBehaviorDefinition") is None:
            yield loop, {"behavior": behavior, "wanted": "complexBehaviorDefinition"}


@rule("multi_instance_event", "10.3.8",
      zh="{element}抛出的事件{event}不能是 {kind}：只能抛出消息、信号、升级、错误或补偿。",
      en="{element} throws {event}, which must not be a {kind}: only messages, signals, escalations, errors and"
         " compensation can be thrown.")
def multi_instance_event(drawing: Drawing) -> Iterator[Found]:
    thrown = ("message", "signal", "escalation", "error", "compensate", "cancel", "terminate")
    for loop in _instances(drawing):
        for name in ("noneBehaviorEventRef", "oneBehaviorEventRef"):
            event = drawing.target(loop, name)
            if event is not None and is_a(local(event), "eventDefinition") \
                    and local(event).removesuffix("EventDefinition") not in thrown:
                yield loop, {"event": event, "kind": local(event)}


@rule("implicit_throw", "10.3.8", zh="{element}的复杂行为要抛出的事件不能是 {kind}。",
      en="The event that the complex behaviour of {element} throws must not be of type {kind}.")
def implicit_throw(drawing: Drawing) -> Iterator[Found]:
    for behavior in drawing.all("complexBehaviorDefinition"):
        for event in kids(behavior, "event", "implicitThrowEvent"):
            for trigger in drawing.triggers(event) or ["none"]:
                if trigger in ("none", "timer", "conditional", "link"):
                    yield behavior, {"kind": trigger}


@rule("sub_process_kind", "10.3.5", zh="{element}不能由事件启动：只有普通子流程可以是事件子流程。",
      en="{element} must not be triggered by an event: only a plain sub-process can be an event sub-process.")
def sub_process_kind(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("transaction", "adHocSubProcess") if flag(one, "triggeredByEvent"))


@rule("event_sub_process_loop", "10.3.5", zh="事件子流程{element}不能有循环特性。",
      en="The event sub-process {element} must not have loop characteristics.")
def event_sub_process_loop(drawing: Drawing) -> Iterator[Found]:
    for scope in drawing.all("subProcess"):
        if drawing.is_event_sub_process(scope) \
                and kids(scope, "standardLoopCharacteristics", "multiInstanceLoopCharacteristics"):
            yield scope


@rule("receive_instantiate", "10.3.3",
      zh="启动流程的接收任务{element}必须或者没有流入的顺序流（且没有启动事件），或者只有一条来自启动事件的。",
      en="The receive task {element} starts the process: it must either have no incoming flow where there is no start"
         " event, or a single one from a start event.")
def receive_instantiate(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("receiveTask"):
        sources = [drawing.ends(flow)[0] for flow in drawing.incoming(one)]
        starts = [node for node in drawing.nodes(one.getparent()) if local(node) == "startEvent"]
        if flag(one, "instantiate") and not (len(sources) == 1 and sources[0] in starts) and (sources or starts):
            yield one


@rule("resource_role", "10.3.1",
      zh="{element}不能同时有 resourceRef 和 resourceAssignmentExpression：资源要么引用，要么由表达式给出。",
      en="{element} must not have both resourceRef and resourceAssignmentExpression: a resource is either named or"
         " computed.")
def resource_role(drawing: Drawing) -> Iterator[Found]:
    for role in drawing.kinds("resourceRole"):
        if kid(role, "resourceRef") is not None and kid(role, "resourceAssignmentExpression") is not None:
            yield role


@rule("resource_binding_alone", "10.3.1", zh="{element}绑定了资源参数，但没有引用资源（resourceRef）。",
      en="{element} binds parameters of a resource, but names no resource (resourceRef).")
def resource_binding_alone(drawing: Drawing) -> Iterator[Found]:
    for role in drawing.kinds("resourceRole"):
        if kid(role, "resourceRef") is None and kid(role, "resourceParameterBinding") is not None:
            yield role


@rule("resource_parameter", "10.3.1", zh="{element}绑定的参数{parameter}不属于资源{resource}。",
      en="{element} binds the parameter {parameter}, which is not one of the resource {resource}.")
def resource_parameter(drawing: Drawing) -> Iterator[Found]:
    for role in drawing.kinds("resourceRole"):
        resource = drawing.target(role, "resourceRef")
        for binding in kids(role, "resourceParameterBinding"):
            parameter = drawing.target(binding, "parameterRef")
            if resource is not None and parameter is not None and parameter.getparent() is not resource:
                yield role, {"parameter": parameter, "resource": resource}


@rule("resource_parameter_required", "10.3.1", zh="{element}没有绑定资源{resource}必需的参数{parameter}。",
      en="{element} does not bind the parameter {parameter}, which the resource {resource} requires.")
def resource_parameter_required(drawing: Drawing) -> Iterator[Found]:
    for role in drawing.kinds("resourceRole"):
        resource = drawing.target(role, "resourceRef")
        bound = [drawing.target(binding, "parameterRef") for binding in kids(role, "resourceParameterBinding")]
        for parameter in kids(resource, "resourceParameter") if resource is not None else ():
            if flag(parameter, "isRequired") and parameter not in bound:
                yield role, {"parameter": parameter, "resource": resource}


@rule("call_without_element", "10.3.6", zh="调用活动{element}没有写明调用什么（calledElement）。",
      en="The call activity {element} does not say what it calls (calledElement).")
def call_without_element(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("callActivity"):
        if drawing.executable(one) and not (one.get("calledElement") or "").strip():
            yield one


@rule("calls_itself", "10.3.6", severity="warning", zh="流程{process}在{element}处调用它自己；请确认递归会结束。",
      en="The process {process} calls itself at {element}; make sure that the recursion ends.")
def calls_itself(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("callActivity"):
        process = drawing.process(one)
        if process is not None and (one.get("calledElement") or "").strip() == process.get("id"):
            yield one, {"process": process}


