"""Tidying a drawing: laid out anew, lanes below each other, nothing else touched."""

from __future__ import annotations

from typing import Any

from engine.authorization import Actor
from engine.bpmn.layout import layout
from engine.errors import Problem, Refused
from engine.studio.rows import looking

LARGEST = 5_000_000
"""Bytes of a drawing that is laid out for somebody who waits."""


class Tidying:
    """The verb that lays a drawing out."""

    _parts: Any

    def tidy(self, content: bytes, by: Actor) -> bytes:
        """``content`` (a drawing, saved or not) with its diagrams laid out by :func:`engine.bpmn.layout.layout`.

        Only the diagram interchange changes, and nothing is saved. Raises Refused where it is no drawing, or one whose
        flows lead nowhere.
        """
        looking(by)
        if len(content) > LARGEST:
            raise _refused()
        try:
            return layout(content)
        except (KeyError, ValueError, IndexError, AssertionError, RecursionError) as broken:
            raise _refused() from broken  # a drawing in the middle of being drawn: the check says what is wrong


def _refused() -> Refused:
    return Refused([Problem("not_laid_out", "这张图还有错误，排不开；请先按问题列表改好。",
                            "This drawing has errors and cannot be laid out; please mend the listed problems first.")])
