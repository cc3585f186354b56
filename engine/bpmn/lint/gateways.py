"""Gateways: how many flows enter and leave, and what may follow an event-based gateway."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, flag, local
from engine.bpmn.lint.rule import Found, rule


def _counts(drawing: Drawing, gateway: Element) -> tuple[int, int]:
    return len(drawing.incoming(gateway)), len(drawing.outgoing(gateway))


@rule("gateway_idle", "10.6.1", zh="网关{element}既不合并也不分支：必须有多条流入或多条流出的顺序流。",
      en="The gateway {element} neither merges nor splits: it must have several incoming or several outgoing flows.")
def gateway_idle(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.kinds("gateway"):
        before, after = _counts(drawing, gateway)
        if before < 2 and after < 2 and (before + after < 2 or gateway.get("gatewayDirection")):
            yield gateway


@rule("gateway_superfluous", "10.6.1", severity="warning", zh="网关{element}只有一条流入和一条流出的顺序流，是多余的。",
      en="The gateway {element} has one incoming and one outgoing flow and does nothing.")
def gateway_superfluous(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.kinds("gateway"):
        if _counts(drawing, gateway) == (1, 1) and not gateway.get("gatewayDirection"):
            yield gateway


@rule("gateway_direction", "10.6.1",
      zh="网关{element}的方向是 {direction}，但它有 {before} 条流入、{after} 条流出的顺序流。",
      en="The gateway {element} is {direction}, but has {before} incoming and {after} outgoing flows.")
def gateway_direction(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.kinds("gateway"):
        before, after = _counts(drawing, gateway)
        direction = gateway.get("gatewayDirection") or ""
        fits = {"Converging": before > 1 and after < 2, "Diverging": before < 2 and after > 1,
                "Mixed": before > 1 and after > 1}
        if not fits.get(direction, True):
            yield gateway, {"direction": direction, "before": before, "after": after}


def _following(drawing: Drawing, gateway: Element) -> list[Element]:
    ends = (drawing.ends(flow)[1] for flow in drawing.outgoing(gateway))
    return [node for node in ends if node is not None]


@rule("event_gateway_outgoing", "10.6.6", zh="事件网关{element}必须有至少两条流出的顺序流。",
      en="The event-based gateway {element} must have at least two outgoing flows.")
def event_gateway_outgoing(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("eventBasedGateway") if len(drawing.outgoing(one)) < 2)


@rule("event_gateway_target", "10.6.6",
      zh="事件网关{element}之后不能是{target}：只能是消息、信号、定时、条件捕获事件或接收任务。",
      en="{target} must not follow the event-based gateway {element}: only catch events for messages, signals, timers"
         " and conditions or receive tasks may.")
def event_gateway_target(drawing: Drawing) -> Iterator[Found]:
    allowed = {"message", "signal", "timer", "conditional"}
    for gateway in drawing.all("eventBasedGateway"):
        for node in _following(drawing, gateway):
            triggers = set(drawing.triggers(node)) if local(node) == "intermediateCatchEvent" else set()
            if local(node) != "receiveTask" and (not triggers or triggers - allowed):
                yield gateway, {"target": node}


@rule("event_gateway_target_boundary", "10.6.6", zh="事件网关{element}之后的接收任务{target}不能带边界事件。",
      en="The receive task {target} after the event-based gateway {element} must not carry boundary events.")
def event_gateway_target_boundary(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all("eventBasedGateway"):
        for node in _following(drawing, gateway):
            if local(node) == "receiveTask" and drawing.boundaries.get(node):
                yield gateway, {"target": node}


@rule("event_gateway_target_incoming", "10.6.6", zh="事件网关{element}之后的{target}不能有别的流入顺序流。",
      en="{target} after the event-based gateway {element} must not have any other incoming flow.")
def event_gateway_target_incoming(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all("eventBasedGateway"):
        for node in _following(drawing, gateway):
            if len(drawing.incoming(node)) > 1:
                yield gateway, {"target": node}


@rule("event_gateway_mixed", "10.6.6", zh="事件网关{element}之后不能既有消息捕获事件又有接收任务。",
      en="The event-based gateway {element} must not be followed by both message events and receive tasks.")
def event_gateway_mixed(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all("eventBasedGateway"):
        following = _following(drawing, gateway)
        receives = any(local(node) == "receiveTask" for node in following)
        if receives and any("message" in drawing.triggers(node) for node in following):
            yield gateway


@rule("event_gateway_instantiating", "10.6.6", zh="启动流程的事件网关{element}不能有流入的顺序流。",
      en="The event-based gateway {element} starts the process and must not have an incoming flow.")
def event_gateway_instantiating(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all("eventBasedGateway"):
        if flag(gateway, "instantiate") and drawing.incoming(gateway):
            yield gateway


@rule("event_gateway_parallel", "10.6.6", zh="并行的事件网关{element}必须用于启动流程（instantiate=true）。",
      en="The parallel event-based gateway {element} must start the process (instantiate=true).")
def event_gateway_parallel(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all("eventBasedGateway"):
        if gateway.get("eventGatewayType") == "Parallel" and not flag(gateway, "instantiate"):
            yield gateway


@rule("event_gateway_parallel_target", "10.6.6", severity="warning",
      zh="并行的事件网关{element}之后只能等待消息，不能是{target}。",
      en="Only messages may be awaited after the parallel event-based gateway {element}, not {target}.")
def event_gateway_parallel_target(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all("eventBasedGateway"):
        for node in _following(drawing, gateway) if gateway.get("eventGatewayType") == "Parallel" else ():
            if local(node) != "receiveTask" and set(drawing.triggers(node)) != {"message"}:
                yield gateway, {"target": node}
