"""Pools, message flows, conversations; choreographies, which are not run here."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, kids, local
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.rule import Found, rule


@rule("multiplicity", "9.3.1", zh="{element}的参与者数量不对：minimum {least}，maximum {most}。",
      en="The multiplicity of {element} is wrong: minimum {least}, maximum {most}.")
def multiplicity(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("participantMultiplicity"):
        try:
            least, most = int(one.get("minimum") or 0), int(one.get("maximum") or 1)
        except ValueError:
            continue
        if least < 0 or most < 1 or most < least:
            yield one, {"least": least, "most": most}


@rule("message_flow_pool", "9.4", zh="消息流{element}的两端在同一个泳池中；消息流必须连接不同的泳池。",
      en="Both ends of the message flow {element} lie in one pool; a message flow must connect two pools.")
def message_flow_pool(drawing: Drawing) -> Iterator[Found]:
    for flow in drawing.all("messageFlow"):
        source, target = drawing.ends(flow)
        if source is None or target is None:
            continue
        pools = drawing.pool(source), drawing.pool(target)
        same = pools[0] is pools[1] if pools[0] is not None else drawing.process(source) is drawing.process(target)
        if same and not any(is_a(local(end), "conversationNode") for end in (source, target)):
            yield flow


@rule("message_flow_source", "10.5.1", zh="消息流{element}不能从{source}出发：捕获事件和启动事件不发送消息。",
      en="The message flow {element} must not leave {source}: an event that catches does not send.")
def message_flow_source(drawing: Drawing) -> Iterator[Found]:
    for flow in drawing.all("messageFlow"):
        source, _ = drawing.ends(flow)
        if source is not None and is_a(local(source), "catchEvent"):
            yield flow, {"source": source}


@rule("message_flow_target", "10.5.1", zh="消息流{element}不能到达{target}：抛出事件和结束事件不接收消息。",
      en="The message flow {element} must not lead to {target}: an event that throws does not receive.")
def message_flow_target(drawing: Drawing) -> Iterator[Found]:
    for flow in drawing.all("messageFlow"):
        _, target = drawing.ends(flow)
        if target is not None and is_a(local(target), "throwEvent"):
            yield flow, {"target": target}


@rule("message_flow_trigger", "10.5.2", zh="{end}是消息流{element}的一端，因此必须是消息事件。",
      en="{end} is an end of the message flow {element} and must therefore be a message event.")
def message_flow_trigger(drawing: Drawing) -> Iterator[Found]:
    for flow in drawing.all("messageFlow"):
        for end in drawing.ends(flow):
            if _silent(drawing, end) and (drawing.triggers(end) or drawing.executable(end)):
                yield flow, {"end": end}


@rule("message_flow_none", "10.5.2", severity="warning",
      zh="{end}是消息流{element}的一端，却不是消息事件：消息没有作用。",
      en="{end} is an end of the message flow {element} but no message event: the message does nothing.")
def message_flow_none(drawing: Drawing) -> Iterator[Found]:
    for flow in drawing.all("messageFlow"):
        for end in drawing.ends(flow):
            if _silent(drawing, end) and not drawing.triggers(end) and not drawing.executable(end):
                yield flow, {"end": end}


def _silent(drawing: Drawing, end: Element | None) -> bool:
    """Whether ``end`` is an event that has nothing to do with messages."""
    return end is not None and is_a(local(end), "event") and "message" not in drawing.triggers(end)


@rule("message_flow_both", "10.5.4", zh="中间事件{element}不能既发送又接收消息流。",
      en="The intermediate event {element} must not both send and receive message flows.")
def message_flow_both(drawing: Drawing) -> Iterator[Found]:
    ends = [drawing.ends(flow) for flow in drawing.all("messageFlow")]
    for event in drawing.all("intermediateCatchEvent", "intermediateThrowEvent"):
        if any(source is event for source, _ in ends) and any(target is event for _, target in ends):
            yield event


@rule("pool_shared", "9.3", severity="warning", zh="流程{element}被不止一个泳池引用。",
      en="The process {element} is referred to by more than one pool.")
def pool_shared(drawing: Drawing) -> Iterator[Found]:
    pools = [drawing.target(one, "processRef") for one in drawing.all("participant")]
    return (process for process in drawing.all("process") if pools.count(process) > 1)


@rule("conversation_link", "9.5", zh="会话连线{element}必须连接一个参与者（或其活动、事件）和一个会话节点。",
      en="The conversation link {element} must tie a participant (or its activity or event) to a conversation node.")
def conversation_link(drawing: Drawing) -> Iterator[Found]:
    for link in drawing.all("conversationLink"):
        source, target = drawing.ends(link)
        if source is not None and target is not None \
                and is_a(local(source), "conversationNode") == is_a(local(target), "conversationNode"):
            yield link


@rule("conversation_participants", "9.5", zh="会话{element}至少要有两个参与者，现有 {count} 个。",
      en="The conversation {element} must have at least two participants, it has {count}.")
def conversation_participants(drawing: Drawing) -> Iterator[Found]:
    for node in drawing.kinds("conversationNode"):
        count = len(set(drawing.targets(node, "participantRef")))
        if count < 2:
            yield node, {"count": count}


@rule("call_conversation", "9.5", zh="会话调用{element}没有指向协作或全局会话（calledCollaborationRef）。",
      en="The call conversation {element} names no collaboration or global conversation (calledCollaborationRef).")
def call_conversation(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("callConversation") if not one.get("calledCollaborationRef"))


@rule("global_conversation_content", "9.5.4", zh="全局会话{element}中不能有 {name}。",
      en="The global conversation {element} must not contain {name}.")
def global_conversation_content(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("globalConversation"):
        for name in ("choreographyRef", "subConversation", "callConversation", "participantAssociation"):
            if kids(one, name):
                yield one, {"name": name}


@rule("choreography_reference", "9.2", zh="编排{element}不能再引用编排（choreographyRef）：只有协作可以。",
      en="The choreography {element} must not refer to a choreography (choreographyRef); only a collaboration may.")
def choreography_reference(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.kinds("choreography") if kids(one, "choreographyRef"))


@rule("choreography_initiator", "11.5", zh="编排活动{element}的发起者{participant}不在它的参与者中。",
      en="The initiating participant {participant} of {element} is not one of its participants.")
def choreography_initiator(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.kinds("choreographyActivity"):
        participant = drawing.target(one, "initiatingParticipantRef")
        if participant is not None and participant not in drawing.targets(one, "participantRef"):
            yield one, {"participant": participant}


@rule("choreography_not_run", "", zh="编排{element}不能在这里执行：请画成流程。",
      en="The choreography {element} cannot be run here: draw it as processes.")
def choreography_not_run(drawing: Drawing) -> Iterator[Found]:
    yield from drawing.kinds("choreography")
    for one in drawing.kinds("choreographyActivity"):
        if drawing.process(one) is not None:
            yield one
