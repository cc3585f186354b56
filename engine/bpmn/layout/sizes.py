"""How large things are drawn: shapes by kind, and text as bpmn-js will wrap it.

All lengths are pixels at zoom 1. Text is 12 px high there; a drawing is readable while the zoom that shows it whole
keeps text at 10 px or more.
"""

from __future__ import annotations

import math
import unicodedata

FONT = 12
"""Text size at zoom 1 by which legibility is judged: bpmn-js's own."""
LABEL_FONT, SHAPE_FONT = 13, 14
"""Text sizes for which room is made, beside and in shapes: those of our viewer."""
LINE_HEIGHT = 1.2
LABEL_WIDTH = 90
"""bpmn-js wraps the labels of events, gateways and flows at this width."""
LEGIBLE = 10
"""Smallest text size a person should have to read, in pixels on the screen."""
SCREEN = (1440, 900)
"""The screen that a whole drawing has to fit, in pixels."""
HEADER = 30
"""Width of the band that carries the name of a pool or a lane."""

_TASKS = {
    "task", "userTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "scriptTask", "businessRuleTask",
    "callActivity", "subProcess", "transaction", "adHocSubProcess",
}


def is_activity(kind: str) -> bool:
    """Whether ``kind`` is drawn as a rounded rectangle with its name inside."""
    return kind in _TASKS


def is_event(kind: str) -> bool:
    return kind.endswith("Event")


def is_gateway(kind: str) -> bool:
    return kind.endswith("Gateway")


def has_label_outside(kind: str) -> bool:
    """Whether the name stands beside the shape instead of inside it."""
    return is_event(kind) or is_gateway(kind) or kind.startswith("data")


def size_of(kind: str, name: str = "") -> tuple[float, float]:
    """Width and height of a shape of this kind."""
    if is_activity(kind):
        return 100, 80
    if is_event(kind):
        return 36, 36
    if kind == "textAnnotation":
        width = min(110.0, max(60.0, text_width(name, SHAPE_FONT) + 20))
        return round(width), round(text_lines(name, width - 20, SHAPE_FONT) * SHAPE_FONT * LINE_HEIGHT + 12)
    if kind.startswith("dataStore"):
        return 50, 50
    if kind.startswith("data"):
        return 36, 50
    return 50, 50


def text_width(text: str, font: float = LABEL_FONT) -> float:
    """Width of ``text`` on one line: full-width characters are square, others a little more than half as wide."""
    return font * sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.56 for char in text)


def text_lines(text: str, width: float, font: float = LABEL_FONT) -> int:
    """How many lines ``text`` takes when wrapped at ``width``; words of Latin script are kept whole."""
    return sum(_wrapped(part, width, font) for part in text.split("\n"))


def _wrapped(text: str, width: float, font: float) -> int:
    lines, used = 1, 0.0
    for piece in _pieces(text):
        length = text_width(piece, font)
        if used and used + length > width + 0.5:
            lines += 1
            used = 0.0
            if not piece.strip():
                continue
        lines += max(0, math.ceil(length / width) - 1)
        used += length if length <= width else length % width
    return lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) in "WF"
        if pieces and not wide and not char.isspace() and not _ends_piece(pieces[-1]):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _ends_piece(piece: str) -> bool:
    return piece[-1].isspace() or unicodedata.east_asian_width(piece[-1]) in "WF"


def label_size(text: str, other: str = "", snug: bool = False) -> tuple[float, float]:
    """Width and height of a label outside a shape that holds ``text`` or ``other``, its name in the second language.

    ``snug`` prefers two lines of the second language to a wider label. (0, 0) for no text.
    """
    if not text:
        return 0, 0
    width = text_width(text) + 1
    if width > LABEL_WIDTH:  # lines of about the same length instead of a last one with a single character
        width = min(LABEL_WIDTH, width / math.ceil(width / LABEL_WIDTH) + LABEL_FONT)
    word = max((text_width(piece) for piece in _pieces(other)), default=0.0) + 1
    width = min(LABEL_WIDTH, max(width, word if snug else text_width(other) + 1))
    if snug and text_lines(other, width) > 2:
        width = LABEL_WIDTH
    lines = max(text_lines(text, width), text_lines(other, width) if other else 0)
    return math.ceil(width), math.ceil(lines * LABEL_FONT * LINE_HEIGHT)
