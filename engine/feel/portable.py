"""Which texts the FEEL of a browser (npm feelin) answers exactly as this one does.

The two differ in numbers (binary there), in comparing what is not of one kind (text and number are compared there), in
the order of texts beyond ASCII, in conditions of ``if`` that are no booleans, and in functions one of them lacks. What
is left is what forms ask: comparisons, logic, membership, moments and durations. The kinds of the names must be known,
so this is asked when a form is shown, with the values at hand, and at deployment with the types of its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import expression
from . import nodes as n
from .errors import FeelError
from .inference import Inference
from .shapes import ANY, kind_of_shape, shape_of_type

DIGITS = 15
"""Significant digits that a binary number keeps exactly."""
_TEXT, _SCALAR = frozenset({"string"}), frozenset({"string", "number", "boolean"})
FUNCTIONS: dict[str, tuple[frozenset[str], ...]] = {
    "not": (frozenset({"boolean"}),), "list contains": (frozenset({"list"}), _SCALAR), "contains": (_TEXT, _TEXT),
    "starts with": (_TEXT, _TEXT), "ends with": (_TEXT, _TEXT), "string length": (_TEXT,),
    "count": (frozenset({"list"}),), "now": (), "today": ()}
"""Functions that answer alike, with the kinds of their arguments for which they do (null is one of them always)."""
ORDERED = ("number", "date", "date and time", "days and time duration")
DAYS = "days and time duration"
_LOOSE = (ANY, "null")


def portable(text: str, names: Mapping[str, Any], *, lenient: bool = False) -> bool:
    """Whether ``text`` means the same in a browser, for variables of these kinds (as :func:`analyse` takes them).

    A name whose kind is ``any`` may be compared by ``=`` only; ``lenient`` lets it pass everywhere (at deployment,
    where the kind is not known yet). False for what is no FEEL at all.
    """
    try:
        node = expression.compile(text, names).node
        return _Portable(names, lenient).visit(node)
    except (FeelError, RecursionError):
        return False


class _Portable:
    """Walks an expression; the first part that differs ends the walk."""

    def __init__(self, names: Mapping[str, Any], lenient: bool):
        self.lenient, self.names = lenient, names
        shapes = {name: shape_of_type(kind) for name, kind in names.items()}
        self.inference = Inference(shapes, {}, lambda *_, **__: None)

    def visit(self, node: n.Node) -> bool:
        way = _WAYS.get(type(node))
        return way is not None and way(self, node)

    def kind(self, node: n.Node) -> str:
        if not self.lenient and isinstance(node, (n.Name, n.Path)) and self.given(node) in (None, "null"):
            return "null"  # with the values at hand, what is not there is null on both sides
        return kind_of_shape(self.inference.shape(node))

    def given(self, node: n.Node) -> Any:
        """What the names say of a name or path; None where it is not there."""
        if isinstance(node, n.Name):
            return self.names.get(node.name)
        source = self.given(node.source) if isinstance(node, n.Path) else ANY
        return source.get(node.name) if isinstance(source, Mapping) else ANY if source == ANY else None

    def all(self, *nodes: n.Node) -> bool:
        return all(self.visit(node) for node in nodes)

    def number(self, node: n.Number) -> bool:
        return len(node.text.replace(".", "").strip("0")) <= DIGITS and "e" not in node.text.lower()

    def name(self, node: n.Name) -> bool:
        return node.name.isidentifier()

    def path(self, node: n.Path) -> bool:
        return node.name.isidentifier() and isinstance(node.source, (n.Name, n.Path)) and self.visit(node.source)

    def compare(self, node: n.Compare) -> bool:
        sides = (node.left, node.right)
        if node.op in ("=", "!="):
            kinds = {self.kind(side) for side in sides} - set(_LOOSE)
            return self.all(*sides) and len(kinds) <= 1 and "list" not in kinds and "context" not in kinds
        return self.all(*sides) and self.same(*sides)

    def same(self, *nodes: n.Node) -> bool:
        """Whether all are of one kind that has the same order in both."""
        kinds = {self.kind(node) for node in nodes} - {"null"}
        if self.lenient:
            kinds -= {ANY}
        return len(kinds) <= 1 and kinds <= set(ORDERED)

    def between(self, node: n.Between) -> bool:
        bounds = (node.low, node.high)  # a range that runs backwards is turned round over there: only what is written
        if not all(isinstance(bound, (n.Number, n.Moment)) for bound in bounds):
            return False
        return self.all(node.value, *bounds) and self.same(node.value, *bounds)

    def member(self, node: n.In) -> bool:
        plain = all(isinstance(test, (n.Text, n.Number, n.Constant)) for test in node.tests)
        kinds = {self.kind(part) for part in (node.value, *node.tests)} - set(_LOOSE)
        return plain and self.all(node.value, *node.tests) and len(kinds) <= 1

    def arithmetic(self, node: n.Arithmetic) -> bool:
        """Moments and durations only: numbers are exact here and binary there."""
        left, right = self.kind(node.left), self.kind(node.right)
        if node.op not in ("+", "-") or not self.all(node.left, node.right):
            return False
        moment = left == "date and time" and (right in (DAYS, "null") or self.lenient and right == ANY)
        return moment or (left, right) == (DAYS, DAYS)

    def choice(self, node: n.If) -> bool:
        return self.kind(node.condition) == "boolean" and self.all(node.condition, node.yes, node.no)

    def call(self, node: n.Call) -> bool:
        wanted = FUNCTIONS.get(node.function.name) if isinstance(node.function, n.Name) else None
        if wanted is None or len(wanted) != len(node.arguments) or not self.all(*node.arguments):
            return False
        free = {"null", ANY} if self.lenient else {"null"}
        return all(self.kind(given) in kinds | free for given, kinds in zip(node.arguments, wanted, strict=True))


_WAYS: dict[type, Callable[[_Portable, Any], bool]] = {
    n.Number: _Portable.number,
    n.Text: lambda *_: True,
    n.Constant: lambda *_: True,
    n.Moment: lambda self, node: self.kind(node) in ORDERED,
    n.Name: _Portable.name,
    n.Path: _Portable.path,
    n.And: lambda self, node: self.all(*node.parts),
    n.Or: lambda self, node: self.all(*node.parts),
    n.Compare: _Portable.compare,
    n.Between: _Portable.between,
    n.In: _Portable.member,
    n.Arithmetic: _Portable.arithmetic,
    n.If: _Portable.choice,
    n.Call: _Portable.call,
}
