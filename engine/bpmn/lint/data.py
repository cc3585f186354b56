"""Data: objects, stores and the associations that carry their contents."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.drawing import Drawing, Element, flag, kid, kids, local
from engine.bpmn.lint.grammar import is_a
from engine.bpmn.lint.items import equivalent, item, owned
from engine.bpmn.lint.rule import Found, rule


@rule("collection_differs", "10.4.1", zh="{element}的 isCollection 与它的数据定义{item}不一致。",
      en="isCollection of {element} differs from that of its item definition {item}.")
def collection_differs(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.all("dataInput", "dataOutput", "dataObject", "inputDataItem", "outputDataItem"):
        definition = item(drawing, element)
        if definition is not None and flag(element, "isCollection") != flag(definition, "isCollection"):
            yield element, {"item": definition}


@rule("data_object_reference", "10.4.1", zh="数据对象引用{element}必须指向一个数据对象（dataObjectRef）。",
      en="The data object reference {element} must name a data object (dataObjectRef).")
def data_object_reference(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("dataObjectReference") if not (one.get("dataObjectRef") or "").strip())


@rule("data_object_reference_item", "10.4.1", zh="数据对象引用{element}不能自己规定数据定义（itemSubjectRef）。",
      en="The data object reference {element} must not have an item definition of its own (itemSubjectRef).")
def data_object_reference_item(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("dataObjectReference") if one.get("itemSubjectRef"))


@rule("data_object_state", "10.4.1", zh="数据对象{element}不能有状态（dataState）；状态属于它的引用。",
      en="The data object {element} must not have a state (dataState); states belong to references to it.")
def data_object_state(drawing: Drawing) -> Iterator[Found]:
    return (one for one in drawing.all("dataObject") if kid(one, "dataState") is not None)


@rule("data_object_reference_name", "10.4.1",
      zh="数据对象引用{element}的名称应当是“{wanted}”：数据对象的名称加方括号中的状态。",
      en='The data object reference {element} should be called "{wanted}": name of the data object, state in brackets.')
def data_object_reference_name(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("dataObjectReference"):
        target = drawing.target(one, "dataObjectRef")
        name = (target.get("name") or "").strip() if target is not None else ""
        shown = (one.get("name") or "").strip()
        state = kid(one, "dataState")
        state_name = (state.get("name") or "").strip() if state is not None else ""
        wanted = f"{name} [{state_name}]" if state_name else name
        if name and shown and " ".join(shown.split()) != " ".join(wanted.split()):
            yield one, {"wanted": wanted}


@rule("data_store_capacity", "10.4.1",
      zh="数据存储{element}要么没有上限（isUnlimited），要么有 capacity，二者必居其一。",
      en="The data store {element} must either be unlimited (isUnlimited) or have a capacity, one of the two.")
def data_store_capacity(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("dataStore"):
        if one.get("isUnlimited") is not None and flag(one, "isUnlimited") == bool(one.get("capacity")):
            yield one


@rule("data_not_visible", "10.4.1", zh="{element}引用了{data}，但那里看不到它：它属于另一个流程或子流程。",
      en="{element} refers to {data}, which is not visible there: it belongs to another process or sub-process.")
def data_not_visible(drawing: Drawing) -> Iterator[Found]:
    for one in drawing.all("dataObjectReference"):
        target = drawing.target(one, "dataObjectRef")
        if target is not None and not _within(drawing, one, target):
            yield one, {"data": target}


@rule("data_from_elsewhere", "10.4.1", severity="warning",
      zh="数据关联{element}连到{data}，但它属于另一个流程或子流程。",
      en="The data association {element} touches {data}, which belongs to another process or sub-process.")
def data_from_elsewhere(drawing: Drawing) -> Iterator[Found]:
    for association in _associations(drawing):
        sources, target = _carried(drawing, association)
        for end in (*sources, target):
            if end is not None and local(end) in ("dataObject", "dataObjectReference") \
                    and not _within(drawing, association, end):
                yield association, {"data": end}


def _within(drawing: Drawing, element: Element, data: Element) -> bool:
    """Whether the scope of ``data`` is around ``element``."""
    scope = drawing.scope(data)
    return scope is None or scope in element.iterancestors()


@rule("sub_process_data", "10.4.1", zh="嵌入式子流程{element}不能有自己的数据输入和数据输出。",
      en="The embedded sub-process {element} must not have data inputs or outputs of its own.")
def sub_process_data(drawing: Drawing) -> Iterator[Found]:
    for scope in drawing.all("subProcess", "transaction", "adHocSubProcess"):
        if kid(scope, "multiInstanceLoopCharacteristics") is None \
                and (owned(scope, "dataInput") or owned(scope, "dataOutput")):
            yield scope


def _associations(drawing: Drawing) -> Iterator[Element]:
    return drawing.all("dataInputAssociation", "dataOutputAssociation")


def _carried(drawing: Drawing, association: Element) -> tuple[list[Element], Element | None]:
    return drawing.targets(association, "sourceRef"), drawing.target(association, "targetRef")


@rule("process_input_written", "10.4.1", zh="{data}是流程的数据输入，不能是数据关联{element}的目标。",
      en="{data} is a data input of the process and must not be the target of the data association {element}.")
def process_input_written(drawing: Drawing) -> Iterator[Found]:
    for association in _associations(drawing):
        _, target = _carried(drawing, association)
        if target is not None and local(target) == "dataInput" and _of_process(target):
            yield association, {"data": target}


@rule("process_output_read", "10.4.1", zh="{data}是流程的数据输出，不能是数据关联{element}的来源。",
      en="{data} is a data output of the process and must not be the source of the data association {element}.")
def process_output_read(drawing: Drawing) -> Iterator[Found]:
    for association in _associations(drawing):
        for source in _carried(drawing, association)[0]:
            if local(source) == "dataOutput" and _of_process(source):
                yield association, {"data": source}


def _of_process(data: Element) -> bool:
    holder = data.getparent()
    return local(holder) == "ioSpecification" and is_a(local(holder.getparent()), "callableElement")


@rule("association_owner", "10.4.1", zh="数据关联{element}连到{data}，但它属于别的元素，不属于{owner}。",
      en="The data association {element} touches {data}, which belongs to another element than {owner}.")
def association_owner(drawing: Drawing) -> Iterator[Found]:
    for association in _associations(drawing):
        sources, target = _carried(drawing, association)
        into = local(association) == "dataInputAssociation"
        ends = [target] if into else sources
        owner = association.getparent()
        mine = owned(owner, "dataInput" if into else "dataOutput") + kids(owner, "property")
        for end in ends:
            if end is not None and local(end) in ("dataInput", "dataOutput", "property") and end not in mine \
                    and not _loop_data(end, owner):
                yield association, {"data": end, "owner": owner}


def _loop_data(data: Element, owner: Element) -> bool:
    return data.getparent().getparent() is owner and local(data.getparent()) == "multiInstanceLoopCharacteristics"


@rule("association_types", "10.4.1", zh="数据关联{element}两端的数据定义不同（{source}、{target}），必须有转换。",
      en="The ends of the data association {element} have different item definitions ({source}, {target});"
         " it needs a transformation.")
def association_types(drawing: Drawing) -> Iterator[Found]:
    for association in _associations(drawing):
        if kid(association, "transformation") is not None or kid(association, "assignment") is not None:
            continue
        sources, target = _carried(drawing, association)
        to = item(drawing, target)
        for source in sources:
            of = item(drawing, source)
            if of is not None and to is not None and not equivalent(of, to):
                yield association, {"source": source, "target": target}


@rule("association_sources", "10.4.1", zh="数据关联{element}有多个来源，必须有转换。",
      en="The data association {element} has several sources and needs a transformation.")
def association_sources(drawing: Drawing) -> Iterator[Found]:
    for association in _associations(drawing):
        if len(kids(association, "sourceRef")) > 1 and kid(association, "transformation") is None \
                and kid(association, "assignment") is None:
            yield association


@rule("instance_collection", "10.3.8", zh="多实例{element}的 {name} 指向{data}，但它不是集合。",
      en="{name} of the multi-instance {element} names {data}, which is not a collection.")
def instance_collection(drawing: Drawing) -> Iterator[Found]:
    for loop in drawing.all("multiInstanceLoopCharacteristics"):
        for name in ("loopDataInputRef", "loopDataOutputRef"):
            data = drawing.target(loop, name)
            if data is None:
                continue
            definition = item(drawing, data)
            declared = data.get("isCollection") is not None or local(data) in ("dataInput", "dataOutput")
            single = declared and not flag(data, "isCollection")
            if single or (definition is not None and not flag(definition, "isCollection")):
                yield loop, {"name": name, "data": data}


@rule("instance_item", "10.3.8", zh="多实例{element}的 {name} 是集合中的一项，它的数据定义{item}不能是集合。",
      en="{name} of the multi-instance {element} is one item of a collection; its definition {item} must not be one.")
def instance_item(drawing: Drawing) -> Iterator[Found]:
    for loop in drawing.all("multiInstanceLoopCharacteristics"):
        for name in ("inputDataItem", "outputDataItem"):
            data = kid(loop, name)
            definition = item(drawing, data)
            if definition is not None and flag(definition, "isCollection"):
                yield loop, {"name": name, "item": definition}


@rule("instance_item_type", "10.3.8", zh="多实例{element}的 {name} 与集合{data}的内容类型不同。",
      en="{name} of the multi-instance {element} has another structure than the items of {data}.")
def instance_item_type(drawing: Drawing) -> Iterator[Found]:
    for loop in drawing.all("multiInstanceLoopCharacteristics"):
        for name, reference in (("inputDataItem", "loopDataInputRef"), ("outputDataItem", "loopDataOutputRef")):
            one, many = kid(loop, name), drawing.target(loop, reference)
            here, there = item(drawing, one), item(drawing, many)
            structures = [(each.get("structureRef") or "").strip() for each in (here, there) if each is not None]
            if len(structures) == 2 and all(structures) and structures[0] != structures[1]:
                yield loop, {"name": name, "data": many}


@rule("instance_input_owner", "10.3.8", zh="多实例{element}的 {name} 指向{data}，但它属于别的活动。",
      en="{name} of the multi-instance {element} names {data}, which belongs to another activity.")
def instance_input_owner(drawing: Drawing) -> Iterator[Found]:
    for loop in drawing.all("multiInstanceLoopCharacteristics"):
        for name, kind in (("loopDataInputRef", "dataInput"), ("loopDataOutputRef", "dataOutput")):
            data = drawing.target(loop, name)
            if data is None or local(data) not in ("dataInput", "dataOutput"):
                continue
            if data not in owned(loop.getparent(), kind) and not _of_process(data):
                yield loop, {"name": name, "data": data}
