"""A drawing as the rules see it: who is where, what points to what, which flows enter and leave a node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from lxml import etree

from engine.bpmn.lint.grammar import is_a
from engine.errors import Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

Element = etree._Element

SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess", "choreography", "subChoreography",
          "globalChoreographyTask")


def local(element: Element) -> str:
    """The name of ``element`` without its namespace."""
    return element.tag.rpartition("}")[2]


def kids(element: Element, *names: str) -> list[Element]:
    """The BPMN children of ``element`` with one of these names, in the order drawn."""
    wanted = {f"{{{BPMN}}}{name}" for name in names}
    return [child for child in element if child.tag in wanted]


def kid(element: Element, name: str) -> Element | None:
    """The first BPMN child of that name."""
    return element.find(f"{{{BPMN}}}{name}")


def text(element: Element | None) -> str:
    """All text inside ``element``, trimmed."""
    return "" if element is None else "".join(element.itertext()).strip()


def flag(element: Element, name: str, default: bool = False) -> bool:
    """A boolean attribute."""
    value = element.get(name)
    return default if value is None else value.strip() in ("true", "1")


def camunda(element: Element, name: str) -> str:
    """An attribute of Camunda 7, empty where absent."""
    return (element.get(f"{{{CAMUNDA}}}{name}") or "").strip()


class Drawing:
    """An index over the root element of one BPMN file."""

    def __init__(self, root: Element, file: str = "") -> None:
        self.root = root
        self.file = file
        self.feel_problems: Callable[[str], Problem | None] | None = None
        self.elements = list(_bpmn_elements(root))
        self.by_name: dict[str, list[Element]] = defaultdict(list)
        self.ids: dict[str, Element] = {}
        for element in self.elements:
            self.by_name[local(element)].append(element)
            if element.get("id"):
                self.ids.setdefault(element.get("id"), element)
        self.flows = self.by_name["sequenceFlow"]
        self._in: dict[Element, list[Element]] = defaultdict(list)
        self._out: dict[Element, list[Element]] = defaultdict(list)
        for flow in self.flows:
            source, target = self.ends(flow)
            if source is not None:
                self._out[source].append(flow)
            if target is not None:
                self._in[target].append(flow)
        self.boundaries: dict[Element, list[Element]] = defaultdict(list)
        for event in self.by_name["boundaryEvent"]:
            host = self.target(event, "attachedToRef")
            if host is not None:
                self.boundaries[host].append(event)

    def all(self, *names: str) -> Iterator[Element]:
        """Every element with one of these names, file order within a name."""
        for name in names:
            yield from self.by_name.get(name, ())

    def kinds(self, kind: str) -> Iterator[Element]:
        """Every element that is a ``kind`` of the metamodel, such as ``activity`` or ``gateway``."""
        return (element for element in self.elements if is_a(local(element), kind))

    def resolve(self, reference: str, at: Element) -> Element | None:
        """The element of this file that ``reference`` (a QName or an id) names, None where there is none."""
        reference = reference.strip()
        if reference in self.ids:
            return self.ids[reference]
        prefix, colon, name = reference.partition(":")
        if colon and not self.foreign(reference, at):
            return self.ids.get(name)
        return None

    def foreign(self, reference: str, at: Element) -> bool:
        """Whether ``reference`` names something of another namespace than this file's."""
        prefix, colon, _ = reference.strip().partition(":")
        space = at.nsmap.get(prefix) if colon else None
        return space is not None and space != self.root.get("targetNamespace")

    def target(self, element: Element, name: str) -> Element | None:
        """What the reference ``name`` of ``element`` (attribute or first child) points to."""
        value = element.get(name)
        if value is None:
            value = text(kid(element, name))
        return self.resolve(value, element) if value else None

    def targets(self, element: Element, name: str) -> list[Element]:
        """What all children ``name`` of ``element`` point to; what does not resolve is left out."""
        found = (self.resolve(text(child), element) for child in kids(element, name))
        return [one for one in found if one is not None]

    def ends(self, flow: Element) -> tuple[Element | None, Element | None]:
        """Source and target of a flow or an association."""
        return (self.resolve(flow.get("sourceRef") or "", flow), self.resolve(flow.get("targetRef") or "", flow))

    def incoming(self, node: Element) -> list[Element]:
        """The sequence flows that end at ``node``."""
        return self._in.get(node, [])

    def outgoing(self, node: Element) -> list[Element]:
        """The sequence flows that begin at ``node``."""
        return self._out.get(node, [])

    def scope(self, element: Element) -> Element | None:
        """The process or sub-process that directly contains ``element``."""
        return next((up for up in element.iterancestors() if isinstance(up.tag, str) and local(up) in SCOPES), None)

    def process(self, element: Element) -> Element | None:
        """The process that contains ``element``, or ``element`` itself where it is one."""
        if local(element) == "process":
            return element
        return next(element.iterancestors(f"{{{BPMN}}}process"), None)

    def executable(self, element: Element) -> bool:
        """Whether ``element`` belongs to an executable process; of what stands outside: whether the file has one."""
        process = self.process(element)
        if process is not None:
            return flag(process, "isExecutable", True)
        processes = self.by_name["process"]
        return not processes or any(flag(one, "isExecutable", True) for one in processes)

    def nodes(self, scope: Element) -> list[Element]:
        """The flow nodes directly in ``scope``."""
        return [child for child in scope if isinstance(child.tag, str) and is_a(local(child), "flowNode")]

    def sketch(self, element: Element) -> bool:
        """Whether ``element`` only illustrates: its process, or every process of the file, is said not to be run."""
        process = self.process(element)
        around = [process] if process is not None else self.by_name["process"]
        return bool(around) and not any(flag(one, "isExecutable", True) for one in around)

    def definitions(self, event: Element) -> list[Element]:
        """The event definitions of ``event``, references resolved."""
        own = [child for child in event if isinstance(child.tag, str) and child.tag.startswith(f"{{{BPMN}}}")
               and is_a(local(child), "eventDefinition")]
        return own + self.targets(event, "eventDefinitionRef")

    def triggers(self, event: Element) -> list[str]:
        """The kinds of its event definitions: ``message``, ``timer`` …; empty for a none event."""
        return [local(one).removesuffix("EventDefinition") for one in self.definitions(event)]

    def is_event_sub_process(self, element: Element | None) -> bool:
        """Whether ``element`` is a sub-process started by an event."""
        return element is not None and is_a(local(element), "subProcess") and flag(element, "triggeredByEvent")

    def handlers(self, boundary: Element) -> list[Element]:
        """The activities that associations tie to a compensation boundary event."""
        found = []
        for association in self.by_name["association"]:
            source, target = self.ends(association)
            other = target if source is boundary else source if target is boundary else None
            if other is not None and is_a(local(other), "activity"):
                found.append(other)
        return found

    def is_handler(self, node: Element) -> bool:
        """Whether ``node`` only ever runs to compensate."""
        return flag(node, "isForCompensation")

    def pool(self, element: Element) -> Element | None:
        """The participant whose process holds ``element`` (or which it is)."""
        if local(element) == "participant":
            return element
        process = self.process(element)
        return next((one for one in self.by_name["participant"] if self.target(one, "processRef") is process
                     and process is not None), None)


def _bpmn_elements(element: Element) -> Iterator[Element]:
    """``element`` and all BPMN elements below it, but nothing of extensions and diagrams."""
    if not isinstance(element.tag, str) or not element.tag.startswith(f"{{{BPMN}}}"):
        return
    yield element
    if local(element) == "extensionElements":
        return
    for child in element:
        yield from _bpmn_elements(child)
