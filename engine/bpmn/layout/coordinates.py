"""From the grid to pixels: widths of columns and gaps, heights of rows and bands, waypoints that end on borders."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.bpmn.layout import sizes
from engine.bpmn.layout.drawing import Edge, Node, Point
from engine.bpmn.layout.grid import Grid, GridPoint
from engine.bpmn.layout.tracks import SEPARATION, Tracks

LANE_HEIGHT = 100.0
"""Least height of a lane."""
_EDGE = 26.0
"""Free space before the first and behind the last column, less where columns are close."""
_GENEROUS = 44.0
"""Distance of columns from which on labels of boundary events get room beside the tracks of a gap."""


class Coordinates:
    """Pixels of every line of ``grid``, from (0, 0) at the upper left corner of what is inside the bands."""

    def __init__(self, grid: Grid, edges: list[Edge], paths: dict[str, list[GridPoint]], tracks: Tracks,
                 least: Mapping[int, float]):
        self.grid, self.paths, self.tracks = grid, paths, tracks
        self.edges = {edge.id: edge for edge in edges}
        self.x = self._columns(self._label_room(edges))
        self.y = self._rows(least)
        for node in grid.nodes.values():
            self._place(node)
        for edge in edges:
            if edge.id in paths:
                edge.points = self._points(edge, paths[edge.id])

    # --- columns -------------------------------------------------------------------------------------------

    def _label_room(self, edges: list[Edge]) -> dict[int, float]:
        """Width that the names of edges need in the gaps they cross on their first straight piece."""
        room: dict[int, float] = {}
        for edge in edges:
            path = self.paths.get(edge.id)
            if not edge.name or not path or path[0][1] != path[1][1] or path[1][0] <= path[0][0]:
                continue
            node = self.grid.nodes[edge.source]
            gained = 6 if sizes.is_gateway(node.kind) else -4
            gap = path[0][0] + 1
            width = sizes.label_size(edge.name, edge.name_en, True)[0]
            room[gap] = max(room.get(gap, 0), width - gained + 6 + 12 * edge.marked)
        return room

    def _columns(self, room: dict[int, float]) -> list[float]:
        grid = self.grid
        beside = self._room_beside_hosts()
        gaps = [self._gap(line, room.get(line, 0)) + sum(beside.get(line, (0, 0)))
                for line in range(0, 2 * grid.columns + 1, 2)]
        widths = list(grid.widths)
        for node in grid.nodes.values():
            if node.span > 1:
                inside = sum(widths[node.col:node.col + node.span]) + sum(gaps[node.col + 1:node.col + node.span])
                missing = max(0.0, node.w - inside)
                for column in range(node.col, node.col + node.span):
                    widths[column] += missing / node.span
        marks, x = [gaps[0] / 2], gaps[0]
        for width, gap in zip(widths, gaps[1:]):
            before, behind = beside.get(len(marks) + 1, (0, 0))
            marks += [x + width / 2, x + width + before + (gap - before - behind) / 2]
            x += width + gap
        self.width = x
        self.edges_of = [(marks[2 * k + 1] - width / 2, marks[2 * k + 1] + width / 2) for k, width in enumerate(widths)]
        return [round(mark) for mark in marks]

    def _room_beside_hosts(self) -> dict[int, tuple[float, float]]:
        """Room at the left and at the right of a gap for labels of boundary events, where edges run between them."""
        room: dict[int, tuple[float, float]] = {}
        if self.grid.gap < _GENEROUS:
            return room
        for node in self.grid.nodes.values():
            if not node.host or not node.name or node.slot[1] == 0:
                continue
            right = node.slot[1] > 0
            line = self.grid.slot_line(node) + (1 if right else -1)
            if not self.tracks.width.get((1, line)) or line in (0, 2 * self.grid.columns):
                continue
            need = sizes.label_size(node.name, node.name_en)[0] - 8
            before, behind = room.get(line, (0, 0))
            room[line] = (max(before, need), behind) if right else (before, max(behind, need))
        return room

    def _gap(self, line: int, room: float) -> float:
        count = self.tracks.width.get((1, line), 0)
        busy = 2 * 14 + (count - 1) * SEPARATION if count else 0
        if line in (0, 2 * self.grid.columns):
            return max(min(_EDGE, self.grid.gap / 2), busy)
        return max(self.grid.gap, busy, room)

    # --- rows ----------------------------------------------------------------------------------------------

    def _rows(self, least: Mapping[int, float]) -> list[float]:
        heights: list[list[float]] = []
        for j, line in enumerate(self.grid.lines):
            if line.row is not None:
                heights.append([line.up, line.down])
            else:
                gap = self._row_gap(j) / 2
                heights.append([gap, gap])
        for index, band in enumerate(self.grid.bands):
            mine = [j for j, line in enumerate(self.grid.lines) if line.band == index]
            missing = least.get(index, 0) - sum(sum(heights[j]) for j in mine)
            if missing > 0:
                heights[mine[0]][0] += missing / 2
                heights[mine[-1]][1] += missing / 2
            band.h = round(sum(sum(heights[j]) for j in mine))
        marks, y = [], 0.0
        for j, line in enumerate(self.grid.lines):
            if line.band is not None and (j == 0 or self.grid.lines[j - 1].band != line.band):
                y = round(y)
                self.grid.bands[line.band].y = y
            marks.append(round(y + heights[j][0]))
            y += sum(heights[j])
            if line.band is not None and (j + 1 == len(self.grid.lines) or self.grid.lines[j + 1].band != line.band):
                y = self.grid.bands[line.band].y + self.grid.bands[line.band].h
        self.height = round(y)
        return marks

    def _row_gap(self, j: int) -> float:
        lines, count = self.grid.lines, self.tracks.width.get((0, j), 0)
        if lines[j].band is None:
            return 30 + max(0, count - 1) * SEPARATION
        inner = 0 < j < len(lines) - 1 and lines[j - 1].band == lines[j + 1].band
        return max(16 if inner else 10, (28 if inner else 25) + (count - 1) * SEPARATION if count else 0)

    # --- shapes and waypoints ------------------------------------------------------------------------------

    def _place(self, node: Node) -> None:
        j = self.grid.row_of(node)
        if node.host:
            host = self.grid.nodes[node.host]
            node.x = self.x[self.grid.slot_line(node)] + node.slot[1]
            node.y = self.y[j] + node.slot[0] * host.h / 2
            return
        node.y = self.y[j]
        if node.kind == "participant":
            node.x = self.width / 2
        elif node.span == 1:
            node.x = self.x[2 * node.col + 1]
        else:
            node.x = round((self.edges_of[node.col][0] + self.edges_of[node.col + node.span - 1][1]) / 2)

    def _points(self, edge: Edge, path: list[GridPoint]) -> list[Point]:
        source, target = self.grid.nodes[edge.source], self.grid.nodes[edge.target]
        lines = []
        for k, (a, b) in enumerate(zip(path, path[1:])):
            axis = int(a[0] == b[0])
            base = self.x[a[0]] if axis else self.y[a[1]]
            lines.append((axis, base + self.tracks.offset[edge.id, k]))
        points = []
        for (axis, at), (_, crossing) in zip(lines, lines[1:]):
            points.append((at, crossing) if axis else (crossing, at))
        first, last = lines[0], lines[-1]
        forward = _direction(path[0], path[1])
        onward = _direction(path[-1], path[-2])
        return [dock(source, first[0], first[1], forward), *points, dock(target, last[0], last[1], onward)]


def _direction(a: GridPoint, b: GridPoint) -> int:
    return 1 if b[0] > a[0] or b[1] > a[1] else -1


def dock(node: Node, axis: int, at: float, direction: int) -> Point:
    """The point of the node's border on the line ``x = at`` (axis 1) or ``y = at`` (axis 0), towards ``direction``."""
    if axis:
        return at, node.y + direction * _half(node, at - node.x, node.h, node.w)
    return node.x + direction * _half(node, at - node.y, node.w, node.h), at


def _half(node: Node, off: float, along: float, across: float) -> float:
    if sizes.is_event(node.kind):
        radius = along / 2
        return math.sqrt(max(0.0, radius * radius - off * off))
    if sizes.is_gateway(node.kind):
        return max(0.0, along / 2 * (1 - abs(off) / (across / 2)))
    return along / 2
