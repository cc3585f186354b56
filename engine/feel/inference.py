"""Walks an expression with what is known of its names, infers kinds and tells what cannot be right."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import nodes as n
from .builtins import BUILTINS, NOT_REPEATABLE
from .builtins.registry import KINDS
from .errors import shortened
from .shapes import ANY, Shape, comparable, items_of, kind_of_shape, member_shape, merged, shape_of_type, sum_shape
from .times import read_moment
from .values import Function, kind

Tell = Callable[..., None]
_OPEN = "\0"  # a scope that may hold further names: the items of a list nobody described


class Inference:
    """``shape(node)`` is the kind of value a node gives; ``tell(code, position, **params)`` hears what is wrong.

    ``names`` are the shapes of the variables, None where nothing is known about which there are.
    """

    def __init__(self, names: Mapping[str, Shape] | None, functions: Mapping[str, Function | None], tell: Tell):
        self.names, self.functions, self.tell = names, functions, tell
        self.scopes: list[Mapping[str, Shape]] = []

    def shape(self, node: n.Node, **local: Shape) -> Shape:
        """The shape of ``node``, with ``local`` names added."""
        if local:
            self.scopes.append(local)
        found = _INFER[type(node)](self, node)
        if local:
            self.scopes.pop()
        return found

    def inside(self, names: Mapping[str, Shape], node: n.Node) -> Shape:
        """The shape of ``node`` in a scope of ``names``."""
        self.scopes.append(names)
        found = self.shape(node)
        self.scopes.pop()
        return found

    # --- names
    def _lookup(self, name: str) -> Shape | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        if self.names is not None and name in self.names:
            return self.names[name]
        if name in self.functions or name in BUILTINS:
            return "function"
        if self.names is None or any(_OPEN in scope for scope in self.scopes):
            return ANY
        return None

    def _name(self, node: n.Name) -> Shape:
        found = self._lookup(node.name)
        if found is None:
            known = [*(self.names or ()), *(name for scope in self.scopes for name in scope)]
            self._unknown("unknown_name", node.name, node.at, known)
            return ANY
        return found

    def _unknown(self, code: str, name: str, at: int, known: Iterable[str], **params: Any) -> None:
        near = nearest(params.get("entry", name), known)
        if near:
            self.tell(f"{code}_nearest", at, name=name, nearest=near, **params)
        else:
            self.tell(code, at, name=name, **params)

    def _path(self, node: n.Path) -> Shape:
        source = self.shape(node.source)
        found = member_shape(source, node.name)
        if found is not None:
            return found
        holder = source[0] if isinstance(source, list) else source
        known = list(holder) if isinstance(holder, dict) else []
        self._unknown("unknown_entry", spelled(node.source), node.at, known, entry=node.name)
        return ANY

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
            local[_OPEN] = ANY
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
        return kind(value)

    def _lambda(self, node: n.Lambda) -> Shape:
        local = {name: shape_of_type(type) for name, type in node.parameters}
        if not node.external:
            self.inside(local, node.body)
        return "function"

    def _visited(self, node: n.Node, result: Shape) -> Shape:
        for child in n.children(node):
            self.shape(child)
        return result

    def _call(self, node: n.Call | n.NamedCall) -> Shape:
        named = isinstance(node, n.NamedCall)
        shapes = {name: self.shape(value) for name, value in node.arguments} if named else {}
        given = list(shapes.values()) if named else [self.shape(argument) for argument in node.arguments]
        if not isinstance(node.function, n.Name):
            self.shape(node.function)
            return ANY
        name, at = node.function.name, node.function.at
        function = self._function(name, at)
        if function is None:
            return ANY
        if named:
            self._named(function, name, at, shapes)
        else:
            self._positional(function, name, at, given)
        return shape_of_type(function.result)

    def _function(self, name: str, at: int) -> Function | None:
        """The function called, None where nothing is known of it."""
        if any(name in scope for scope in self.scopes) or (self.names is not None and name in self.names):
            return None
        if name in self.functions:
            return self.functions[name]
        if name in BUILTINS:
            return BUILTINS[name]
        if name in NOT_REPEATABLE:
            self.tell("function_not_repeatable", at, name=name)
        elif not any(_OPEN in scope for scope in self.scopes):
            self._unknown("unknown_function", name, at, [*self.functions, *BUILTINS])
        return None

    def _named(self, function: Function, name: str, at: int, given: Mapping[str, Shape]) -> None:
        forms = [function.params, *function.forms]
        known = {parameter.rstrip("?") for form in forms for parameter in form}
        for parameter in given:
            if parameter not in known:
                self.tell("argument_name", at, name=name, parameter=parameter, parameters=", ".join(function.params))

    def _positional(self, function: Function, name: str, at: int, given: list[Shape]) -> None:
        parameters = ", ".join(function.params)
        if not function.variadic:
            forms = [function.params, *function.forms]
            counts = [(sum(not p.endswith("?") for p in form), len(form)) for form in forms]
            if not any(low <= len(given) <= high for low, high in counts):
                self.tell("argument_count", at, name=name, count=len(given), parameters=parameters)
                return
        for parameter, type, shape in zip(function.params, function.accepts or (), given):
            wanted, found = type.rstrip("?"), kind_of_shape(shape)
            if wanted in ("any", "list") or found in (ANY, "null", "list", *KINDS.get(wanted, (found,))):
                continue
            self.tell("argument_type", at, name=name, parameter=parameter.rstrip("?"), expected=wanted, kind=found)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, if one is like it at all."""
    found = difflib.get_close_matches(name, [other for other in known if other != _OPEN], 1, 0.7)
    return found[0] if found else None


def spelled(node: n.Node) -> str:
    """A name or path as written, for sentences."""
    if isinstance(node, n.Name):
        return node.name
    return f"{spelled(node.source)}.{node.name}" if isinstance(node, n.Path) else shortened("…")


_INFER: dict[type, Callable[[Inference, Any], Shape]] = {
    n.Number: lambda *_: "number",
    n.Text: lambda *_: "string",
    n.Constant: lambda _, node: kind(node.value),
    n.Moment: Inference._moment,
    n.Name: Inference._name,
    n.Path: Inference._path,
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
    n.Call: Inference._call,
    n.NamedCall: Inference._call,
}
