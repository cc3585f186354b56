"""The check of a drawing: every rule of the standard that a file can break, and what this engine cannot run.

One module per family; each rule is a small function registered with a code, the section of the standard and its
sentence. Only the file is looked at: forms, roles, connectors and decisions are checked by whoever deploys it.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.bpmn.lint import (  # noqa: F401  (each registers its rules; this is the order they are reported in)
    activities,
    advice,
    collaboration,
    compensation,
    data,
    events,
    expressions,
    flows,
    foundation,
    gateways,
    io_sets,
    links,
    messages,
    references,
    runnable,
    schema,
    scopes,
    timers,
)
from engine.bpmn.lint.drawing import BPMN, Drawing
from engine.bpmn.lint.rule import RULES, Rule
from engine.errors import Problem

__all__ = ["RULES", "Rule", "lint"]


def lint(root: etree._Element, file: str = "",
         feel_problems: Callable[[str], Problem | None] | None = None) -> list[Problem]:
    """Every problem of the drawing under ``root``, worst first, then in the order of the file.

    ``feel_problems`` says what is wrong with a FEEL text (``None``: nothing); without it FEEL is not checked.
    """
    if root.tag != f"{{{BPMN}}}definitions":
        return [Problem("bpmn_not_bpmn", "这不是 BPMN 2.0 文件：根元素应当是 definitions。",
                        "This is not a BPMN 2.0 file: its root should be definitions.", file=file,
                        line=root.sourceline or 0)]
    drawing = Drawing(root, file)
    drawing.feel_problems = feel_problems
    order = {"error": 0, "warning": 1, "hint": 2}
    found = [problem for one in RULES.values() for problem in one.problems(drawing)]
    return sorted(found, key=lambda problem: (order[problem.severity], problem.line))
