"""Walks an expression with what is known of its names, infers kinds and tells what cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import nodes as n
from .inference_calls import OPEN, NamesAndCalls
from .shapes import ANY, Shape, comparable, items_of, kind_of_shape, merged, shape_of_type, sum_shape
from .times import read_moment
from .values import kind


class Inference(NamesAndCalls):
    """``shape(node)`` is the kind of value a node gives; ``tell(code, position, **params)`` hears what is wrong.

    ``names`` are the shapes of the variables, None where nothing is known about which there are.
    """

    def shape(self, node: n.Node) -> Shape:
        """The shape of ``node``."""
        return _INFER[type(node)](self, node)

    def inside(self, names: Mapping[str, Shape], node: n.Node) -> Shape:
        """The shape of ``node`` in a scope of ``names``."""
        self.scopes.append(names)
        found = self.shape(node)
        self.scopes.pop()
        return found

    # --- logic and comparison
    def _logic(self, node: n.And | n.Or) -> Shape:
        for part in node.parts:
            found = kind_of_shape(self.shape(part))
            if found not in (ANY, "boolean", "null"):
                self.tell("not_logical", part.at, op="and" if isinstance(node, n.And) else "or", kind=found)
        return "boolean"

    def _compared(self, at: int, op: str, left: Shape, right: Shape) -> None:
        if not comparable(op, left, right):
            self.tell("not_comparable", at, op=op, left=kind_of_shape(left), right=kind_of_shape(right))

    def _compare(self, node: n.Compare) -> Shape:
        self._compared(node.at, node.op, self.shape(node.left), self.shape(node.right))
        return "boolean"

    def _between(self, node: n.Between) -> Shape:
        value = self.shape(node.value)
        self._compared(node.at, ">=", value, self.shape(node.low))
        self._compared(node.at, "<=", value, self.shape(node.high))
        return "boolean"

    def _in(self, node: n.In) -> Shape:
        value = self.shape(node.value)
        for test in node.tests:
            self.test(test, value)
        return "boolean"

    def test(self, node: n.Node, value: Shape) -> None:
        """A unary test put to a value of that shape."""
        if isinstance(node, n.Against):
            self._compared(node.at, node.op, value, self.shape(node.operand))
        elif isinstance(node, n.ListOf):
            for item in node.items:
                self.test(item, value)
        elif isinstance(node, n.RangeOf):
            self._compared(node.at, "<=", value, self.shape(node.low))
            self._compared(node.at, "<=", value, self.shape(node.high))
        else:
            found = kind_of_shape(self.shape(node))
            if found not in (ANY, "list", "range", "boolean", "null", "context"):
                self._compared(node.at, "=", value, found)

    def _against(self, node: n.Against) -> Shape:
        self.shape(node.operand)
        return "boolean"

    # --- arithmetic
    def _arithmetic(self, node: n.Arithmetic) -> Shape:
        left, right = self.shape(node.left), self.shape(node.right)
        found = sum_shape(node.op, left, right)
        if found is None:
            self.tell("not_computable", node.at, op=node.op, left=kind_of_shape(left), right=kind_of_shape(right))
            return ANY
        return found

    def _if(self, node: n.If) -> Shape:
        condition = kind_of_shape(self.shape(node.condition))
        if condition not in (ANY, "boolean", "null"):
            self.tell("not_logical", node.condition.at, op="if", kind=condition)
        return merged([self.shape(node.yes), self.shape(node.no)])

    # --- loops
    def _iterators(self, iterators: list[tuple[str, n.Node]]) -> dict[str, Shape]:
        """The shapes of the iterators' names; their scope is left open."""
        local: dict[str, Shape] = {}
        self.scopes.append(local)
        for name, source in iterators:
            found = self.shape(source)
            local[name] = items_of(found)
        return local

    def _for(self, node: n.For) -> Shape:
        self.scopes.append({"partial": "list"})
        self._iterators(node.iterators)
        body = self.shape(node.body)
        del self.scopes[-2:]
        return "list" if body == ANY else [body]

    def _quantified(self, node: n.Quantified) -> Shape:
        self._iterators(node.iterators)
        self.shape(node.body)
        self.scopes.pop()
        return "boolean"

    def _steps(self, node: n.Steps) -> Shape:
        return [merged([self.shape(node.start), self.shape(node.stop)])]

    def _filter(self, node: n.Filter) -> Shape:
        source = self.shape(node.source)
        item = items_of(source)
        local: dict[str, Shape] = {"item": item}
        if isinstance(item, dict):
            local.update(item)
        elif item in (ANY, "context"):
            local[OPEN] = ANY
        condition = kind_of_shape(self.inside(local, node.condition))
        if condition == "number":
            return item
        if condition == "boolean":
            return source if isinstance(source, list) else [item] if item != ANY else "list"
        return ANY

    # --- structures and functions
    def _context(self, node: n.ContextOf) -> Shape:
        local: dict[str, Shape] = {}
        self.scopes.append(local)
        for name, value in node.entries:
            local[name] = self.shape(value)
        self.scopes.pop()
        return local

    def _list(self, node: n.ListOf) -> Shape:
        found = merged([self.shape(item) for item in node.items])
        return "list" if found == ANY else [found]

    def _range(self, node: n.RangeOf) -> Shape:
        self._compared(node.at, "<=", self.shape(node.low), self.shape(node.high))
        return "range"

    def _moment(self, node: n.Moment) -> Shape:
        value = read_moment(node.text)
        if value is None:
            self.tell("no_moment", node.at, text=node.text)
        return ANY if value is None else kind(value)

    def _lambda(self, node: n.Lambda) -> Shape:
        local = {name: shape_of_type(type) for name, type in node.parameters}
        if not node.external:
            self.inside(local, node.body)
        return "function"

    def _visited(self, node: n.Node, result: Shape) -> Shape:
        for child in n.children(node):
            self.shape(child)
        return result

_INFER: dict[type, Callable[[Inference, Any], Shape]] = {
    n.Number: lambda *_: "number",
    n.Text: lambda *_: "string",
    n.Constant: lambda _, node: kind(node.value),
    n.Moment: Inference._moment,
    n.Name: Inference._of_name,
    n.Path: Inference._of_path,
    n.And: Inference._logic,
    n.Or: Inference._logic,
    n.Compare: Inference._compare,
    n.Between: Inference._between,
    n.In: Inference._in,
    n.Against: Inference._against,
    n.Arithmetic: Inference._arithmetic,
    n.Negate: lambda self, node: self.shape(node.operand),
    n.If: Inference._if,
    n.For: Inference._for,
    n.Quantified: Inference._quantified,
    n.Steps: Inference._steps,
    n.Filter: Inference._filter,
    n.ContextOf: Inference._context,
    n.ListOf: Inference._list,
    n.RangeOf: Inference._range,
    n.HalfRange: lambda self, node: self._visited(node, "range"),
    n.InstanceOf: lambda self, node: self._visited(node, "boolean"),
    n.Lambda: Inference._lambda,
    n.Call: Inference._of_call,
    n.NamedCall: Inference._of_call,
}
