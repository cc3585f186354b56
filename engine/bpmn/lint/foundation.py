"""What every element shares: texts, codes, groups, extensions, lanes, relationships, correlation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, flag, kids, local
from engine.bpmn.lint.rule import Found, rule

_MIME = re.compile(r"[\w.+-]+/[\w.+*-]+(\s*;.*)?")


@rule("text_format", "8.3.2", zh="{element}的 textFormat“{value}”不是 MIME 类型（例如 text/plain）。",
      en='textFormat "{value}" of {element} is not a MIME type (such as text/plain).')
def text_format(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("documentation", "textAnnotation"):
        value = one.get("textFormat")
        if value is not None and not _MIME.fullmatch(value.strip()):
            yield one, {"value": value}


@rule("must_understand", "8.3.3", zh="文件要求必须理解扩展“{value}”，但这里不认识它。",
      en='The file demands that the extension "{value}" be understood, which it is not here.')
def must_understand(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("extension"):
        if flag(one, "mustUnderstand"):
            yield one, {"value": one.get("definition") or ""}


def _thrown(drawing: Drawing, kind: str) -> Iterator[tuple[Element, Element]]:
    """End events and throw events of executable processes with a definition of that kind."""
    for event in drawing.all("endEvent", "intermediateThrowEvent"):
        for definition in drawing.definitions(event) if drawing.executable(event) else ():
            if local(definition) == kind:
                yield event, definition


@rule("error_code", "8.4.3", zh="错误结束事件{element}必须引用带有错误码（errorCode）的错误。",
      en="The error end event {element} must refer to an error with an error code (errorCode).")
def error_code(drawing: Drawing) -> Iterator[Found]:
    for event, definition in _thrown(drawing, "errorEventDefinition"):
        error = drawing.target(definition, "errorRef")
        if error is None or not (error.get("errorCode") or "").strip():
            yield event


@rule("escalation_code", "8.4.4", zh="升级事件{element}必须引用带有升级码（escalationCode）的升级。",
      en="The escalation event {element} must refer to an escalation with a code (escalationCode).")
def escalation_code(drawing: Drawing) -> Iterator[Found]:
    for event, definition in _thrown(drawing, "escalationEventDefinition"):
        escalation = drawing.target(definition, "escalationRef")
        if escalation is None or not (escalation.get("escalationCode") or "").strip():
            yield event


@rule("signal_missing", "10.5.5", zh="信号事件{element}没有引用信号（signalRef）；可执行的流程必须写明。",
      en="The signal event {element} names no signal (signalRef); an executable process must.")
def signal_missing(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.kinds("event"):
        for definition in drawing.definitions(event):
            if local(definition) == "signalEventDefinition" and not definition.get("signalRef") \
                    and drawing.executable(event):
                yield event


@rule("duplicate_code", "8.4.3", severity="warning", zh="{element}与{other}的代码相同（{code}）。",
      en="{element} has the same code as {other} ({code}).")
def duplicate_code(drawing: Drawing) -> Iterator[Found]:
    for name, attribute in (("error", "errorCode"), ("escalation", "escalationCode")):
        seen: dict[str, Element] = {}
        for one in drawing.all(name):
            code = (one.get(attribute) or "").strip()
            if code and seen.setdefault(code, one) is not one:
                yield one, {"other": seen[code], "code": code}


@rule("lane_member", "10.8", zh="泳道{element}列出了{node}，但它不在这个流程中。",
      en="The lane {element} lists {node}, which is not in this process.")
def lane_member(drawing: Drawing) -> Iterator[Found]:
    for lane in drawing.all("lane"):
        for node in drawing.targets(lane, "flowNodeRef"):
            if drawing.process(node) is not drawing.process(lane):
                yield lane, {"node": node}


@rule("lane_twice", "10.8", zh="{element}同时在同一层的两个泳道中（{one}、{other}）。",
      en="{element} is in two lanes of one lane set ({one}, {other}).")
def lane_twice(drawing: Drawing) -> Iterator[Found]:
    for lane_set in drawing.all("laneSet", "childLaneSet"):
        seen: dict[Element, Element] = {}
        for lane in kids(lane_set, "lane"):
            for node in drawing.targets(lane, "flowNodeRef"):
                if seen.setdefault(node, lane) is not lane:
                    yield node, {"one": seen[node], "other": lane}


@rule("lane_partition", "10.8", zh="泳道{element}不能同时有 partitionElement 和 partitionElementRef。",
      en="The lane {element} must not have both partitionElement and partitionElementRef.")
def lane_partition(drawing: Drawing) -> Iterator[Found]:
    return (lane for lane in drawing.all("lane") if lane.get("partitionElementRef") and kids(lane, "partitionElement"))


@rule("correlation_binding", "8.4.2", zh="{element}绑定的相关属性{property}不在相关键{key}中。",
      en="{element} binds the correlation property {property}, which the correlation key {key} does not contain.")
def correlation_binding(drawing: Drawing) -> Iterator[Found]:
    for subscription in drawing.all("correlationSubscription"):
        key = drawing.target(subscription, "correlationKeyRef")
        for binding in kids(subscription, "correlationPropertyBinding") if key is not None else ():
            wanted = drawing.target(binding, "correlationPropertyRef")
            if wanted is not None and wanted not in drawing.targets(key, "correlationPropertyRef"):
                yield subscription, {"property": wanted, "key": key}


@rule("correlation_key_empty", "8.4.2", severity="warning", zh="相关键{element}没有相关属性。",
      en="The correlation key {element} has no correlation property.")
def correlation_key_empty(drawing: Drawing) -> Iterator[Found]:
    return (key for key in drawing.all("correlationKey") if not kids(key, "correlationPropertyRef"))


@rule("public_executable", "10.2", zh="流程{element}是公开流程（Public），不能标为可执行。",
      en="The process {element} is public and must not be marked executable.")
def public_executable(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("process")
            if one.get("processType") == "Public" and flag(one, "isExecutable"))


@rule("nothing_executable", "10.2", severity="warning",
      zh="文件中没有标为可执行的流程（isExecutable），不会部署任何流程。",
      en="No process of the file is marked executable (isExecutable); none will be deployed.")
def nothing_executable(drawing: Drawing) -> Iterator[Found]:
    if not any(flag(one, "isExecutable", True) for one in drawing.all("process")) \
            and next(drawing.kinds("globalTask"), None) is None:
        yield drawing.root
