"""What a drawing says, element by element, so that two drawings can be compared: without places and routes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lxml import etree

from engine.cards import Bilingual
from engine.studio.mending import BPMN, CAMUNDA
from engine.xml import read_xml

CONTAINERS = frozenset({"process", "subProcess", "adHocSubProcess", "transaction", "collaboration", "definitions"})
HOLDERS = CONTAINERS | {"laneSet", "childLaneSet"}
"""What holds elements of their own; everything deeper belongs to the element it stands in."""
SKIPPED = frozenset({"incoming", "outgoing", "laneSet", "flowNodeRef", "lane", "childLaneSet", "definitions",
                     "collaboration"})
"""What says nothing by itself: flows tell their ends, nodes tell their lanes."""
WORDS: Mapping[str, tuple[str, str]] = {
    "name": ("名称", "Name"), "bihuan:name_en": ("英文名称", "English name"), "bihuan:role": ("岗位", "Role"),
    "formKey": ("表单", "Form"), "bihuan:deadline": ("期限", "Deadline"), "lane": ("泳道", "Lane"),
    "conditionExpression": ("条件", "Condition"), "documentation": ("说明", "Documentation"),
    "default": ("默认出线", "Default flow"), "sourceRef": ("起点", "From"), "targetRef": ("终点", "To"),
    "calledElement": ("被调用流程", "Called process"), "decisionRef": ("决策表", "Decision table"),
    "topic": ("连接器", "Connector"), "bihuan:operations": ("允许的操作", "Operations"),
    "bihuan:case_state": ("案件状态", "Case state"), "candidateGroups": ("岗位", "Roles"),
    "assignee": ("办理人", "Assignee"), "dueDate": ("到期", "Due"), "attachedToRef": ("附着于", "Attached to"),
    "kind": ("种类", "Kind"), "timeDuration": ("时长", "Duration"), "timeDate": ("时刻", "Date"),
    "timeCycle": ("周期", "Cycle"), "messageRef": ("消息", "Message"), "cancelActivity": ("中断", "Interrupting"),
    "bihuan:hint_zh": ("提示", "Hint"), "bihuan:hint_en": ("英文提示", "English hint")}


DEFAULTS: Mapping[str, str] = {
    "cancelActivity": "true", "isInterrupting": "true", "parallelMultiple": "false", "triggeredByEvent": "false",
    "isForCompensation": "false", "isSequential": "false", "isCollection": "false", "cancelRemainingInstances": "true",
    "ordering": "Parallel", "gatewayDirection": "Unspecified", "processType": "None", "isClosed": "false",
    "associationDirection": "None", "startQuantity": "1", "completionQuantity": "1", "exclusive": "true"}
"""What holds where a drawing says nothing (BPMN 2.0, Camunda 7): an editor that leaves it out changed nothing."""
KINDS: Mapping[str, tuple[str, str]] = {
    "process": ("流程", "process"), "participant": ("泳池", "pool"), "lane": ("泳道", "lane"),
    "sequenceFlow": ("顺序流", "sequence flow"), "messageFlow": ("消息流", "message flow"),
    "userTask": ("用户任务", "user task"), "serviceTask": ("服务任务", "service task"),
    "sendTask": ("发送任务", "send task"), "receiveTask": ("接收任务", "receive task"),
    "manualTask": ("人工任务", "manual task"), "scriptTask": ("脚本任务", "script task"), "task": ("任务", "task"),
    "businessRuleTask": ("业务规则任务", "business rule task"), "callActivity": ("调用活动", "call activity"),
    "subProcess": ("子流程", "sub-process"), "adHocSubProcess": ("即席子流程", "ad-hoc sub-process"),
    "transaction": ("事务", "transaction"), "startEvent": ("开始事件", "start event"),
    "endEvent": ("结束事件", "end event"), "boundaryEvent": ("边界事件", "boundary event"),
    "intermediateCatchEvent": ("中间捕获事件", "catching event"),
    "intermediateThrowEvent": ("中间抛出事件", "throwing event"),
    "exclusiveGateway": ("排他网关", "exclusive gateway"), "parallelGateway": ("并行网关", "parallel gateway"),
    "inclusiveGateway": ("包容网关", "inclusive gateway"), "complexGateway": ("复杂网关", "complex gateway"),
    "eventBasedGateway": ("事件网关", "event-based gateway"), "message": ("消息", "message"),
    "signal": ("信号", "signal"), "error": ("错误", "error"), "escalation": ("升级", "escalation"),
    "textAnnotation": ("注释", "annotation"), "association": ("关联", "association"), "group": ("分组", "group"),
    "dataObject": ("数据对象", "data object"), "dataObjectReference": ("数据对象", "data object"),
    "dataStoreReference": ("数据存储", "data store"), "field": ("字段", "field"), "entry": ("设置", "setting")}
"""What a part of a file is, by its kind."""


def drawing_parts(content: bytes | None, path: str) -> dict[str, tuple[str, Bilingual, dict[str, str],
                                                                     Callable[[str], Bilingual]]]:
    """Every element with an id: kind, name, what it says. Raises Refused for a file that is no XML."""
    if not content:
        return {}
    root = read_xml(content, path)
    lanes = {(ref.text or "").strip(): lane.get("name") or lane.get("id", "")
             for lane in root.iter(f"{BPMN}lane") for ref in lane.findall(f"{BPMN}flowNodeRef")}
    found = {}
    for one in root.iter():
        kind = _kind(one)
        if kind and kind not in SKIPPED - {"lane"} and one.get("id") and _kind(one.getparent()) in HOLDERS:
            said = dict(_said(one, ""))
            if one.get("id") in lanes:
                said["lane"] = lanes[one.get("id")]
            found[one.get("id")] = (kind, Bilingual(one.get("name") or one.get("id"),
                                                    said.get("bihuan:name_en", "")), {"kind": kind, **said}, label)
    return found


def _kind(element: etree._Element) -> str:
    tag = element.tag
    return tag.removeprefix(BPMN) if isinstance(tag, str) and tag.startswith(BPMN) else ""


def _said(element: etree._Element, prefix: str) -> Iterator[tuple[str, str]]:
    """What an element says: attributes, properties, texts of its inner parts; other elements speak for themselves."""
    for name, value in element.attrib.items():
        key = name.rpartition("}")[2]
        if key != "id" and not (prefix == "" and key == "isExecutable"):
            yield prefix + key, value
    container = _kind(element) in CONTAINERS
    for child in element:
        if not isinstance(child.tag, str) or _kind(child) in SKIPPED:
            continue
        kind = child.tag.rpartition("}")[2]
        if kind == "property" and child.tag.startswith(CAMUNDA):
            yield child.get("name", ""), child.get("value", "")
        elif kind in ("extensionElements", "properties", "inputOutput"):
            yield from _said(child, prefix)
        elif kind in ("inputParameter", "outputParameter"):
            yield f"{kind} {child.get('name', '')}", " ".join("".join(child.itertext()).split())
        elif not (container and child.get("id") and kind != "documentation"):
            text = " ".join((child.text or "").split())
            if text:
                yield prefix + kind, text
            yield from _said(child, prefix)


def label(name: str) -> Bilingual:
    """The words for an attribute of an element."""
    zh, en = WORDS.get(name, (name.removeprefix("bihuan:"), name.removeprefix("bihuan:")))
    return Bilingual(zh, en)
