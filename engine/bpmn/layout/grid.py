"""The grid of lines that edges run on.

Vertical lines: one through the middle of every column (odd numbers) and one in every gap beside them (even numbers).
Horizontal lines: one through the middle of every row and one in every gap; each band has gaps of its own above and
below, so that no edge runs on the border of a lane; between pools lies one more.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.bpmn.layout import sizes
from engine.bpmn.layout.drawing import Band, Edge, Node

GridPoint = tuple[int, int]


@dataclass(slots=True)
class Row:
    """A horizontal line; ``row`` is None for a gap, ``band`` None between pools."""

    band: int | None
    row: int | None
    up: float = 0
    down: float = 0


class Grid:
    """Where nodes and lines are, in line numbers; lengths are estimates until coordinates are known."""

    def __init__(self, nodes: dict[str, Node], edges: list[Edge], bands: list[Band], rows: list[int], gap: float):
        self.nodes = nodes
        self.bands = bands
        self.columns = max([node.col + node.span for node in nodes.values()], default=1)
        self.lines = self._lines(rows)
        self.row_line = {(line.band, line.row): j for j, line in enumerate(self.lines) if line.row is not None}
        self.widths = self._widths()
        self._extents(edges)
        self.gap = gap
        self.at: dict[GridPoint, Node] = {}
        for node in nodes.values():
            if not node.host:
                for i in self.reach(node):
                    self.at[i, self.row_of(node)] = node
        self.estimate_x = self._estimate_x()
        self.estimate_y = self._estimate_y()

    def reach(self, node: Node) -> range:
        """Vertical lines that the node lies on."""
        if node.kind == "participant":
            return range(2 * self.columns + 1)
        return range(2 * node.col + 1, 2 * (node.col + node.span - 1) + 2)

    def row_of(self, node: Node) -> int:
        return self.row_line[node.band, self.nodes[node.host].row if node.host else node.row]

    def slot_line(self, node: Node) -> int:
        """The vertical line from which a boundary event's place is measured."""
        host = self.nodes[node.host or node.id]
        if host.span == 1:
            return 2 * host.col + 1
        order = [n.id for n in self.nodes.values() if n.host == host.id and n.slot[0] == node.slot[0]].index(node.id)
        return 2 * (host.col + max(0, host.span - 1 - order)) + 1

    def pool_of(self, j: int) -> str | None:
        band = self.lines[j].band
        return None if band is None else self.bands[band].pool

    def _lines(self, rows: list[int]) -> list[Row]:
        lines = []
        for index, band in enumerate(self.bands):
            if index and band.pool != self.bands[index - 1].pool:
                lines.append(Row(None, None))
            if band.closed:
                lines.append(Row(index, 0))
                continue
            lines.append(Row(index, None))
            for row in range(rows[index]):
                lines += [Row(index, row), Row(index, None)]
        return lines

    def _widths(self) -> list[float]:
        widths = [0.0] * self.columns
        for node in self.nodes.values():
            if not node.host and node.span == 1 and node.kind != "participant":
                widths[node.col] = max(widths[node.col], node.w)
        return [width or 50.0 for width in widths]

    def _extents(self, edges: list[Edge]) -> None:
        """How far shapes and their labels reach above and below the middle of their row."""
        leaving = {edge.source for edge in edges}
        for node in self.nodes.values():
            line = self.lines[self.row_of(node)]
            up = down = node.h / 2
            label = sizes.label_size(node.name, node.name_en)[1] if sizes.has_label_outside(node.kind) else 0
            if node.host:
                host = self.nodes[node.host]
                reach = host.h / 2 + node.h / 2 + (label + 2 if node.id in leaving or label else 0)
                up, down = (reach, 0) if node.slot[0] < 0 else (0, reach)
            elif label and sizes.is_gateway(node.kind):
                up += label + 2
            elif label:
                down += label + 3
            line.up, line.down = max(line.up, up), max(line.down, down)

    def _estimate_x(self) -> list[float]:
        marks, x = [0.0], 0.0
        for width in self.widths:
            x += self.gap / 2 + width / 2
            marks.append(x)
            x += width / 2 + self.gap / 2
            marks.append(x)
        return marks

    def _estimate_y(self) -> list[float]:
        marks, y = [], 0.0
        for line in self.lines:
            if line.row is None:
                y += 8
                marks.append(y)
                y += 8
            else:
                y += line.up
                marks.append(y)
                y += line.down
        return marks
