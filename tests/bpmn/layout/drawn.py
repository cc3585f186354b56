"""A few lines of Python to a BPMN file without diagram, for tests of the layouter."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

HEAD = ('<?xml version="1.0" encoding="UTF-8"?>\n'
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="defs" targetNamespace="urn:test">\n')

_KINDS = {
    "start": "startEvent", "end": "endEvent", "user": "userTask", "service": "serviceTask", "xor": "exclusiveGateway",
    "and": "parallelGateway", "call": "callActivity", "rule": "businessRuleTask", "or": "inclusiveGateway",
    "catch": "intermediateCatchEvent", "throw": "intermediateThrowEvent", "send": "sendTask",
}


def process(lanes: dict[str, str], flows: str, *, key: str = "p", pool: str = "投诉处理", timers: str = "") -> bytes:
    """A pool with lanes.

    ``lanes`` maps a lane's name to its nodes as ``kind:id:name`` separated by ``;``. ``flows`` holds
    ``source > target : name`` separated by ``;``, ``timers`` boundary timers as ``host:id:name`` separated by ``;``.
    """
    body = pool_body(lanes, flows, timers, key)
    return (HEAD + f'  <bpmn:collaboration id="c_{key}">\n    <bpmn:participant id="pool_{key}" name={quoteattr(pool)} '
            f'processRef="{key}" />\n  </bpmn:collaboration>\n{body}</bpmn:definitions>\n').encode()


def pool_body(lanes: dict[str, str], flows: str, timers: str = "", key: str = "p") -> str:
    """The ``process`` element alone."""
    out = [f'  <bpmn:process id="{key}" isExecutable="true">', f'    <bpmn:laneSet id="lanes_{key}">']
    elements = []
    hosts: dict[str, list[str]] = {}
    for timer in _parts(timers):
        host, ident, name = timer.split(":")
        hosts.setdefault(host, []).append(ident)
        elements.append(f'    <bpmn:boundaryEvent id="{ident}" name={quoteattr(name)} attachedToRef="{host}">'
                        f'<bpmn:timerEventDefinition /></bpmn:boundaryEvent>')
    for index, (lane, content) in enumerate(lanes.items()):
        out.append(f'      <bpmn:lane id="lane_{key}_{index}" name={quoteattr(lane)}>')
        for node in _parts(content):
            kind, ident, name = (node.split(":") + [""])[:3]
            for ref in [ident, *hosts.get(ident, [])]:
                out.append(f"        <bpmn:flowNodeRef>{ref}</bpmn:flowNodeRef>")
            elements.append(f'    <bpmn:{_KINDS[kind]} id="{ident}" name={quoteattr(name)} />')
        out.append("      </bpmn:lane>")
    out.append("    </bpmn:laneSet>")
    out += elements
    for index, flow in enumerate(_parts(flows)):
        ends, _, name = flow.partition(":")
        source, target = (part.strip() for part in ends.split(">"))
        label = f" name={quoteattr(name.strip())}" if name.strip() else ""
        out.append(f'    <bpmn:sequenceFlow id="f_{key}_{index}"{label} sourceRef="{source}" targetRef="{target}" />')
    return "\n".join([*out, "  </bpmn:process>\n"])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


MANUFACTURER = process(
    {
        "投诉专员": "start:start:收到投诉; call:intake:投诉受理; call:judge:责任判断; xor:liable:我方责任？;"
                "end:explained:已解释结案; user:plan:拟定方案; user:agree:征求客户意见; xor:agreed:客户同意？;"
                "end:withdrawn:客户撤诉; user:execute:实施方案; throw:told:告知结果; user:sign:客户签字;"
                "xor:signed:已签字？; call:revisit:投诉回访; xor:satisfied:满意？;"
                "call:archive:归档; end:closed:已结案",
        "客服主管": "user:assign:分派责任部门; user:noanswer:无应答结案",
        "责任部门": "user:investigate:调查原因; xor:ours:属本部门？; user:suggest:提出处理建议",
        "部门经理": "user:opinion:签署意见",
        "分管领导": "user:approve:审批方案; xor:approved:审批结果; user:meet:约见客户; user:unsigned:批准未签结案",
    },
    "start > intake; intake > judge; judge > liable; liable > explained : 否; liable > assign : 是;"
    "assign > investigate; investigate > ours; ours > assign : 不属; ours > suggest : 属; suggest > opinion;"
    "opinion > plan; plan > approve; approve > approved; approved > agree : 同意; approved > plan : 退回;"
    "approved > investigate : 否决; agree > agreed; agreed > execute : 同意; agreed > withdrawn : 撤诉;"
    "agreed > plan : 不同意; agreed > meet : 第三次; meet > plan; execute > told; told > sign; sign > signed;"
    "signed > revisit : 已签; signed > unsigned : 拒签; unsigned > revisit; t_sign > noanswer; noanswer > archive;"
    "revisit > satisfied; satisfied > archive : 满意; satisfied > plan : 不满意; archive > closed",
    timers="investigate:t_inv:限时一半;sign:t_sign:7 天无应答;execute:t_prom:承诺期限",
)
