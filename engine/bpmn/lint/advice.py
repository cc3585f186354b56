"""Advice: what runs, but hardly as meant. Warnings and hints; nothing here refuses a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.lint.drawing import CAMUNDA, Drawing, Element, camunda, kids, local
from engine.bpmn.lint.flows import conditional
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.graph import cycles, reachable
from engine.bpmn.lint.rule import Found, rule
from engine.bpmn.lint.scopes import scopes

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CHOICES = ("exclusiveGateway", "inclusiveGateway", "complexGateway")


@rule("unreachable", "", severity="warning", zh="{element}永远不会到达：没有从启动处通向它的路。",
      en="{element} is never reached: no way leads to it from a start.")
def unreachable(drawing: Drawing) -> Iterator[Found]:
    for scope in scopes(drawing):
        found = reachable(drawing, scope)
        for node in drawing.nodes(scope):
            if node not in found and not drawing.is_handler(node):
                yield node


def _waits(node: Element) -> bool:
    name = local(node)
    if name in ("userTask", "receiveTask", "serviceTask", "callActivity", "intermediateCatchEvent",
                "eventBasedGateway", "adHocSubProcess"):
        return True
    if name in ("sendTask", "businessRuleTask"):
        return bool(camunda(node, "topic"))
    return is_a(name, "subProcess") and any(_waits(inner) for inner in node.iter() if isinstance(inner.tag, str)
                                            and inner is not node)


@rule("endless_loop", "", severity="warning",
      zh="从{element}开始的循环不等待任何人，也没有出口：它永远不会停下，会被步数限制拦下。",
      en="The loop at {element} waits for nobody and has no way out: it never ends and will meet the step limit.")
def endless_loop(drawing: Drawing) -> Iterator[Found]:
    for loop in _automatic(drawing):
        if not any(_leaves(drawing, node, loop) for node in loop):
            yield loop[0]


@rule("automatic_loop", "", severity="hint", zh="从{element}开始的循环不等待任何人；请确认它的条件总会让它结束。",
      en="The loop at {element} waits for nobody; make sure that its conditions always end it.")
def automatic_loop(drawing: Drawing) -> Iterator[Found]:
    for loop in _automatic(drawing):
        if any(_leaves(drawing, node, loop) for node in loop):
            yield loop[0]


def _automatic(drawing: Drawing) -> Iterator[list[Element]]:
    for scope in scopes(drawing):
        for loop in cycles(drawing, scope):
            if not any(_waits(node) for node in loop) and drawing.executable(scope):
                yield loop


def _leaves(drawing: Drawing, node: Element, loop: list[Element]) -> bool:
    """Whether a choice at ``node`` may lead out of ``loop``, instead of also out of it."""
    flows = drawing.outgoing(node)
    out = [flow for flow in flows if drawing.ends(flow)[1] not in loop]
    inside = [flow for flow in flows if flow not in out]
    return (bool(out) and (local(node) in _CHOICES or all(conditional(flow) for flow in inside))) \
        or bool(drawing.boundaries.get(node))


@rule("default_missing", "10.6.2", severity="warning",
      zh="网关{element}的每条流出都有条件而没有默认流：都不成立时会出错。",
      en="Every flow out of the gateway {element} has a condition and none is the default: if none holds it fails.")
def default_missing(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all(*_CHOICES):
        flows = drawing.outgoing(gateway)
        if len(flows) > 1 and not gateway.get("default") and all(conditional(flow) for flow in flows):
            yield gateway


@rule("condition_missing", "10.6.2", severity="warning",
      zh="网关{gateway}的顺序流{element}没有条件，也不是默认流：它总会成立。",
      en="The flow {element} out of the gateway {gateway} has no condition and is not the default: it always holds.")
def condition_missing(drawing: Drawing) -> Iterator[Found]:
    for gateway in drawing.all("exclusiveGateway"):
        flows = drawing.outgoing(gateway)
        for flow in flows if len(flows) > 1 else ():
            if not conditional(flow) and drawing.target(gateway, "default") is not flow:
                yield flow, {"gateway": gateway}


@rule("deadline_as_timer", "", severity="hint",
      zh="{element}只触发通知。仅仅提醒和升级的时限请用 bihuan:deadline，不必画定时事件。",
      en="{element} leads to nothing but a notice. A limit that only warns or escalates is better a bihuan:deadline.")
def deadline_as_timer(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.all("boundaryEvent"):
        if drawing.triggers(event) == ["timer"] and event.get("cancelActivity") == "false" and _notice(drawing, event):
            yield event


def _notice(drawing: Drawing, event: Element) -> bool:
    """Whether what follows ``event`` only sends or throws, then ends."""
    seen, todo, told = {event}, [event], False
    while todo:
        for flow in drawing.outgoing(todo.pop()):
            node = drawing.ends(flow)[1]
            if node is None or node in seen:
                continue
            if not (local(node) in ("sendTask", "endEvent", "intermediateThrowEvent") or (
                    local(node) == "serviceTask" and re.search(r"mail|sms|notice|notify|robot|通知|消息",
                                                               camunda(node, "topic")))):
                return False
            told = told or local(node) != "endEvent"
            seen.add(node)
            todo.append(node)
    return told


@rule("name_en_missing", "", severity="hint", zh="{element}没有英文名称（bihuan:name_en）；英文界面会显示中文。",
      en="{element} has no English name (bihuan:name_en); English screens will show the Chinese one.")
def name_en_missing(drawing: Drawing) -> Iterator[Found]:
    for one in (*drawing.all("process", "lane"), *drawing.kinds("flowNode")):
        entries = (entry for box in kids(one, "extensionElements") for entry in box.iter(f"{{{CAMUNDA}}}property"))
        named = any(entry.get("name") == "bihuan:name_en" and entry.get("value") for entry in entries)
        if drawing.executable(one) and _CHINESE.search(one.get("name") or "") and not named:
            yield one


@rule("name_missing", "", severity="hint", zh="用户任务{element}没有名称；收件箱中会显示它的 id。",
      en="The user task {element} has no name; the inbox will show its id.")
def name_missing(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("userTask") if drawing.executable(one) and not (one.get("name") or "").strip())
