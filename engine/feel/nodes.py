"""What a text is parsed into: plain nodes, each with ``at``, the offset of its first (or deciding) token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any


@dataclass(slots=True)
class Node:
    """Any expression."""

    at: int


@dataclass(slots=True)
class Number(Node):
    text: str


@dataclass(slots=True)
class Text(Node):
    value: str


@dataclass(slots=True)
class Constant(Node):
    """true, false, null."""

    value: bool | None


@dataclass(slots=True)
class Moment(Node):
    """``@"2026-01-31"``."""

    text: str


@dataclass(slots=True)
class Name(Node):
    name: str


@dataclass(slots=True)
class And(Node):
    parts: list[Node]


@dataclass(slots=True)
class Or(Node):
    parts: list[Node]


@dataclass(slots=True)
class Compare(Node):
    op: str
    left: Node
    right: Node


@dataclass(slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class Against(Node):
    """A unary test with an operator: ``< 5``; ``op`` is applied to the tested value and ``operand``."""

    op: str
    operand: Node


@dataclass(slots=True)
class In(Node):
    """``value in (test, test)``: a test is an :class:`Against` or any expression."""

    value: Node
    tests: list[Node]


@dataclass(slots=True)
class Arithmetic(Node):
    op: str
    left: Node
    right: Node


@dataclass(slots=True)
class Negate(Node):
    operand: Node


@dataclass(slots=True)
class If(Node):
    condition: Node
    yes: Node
    no: Node


@dataclass(slots=True)
class Steps(Node):
    """``a..b`` of an iteration."""

    start: Node
    stop: Node


@dataclass(slots=True)
class For(Node):
    iterators: list[tuple[str, Node]]
    body: Node


@dataclass(slots=True)
class Quantified(Node):
    """``some`` or ``every``."""

    word: str
    iterators: list[tuple[str, Node]]
    body: Node


@dataclass(slots=True)
class ListOf(Node):
    items: list[Node]


@dataclass(slots=True)
class ContextOf(Node):
    entries: list[tuple[str, Node]]


@dataclass(slots=True)
class RangeOf(Node):
    """``[low..high)``."""

    low: Node
    high: Node
    low_in: bool
    high_in: bool


@dataclass(slots=True)
class HalfRange(Node):
    """``(< 5)``."""

    op: str
    operand: Node


@dataclass(slots=True)
class Path(Node):
    source: Node
    name: str


@dataclass(slots=True)
class Filter(Node):
    source: Node
    condition: Node


@dataclass(slots=True)
class InstanceOf(Node):
    value: Node
    type: Type


@dataclass(slots=True)
class Lambda(Node):
    """``function(a: number) a + 1``."""

    parameters: list[tuple[str, Type | None]]
    body: Node
    external: bool


@dataclass(slots=True)
class Call(Node):
    function: Node
    arguments: list[Node]


@dataclass(slots=True)
class NamedCall(Node):
    function: Node
    arguments: list[tuple[str, Node]]


@dataclass(frozen=True, slots=True)
class Type:
    """A type as written.

    ``name`` is a simple name, or ``list``/``range`` with ``of`` the element, or ``context`` with ``entries``, or
    ``function`` with ``parameters`` and ``of`` the result. A plain ``list``, ``context``… has none of these.
    """

    name: str
    of: Type | None = None
    entries: tuple[tuple[str, Type], ...] | None = None
    parameters: tuple[Type, ...] | None = None


ANY = Type("Any")


def children(node: Node) -> Iterator[Node]:
    """The expressions directly inside ``node``, in the order of the text."""
    for field in fields(node):
        yield from _nodes(getattr(node, field.name))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _nodes(item)


def size(node: Node) -> int:
    """How many nodes an expression has: what one evaluation of it costs, roughly. Arithmetic counts for what it costs
    (on dates, or when it fails), powers for more."""
    own = (40 if node.op == "**" else 4) if isinstance(node, Arithmetic) else 1
    return own + sum(size(child) for child in children(node))


def uses_input(node: Node) -> bool:
    """Does the expression speak of ``?``, the value a unary test is put to?"""
    return (isinstance(node, Name) and node.name == "?") or any(uses_input(child) for child in children(node))


_SCALARS = (Number, Text, Constant, Moment)


def is_quiet(node: Node) -> bool:
    """Does it only read names and compare them with literals? Nothing in it can walk a list, so that no account need be
    kept of its steps."""
    if isinstance(node, Compare):
        quiet = isinstance(node.left, _SCALARS) or isinstance(node.right, _SCALARS)
    elif isinstance(node, Between):
        quiet = isinstance(node.low, _SCALARS) and isinstance(node.high, _SCALARS)
    else:
        quiet = isinstance(node, (Name, And, Or, If, *_SCALARS)) or (
            isinstance(node, Path) and isinstance(node.source, Name)
        )
    return quiet and all(is_quiet(child) for child in children(node))


def may_be_far(node: Node) -> bool:
    """May its value be a date outside of the calendar? Only literals and calls make one."""
    return isinstance(node, (Moment, Call, NamedCall)) or any(may_be_far(child) for child in children(node))
