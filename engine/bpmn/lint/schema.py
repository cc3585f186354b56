"""The form of the file: known elements at their places, as often as allowed, with the attributes they need."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from engine.bpmn.lint.drawing import XSI, Drawing, Element, local
from engine.bpmn.lint.grammar import ABSTRACT, ENUMERATIONS, GRAMMAR, REFERENCES, Type, is_a
from engine.bpmn.lint.rule import Found, rule

_FREE = ("script", "text", "documentation", "extensionElements")
"""Elements that may hold anything."""


def typed(element: Element) -> Iterator[tuple[Element, Type]]:
    """``element`` and what stands below it, each with its type; what has no type is left out."""
    kind = GRAMMAR.get(local(element))
    stack = [(element, kind)] if kind else []
    while stack:
        one, kind = stack.pop()
        if is_a(kind.name, "expression"):
            kind = GRAMMAR["formalExpression"]
        yield one, kind
        for child in _children(one) if local(one) not in _FREE else ():
            below = _type_of(child, kind)
            if below is not None:
                stack.append((child, below))


def _children(element: Element) -> list[Element]:
    space = element.tag.rpartition("}")[0] + "}"
    return [child for child in element if isinstance(child.tag, str) and child.tag.startswith(space)]


def _slot(child: Element, parent: Type) -> str:
    """The child of ``parent``'s grammar that ``child`` fills, empty where there is none."""
    name = local(child)
    if name in parent.children:
        return name if name not in ABSTRACT or parent.children[name].type != name else ""
    if name in GRAMMAR and name not in ABSTRACT:
        return next((slot for slot in parent.children if is_a(name, slot)), "")
    return ""


def _type_of(child: Element, parent: Type) -> Type | None:
    slot = _slot(child, parent)
    if not slot:
        return None
    kind = parent.children[slot].type
    return GRAMMAR.get(local(child) if kind == slot and slot != local(child) else kind)


@rule("unknown_element", "15.3", zh="{parent}中不能有元素 <{name}>：BPMN 在这里不认识它。",
      en="{parent} must not contain an element <{name}>: BPMN does not know it there.")
def unknown_element(drawing: Drawing) -> Iterator[Found]:
    for element, kind in typed(drawing.root):
        if local(element) in _FREE or is_a(kind.name, "expression"):
            continue
        for child in _children(element):
            if not _slot(child, kind):
                yield child, {"parent": element, "name": local(child)}


@rule("cardinality", "15.3", zh="{element}中的 <{name}> 有 {count} 个，应当{zh_bound}。",
      en="{element} has {count} <{name}>, it must have {en_bound}.")
def cardinality(drawing: Drawing) -> Iterator[Found]:
    for element, kind in typed(drawing.root):
        if local(element) in _FREE:
            continue
        count = Counter(_slot(child, kind) for child in _children(element))
        for name, child in kind.children.items():
            many = count[name]
            if many < child.least:
                yield element, {"name": name, "count": many, "zh_bound": f"至少有 {child.least} 个",
                                "en_bound": f"at least {child.least}"}
            elif child.most is not None and many > child.most:
                yield element, {"name": name, "count": many, "zh_bound": f"最多有 {child.most} 个",
                                "en_bound": f"at most {child.most}"}


@rule("attribute_missing", "15.3", zh="{element}缺少属性 {name}。", en="{element} lacks the attribute {name}.")
def attribute_missing(drawing: Drawing) -> Iterator[Found]:
    for element, kind in typed(drawing.root):
        for name, attribute in kind.attributes.items():
            value = element.get(name)
            if attribute.required and (value is None or (not value.strip() and name != "targetNamespace")):
                yield element, {"name": name}                      # bpmn.io writes targetNamespace=""


@rule("attribute_value", "15.3", zh="{element}的属性 {name} 不能是“{value}”，应当是{zh_wanted}。",
      en="The attribute {name} of {element} must not be \"{value}\", it must be {en_wanted}.")
def attribute_value(drawing: Drawing) -> Iterator[Found]:
    for element, kind in typed(drawing.root):
        for name, attribute in kind.attributes.items():
            value = element.get(name)
            if value is None or not attribute.type:
                continue
            allowed = ENUMERATIONS.get(attribute.type)
            if allowed is None and not re.fullmatch(r"\s*[+-]?\d+\s*", value):
                yield element, {"name": name, "value": value, "zh_wanted": "整数", "en_wanted": "an integer"}
            elif allowed is not None and value.strip() not in allowed:
                yield element, {"name": name, "value": value, "zh_wanted": "、".join(allowed),
                                "en_wanted": " or ".join(allowed)}


@rule("attribute_unknown", "15.3", severity="warning", zh="{element}的属性 {name} 不属于 BPMN，将被忽略。",
      en="The attribute {name} of {element} is not part of BPMN and is ignored.")
def attribute_unknown(drawing: Drawing) -> Iterator[Found]:
    for element, kind in typed(drawing.root):
        for name in element.attrib:
            if not name.startswith("{") and name not in kind.attributes:
                yield element, {"name": name}


@rule("duplicate_id", "8.3.1", zh="id“{id}”出现了不止一次；它在文件中必须唯一。",
      en='The id "{id}" occurs more than once; it must be unique in the file.')
def duplicate_id(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.elements:
        key = element.get("id")
        if key and drawing.ids[key] is not element:
            yield element, {"id": key}


@rule("id_not_a_name", "8.3.1", zh="id“{id}”不是有效的 XML 名称（不能以数字开头，不能含空格或冒号）。",
      en='The id "{id}" is not an XML name (it must not start with a digit nor hold blanks or colons).')
def id_not_a_name(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.elements:
        key = element.get("id")
        if key is not None and not re.fullmatch(r"[^\W\d][\w.\-·]*", key.strip()):
            yield element, {"id": key}


@rule("reference_empty", "15.3",
      zh="{element}中的引用 <{name}> 是空的。", en="The reference <{name}> in {element} is empty.")
def reference_empty(drawing: Drawing) -> Iterator[Found]:
    for element in drawing.elements:
        if local(element) in REFERENCES and not (element.text or "").strip() and not len(element) \
                and element.getparent() is not None and f"{{{XSI}}}type" not in element.attrib:
            yield element, {"name": local(element)}
