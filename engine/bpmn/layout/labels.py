"""Where names stand that are written beside their shape or edge: the place that covers least.

Every place is measured twice: for the name itself, and, with less weight, for the room that its translation will want
when screens swap it in. The label gets the size of the name.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.layout import sizes
from engine.bpmn.layout.drawing import Box, Edge, Node, Point

_ON_SHAPE, _ON_LABEL, _ON_EDGE = 4.0, 4.0, 25.0
_OUTSIDE = 400.0
_RANK = 6.0
_TRANSLATED = 0.25


class Labels:
    """Places the labels of nodes, then of edges, inside ``frame``, off the horizontal ``borders`` of lanes."""

    def __init__(self, nodes: list[Node], edges: list[Edge], frame: Box, borders: list[float]):
        self.nodes, self.edges = nodes, edges
        self.frame, self.borders = frame, borders
        self.solid = [part for node in nodes for part in solid_parts(node.kind, node.box)]
        self.strokes = [(edge, box) for edge in edges for box in (*strokes(edge.points), *_marks(edge))]
        self.placed: list[Box] = []

    def place(self) -> None:
        """Every label is placed, then placed again twice, now that it knows where the others went."""
        named: list[Node | Edge] = [n for n in self.nodes if n.name and sizes.has_label_outside(n.kind)]
        named += [edge for edge in self.edges if edge.name and len(edge.points) > 1]
        choices, rooms = zip(*map(self._places, named)) if named else ((), ())
        chosen: list[Box | None] = [None] * len(named)
        cost: dict[tuple[int, int], float] = {}
        for _ in range(3):
            for index, it in enumerate(named):
                self.placed = [box for other, box in enumerate(chosen) if box is not None and other != index]
                prices = []
                for k, box in enumerate(choices[index]):
                    if (index, k) not in cost:
                        cost[index, k] = self._cost(box, it) + _RANK * k
                        cost[index, k] += _TRANSLATED * self._cost(rooms[index][k], it)
                    prices.append((cost[index, k] + self._company(box), k))
                chosen[index] = choices[index][min(prices)[1]]
        for it, box in zip(named, chosen):
            it.label = box

    def _places(self, it: Node | Edge) -> tuple[list[Box], list[Box]]:
        """Places for the name, and the same places for it or its translation."""
        if isinstance(it, Node):
            sizes_ = sizes.label_size(it.name), sizes.label_size(it.name, it.name_en)
            return tuple(list(_beside_node(it, *size)) for size in sizes_)  # type: ignore[return-value]
        sizes_ = sizes.label_size(it.name), sizes.label_size(it.name, it.name_en, True)
        return tuple(list(_beside_edge(it, self.nodes, *size)) for size in sizes_)  # type: ignore[return-value]

    def _company(self, box: Box) -> float:
        overlaps = [box.overlap(other.grown(1)) for other in self.placed]
        return sum(_ON_LABEL * area + 30 for area in overlaps if area)

    def _cost(self, box: Box, it: Node | Edge) -> float:
        cost = _ON_SHAPE * sum(box.overlap(part) + 20 * (box.overlap(part) > 0) for part in self.solid)
        for other, stroke in self.strokes:
            if box.overlap(stroke):
                cost += _ON_EDGE + 2 * max(min(box.right, stroke.right) - max(box.x, stroke.x),
                                           min(box.bottom, stroke.bottom) - max(box.y, stroke.y))
                cost += 40 * (other is it)
            elif isinstance(it, Edge) and other is not it and other.source == it.source:
                cost += 110 * (box.grown(5).overlap(stroke) > 0)
        inside = box.overlap(self.frame)
        cost += _OUTSIDE * (1 - inside / (box.w * box.h))
        return cost + sum(40 for y in self.borders if box.y < y < box.bottom)


def solid_parts(kind: str, box: Box) -> list[Box]:
    """The area a shape covers, as rectangles: a gateway's corners are free."""
    if not sizes.is_gateway(kind):
        return [box]
    cx, cy = box.centre
    return [Box(cx - box.w * a, cy - box.h * b, box.w * 2 * a, box.h * 2 * b)
            for a, b in ((0.48, 0.08), (0.34, 0.2), (0.2, 0.34), (0.08, 0.48))]


