"""Which names an expression takes from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import nodes as n
from .builtins import BUILTINS


class FreeName(NamedTuple):
    """A name at offset ``at``; ``path`` are the names after its dots (``customer.level`` -> ``("level",)``).

    ``called``: it is called as a function. ``loose``: it stands in a filter, and may be an entry of the items instead.
    """

    name: str
    at: int
    path: tuple[str, ...] = ()
    called: bool = False
    loose: bool = False


def free_names(node: n.Node, bound: frozenset[str] = frozenset(), loose: bool = False) -> Iterator[FreeName]:
    """The names not declared inside of ``node``, in the order of the text; built-in functions only where called."""
    if isinstance(node, (n.Name, n.Path)):
        yield from _of_path(node, bound, loose)
    elif isinstance(node, (n.Call, n.NamedCall)):
        yield from _of_call(node, bound, loose)
    elif isinstance(node, (n.For, n.Quantified)):
        inside = bound | {"partial"} if isinstance(node, n.For) else bound
        for name, source in node.iterators:
            yield from free_names(source, inside, loose)
            inside = inside | {name}
        yield from free_names(node.body, inside, loose)
    elif isinstance(node, n.ContextOf):
        for name, value in node.entries:
            yield from free_names(value, bound, loose)
            bound = bound | {name}
    elif isinstance(node, n.Filter):
        yield from free_names(node.source, bound, loose)
        yield from free_names(node.condition, bound | {"item"}, True)
    elif isinstance(node, n.Lambda):
        yield from free_names(node.body, bound | {name for name, _ in node.parameters}, loose)
    else:
        for child in n.children(node):
            yield from free_names(child, bound, loose)


def _of_path(node: n.Name | n.Path, bound: frozenset[str], loose: bool) -> Iterator[FreeName]:
    path: list[str] = []
    root: n.Node = node
    while isinstance(root, n.Path):
        path.insert(0, root.name)
        root = root.source
    if not isinstance(root, n.Name):
        yield from free_names(root, bound, loose)
    elif root.name not in bound and root.name not in BUILTINS:
        yield FreeName(root.name, root.at, tuple(path), False, loose)


def _of_call(node: n.Call | n.NamedCall, bound: frozenset[str], loose: bool) -> Iterator[FreeName]:
    if isinstance(node.function, n.Name):
        if node.function.name not in bound:
            yield FreeName(node.function.name, node.function.at, (), True, loose)
    else:
        yield from free_names(node.function, bound, loose)
    for argument in node.arguments:
        yield from free_names(argument[1] if isinstance(argument, tuple) else argument, bound, loose)


def spelled(node: n.Node) -> str:
    """A name or path as written, for sentences."""
    if isinstance(node, n.Name):
        return node.name
    return f"{spelled(node.source)}.{node.name}" if isinstance(node, n.Path) else "…"
