"""One plane from graph to drawing: columns, rows, routes, tracks, coordinates, labels, pools and lanes."""

from __future__ import annotations

import math

from lxml import etree

from engine.bpmn.layout import sizes
from engine.bpmn.layout.columns import assign_narrow, estimated_width, owner
from engine.bpmn.layout.coordinates import LANE_HEIGHT, Coordinates
from engine.bpmn.layout.drawing import Box, Drawing, Edge, Route, Shape
from engine.bpmn.layout.graph import CONTAINERS, Scope, name_en, read_scope
from engine.bpmn.layout.grid import Grid
from engine.bpmn.layout.labels import Labels
from engine.bpmn.layout.routing import Router
from engine.bpmn.layout.rows import RowPlan
from engine.bpmn.layout.tracks import Tracks

_PAD, _TITLE = 8.0, 22.0
"""Free space inside an expanded sub-process, and what its name takes."""


class TooWide(Exception):
    """The drawing would not fit; nothing was drawn."""


def arrange(element: etree._Element, root: etree._Element, closed: set[str], gap: float,
            room: float = math.inf, limit: float = math.inf) -> Drawing:
    """The drawing of a collaboration, a process or the inside of a sub-process.

    ``gap`` is the least distance of two columns, ``closed`` names the sub-processes that are drawn as a box only,
    ``room`` is the width to strive for by standing nodes below each other. Raises :class:`TooWide`, early, where the
    drawing would be wider than ``limit``.
    """
    scope = read_scope(element, root)
    _open_sub_processes(scope, root, closed, gap, room)
    loose = [edge for edge in scope.edges if not _in_grid(scope, edge)]
    edges = [edge for edge in scope.edges if edge not in loose]
    left = _left(scope)
    assign_narrow(scope.nodes, edges, gap, room - left)
    if left + estimated_width(scope.nodes, gap) > limit:
        raise TooWide
    plan = RowPlan(scope.nodes, edges, len(scope.bands))
    plan.settle()
    grid = Grid(scope.nodes, edges, scope.bands, [plan.rows(band) for band in range(len(scope.bands))], gap)
    paths = Router(grid).routes(edges)
    tracks = Tracks(grid, edges, paths)
    place = Coordinates(grid, edges, paths, tracks, _least_heights(scope))
    return _finished(scope, edges, loose, place.width, place.height)


def _left(scope: Scope) -> float:
    """Width of the headers of pools and lanes."""
    return sizes.HEADER * (max((len(band.lanes) for band in scope.bands), default=0) + bool(scope.pools))


def _in_grid(scope: Scope, edge: Edge) -> bool:
    """Edges to a whole open pool, or from a boundary event to its own host, have no place on the lines."""
    if edge.source not in scope.nodes or edge.target not in scope.nodes:
        return False
    one, other = scope.nodes[edge.source], scope.nodes[edge.target]
    return not (edge.kind != "sequence" and owner(scope.nodes, one.id) == owner(scope.nodes, other.id))


def _open_sub_processes(scope: Scope, root: etree._Element, closed: set[str], gap: float, room: float) -> None:
    for node in scope.nodes.values():
        if node.kind not in CONTAINERS:
            continue
        inside = scope.elements[node.id]
        if node.id in closed or not _flow_nodes(inside):
            node.attributes["isExpanded"] = "false"
            continue
        node.inner = arrange(inside, root, closed, gap, room - 240).moved(_PAD, _TITLE)
        node.attributes["isExpanded"] = "true"
        node.w = max(120.0, sizes.text_width(node.name, sizes.SHAPE_FONT) + 20, node.inner.width + 2 * _PAD)
        carries = any(other.host == node.id for other in scope.nodes.values())
        node.h = node.inner.height + _TITLE + _PAD + (16 if carries else 0)
        node.span = max(1, math.ceil((node.w + gap) / (100 + gap)))


def _flow_nodes(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str) and child.get("id") and (
        sizes.is_activity(etree.QName(child).localname) or sizes.is_event(etree.QName(child).localname)
        or sizes.is_gateway(etree.QName(child).localname))]


