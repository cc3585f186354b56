"""A drawing as a small SVG, from its diagram interchange alone: shapes, edges and names; the same bytes every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from engine.xml import read_xml

INK, LINE, SOFT = "#1f2a37", "#5b6675", "#f4f6f8"
SIZE, LEADING = 12, 15
FONT = "'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
FRAMES = ("participant", "lane")
EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
MARKS = {"exclusiveGateway": "×", "parallelGateway": "+", "inclusiveGateway": "○", "eventBasedGateway": "◇",
         "complexGateway": "✳"}
SIGNS = {"timerEventDefinition": "◷", "messageEventDefinition": "✉", "signalEventDefinition": "△",
         "errorEventDefinition": "↯", "escalationEventDefinition": "↑", "conditionalEventDefinition": "≡",
         "terminateEventDefinition": "●", "compensateEventDefinition": "⏪", "linkEventDefinition": "➔"}
KINDS = {"userTask": "人", "serviceTask": "⚙", "businessRuleTask": "▤", "scriptTask": "≣", "sendTask": "✉",
         "receiveTask": "✉", "manualTask": "☞"}


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


def drawings(raw: bytes) -> list[str]:
    """The SVG of each diagram of a file."""
    root = read_xml(raw, "")
    elements = {one.get("id"): one for one in root.iter() if isinstance(one.tag, str) and one.get("id")}
    return [_drawing(plane, elements) for plane in root.iter("{*}BPMNPlane")]


def _drawing(plane: etree._Element, elements: dict[str, etree._Element]) -> str:
    shapes, edges, texts = [], [], []
    boxes = [_box(one.find("{*}Bounds")) for one in plane.findall("{*}BPMNShape")]
    left, top = min(box.x for box in boxes) - 10, min(box.y for box in boxes) - 10
    right, bottom = max(b.x + b.width for b in boxes) + 10, max(b.y + b.height for b in boxes) + 10
    for shape in plane.findall("{*}BPMNShape"):
        element = elements[shape.get("bpmnElement")]
        box, label = _box(shape.find("{*}Bounds")), shape.find("{*}BPMNLabel/{*}Bounds")
        shapes += _shape(element, box, shape)
        texts += _name(element, box, None if label is None else _box(label))
    for edge in plane.findall("{*}BPMNEdge"):
        element = elements[edge.get("bpmnElement")]
        points = [(float(p.get("x")), float(p.get("y"))) for p in edge.findall("{*}waypoint")]
        edges.append(_edge(element, points))
        label = edge.find("{*}BPMNLabel/{*}Bounds")
        at = _box(label) if label is not None else Box(sum(p[0] for p in points[:2]) / 2 - 30,
                                                       sum(p[1] for p in points[:2]) / 2 - 16, 60, 14)
        texts += _lines(element.get("name", ""), at.middle[0], at.y + SIZE, at.width + 8)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_n(left)} {_n(top)} {_n(right - left)} {_n(bottom - top)}"'
        f' font-family="{FONT}" font-size="{SIZE}" fill="{INK}">',
        f'<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{LINE}"/></marker></defs>',
        f'<path fill="#fff" d="M{_n(left)} {_n(top)}h{_n(right - left)}v{_n(bottom - top)}H{_n(left)}z"/>',
        f'<g fill="#fff" stroke="{LINE}">', *shapes, f'</g><g fill="none" stroke="{LINE}">', *edges,
        '</g><g text-anchor="middle">', *texts, "</g></svg>", ""])


def _shape(element: etree._Element, box: Box, shape: etree._Element) -> Iterator[str]:
    kind, (x, y) = etree.QName(element).localname, box.middle
    if kind in FRAMES:
        yield f'<rect {_at(box)} fill="{SOFT if kind == "participant" else "#fff"}"/>'
        if shape.get("isHorizontal") != "false" and kind == "participant":
            yield f'<path d="M{_n(box.x + 30)} {_n(box.y)}v{_n(box.height)}"/>'
    elif kind in EVENTS:
        wide = 3 if kind == "endEvent" else 1
        goes_on = "false" in (element.get("cancelActivity"), element.get("isInterrupting"))
        dash = ' stroke-dasharray="4 3"' if goes_on else ""
        yield f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(box.width / 2)}" stroke-width="{wide}"{dash}/>'
        if kind not in ("startEvent", "endEvent"):
            yield f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(box.width / 2 - 3)}"{dash}/>'
        yield from _sign(next((SIGNS[n] for n in (etree.QName(c).localname for c in element if isinstance(c.tag, str))
                               if n in SIGNS), ""), x, y)
    elif kind.endswith("Gateway"):
        half = box.width / 2
        yield f'<path d="M{_n(x)} {_n(box.y)}l{_n(half)} {_n(half)}l{_n(-half)} {_n(half)}l{_n(-half)} {_n(-half)}z"/>'
        yield from _sign(MARKS.get(kind, ""), x, y, 20)
    elif kind == "textAnnotation":
        yield f'<path d="M{_n(box.x + 10)} {_n(box.y)}h-10v{_n(box.height)}h10" fill="none"/>'
    elif kind in ("dataStoreReference", "dataObjectReference"):
        yield f'<rect {_at(box)} rx="12" stroke-dasharray="2 2"/>'
    else:
        yield f'<rect {_at(box)} rx="8" stroke-width="{3 if kind == "callActivity" else 1}"/>'
        yield from _sign(KINDS.get(kind, ""), box.x + 11, box.y + 11, 11)
        if element.find("{*}multiInstanceLoopCharacteristics") is not None:
            yield from _sign("|||", x, box.y + box.height - 8, 10)


def _sign(sign: str, x: float, y: float, size: int = 15) -> Iterator[str]:
    if sign:
        yield (f'<text x="{_n(x)}" y="{_n(y + size * 0.36)}" font-size="{size}" text-anchor="middle" stroke="none"'
               f' fill="{LINE}">{sign}</text>')


def _name(element: etree._Element, box: Box, label: Box | None) -> Iterator[str]:
    kind, name = etree.QName(element).localname, element.get("name", "")
    if kind == "textAnnotation":
        name = (element.findtext("{*}text") or "").strip()
    x, y = box.middle
    if kind in FRAMES:
        yield (f'<text transform="rotate(-90 {_n(box.x + 15)} {_n(y)})" x="{_n(box.x + 15)}" y="{_n(y + 4)}">'
               f"{escape(name)}</text>")
    elif label is not None:
        yield from _lines(name, label.middle[0], label.y + SIZE, label.width + 8)
    elif kind in EVENTS or kind.endswith("Gateway") or kind.startswith("data"):
        yield from _lines(name, x, box.y + box.height + SIZE + 2, 90)
    else:
        room = box.width - 12
        above = box.y + SIZE + 10 if kind.endswith("ubProcess") and box.height > 120 else None
        count = len(list(_wrapped(name, room)))
        yield from _lines(name, x, above or y - (count - 1) * LEADING / 2 + SIZE * 0.36, room)


def _lines(text: str, x: float, y: float, room: float) -> Iterator[str]:
    for number, line in enumerate(_wrapped(text, room)):
        yield f'<text x="{_n(x)}" y="{_n(y + number * LEADING)}">{escape(line)}</text>'


def _wrapped(text: str, room: float) -> Iterator[str]:
    line, used = "", 0.0
    for sign in text:
        width = SIZE if ord(sign) > 0x2E7F else SIZE * 0.58
        if line and used + width > room:
            yield line
            line, used = "", 0.0
        line, used = line + sign, used + width
    if line:
        yield line


def _edge(element: etree._Element, points: list[tuple[float, float]]) -> str:
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    plain = etree.QName(element).localname == "sequenceFlow"
    dash = "" if plain else ' stroke-dasharray="4 4"'
    return f'<path d="{path}"{dash} marker-end="url(#a)"/>'


def _box(bounds: etree._Element) -> Box:
    return Box(*(float(bounds.get(name)) for name in ("x", "y", "width", "height")))


def _at(box: Box) -> str:
    return f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
