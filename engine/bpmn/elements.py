"""Reading what stands on an element: names, lanes, attributes and properties, texts that may be expressions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from engine.bpmn.juel import translate
from engine.bpmn.model import Element, Lane, LoopInfo, ModelExpression, Text

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"


def children(node: etree._Element, name: str | None = None) -> Iterator[etree._Element]:
    """The child elements of the BPMN namespace (of one name)."""
    for child in node:
        if isinstance(child.tag, str) and child.tag.startswith(BPMN) and (name is None or child.tag == BPMN + name):
            yield child


def kind_of(node: etree._Element) -> str:
    """The BPMN name of an element, without namespace; of anything else an empty text."""
    tag = node.tag
    return tag[len(BPMN):] if isinstance(tag, str) and tag.startswith(BPMN) else ""


def inner_text(node: etree._Element | None, name: str) -> str | None:
    """The text of the child ``name``, or ``None`` if there is none."""
    found = node.findtext(BPMN + name) if node is not None else None
    return found.strip() or None if found is not None else None


def reference(text: str | None) -> str | None:
    """An id out of a qualified name."""
    return text.strip().rsplit(":", 1)[-1] if text and text.strip() else None


def feel(text: str | None) -> str | None:
    """A text that is FEEL by its place (a condition), with or without ``=`` in front; ``${…}`` is translated."""
    if text is None or not text.strip():
        return None
    text = text.strip()
    if text.startswith("="):
        return text[1:].strip()
    return translate(text) if text.startswith(("${", "#{")) else text


def text_of(text: str | None) -> Text | None:
    """A text that is literal unless it starts with ``=`` or is ``${…}``."""
    if text is None:
        return None
    stripped = text.strip()
    if stripped.startswith("="):
        return Text(stripped[1:].strip(), True)
    if stripped.startswith(("${", "#{")):
        return Text(translate(stripped), True)
    return Text(stripped)


def camunda_attributes(node: etree._Element) -> dict[str, str]:
    """Attributes of the ``camunda`` namespace without prefix."""
    return {name[len(CAMUNDA):]: value for name, value in node.attrib.items() if name.startswith(CAMUNDA)}


def properties(node: etree._Element) -> dict[str, str]:
    """The ``camunda:property`` entries."""
    found: dict[str, str] = {}
    for extension in node.iterfind(BPMN + "extensionElements"):
        for entry in extension.iterfind(f"{CAMUNDA}properties/{CAMUNDA}property"):
            if entry.get("name"):
                found[entry.get("name")] = entry.get("value") or ""
    return found


def documentation(node: etree._Element) -> str:
    """The documentation of an element."""
    return "\n".join("".join(entry.itertext()).strip() for entry in node.iterfind(BPMN + "documentation"))


def parameters(node: etree._Element, name: str) -> dict[str, str]:
    """``camunda:inputParameter`` or ``camunda:outputParameter``: name to text; lists and maps become FEEL."""
    found: dict[str, str] = {}
    for entry in node.iterfind(f"{BPMN}extensionElements/{CAMUNDA}inputOutput/{CAMUNDA}{name}"):
        if entry.get("name"):
            found[entry.get("name")] = _parameter(entry)
    return found


def _parameter(entry: etree._Element) -> str:
    for child in entry:
        if child.tag == CAMUNDA + "list":
            return "=[" + ", ".join(_as_feel("".join(item.itertext())) for item in child) + "]"
        if child.tag == CAMUNDA + "map":
            pairs = (f"{_quoted(item.get('key') or '')}: {_as_feel(''.join(item.itertext()))}" for item in child)
            return "={" + ", ".join(pairs) + "}"
        if child.tag == CAMUNDA + "script" and (child.get("scriptFormat") or "").lower() == "feel":
            return "=" + (child.text or "").strip()
    return (entry.text or "").strip()


def _as_feel(text: str) -> str:
    found = text_of(text)
    return f"({found.source})" if found.feel else _quoted(found.source)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def lanes_of(process: etree._Element) -> dict[str, tuple[Lane, ...]]:
    """For each flow node the lanes around it, outermost first."""
    found: dict[str, tuple[Lane, ...]] = {}

    def walk(lane_set: etree._Element, around: tuple[Lane, ...]) -> None:
        for node in children(lane_set, "lane"):
            own = properties(node)
            chain = (*around, Lane(node.get("id", ""), node.get("name", ""), own.get("bihuan:name_en", ""), own))
            for ref in children(node, "flowNodeRef"):
                name = reference(ref.text)
                if name and len(chain) > len(found.get(name, ())):
                    found[name] = chain
            for inner in children(node, "childLaneSet"):
                walk(inner, chain)

    for scope in process.iter(BPMN + "laneSet"):
        walk(scope, ())
    return found


def element_of(node: etree._Element, lanes: tuple[Lane, ...], parent: str | None, loop: LoopInfo | None) -> Element:
    """The card of a flow node."""
    own, attributes = properties(node), camunda_attributes(node)
    if node.get("calledElement"):  # BPMN's own, but read with the others: who draws it, writes it beside them
        attributes["calledElement"] = node.get("calledElement")
    events = tuple(kind[:-len("EventDefinition")] for child in node
                   if (kind := kind_of(child)).endswith("EventDefinition"))
    return Element(
        id=node.get("id"), kind=kind_of(node), name=node.get("name", ""), name_en=own.get("bihuan:name_en", ""),
        documentation=documentation(node), attributes=attributes, properties=own, lanes=lanes,
        inputs=parameters(node, "inputParameter"), outputs=parameters(node, "outputParameter"), parent=parent,
        default=node.get("default"), loop=loop, attached_to=node.get("attachedToRef"), events=events,
        line=node.sourceline or 0)


ATTRIBUTE_EXPRESSIONS = ("assignee", "candidateUsers", "candidateGroups", "dueDate", "followUpDate", "priority",
                         "formKey", "topic", "decisionRef", "calledElement", "resultVariable")


def attribute_expressions(element: Element) -> Iterator[ModelExpression]:
    """FEEL in attributes, properties and mappings of an element."""
    places: list[tuple[str, Any]] = [(name, element.attributes.get(name)) for name in ATTRIBUTE_EXPRESSIONS]
    places += list(element.properties.items())
    places += [(f"input:{name}", text) for name, text in element.inputs.items()]
    places += [(f"output:{name}", text) for name, text in element.outputs.items()]
    for name, value in places:
        text = text_of(value) if value else None
        if text is not None and text.feel:
            yield ModelExpression(element.id, name, text.source, "value")
