"""What is drawn: nodes, edges and bands on their way from a graph to coordinates, and the finished drawing."""

from __future__ import annotations

from dataclasses import dataclass, field

Point = tuple[float, float]


@dataclass(slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def centre(self) -> Point:
        return self.x + self.w / 2, self.y + self.h / 2

    def grown(self, by: float) -> Box:
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def overlap(self, other: Box) -> float:
        """Area that both cover."""
        wide = min(self.right, other.right) - max(self.x, other.x)
        high = min(self.bottom, other.bottom) - max(self.y, other.y)
        return wide * high if wide > 0 and high > 0 else 0.0

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.x + dx, self.y + dy, self.w, self.h)


@dataclass(eq=False, slots=True)
class Node:
    """A shape in the grid: ``col`` … ``col + span - 1`` are its columns, ``row`` its row within its band."""

    id: str
    kind: str
    name: str = ""
    name_en: str = ""
    w: float = 100
    h: float = 80
    band: int = 0
    host: str | None = None
    inner: Drawing | None = None
    expanded: bool = False
    span: int = 1
    col: int = 0
    row: int = 0
    slot: tuple[int, float] = (1, 0.0)
    """For a boundary event: edge of the host (1 lower, -1 upper) and offset from the centre of its column."""
    attributes: dict[str, str] = field(default_factory=dict)
    x: float = 0
    y: float = 0
    label: Box | None = None

    @property
    def box(self) -> Box:
        return Box(self.x - self.w / 2, self.y - self.h / 2, self.w, self.h)


@dataclass(eq=False, slots=True)
class Edge:
    """A connection; ``kind`` is ``sequence``, ``message`` or ``association``."""

    id: str
    kind: str
    source: str
    target: str
    name: str = ""
    name_en: str = ""
    marked: bool = False
    """A default or conditional flow: bpmn-js draws a mark at its start."""
    back: bool = False
    points: list[Point] = field(default_factory=list)
    label: Box | None = None


@dataclass(eq=False, slots=True)
class Band:
    """A horizontal band: a lane without lanes inside, or a pool without lanes; ``lanes`` outermost first."""

    lanes: tuple[str, ...] = ()
    pool: str = ""
    closed: bool = False
    """A pool of which nothing is known but its name."""
    y: float = 0
    h: float = 0


@dataclass(slots=True)
class Shape:
    id: str
    box: Box
    attributes: dict[str, str] = field(default_factory=dict)
    label: Box | None = None


@dataclass(slots=True)
class Route:
    id: str
    points: list[Point]
    label: Box | None = None


@dataclass(slots=True)
class Drawing:
    """Shapes and routes in drawing order, in coordinates of their own plane from (0, 0)."""

    width: float
    height: float
    shapes: list[Shape] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)

    def moved(self, dx: float, dy: float) -> Drawing:
        """The same drawing elsewhere."""
        return Drawing(
            self.width, self.height,
            [Shape(s.id, s.box.moved(dx, dy), s.attributes, s.label and s.label.moved(dx, dy)) for s in self.shapes],
            [Route(r.id, [(x + dx, y + dy) for x, y in r.points], r.label and r.label.moved(dx, dy))
             for r in self.routes],
        )
