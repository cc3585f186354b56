"""What is wrong with a drawing: shapes on shapes, edges that end nowhere, names that nobody can read.

The check reads the diagram interchange of a file, however it came about, and answers with problems a process owner can
mend in the modeler. Everything it finds is a warning: a file with an ugly drawing still runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.layout import fit_of, sizes
from engine.bpmn.layout.drawing import Box, Point
from engine.bpmn.layout.graph import CONTAINERS, DI, is_flow_node, local
from engine.bpmn.layout.labels import solid_parts
from engine.bpmn.layout.write import DC
from engine.bpmn.layout.write import DI as WAYPOINTS
from engine.errors import Problem
from engine.xml import read_xml

_NEAR = 2.0
"""How far an edge may end from the border of its shape, in pixels."""
_FRAMES = ("participant", "lane")
_EDGES = ("sequenceFlow", "messageFlow", "association", "dataInputAssociation", "dataOutputAssociation")
_DRAWN = (*_FRAMES, "dataObjectReference", "dataStoreReference", "textAnnotation")

_WORDS = {
    "diagram_missing": ("文件没有流程图。", "The file has no diagram."),
    "diagram_no_shape": ("“{name}”没有画在图上。", "“{name}” is not drawn."),
    "diagram_overlap": ("“{name}”与“{other}”重叠。", "“{name}” overlaps “{other}”."),
    "diagram_edge_loose": ("连线“{name}”没有接到“{other}”的边上。",
                           "The connection “{name}” does not meet the border of “{other}”."),
    "diagram_edge_through": ("连线“{name}”穿过“{other}”。", "The connection “{name}” runs through “{other}”."),
    "diagram_label": ("“{name}”的文字压在“{other}”上。", "The label of “{name}” lies on “{other}”."),
    "diagram_outside_lane": ("“{name}”不在泳道“{other}”之内。", "“{name}” is outside its lane “{other}”."),
    "diagram_text_small": ("整图显示在 1440×900 时文字只有 {size} 像素，少于 {least} 像素。",
                           "Shown whole at 1440×900 the text is {size} px high, less than {least} px."),
    "diagram_text_cut": ("“{name}”的文字放不进它的框。", "The text of “{name}” does not fit its box."),
}


@dataclass(slots=True)
class _Plane:
    shapes: dict[str, Box] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    edges: dict[str, list[Point]] = field(default_factory=dict)


def check_diagram(xml: bytes, file: str = "") -> list[Problem]:
    """Every problem of the diagrams of ``xml``, as warnings. Raises ``Refused`` where the file is not XML."""
    return list(_Check(read_xml(xml, file), file).problems())


class _Check:
    def __init__(self, root: etree._Element, file: str):
        self.file = file
        self.elements = {e.get("id", ""): e for e in root.iter() if local(e) and e.get("id")}
        self.planes = [_read(diagram) for diagram in root.iter(f"{{{DI}}}BPMNDiagram")]
        self.lane_of: dict[str, list[str]] = {}
        for key, element in self.elements.items():
            if local(element) == "lane":
                for ref in element:
                    if local(ref) == "flowNodeRef":
                        self.lane_of.setdefault((ref.text or "").strip(), []).append(key)

    def problems(self) -> Iterator[Problem]:
        if not self.planes:
            yield self._problem("diagram_missing", "")
            return
        yield from self._missing()
        for plane in self.planes:
            yield from self._overlaps(plane)
            yield from self._edges(plane)
            yield from self._labels(plane)
            yield from self._lanes(plane)
            yield from self._size(plane)

    # --- completeness --------------------------------------------------------------------------------------

    def _missing(self) -> Iterator[Problem]:
        shapes = {key for plane in self.planes for key in plane.shapes}
        edges = {key for plane in self.planes for key in plane.edges}
        for key, element in self.elements.items():
            kind = local(element)
            drawn = shapes if is_flow_node(kind) or kind in _DRAWN else edges if kind in _EDGES else None
            if drawn is not None and key not in drawn and not self._in_closed(element, shapes):
                yield self._problem("diagram_no_shape", key)

    def _in_closed(self, element: etree._Element, shapes: set[str]) -> bool:
        """Inside a closed sub-process that has no plane of its own, as some modelers leave it."""
        parent = element.getparent()
        if parent is None or local(parent) not in CONTAINERS or parent.get("id") not in shapes:
            return False
        return not any(child.get("id") in shapes for child in parent if isinstance(child.tag, str))

    # --- shapes --------------------------------------------------------------------------------------------

    def _overlaps(self, plane: _Plane) -> Iterator[Problem]:
        solid = [(key, box) for key, box in plane.shapes.items() if self._kind(key) not in _FRAMES]
        for index, (a, one) in enumerate(solid):
            for b, other in solid[index + 1:]:
                if one.overlap(other) > 1 and not self._belong(a, b) and not self._belong(b, a):
                    yield self._problem("diagram_overlap", a, b)

    def _belong(self, a: str, b: str) -> bool:
        """Whether ``a`` lies in ``b`` or on its border by its nature."""
        element = self.elements.get(a)
        if element is None:
            return False
        if element.get("attachedToRef") == b:
            return True
        parent = element.getparent()
        while parent is not None:
            if parent.get("id") == b:
                return True
            parent = parent.getparent()
        return bool(element.get("attachedToRef")) and self._belong(element.get("attachedToRef", ""), b)

    # --- edges ---------------------------------------------------------------------------------------------

    def _edges(self, plane: _Plane) -> Iterator[Problem]:
        for key, points in plane.edges.items():
            source, target = self._ends(key)
            for end, point in ((source, points[0]), (target, points[-1])):
                box = plane.shapes.get(end)
                if box is not None and _distance(self._kind(end), box, point) > _NEAR:
                    yield self._problem("diagram_edge_loose", key, end)
            for other, box in plane.shapes.items():
                if self._stands_aside(other, source, target):
                    continue
                if any(_crosses(a, b, box) for a, b in zip(points, points[1:])):
                    yield self._problem("diagram_edge_through", key, other)

    def _stands_aside(self, shape: str, source: str, target: str) -> bool:
        if self._kind(shape) in _FRAMES or shape in (source, target):
            return True
        return any(self._belong(end, shape) for end in (source, target))

    def _ends(self, key: str) -> tuple[str, str]:
        element = self.elements.get(key)
        if element is None:
            return "", ""
        if local(element).startswith("data"):
            owner = element.getparent()
            refs = {local(part): (part.text or "").strip() for part in element}
            mine = owner.get("id", "") if owner is not None else ""
            if local(element) == "dataInputAssociation":
                return refs.get("sourceRef", ""), mine
            return mine, refs.get("targetRef", "")
        return element.get("sourceRef", ""), element.get("targetRef", "")

    # --- text ----------------------------------------------------------------------------------------------

    def _labels(self, plane: _Plane) -> Iterator[Problem]:
        labels = [(key, box) for key, box in plane.labels.items() if self._name(key)]
        for index, (key, label) in enumerate(labels):
            for other, box in plane.shapes.items():
                if self._kind(other) in _FRAMES or other == key or self._belong(key, other) and not (
                        self.elements[key].get("attachedToRef")):
                    continue
                if self._in_scope_of(key, other):
                    continue
                if sum(label.overlap(part) for part in solid_parts(self._kind(other), box)) > 6:
                    yield self._problem("diagram_label", key, other)
            for other, box in labels[index + 1:]:
                if label.overlap(box) > 12:
                    yield self._problem("diagram_label", key, other)
        for key, box in plane.shapes.items():
            if sizes.is_activity(self._kind(key)) and local(self.elements[key]) not in CONTAINERS and (
                    _text_height(self._name(key), box.w - 10) > box.h - 10):
                yield self._problem("diagram_text_cut", key)

    def _in_scope_of(self, key: str, container: str) -> bool:
        element = self.elements.get(key)
        parent = element.getparent() if element is not None else None
        return self._kind(container) in CONTAINERS and parent is not None and (
            parent.get("id") == container or self._belong(parent.get("id") or "", container))

    def _lanes(self, plane: _Plane) -> Iterator[Problem]:
        for key, lanes in self.lane_of.items():
            for lane in lanes:
                inner, outer = plane.shapes.get(key), plane.shapes.get(lane)
                if inner is None or outer is None:
                    continue
                x, y = inner.centre
                slack = inner.h / 2 if self.elements.get(key) is not None and self.elements[key].get(
                    "attachedToRef") else 0
                if inner.x < outer.x - 1 or inner.right > outer.right + 1 or (
                        inner.y < outer.y - 1 - slack or inner.bottom > outer.bottom + 1 + slack):
                    yield self._problem("diagram_outside_lane", key, lane)

    def _size(self, plane: _Plane) -> Iterator[Problem]:
        boxes = [*plane.shapes.values(), *plane.labels.values()]
        xs = [x for box in boxes for x in (box.x, box.right)] + [x for ps in plane.edges.values() for x, _ in ps]
        ys = [y for box in boxes for y in (box.y, box.bottom)] + [y for ps in plane.edges.values() for _, y in ps]
        if not xs:
            return
        fit = fit_of(max(xs) - min(xs), max(ys) - min(ys))
        if not fit.legible:
            yield self._problem("diagram_text_small", "", size=round(fit.text, 1), least=sizes.LEGIBLE)

    # --- words ---------------------------------------------------------------------------------------------

    def _kind(self, key: str) -> str:
        element = self.elements.get(key)
        return local(element) if element is not None else ""

    def _name(self, key: str) -> str:
        element = self.elements.get(key)
        return (element.get("name") or "") if element is not None else ""

    def _problem(self, code: str, key: str, other: str = "", **params: object) -> Problem:
        values = {"name": self._name(key) or key, "other": self._name(other) or other, **params}
        zh, en = (template.format(**values) for template in _WORDS[code])
        element = self.elements.get(key)
        line = element.sourceline or 0 if element is not None else 0
        return Problem(code, zh, en, self.file, key, "warning", line, {**values, "other_id": other})


def _read(diagram: etree._Element) -> _Plane:
    plane = _Plane()
    for shape in diagram.iter(f"{{{DI}}}BPMNShape"):
        key = _ref(shape)
        bounds = shape.find(f"{{{DC}}}Bounds")
        if bounds is not None:
            plane.shapes[key] = _box(bounds)
        _label(plane, key, shape)
    for edge in diagram.iter(f"{{{DI}}}BPMNEdge"):
        points = [(float(p.get("x", 0)), float(p.get("y", 0))) for p in edge.iter(f"{{{WAYPOINTS}}}waypoint")]
        if len(points) > 1:
            plane.edges[_ref(edge)] = points
        _label(plane, _ref(edge), edge)
    return plane


def _label(plane: _Plane, key: str, element: etree._Element) -> None:
    bounds = element.find(f"{{{DI}}}BPMNLabel/{{{DC}}}Bounds")
    if bounds is not None:
        plane.labels[key] = _box(bounds)


def _ref(element: etree._Element) -> str:
    return (element.get("bpmnElement") or "").rpartition(":")[2]


def _box(bounds: etree._Element) -> Box:
    return Box(*(float(bounds.get(name, 0)) for name in ("x", "y", "width", "height")))


def _distance(kind: str, box: Box, point: Point) -> float:
    """How far ``point`` is from the border of the shape."""
    (cx, cy), (x, y) = box.centre, point
    dx, dy = abs(x - cx), abs(y - cy)
    if sizes.is_event(kind):
        return abs((dx * dx + dy * dy) ** 0.5 - box.w / 2)
    if sizes.is_gateway(kind):
        return abs(dx / (box.w / 2) + dy / (box.h / 2) - 1) * min(box.w, box.h) / 2
    outside = max(dx - box.w / 2, 0), max(dy - box.h / 2, 0)
    if outside != (0, 0):
        return (outside[0] ** 2 + outside[1] ** 2) ** 0.5
    return min(box.w / 2 - dx, box.h / 2 - dy)


def _text_height(text: str, width: float) -> float:
    return sizes.text_lines(text, width, sizes.SHAPE_FONT) * sizes.SHAPE_FONT * sizes.LINE_HEIGHT


def _crosses(a: Point, b: Point, box: Box) -> bool:
    """Whether the straight piece from ``a`` to ``b`` passes through the inside of ``box`` (2 px in)."""
    low, high = 0.0, 1.0
    for start, end, first, last in ((a[0], b[0], box.x + 2, box.right - 2), (a[1], b[1], box.y + 2, box.bottom - 2)):
        step = end - start
        if abs(step) < 1e-9:
            if not first < start < last:
                return False
            continue
        near, far = sorted(((first - start) / step, (last - start) / step))
        low, high = max(low, near), min(high, far)
    return low < high