def strokes(points: list[Point]) -> Iterator[Box]:
    """The pieces of an edge as thin rectangles."""
    for (x1, y1), (x2, y2) in zip(points, points[1:]):
        yield Box(min(x1, x2) - 1, min(y1, y2) - 1, abs(x2 - x1) + 2, abs(y2 - y1) + 2)


def _marks(edge: Edge) -> Iterator[Box]:
    """The arrow head, and the mark of a default or conditional flow."""
    ends = [(edge.points[-1], edge.points[-2], 5.0)] if len(edge.points) > 1 else []
    if edge.marked and len(edge.points) > 1:
        ends.append((edge.points[0], edge.points[1], 11.0))
    for (x, y), (nx, ny), off in ends:
        x += off * ((nx > x) - (nx < x))
        y += off * ((ny > y) - (ny < y))
        yield Box(x - 5, y - 5, 10, 10)


def _beside_node(node: Node, w: float, h: float) -> Iterator[Box]:
    x, y, box = node.x, node.y, node.box
    below, above = box.bottom + 2, box.y - h - 2
    if node.host:
        if node.slot[0] > 0:
            yield from (Box(box.right + 2, y + 2, w, h), Box(x + 4, below - 1, w, h), Box(x - w - 4, below - 1, w, h),
                        Box(x - w / 2, below, w, h), Box(box.x - w - 2, y + 2, w, h))
        else:
            yield from (Box(box.right + 2, y - h - 2, w, h), Box(x + 4, above + 1, w, h),
                        Box(x - w - 4, above + 1, w, h), Box(x - w / 2, above, w, h),
                        Box(box.x - w - 2, y - h - 2, w, h))
        return
    centred = (Box(x - w / 2, below, w, h), Box(x - w / 2, above, w, h))
    corners = (Box(x + 5, above, w, h), Box(x - w - 5, above, w, h), Box(x + 5, below, w, h),
               Box(x - w - 5, below, w, h))
    if sizes.is_gateway(node.kind):
        yield from centred[::-1]
        yield from corners
        yield from (Box(x + 5, above - 13, w, h), Box(x - w - 5, above - 13, w, h))
        yield from (Box(x + 9, above + 8, w, h), Box(x - w - 9, above + 8, w, h), Box(x + 9, below - 8, w, h),
                    Box(x - w - 9, below - 8, w, h))
        return
    yield from centred
    yield from corners
    yield from (Box(box.right + 3, y - h / 2, w, h), Box(box.x - w - 3, y - h / 2, w, h))


def _beside_edge(edge: Edge, nodes: list[Node], w: float, h: float) -> Iterator[Box]:
    source = next((node for node in nodes if node.id == edge.source), None)
    gateway = source is not None and sizes.is_gateway(source.kind)
    for k, ((x1, y1), (x2, y2)) in enumerate(zip(edge.points, edge.points[1:])):
        if abs(y1 - y2) < 0.5:
            lead = -16 if edge.marked and k == 0 else 6 if gateway and k == 0 else -3
            yield from _along_row(x1, x2, y1, w, h, lead)
        else:
            yield from _along_column(x1, y1, y2, w, h, 9 if edge.marked and k == 0 else 4)
        if k == 2:
            break


def _along_row(x1: float, x2: float, y: float, w: float, h: float, lead: float) -> Iterator[Box]:
    start = x1 - lead if x2 > x1 else x1 + lead - w
    if lead > 0:
        yield Box(start, y - h - 7, w, h)
        yield Box(start, y + 7, w, h)
        start = x1 + 2 if x2 > x1 else x1 - 2 - w
    end = x2 - 8 - w if x2 > x1 else x2 + 8
    way = 1 if x2 > x1 else -1
    for x in (start, start + 30 * way, start + 65 * way, (x1 + x2 - w) / 2, end):
        yield Box(x, y - h - 2, w, h)
        yield Box(x, y + 2, w, h)


def _along_column(x: float, y1: float, y2: float, w: float, h: float, off: float) -> Iterator[Box]:
    down = y2 > y1
    first = y1 + 2 if down else y1 - h - 2
    way = 1 if down else -1
    for y in (first, first + 14 * way, first + 30 * way, (y1 + y2 - h) / 2, y2 - h - 10 if down else y2 + 10):
        yield Box(x + off, y, w, h)
        yield Box(x - w - off, y, w, h)
