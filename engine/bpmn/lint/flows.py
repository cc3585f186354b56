"""Sequence flows: where they may lead, which conditions they may carry, who lists them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, flag, kid, kids, local, text
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.rule import Found, rule


def conditional(flow: Element) -> bool:
    """Whether ``flow`` carries a condition."""
    return kid(flow, "conditionExpression") is not None


@rule("flow_crosses_scope", "7.6.1", zh="顺序流{element}从{source}到{target}，越过了子流程或泳池的边界。",
      en="The sequence flow {element} from {source} to {target} crosses the border of a sub-process or a pool.")
def flow_crosses_scope(drawing: Drawing) -> Iterator[Found]:
    for flow in drawing.flows:
        source, target = drawing.ends(flow)
        if source is not None and target is not None and drawing.scope(source) is not drawing.scope(target):
            yield flow, {"source": source, "target": target}


@rule("flow_not_listed", "8.4.13", zh="{element}没有把顺序流{flow}列为 <{side}>，而流程中其他节点都这样列出。",
      en="{element} does not list the sequence flow {flow} as <{side}>, as the other nodes of the process do.")
def flow_not_listed(drawing: Drawing) -> Iterator[Found]:
    for node, side, flows, listed in _listed(drawing):
        for flow in flows:
            if flow not in listed:
                yield node, {"flow": flow, "side": side}


@rule("flow_listed_wrongly", "8.4.13", zh="{element}把{flow}列为 <{side}>，但这条顺序流并不连接它。",
      en="{element} lists {flow} as <{side}>, but that sequence flow is not connected to it.")
def flow_listed_wrongly(drawing: Drawing) -> Iterator[Found]:
    for node, side, flows, listed in _listed(drawing):
        for flow in listed:
            if flow not in flows and local(flow) == "sequenceFlow":
                yield node, {"flow": flow, "side": side}


def _listed(drawing: Drawing) -> Iterator[tuple[Element, str, list[Element], list[Element]]]:
    """Nodes of processes that list their flows at all: the node, the side, its flows, those it lists."""
    listing = {drawing.process(one) for one in drawing.all("incoming", "outgoing")}
    for node in drawing.kinds("flowNode"):
        if drawing.process(node) in listing:
            yield node, "incoming", drawing.incoming(node), drawing.targets(node, "incoming")
            yield node, "outgoing", drawing.outgoing(node), drawing.targets(node, "outgoing")


@rule("flow_immediate", "8.4.13", zh="可执行流程中的顺序流{element}不能带 isImmediate=false。",
      en="The sequence flow {element} of an executable process must not carry isImmediate=false.")
def flow_immediate(drawing: Drawing) -> Iterator[Found]:
    return (flow for flow in drawing.flows if not flag(flow, "isImmediate", True) and drawing.executable(flow))


@rule("flow_condition_alone", "8.4.13",
      zh="活动{source}只有一条流出的顺序流{element}，它不能带条件：至少还要有另一条。",
      en="The activity {source} has no outgoing sequence flow but {element}, so that one must not be conditional.")
def flow_condition_alone(drawing: Drawing) -> Iterator[Found]:
    for flow in filter(conditional, drawing.flows):
        source, _ = drawing.ends(flow)
        if source is not None and is_a(local(source), "activity") and len(drawing.outgoing(source)) == 1:
            yield flow, {"source": source}


@rule("flow_condition_source", "8.4.13", zh="从{source}流出的顺序流{element}不能带条件。",
      en="The sequence flow {element} leaves {source} and must not be conditional.")
def flow_condition_source(drawing: Drawing) -> Iterator[Found]:
    for flow in filter(conditional, drawing.flows):
        source, _ = drawing.ends(flow)
        if source is not None and (is_a(local(source), "event")
                                   or local(source) in ("parallelGateway", "eventBasedGateway")):
            yield flow, {"source": source}


@rule("default_not_outgoing", "8.4.13", zh="{element}的默认顺序流{flow}不是从它流出的。",
      en="The default flow {flow} of {element} does not leave it.")
def default_not_outgoing(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("flowNode"):
        flow = drawing.target(node, "default")
        if flow is not None and flow not in drawing.outgoing(node):
            yield node, {"flow": flow}


@rule("default_alone", "8.4.13", zh="{element}的默认顺序流是它唯一的流出顺序流，没有意义。", severity="warning",
      en="The default flow of {element} is its only outgoing flow and has no meaning.")
def default_alone(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("flowNode"):
        if node.get("default") and len(drawing.outgoing(node)) == 1:
            yield node


@rule("default_condition", "10.3", severity="warning", zh="默认顺序流{element}的条件会被忽略。",
      en="The condition of the default flow {element} is ignored.")
def default_condition(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("flowNode"):
        flow = drawing.target(node, "default")
        if flow is not None and conditional(flow) and text(kid(flow, "conditionExpression")):
            yield flow


@rule("flow_repeated_listing", "8.4.13", severity="warning", zh="{element}重复列出了顺序流{flow}。",
      en="{element} lists the sequence flow {flow} twice.")
def flow_repeated_listing(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("flowNode"):
        for side in ("incoming", "outgoing"):
            names = [text(one) for one in kids(node, side)]
            for name in {name for name in names if names.count(name) > 1}:
                flow = drawing.resolve(name, node)
                if flow is not None:
                    yield node, {"flow": flow}
