"""Data inputs and outputs of processes, activities and events, and the sets they are grouped in."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, kids, local
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.items import equivalent, item, owned
from engine.bpmn.lint.rule import Found, rule


def _holders(drawing: Drawing) -> Iterator[Element]:
    """Whatever holds data inputs or outputs and sets of them: io specifications and events."""
    yield from drawing.all("ioSpecification")
    yield from drawing.kinds("event")


@rule("input_in_no_set", "10.4.1", zh="数据输入{data}不在{element}的任何 inputSet 中。",
      en="The data input {data} is in no inputSet of {element}.")
def input_in_no_set(drawing: Drawing) -> Iterator[Found]:
    yield from _in_no_set(drawing, "dataInput", "inputSet", "dataInputRefs")


@rule("output_in_no_set", "10.4.1", zh="数据输出{data}不在{element}的任何 outputSet 中。",
      en="The data output {data} is in no outputSet of {element}.")
def output_in_no_set(drawing: Drawing) -> Iterator[Found]:
    yield from _in_no_set(drawing, "dataOutput", "outputSet", "dataOutputRefs")


def _in_no_set(drawing: Drawing, data: str, group: str, reference: str) -> Iterator[Found]:
    for holder in _holders(drawing):
        grouped = [one for box in kids(holder, group) for one in drawing.targets(box, reference)]
        for one in kids(holder, data):
            if one not in grouped:
                yield holder, {"data": one}


@rule("set_member", "10.4.1", zh="{set}的 {name} 列出了{data}，但它不属于{element}。",
      en="{name} of {set} lists {data}, which does not belong to {element}.")
def set_member(drawing: Drawing) -> Iterator[Found]:
    groups = (("inputSet", "dataInput", ("dataInputRefs", "optionalInputRefs", "whileExecutingInputRefs")),
              ("outputSet", "dataOutput", ("dataOutputRefs", "optionalOutputRefs", "whileExecutingOutputRefs")))
    for holder in _holders(drawing):
        for group, kind, names in groups:
            mine = kids(holder, kind)
            for box in kids(holder, group):
                for name in names:
                    for one in drawing.targets(box, name):
                        if one not in mine:
                            yield holder, {"set": box, "name": name, "data": one}


@rule("set_subset", "10.4.1", zh="{element}的 {name} 列出了{data}，但 {whole} 中没有它。",
      en="{name} of {element} lists {data}, which is not among {whole}.")
def set_subset(drawing: Drawing) -> Iterator[Found]:
    for group, whole, parts in (("inputSet", "dataInputRefs", ("optionalInputRefs", "whileExecutingInputRefs")),
                                ("outputSet", "dataOutputRefs", ("optionalOutputRefs", "whileExecutingOutputRefs"))):
        for box in drawing.all(group):
            everything = drawing.targets(box, whole)
            for part in parts:
                for one in drawing.targets(box, part):
                    if one not in everything:
                        yield box, {"name": part, "data": one, "whole": whole}


@rule("set_pairs", "10.4.1",
      zh="{element}引用了{other}，但{other}没有反过来引用它：inputSet 与 outputSet 必须互相引用。",
      en="{element} names {other}, which does not name it back; input sets and output sets must name each other.")
def set_pairs(drawing: Drawing) -> Iterator[Found]:
    for group, forth, back in (("inputSet", "outputSetRefs", "inputSetRefs"),
                               ("outputSet", "inputSetRefs", "outputSetRefs")):
        for box in drawing.all(group):
            for other in drawing.targets(box, forth):
                if box not in drawing.targets(other, back):
                    yield box, {"other": other}


def _called(drawing: Drawing) -> Iterator[tuple[Element, Element]]:
    """Call activities with the callable element of this file that they call."""
    for call in drawing.all("callActivity"):
        called = drawing.target(call, "calledElement")
        if called is not None and is_a(local(called), "callableElement"):
            yield call, called


@rule("call_data", "10.3.6",
      zh="调用活动{element}的 {name} 与被调用的{called}不一致（{here} 个，应为 {there} 个且数据定义相同）。",
      en="{name} of the call activity {element} do not match those of {called}: {here} here, {there} there,"
         " all of the same item definitions in order.")
def call_data(drawing: Drawing) -> Iterator[Found]:
    for call, called in _called(drawing):
        if not kids(call, "ioSpecification") and not kids(called, "ioSpecification"):
            continue
        for name in ("dataInput", "dataOutput"):
            here, there = owned(call, name), owned(called, name)
            same = len(here) == len(there) and all(equivalent(item(drawing, one), item(drawing, other))
                                                   for one, other in zip(here, there))
            if not same:
                yield call, {"called": called, "name": name, "here": len(here), "there": len(there)}


@rule("interface_unbound", "10.3.6", zh="{element}支持接口{interface}，但没有为它的操作{operation}写 ioBinding。",
      en="{element} supports the interface {interface}, but has no ioBinding for its operation {operation}.")
def interface_unbound(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.kinds("callableElement"):
        bound = [drawing.target(binding, "operationRef") for binding in kids(element, "ioBinding")]
        for interface in drawing.targets(element, "supportedInterfaceRef"):
            for operation in kids(interface, "operation"):
                if operation not in bound:
                    yield element, {"interface": interface, "operation": operation}


@rule("binding_operation", "10.3.6", zh="{element}的 ioBinding 绑定了操作{operation}，但它不属于所支持的接口。",
      en="An ioBinding of {element} binds {operation}, which is not an operation of a supported interface.")
def binding_operation(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.kinds("callableElement"):
        supported = drawing.targets(element, "supportedInterfaceRef")
        for binding in kids(element, "ioBinding"):
            operation = drawing.target(binding, "operationRef")
            if operation is not None and operation.getparent() not in supported:
                yield element, {"operation": operation}


@rule("binding_sets", "10.3.6", zh="{element}的 ioBinding 引用了{data}，但它不是这个元素的 {kind}。",
      en="An ioBinding of {element} names {data}, which is not an {kind} of this element.")
def binding_sets(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.kinds("callableElement"):
        for binding in kids(element, "ioBinding"):
            for name, kind in (("inputDataRef", "inputSet"), ("outputDataRef", "outputSet")):
                data = drawing.target(binding, name)
                mine = [one for box in kids(element, "ioSpecification") for one in kids(box, kind)]
                if data is not None and local(data) == kind and data not in mine:
                    yield element, {"data": data, "kind": kind}


@rule("binding_types", "10.3.6", zh="{element}的 ioBinding 中，{data}与操作{operation}的消息{message}数据定义不同。",
      en="In an ioBinding of {element}, {data} and the message {message} of {operation} differ in item definition.")
def binding_types(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.kinds("callableElement"):
        for binding in kids(element, "ioBinding"):
            operation = drawing.target(binding, "operationRef")
            for name, refs, side in (("inputDataRef", "dataInputRefs", "inMessageRef"),
                                     ("outputDataRef", "dataOutputRefs", "outMessageRef")):
                box = drawing.target(binding, name)
                message = drawing.target(operation, side) if operation is not None else None
                for data in drawing.targets(box, refs) if box is not None and message is not None else ():
                    if not equivalent(item(drawing, data), item(drawing, message)):
                        yield element, {"data": data, "operation": operation, "message": message}
