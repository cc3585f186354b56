"""Putting drawings into a file: everything but the diagram interchange stays as it is, byte by byte."""

from __future__ import annotations

from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from lxml import etree

from engine.bpmn.layout.drawing import Box, Drawing
from engine.bpmn.layout.graph import DI as BPMNDI

DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"


def replaced(xml: bytes, root: etree._Element, drawings: list[tuple[str, Drawing]]) -> bytes:
    """``xml`` with its diagrams replaced by ``drawings``, pairs of the plane's element id and the drawing."""
    cuts, end = _places(xml)
    names = {BPMNDI: "bpmndi", DC: "dc", DI: "di"}
    missing = {}
    for uri in names:
        known = next((prefix for prefix, value in root.nsmap.items() if value == uri and prefix), None)
        if known is None:
            missing[names[uri]] = uri
        else:
            names[uri] = known
    used = {element.get("id") for element in root.iter() if isinstance(element.tag, str)}
    used -= {element.get("id") for old in root.iter(f"{{{BPMNDI}}}BPMNDiagram") for element in old.iter()}
    text = "".join(_diagram(key, drawing, names, missing, used, root) for key, drawing in drawings)
    encoding = root.getroottree().docinfo.encoding or "utf-8"
    parts, position = [], 0
    for start, stop in [*cuts, (end, end)]:
        parts.append(xml[position:start])
        position = stop
    head, tail = b"".join(parts), xml[position:]
    if text and not head.endswith(b"\n"):
        head += b"\n"
    return head + text.encode(encoding) + tail


def _places(xml: bytes) -> tuple[list[tuple[int, int]], int]:
    """Byte ranges of the diagrams with their indentation, and where the root's end tag starts."""
    parser = expat.ParserCreate(namespace_separator=" ")
    cuts: list[tuple[int, int]] = []
    state = {"depth": 0, "start": -1, "end": len(xml)}

    def opened(name: str, _: object) -> None:
        state["depth"] += 1
        if name == f"{BPMNDI} BPMNDiagram" and state["depth"] == 2:
            state["start"] = parser.CurrentByteIndex

    def closed(name: str) -> None:
        state["depth"] -= 1
        at = parser.CurrentByteIndex
        if name == f"{BPMNDI} BPMNDiagram" and state["depth"] == 1:
            cuts.append(_with_indent(xml, state["start"], xml.index(b">", at) + 1))
        elif state["depth"] == 0:
            state["end"] = at

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.Parse(xml, True)
    return cuts, _line_start(xml, state["end"])


def _with_indent(xml: bytes, start: int, stop: int) -> tuple[int, int]:
    start = _line_start(xml, start)
    if xml[stop:stop + 2] == b"\r\n":
        return start, stop + 2
    return start, stop + (xml[stop:stop + 1] == b"\n")


def _line_start(xml: bytes, position: int) -> int:
    start = position
    while start and xml[start - 1:start] in (b" ", b"\t"):
        start -= 1
    return start if xml[start - 1:start] == b"\n" else position


def _diagram(key: str, drawing: Drawing, names: dict[str, str], missing: dict[str, str], used: set[str | None],
             root: etree._Element) -> str:
    b, dc, di = names[BPMNDI], names[DC], names[DI]
    declared = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in missing.items())
    prefix = next((f"{p}:" if p else "" for p, uri in root.nsmap.items() if uri == root.get("targetNamespace") and p
                   and uri != etree.QName(root).namespace), "")

    def fresh(wish: str) -> str:
        while wish in used:
            wish += "_"
        used.add(wish)
        return wish

    def bounds(box: Box) -> str:
        return f'<{dc}:Bounds x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.w)}" height="{_n(box.h)}" />'

    def label(box: Box | None) -> list[str]:
        if box is None:
            return []
        return [f"        <{b}:BPMNLabel>", f"          {bounds(box)}", f"        </{b}:BPMNLabel>"]

    out = [f"  <{b}:BPMNDiagram{declared} id={quoteattr(fresh(f'BPMNDiagram_{key}'))}>",
           f"    <{b}:BPMNPlane id={quoteattr(fresh(f'BPMNPlane_{key}'))} bpmnElement={quoteattr(prefix + key)}>"]
    for shape in drawing.shapes:
        more = "".join(f" {name}={quoteattr(value)}" for name, value in shape.attributes.items())
        out += [f"      <{b}:BPMNShape id={quoteattr(fresh(shape.id + '_di'))} "
                f"bpmnElement={quoteattr(prefix + shape.id)}{more}>",
                f"        {bounds(shape.box)}", *label(shape.label), f"      </{b}:BPMNShape>"]
    for route in drawing.routes:
        out += [f"      <{b}:BPMNEdge id={quoteattr(fresh(route.id + '_di'))} "
                f"bpmnElement={quoteattr(prefix + route.id)}>",
                *(f'        <{di}:waypoint x="{_n(x)}" y="{_n(y)}" />' for x, y in route.points),
                *label(route.label), f"      </{b}:BPMNEdge>"]
    out += [f"    </{b}:BPMNPlane>", f"  </{b}:BPMNDiagram>"]
    return "\n".join(out) + "\n"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