def _least_heights(scope: Scope) -> dict[int, float]:
    least = {}
    for index, band in enumerate(scope.bands):
        if band.lanes:
            lane = scope.lanes[band.lanes[-1]]
            chinese = sizes.text_width(lane.get("name", ""), sizes.SHAPE_FONT) + 20
            english = sizes.text_width(name_en(lane), sizes.SHAPE_FONT) / 2 + 30  # two lines, broken at a word
            least[index] = max(LANE_HEIGHT, min(max(chinese, english), 240))
        elif band.pool:
            least[index] = 60.0 if band.closed else LANE_HEIGHT
    return least


def _finished(scope: Scope, edges: list[Edge], loose: list[Edge], width: float, height: float) -> Drawing:
    left = _left(scope)
    for node in scope.nodes.values():
        node.x += left
        if node.kind == "participant":
            node.x, node.w = (left + width) / 2, left + width
            band = scope.bands[node.band]
            node.y, node.h = band.y + band.h / 2, band.h
    for edge in edges:
        edge.points = [(x + left, y) for x, y in edge.points]
        if scope.nodes[edge.source].kind == "participant" or scope.nodes[edge.target].kind == "participant":
            edge.points = _ends_on_pools(scope, edge)
    frames = _frames(scope, left, width)
    for edge in loose:
        edge.points = _straight(scope, edge, frames)
    borders = [band.y for band in scope.bands] + [band.y + band.h for band in scope.bands]
    solid = [node for node in scope.nodes.values() if node.kind != "participant"]
    Labels(solid, scope.edges, Box(left, 0, width, height), borders if left else []).place()
    drawing = Drawing(left + width, height, frames)
    for node in scope.nodes.values():
        if node.kind == "participant":
            continue
        drawing.shapes.append(Shape(node.id, node.box, node.attributes, node.label))
        if node.inner:
            inner = node.inner.moved(node.box.x + (node.w - node.inner.width - 2 * _PAD) / 2, node.box.y)
            drawing.shapes += inner.shapes
            drawing.routes += inner.routes
    drawing.routes += [Route(edge.id, _clean(edge.points), edge.label) for edge in scope.edges if len(edge.points) > 1]
    return drawing


def _ends_on_pools(scope: Scope, edge: Edge) -> list[tuple[float, float]]:
    """Message flows to closed pools end on the upper or lower border."""
    points = list(edge.points)
    for key, index, near in ((edge.source, 0, 1), (edge.target, -1, -2)):
        node = scope.nodes[key]
        if node.kind == "participant":
            x, y = points[near]
            points[index] = (points[index][0], node.box.y if y < node.y else node.box.bottom)
    return points


def _frames(scope: Scope, left: float, width: float) -> list[Shape]:
    """Pools and lanes, outer before inner."""
    frames: dict[str, Shape] = {}
    for band in scope.bands:
        keys = ([band.pool] if band.pool else []) + list(band.lanes)
        for level, key in enumerate(keys):
            x = sizes.HEADER * level
            if key in frames:
                box = frames[key].box
                box.h = band.y + band.h - box.y
            else:
                frames[key] = Shape(key, Box(x, band.y, left + width - x, band.h), {"isHorizontal": "true"})
    return list(frames.values())


def _straight(scope: Scope, edge: Edge, frames: list[Shape]) -> list[tuple[float, float]]:
    """A vertical line to the border of an open pool; nothing where no such line exists."""
    boxes = {shape.id: shape.box for shape in frames}
    for one, other, flip in ((edge.source, edge.target, False), (edge.target, edge.source, True)):
        if one in scope.nodes and other in boxes:
            node, pool = scope.nodes[one], boxes[other]
            down = pool.y > node.y
            points = [(node.x, node.box.bottom if down else node.box.y), (node.x, pool.y if down else pool.bottom)]
            return points[::-1] if flip else points
    if edge.source in boxes and edge.target in boxes:
        a, b = boxes[edge.source], boxes[edge.target]
        x = a.x + a.w / 2
        return [(x, a.bottom), (x, b.y)] if b.y > a.y else [(x, a.y), (x, b.bottom)]
    return []


def _clean(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Whole pixels, without points that lie on the way from their neighbour to the next."""
    kept: list[tuple[float, float]] = []
    for x, y in points:
        point = (round(x, 1), round(y, 1))
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]):
            kept.pop()
        kept.append(point)
    return kept
