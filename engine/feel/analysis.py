"""What can be said about a text before it runs: for checks at deployment and marks in an editor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .builtins import BUILTIN_PHRASES
from .calling import host_function
from .errors import FeelError, FeelLimitError
from .inference import Inference
from .limits import MAX_NESTING
from .names import FreeName, free_names
from .nodes import Node
from .parser import Parser
from .sentences import worded
from .shapes import ANY, Shape, kind_of_shape, shape_of_type

# What makes a text wrong whatever the variables hold; the rest are warnings: it may be null at run time.
_ERRORS = ("syntax", "limit", "unknown_function", "function_not_repeatable", "argument_count", "argument_name",
           "no_moment")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: ``code`` and ``params`` of a sentence, offset, line and column (both from 1)."""

    code: str
    position: int
    line: int
    column: int
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
        return "error" if self.code.startswith(_ERRORS) else "warning"

    def sentence(self, lang: str = "zh") -> str:
        """The sentence for a person, without the place."""
        return worded(self.code, self.params, lang)


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a text: ``names`` it takes from outside and functions it calls (both with their places), the
    ``kind`` of its value (``any`` where unknown) and the ``findings``, in the order of the text."""

    text: str
    names: tuple[FreeName, ...] = ()
    called: tuple[FreeName, ...] = ()
    kind: str = ANY
    findings: tuple[Finding, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the text wrong whatever the variables hold."""
        return tuple(finding for finding in self.findings if finding.severity == "error")


def analyse(
    text: str,
    names: Mapping[str, Any] | Iterable[str] | None = None,
    functions: Mapping[str, Any] | Iterable[str] = (),
    *,
    unary: bool = False,
    input_type: Any = None,
    expected: str | None = None,
) -> Analysis:
    """Check ``text`` without running it; never raises.

    ``names``: the variables there will be, with their types where known: ``{"amount": "number", "customer": {"level":
    "string"}, "lines": [{"price": "number"}]}``; None where it is not known which there are. ``functions``: those of
    the host, as given to :func:`evaluate`, or their names. ``unary``: the text is a cell, put to a value of
    ``input_type``. ``expected``: ``"boolean"`` for a condition.
    """
    shapes = _shapes(names)
    hosts = _functions(functions)
    try:
        nodes = _parsed(text, [*(shapes or ()), *hosts], unary)
        found = _Collected(text)
        inference = Inference(_with_input(shapes, unary, input_type), hosts, found.tell)
        shape = _checked(inference, nodes, unary, shape_of_type(input_type))
        if expected and kind_of_shape(shape) not in (expected, ANY, "null"):
            found.tell("not_boolean", 0, kind=kind_of_shape(shape))
        free = [name for node in nodes for name in free_names(node, frozenset("?") if unary else frozenset())]
    except FeelError as error:
        place = error.position or 0
        return Analysis(text, findings=(_finding(text, error.code, place, error.params),))
    except RecursionError:
        return Analysis(text, findings=(_finding(text, "limit_nesting", 0, {"limit": MAX_NESTING}),))
    return Analysis(
        text,
        tuple(name for name in free if not name.called),
        tuple(name for name in free if name.called),
        kind_of_shape(shape),
        found.findings,
    )


def _checked(inference: Inference, nodes: list[Node], unary: bool, value: Shape) -> Shape:
    if not unary:
        return inference.shape(nodes[0])
    for node in nodes:
        inference.test(node, value)
    return "boolean"


def _parsed(text: str, names: Iterable[str], unary: bool) -> list[Node]:
    many = [name for name in names if not name.isidentifier()]
    if not unary:
        return [Parser(text, many, BUILTIN_PHRASES).whole()]
    tests = Parser(text, [*many, "?"], BUILTIN_PHRASES).unary_tests()
    return [] if tests is None else tests[0]


def _shapes(names: Mapping[str, Any] | Iterable[str] | None) -> dict[str, Shape] | None:
    if names is None:
        return None
    if isinstance(names, Mapping):
        return {name: shape_of_type(type) for name, type in names.items()}
    return dict.fromkeys(names, ANY)


def _with_input(shapes: dict[str, Shape] | None, unary: bool, input_type: Any) -> dict[str, Shape] | None:
    return {**shapes, "?": shape_of_type(input_type)} if shapes is not None and unary else shapes


def _functions(functions: Mapping[str, Any] | Iterable[str]) -> dict[str, Any]:
    if isinstance(functions, Mapping):
        return {name: host_function(name, given) if callable(given) or hasattr(given, "params") else None
                for name, given in functions.items()}  # fmt: skip
    return dict.fromkeys(functions)


def _finding(text: str, code: str, position: int, params: Mapping[str, Any]) -> Finding:
    place = FeelLimitError(code, position=position, text=text)
    return Finding(code, position, place.line, place.column, dict(params))


class _Collected:
    """Findings as they come, each once."""

    def __init__(self, text: str):
        self.text = text
        self._found: dict[tuple[str, int], Finding] = {}

    def tell(self, code: str, position: int, **params: Any) -> None:
        self._found.setdefault((code, position), _finding(self.text, code, position, params))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(sorted(self._found.values(), key=lambda finding: finding.position))
