"""Automatic layout of BPMN diagrams with lanes.

``layout(xml)`` draws every process and collaboration of a file anew; ``fits(xml)`` says whether what is drawn can be
read on one screen. Nothing here knows how a process runs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.layout import sizes
from engine.bpmn.layout.arrange import TooWide, arrange
from engine.bpmn.layout.drawing import Drawing
from engine.bpmn.layout.graph import CONTAINERS, DI, children, collapsed, local, planes
from engine.bpmn.layout.write import DC, replaced
from engine.bpmn.layout.write import DI as WAYPOINTS
from engine.xml import read_xml

__all__ = ["Fit", "fits", "layout"]

MARGIN = 60.0
"""Distance of a drawing from the origin of its plane, in pixels."""
_TRIALS = ((56.0, math.inf, 1.0), (44.0, math.inf, 0.9), (34.0, math.inf, 0.0), (34.0, 1600.0, 0.0),
           (28.0, 1600.0, 0.0), (28.0, 1500.0, 0.0), (26.0, 1200.0, 0.0))
"""Least distance of two columns, width to strive for, least zoom: tried in this order until the drawing is legible."""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a drawing shows on one screen: its size at zoom 1, the zoom that shows it whole, the text size then."""

    width: float
    height: float
    zoom: float
    text: float
    legible: bool


def layout(xml: bytes) -> bytes:
    """``xml`` with the diagrams of all its processes and collaborations laid out anew.

    Everything outside the diagram interchange stays as it is. A sub-process that the file draws closed
    (``isExpanded="false"``) stays closed and gets a plane of its own. The same input gives the same output. Raises
    :class:`~engine.errors.Refused` where the file is not XML.
    """
    root = read_xml(xml)
    closed = collapsed(root)
    drawings = []
    for plane in planes(root) + _closed_planes(root, closed):
        drawings.append((plane.get("id", ""), _fitting(plane, root, closed).moved(MARGIN, MARGIN)))
    return replaced(xml, root, drawings)


def fits(xml: bytes) -> Fit:
    """The fit of the largest diagram of ``xml`` as it is drawn; a file without diagrams fits."""
    root = read_xml(xml)
    found = []
    for diagram in root.iter(f"{{{DI}}}BPMNDiagram"):
        xs, ys = _extent(diagram)
        if xs:
            found.append(fit_of(max(xs) - min(xs), max(ys) - min(ys)))
    return min(found, key=lambda fit: (fit.zoom, -fit.width)) if found else fit_of(0, 0)


def fit_of(width: float, height: float) -> Fit:
    """The fit of a drawing of this size, with a margin of 10 px on every side of the screen."""
    zoom = min(1.0, (sizes.SCREEN[0] - 20) / max(width, 1), (sizes.SCREEN[1] - 20) / max(height, 1))
    return Fit(width, height, round(zoom, 3), round(sizes.FONT * zoom, 2), sizes.FONT * zoom >= sizes.LEGIBLE - 1e-9)


def _fitting(plane: etree._Element, root: etree._Element, closed: set[str]) -> Drawing:
    """The most generous drawing that fits, or else the one that shows the largest text."""
    best = None
    widest = sizes.SCREEN[0] * sizes.FONT / sizes.LEGIBLE
    for gap, room, zoom in _TRIALS:
        last = (gap, room, zoom) == _TRIALS[-1]
        try:
            drawing = arrange(plane, root, closed, gap, room, math.inf if last else widest)
        except TooWide:
            continue
        fit = fit_of(drawing.width, drawing.height)
        if fit.legible and fit.zoom >= zoom:
            return drawing
        if best is None or fit.zoom > best[0]:
            best = fit.zoom, drawing
    assert best is not None
    return best[1]


def _closed_planes(root: etree._Element, closed: set[str]) -> list[etree._Element]:
    return [element for element in root.iter() if local(element) in CONTAINERS and element.get("id") in closed
            and len(list(children(element, "sequenceFlow")))]


def _extent(diagram: etree._Element) -> tuple[list[float], list[float]]:
    xs, ys = [], []
    for bounds in diagram.iter(f"{{{DC}}}Bounds"):
        x, y = float(bounds.get("x", 0)), float(bounds.get("y", 0))
        xs += [x, x + float(bounds.get("width", 0))]
        ys += [y, y + float(bounds.get("height", 0))]
    for point in diagram.iter(f"{{{WAYPOINTS}}}waypoint"):
        xs.append(float(point.get("x", 0)))
        ys.append(float(point.get("y", 0)))
    return xs, ys
