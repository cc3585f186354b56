"""Messages: who sends and receives them, through which operation, with which data."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, camunda, kids, local
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.items import equivalent, item, owned
from engine.bpmn.lint.rule import Found, rule

_CARRIED = {"messageEventDefinition": "messageRef", "signalEventDefinition": "signalRef",
            "errorEventDefinition": "errorRef", "escalationEventDefinition": "escalationRef"}
"""Event definitions that carry data, and where they say what."""


def _message(drawing: Drawing, one: Element) -> Element | None:
    """The message of a task or event definition, its own or that of its operation."""
    message = drawing.target(one, "messageRef")
    operation = drawing.target(one, "operationRef")
    if message is None and operation is not None and local(one) in ("receiveTask", "sendTask"):
        return drawing.target(operation, "inMessageRef")
    return message


@rule("message_missing", "10.5.5", zh="消息事件{element}没有引用消息（messageRef）；可执行的流程必须写明。",
      en="The message event {element} names no message (messageRef); an executable process must.")
def message_missing(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.kinds("event"):
        for definition in drawing.definitions(event):
            if local(definition) == "messageEventDefinition" and drawing.executable(event) \
                    and not definition.get("messageRef") and not _outside(definition) and not _outside(event):
                yield event


def _outside(element: Element) -> bool:
    """Whether a job outside sends this message."""
    return bool(camunda(element, "topic"))


@rule("message_operation", "10.5.5",
      zh="消息事件{element}的消息{message}规定了数据定义，因此必须写明操作（operationRef）。",
      en="The message {message} of {element} has an item definition, so the event must name an operation"
         " (operationRef).")
def message_operation(drawing: Drawing) -> Iterator[Found]:
    """The standard asks it of every executable message event; drawings without typed messages are delivered by name."""
    for event in drawing.kinds("event"):
        for definition in drawing.definitions(event):
            message = drawing.target(definition, "messageRef")
            if local(definition) == "messageEventDefinition" and message is not None and drawing.executable(event) \
                    and message.get("itemRef") and drawing.target(definition, "operationRef") is None:
                yield event, {"message": message}


@rule("operation_message", "10.5.5", zh="{element}引用消息{message}，但操作{operation}不收发它。",
      en="{element} names the message {message}, which its operation {operation} neither takes nor gives.")
def operation_message(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("messageEventDefinition", "sendTask", "receiveTask"):
        message, operation = drawing.target(one, "messageRef"), drawing.target(one, "operationRef")
        if message is None or operation is None:
            continue
        if message not in drawing.targets(operation, "inMessageRef") + drawing.targets(operation, "outMessageRef"):
            yield one, {"message": message, "operation": operation}


@rule("service_data", "10.3.3",
      zh="服务任务{element}的操作{operation}需要恰好一个 {name}，数据定义与消息{message}相同。",
      en="The operation {operation} of the service task {element} needs exactly one {name} with the item definition of"
         " the message {message}.")
def service_data(drawing: Drawing) -> Iterator[Found]:
    for task in drawing.all("serviceTask"):
        operation = drawing.target(task, "operationRef")
        if operation is None:
            continue
        for side, name in (("inMessageRef", "dataInput"), ("outMessageRef", "dataOutput")):
            message = drawing.target(operation, side)
            data = owned(task, name)
            if message is not None and not (len(data) == 1 and equivalent(item(drawing, data[0]),
                                                                          item(drawing, message))):
                yield task, {"operation": operation, "name": name, "message": message}


@rule("service_sets", "10.3.3", zh="服务任务{element}必须恰好有一个 inputSet，最多一个 outputSet。",
      en="The service task {element} must have exactly one inputSet and at most one outputSet.")
def service_sets(drawing: Drawing) -> Iterator[Found]:
    for task in drawing.all("serviceTask"):
        if task.get("operationRef") and (len(_sets(task, "inputSet")) != 1 or len(_sets(task, "outputSet")) > 1):
            yield task


def _sets(task: Element, name: str) -> list[Element]:
    return [one for box in kids(task, "ioSpecification") for one in kids(box, name)]


@rule("message_task_data", "10.3.3", zh="{element}最多有一个 {name}（和一个 {set}）；现有 {count} 个。",
      en="{element} must have at most one {name} (in one {set}); it has {count}.")
def message_task_data(drawing: Drawing) -> Iterator[Found]:
    for task, name, box in _message_tasks(drawing):
        count = max(len(owned(task, name)), len(_sets(task, box)))
        if count > 1:
            yield task, {"name": name, "set": box, "count": count}


@rule("message_task_type", "10.3.3", zh="{element}的{data}与消息{message}的数据定义不同。",
      en="{data} of {element} does not have the item definition of the message {message}.")
def message_task_type(drawing: Drawing) -> Iterator[Found]:
    for task, name, _ in _message_tasks(drawing):
        message = _message(drawing, task)
        for data in owned(task, name) if message is not None else ():
            if not equivalent(item(drawing, data), item(drawing, message)):
                yield task, {"data": data, "message": message}


def _message_tasks(drawing: Drawing) -> Iterator[tuple[Element, str, str]]:
    for task in drawing.all("sendTask"):
        yield task, "dataInput", "inputSet"
    for task in drawing.all("receiveTask"):
        yield task, "dataOutput", "outputSet"


def _event_data(drawing: Drawing, event: Element) -> tuple[list[Element], list[Element | None]]:
    """The data inputs or outputs of ``event`` and the item definitions its definitions carry, in order."""
    data = owned(event, "dataOutput" if is_a(local(event), "catchEvent") else "dataInput")
    carried = [item(drawing, drawing.target(one, _CARRIED[local(one)])) for one in drawing.definitions(event)
               if local(one) in _CARRIED]
    return data, carried


@rule("event_data_count", "10.5.1",
      zh="事件{element}有 {data} 个数据项，但它的事件定义带有 {carried} 个：必须一一对应。",
      en="The event {element} has {data} data items, but its event definitions carry {carried}: one is"
         " needed for each.")
def event_data_count(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.kinds("event"):
        data, carried = _event_data(drawing, event)
        if data and len(data) != len([one for one in carried if one is not None]) and any(
                one is not None for one in carried):
            yield event, {"data": len(data), "carried": len([one for one in carried if one is not None])}


@rule("event_data_type", "10.5.1", zh="事件{element}的{data}与它的事件定义的数据定义不同。",
      en="{data} of the event {element} does not have the item definition of its event definition.")
def event_data_type(drawing: Drawing) -> Iterator[Found]:
    for event in drawing.kinds("event"):
        data, carried = _event_data(drawing, event)
        types = [one for one in carried if one is not None]
        for one, definition in zip(data, types) if len(data) == len(types) else ():
            if not equivalent(item(drawing, one), definition):
                yield event, {"data": one}
