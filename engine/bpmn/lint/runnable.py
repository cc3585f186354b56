"""What this engine cannot run: said when a file is deployed, not found out when a case reaches it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import CAMUNDA, Drawing, Element, camunda, kid, kids, local, text
from engine.bpmn.lint.rule import Found, rule

_JAVA = ("class", "delegateExpression", "expression")
_LISTENERS = ("executionListener", "taskListener")


def _running(drawing: Drawing, *names: str) -> Iterator[Element]:
    return (one for one in drawing.all(*names) if drawing.executable(one))


def _extension(element: Element, name: str) -> list[Element]:
    return [one for box in kids(element, "extensionElements") for one in box.iter(f"{{{CAMUNDA}}}{name}")]


@rule("script_format", "10.3.3", zh="脚本任务{element}有脚本而没有写明 scriptFormat。",
      en="The script task {element} has a script but no scriptFormat.")
def script_format(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "scriptTask")
            if kid(one, "script") is not None and not (one.get("scriptFormat") or "").strip())


@rule("script_language", "", zh="{element}的脚本语言“{language}”不受支持：只执行 FEEL（scriptFormat=\"feel\"）。",
      en='The script language "{language}" of {element} is not supported: only FEEL is run (scriptFormat="feel").')
def script_language(drawing: Drawing) -> Iterator[Found]:
    for one in _running(drawing, "scriptTask", "globalScriptTask"):
        language = (one.get("scriptFormat") or one.get("scriptLanguage") or "").strip()
        if language and "feel" not in language.lower():
            yield one, {"language": language}


@rule("script_empty", "", zh="脚本任务{element}没有脚本（外部脚本 camunda:resource 不受支持）。",
      en="The script task {element} has no script (camunda:resource is not supported).")
def script_empty(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "scriptTask") if not text(kid(one, "script")))


@rule("script_result", "", severity="warning", zh="脚本任务{element}没有写明 camunda:resultVariable，结果会丢失。",
      en="The script task {element} names no camunda:resultVariable; its result is lost.")
def script_result(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "scriptTask") if not camunda(one, "resultVariable"))


def _java(element: Element) -> str:
    return next((name for name in _JAVA if camunda(element, name)), "")


@rule("java_code", "", zh="{element}要调用 Java 代码（camunda:{name}），这里不能执行：请改用连接器（camunda:topic）。",
      en="{element} calls Java code (camunda:{name}), which is not run here: use a connector (camunda:topic).")
def java_code(drawing: Drawing) -> Iterator[Found]:
    tasks = [*_running(drawing, "serviceTask", "sendTask", "businessRuleTask"),
             *_running(drawing, "messageEventDefinition")]
    for one in tasks:
        name = _java(one)
        if name:
            yield one, {"name": name}


@rule("service_topic", "", zh="服务任务{element}没有写明由谁执行：需要 camunda:topic。",
      en="The service task {element} does not say who does it: it needs camunda:topic.")
def service_topic(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "serviceTask") if not camunda(one, "topic") and not _java(one))


@rule("send_nothing", "", zh="发送任务{element}没有写明发送什么：需要消息（messageRef）或 camunda:topic。",
      en="The send task {element} does not say what it sends: it needs a message (messageRef) or camunda:topic.")
def send_nothing(drawing: Drawing) -> Iterator[Found]:
    for one in _running(drawing, "sendTask"):
        if not any((one.get("messageRef"), one.get("operationRef"), camunda(one, "topic"), _java(one))):
            yield one


@rule("receive_nothing", "", zh="接收任务{element}没有写明等待什么消息（messageRef）。",
      en="The receive task {element} does not say which message it waits for (messageRef).")
def receive_nothing(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "receiveTask")
            if not one.get("messageRef") and not one.get("operationRef"))


@rule("rule_nothing", "", zh="业务规则任务{element}没有写明用哪个决策：需要 camunda:decisionRef。",
      en="The business rule task {element} does not say which decision it takes: it needs camunda:decisionRef.")
def rule_nothing(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "businessRuleTask")
            if not camunda(one, "decisionRef") and not camunda(one, "topic") and not _java(one))


@rule("message_name", "", zh="消息{element}没有名称；消息按名称送达。",
      en="The message {element} has no name; messages are delivered by name.")
def message_name(drawing: Drawing) -> Iterator[Found]:
    users = _running(drawing, "messageEventDefinition", "receiveTask", "sendTask")
    used = {drawing.target(one, "messageRef") for one in users}
    return (one for one in drawing.all("message") if one in used and not (one.get("name") or "").strip())


@rule("signal_name", "", zh="信号{element}没有名称；信号按名称广播。",
      en="The signal {element} has no name; signals are broadcast by name.")
def signal_name(drawing: Drawing) -> Iterator[Found]:
    used = {drawing.target(one, "signalRef") for one in drawing.all("signalEventDefinition")}
    return (one for one in drawing.all("signal") if one in used and not (one.get("name") or "").strip())


@rule("process_empty", "", zh="可执行流程{element}中没有任何活动或事件。",
      en="The executable process {element} holds no activity or event.")
def process_empty(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "process") if not drawing.nodes(one))


@rule("process_key", "", zh="可执行的流程或全局任务没有 id；它的键就是 id。",
      en="An executable process or global task has no id; the id is its key.")
def process_key(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.kinds("callableElement")
            if drawing.executable(one) and not (one.get("id") or "").strip())


@rule("node_without_id", "", zh="{element}没有 id；可执行流程中的每个节点都需要。",
      en="{element} has no id; every node of an executable process needs one.")
def node_without_id(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.kinds("flowNode"):
        if drawing.executable(one) and not (one.get("id") or "").strip() \
                and local(one) not in ("event", "implicitThrowEvent"):
            yield one


@rule("listener_ignored", "", severity="warning", zh="{element}的监听器（camunda:{name}）被忽略：这里不执行监听器。",
      en="The listener of {element} (camunda:{name}) is ignored: listeners are not run here.")
def listener_ignored(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.elements:
        for name in _LISTENERS if drawing.executable(one) else ():
            if local(one) != "extensionElements" and _extension(one, name):
                yield one, {"name": name}


@rule("connector_ignored", "", zh="{element}使用 camunda:connector，这里不能执行：请改用连接器（camunda:topic）。",
      en="{element} uses camunda:connector, which is not run here: use a connector (camunda:topic).")
def connector_ignored(drawing: Drawing) -> Iterator[Found]:
    return (one for one in _running(drawing, "serviceTask", "sendTask", "businessRuleTask")
            if _extension(one, "connector"))
