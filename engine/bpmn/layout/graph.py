"""What of a file is to be drawn: planes (collaborations, processes, collapsed sub-processes) with nodes and edges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.layout import sizes
from engine.bpmn.layout.drawing import Band, Edge, Node

CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
CONTAINERS = ("subProcess", "transaction", "adHocSubProcess")
_SHAPED = ("dataObjectReference", "dataStoreReference", "textAnnotation")


@dataclass(slots=True)
class Scope:
    """The content of one process, sub-process or collaboration."""

    element: etree._Element
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    lanes: dict[str, etree._Element] = field(default_factory=dict)
    pools: dict[str, etree._Element] = field(default_factory=dict)
    elements: dict[str, etree._Element] = field(default_factory=dict)


def local(element: etree._Element) -> str:
    """The tag without namespace; empty for comments and foreign elements."""
    if not isinstance(element.tag, str):
        return ""
    name = etree.QName(element)
    return name.localname if name.namespace == BPMN else ""


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    for child in element:
        if local(child) in names:
            yield child


def name_en(element: etree._Element) -> str:
    """The English name that screens swap in: the property ``bihuan:name_en``."""
    for extension in children(element, "extensionElements"):
        for entry in extension.iter(f"{{{CAMUNDA}}}property"):
            if entry.get("name") == "bihuan:name_en":
                return entry.get("value", "")
    return ""


def is_flow_node(kind: str) -> bool:
    return sizes.is_activity(kind) or sizes.is_event(kind) or sizes.is_gateway(kind)


def planes(root: etree._Element) -> list[etree._Element]:
    """The collaboration first, then processes that it does not show."""
    collaborations = [c for c in children(root, "collaboration") if next(children(c, "participant"), None) is not None]
    shown = {p.get("processRef") for c in collaborations for p in children(c, "participant")}
    return collaborations + [p for p in children(root, "process") if p.get("id") not in shown and _drawn(p)]


def _drawn(process: etree._Element) -> bool:
    return any(is_flow_node(local(child)) for child in process)


def collapsed(root: etree._Element) -> set[str]:
    """Ids of sub-processes that the file draws closed."""
    return {shape.get("bpmnElement", "") for shape in root.iter(f"{{{DI}}}BPMNShape")
            if shape.get("isExpanded") == "false"}


def read_scope(element: etree._Element, root: etree._Element) -> Scope:
    """Nodes, edges and bands of a collaboration, process or sub-process (without what its sub-processes hold)."""
    scope = Scope(element)
    if local(element) != "collaboration":
        _read_container(scope, element, "")
        return scope
    processes = {p.get("id"): p for p in children(root, "process")}
    for participant in children(element, "participant"):
        key = participant.get("id", "")
        process = processes.get(participant.get("processRef"))
        scope.pools[key] = participant
        if process is None or not _drawn(process):
            scope.bands.append(Band(pool=key, closed=True))
            scope.nodes[key] = Node(key, "participant", participant.get("name", ""), "", 600, 60, len(scope.bands) - 1)
            scope.elements[key] = participant
        else:
            _read_container(scope, process, key)
    _read_artifacts(scope, element, 0)
    for flow in children(element, "messageFlow"):
        _connect(scope, flow, "message", flow.get("sourceRef", ""), flow.get("targetRef", ""))
    return scope


def _read_container(scope: Scope, container: etree._Element, pool: str) -> None:
    first = len(scope.bands)
    member = _read_lanes(scope, container, pool)
    for child in container:
        kind, key = local(child), child.get("id", "") if isinstance(child.tag, str) else ""
        if not is_flow_node(kind):
            continue
        name = child.get("name", "")
        width, height = sizes.size_of(kind, name)
        scope.nodes[key] = Node(key, kind, name, name_en(child), width, height, member.get(key, -1),
                                child.get("attachedToRef"))
        scope.elements[key] = child
    for flow in children(container, "sequenceFlow"):
        _connect(scope, flow, "sequence", flow.get("sourceRef", ""), flow.get("targetRef", ""))
    _home_the_homeless(scope, first)
    _read_artifacts(scope, container, first)
    for key in [n.id for n in scope.nodes.values() if n.host]:
        scope.nodes[key].band = scope.nodes[scope.nodes[key].host].band if scope.nodes[key].host in scope.nodes else 0
    _slots(scope)


def _read_lanes(scope: Scope, container: etree._Element, pool: str) -> dict[str, int]:
    member: dict[str, int] = {}

    def walk(lane_set: etree._Element, above: tuple[str, ...]) -> None:
        for lane in children(lane_set, "lane"):
            key = lane.get("id", "")
            scope.lanes[key] = lane
            start = len(scope.bands)
            inside = next(children(lane, "childLaneSet"), None)
            if inside is not None and next(children(inside, "lane"), None) is not None:
                walk(inside, (*above, key))
            else:
                scope.bands.append(Band((*above, key), pool))
            for ref in children(lane, "flowNodeRef"):
                member.setdefault((ref.text or "").strip(), start)

    before = len(scope.bands)
    for lane_set in children(container, "laneSet"):
        walk(lane_set, ())
    if len(scope.bands) == before:
        scope.bands.append(Band(pool=pool))
    return member


def _home_the_homeless(scope: Scope, first: int) -> None:
    """A node that no lane names stands in the lane of its neighbour."""
    for _ in range(len(scope.nodes)):
        waiting = [node for node in scope.nodes.values() if node.band < 0 and not node.host]
        if not waiting:
            return
        for edge in scope.edges:
            ends = [scope.nodes[scope.nodes[key].host or key] for key in (edge.source, edge.target)]
            for one, other in (ends, ends[::-1]):
                if one.band < 0 <= other.band:
                    one.band = other.band
        if len(waiting) == len([n for n in scope.nodes.values() if n.band < 0 and not n.host]):
            for node in waiting:
                node.band = first


def _slots(scope: Scope) -> None:
    """Places of boundary events on their hosts: right below, left below, right above, left above."""
    count: dict[str, int] = {}
    places = ((1, 25.0), (1, -25.0), (-1, 25.0), (-1, -25.0))
    for node in scope.nodes.values():
        if node.host:
            index = count[node.host] = count.get(node.host, -1) + 1
            node.slot = places[index % 4]


def _read_artifacts(scope: Scope, container: etree._Element, band: int) -> None:
    for child in children(container, *_SHAPED):
        kind, key = local(child), child.get("id", "")
        name = child.get("name", "")
        if kind == "textAnnotation":
            name = "".join(next(children(child, "text"), child).itertext()).strip()
        width, height = sizes.size_of(kind, name)
        scope.nodes[key] = Node(key, kind, name, name_en(child), width, height, -1)
        scope.elements[key] = child
    for link in children(container, "association"):
        _connect(scope, link, "association", link.get("sourceRef", ""), link.get("targetRef", ""))
    for activity in list(container):
        for link in children(activity, "dataInputAssociation", "dataOutputAssociation"):
            refs = {local(part): (part.text or "").strip() for part in link}
            inward = local(link) == "dataInputAssociation"
            other = refs.get("sourceRef" if inward else "targetRef", "")
            ends = (other, activity.get("id", ""))
            _connect(scope, link, "association", *(ends if inward else ends[::-1]))
    for edge in scope.edges:
        for one, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if edge.kind == "association" and scope.nodes[one].band < 0 <= scope.nodes[other].band:
                scope.nodes[one].band = scope.nodes[other].band
            elif edge.kind == "association" and scope.nodes[one].band < 0 and scope.nodes[other].host:
                scope.nodes[one].band = scope.nodes[scope.nodes[other].host].band
    for node in scope.nodes.values():
        if node.band < 0 and not node.host:
            node.band = band


def _connect(scope: Scope, element: etree._Element, kind: str, source: str, target: str) -> None:
    known = source in scope.nodes or source in scope.pools, target in scope.nodes or target in scope.pools
    if all(known) and element.get("id"):
        origin = scope.elements.get(source)
        marked = origin is not None and (origin.get("default") == element.get("id") or (
            sizes.is_activity(local(origin)) and next(children(element, "conditionExpression"), None) is not None))
        scope.edges.append(Edge(element.get("id", ""), kind, source, target, element.get("name", ""),
                                name_en(element), marked))
        scope.elements[element.get("id", "")] = element
