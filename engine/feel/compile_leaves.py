"""Closures of literals, names, lists, contexts, intervals and paths."""

from __future__ import annotations

from typing import Any

from . import nodes as n
from .builtins import BUILTINS
from .calling import host_function
from .comparing import less
from .compiler import Compile, Run, compiles
from .limits import Scope
from .members import member
from .times import read_moment
from .values import DECIMAL128, Function, Range, kind


def literal_number(text: str) -> Any:
    """The number a literal stands for: an int up to 33 digits, null where it is out of all range."""
    if text.isdigit() and len(text) < 34:
        return int(text)
    try:
        return DECIMAL128.create_decimal(text)
    except ArithmeticError:
        return None


def _constant(value: Any) -> Run:
    return lambda _: value


@compiles(n.Number)
def _number(node: n.Number, _: Compile) -> Run:
    return _constant(literal_number(node.text))


@compiles(n.Text, n.Constant)
def _literal(node: n.Text | n.Constant, _: Compile) -> Run:
    return _constant(node.value)


@compiles(n.Moment)
def _moment(node: n.Moment, _: Compile) -> Run:
    return _constant(read_moment(node.text))


@compiles(n.Name)
def _name(node: n.Name, _: Compile) -> Run:
    name, builtin = node.name, BUILTINS.get(node.name)

    def run(scope: Scope) -> Any:
        names = scope.vars
        if name in names:
            return names[name]
        here = scope.parent
        while here is not None:
            names = here.vars
            if name in names:
                return names[name]
            here = here.parent
        functions = scope.run.functions
        if functions is not None and name in functions:
            return host_function(name, functions[name])
        return builtin

    return run


# --- structures
@compiles(n.ListOf)
def _list(node: n.ListOf, compile: Compile) -> Run:
    items = [compile(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


@compiles(n.ContextOf)
def _context(node: n.ContextOf, compile: Compile) -> Run:
    entries = [(name, compile(value)) for name, value in node.entries]
    if len({name for name, _ in entries}) != len(entries):
        return _constant(None)

    def run(scope: Scope) -> Any:
        out: dict[str, Any] = {}
        inside = scope.child(out)
        for name, value in entries:
            found = value(inside)
            if type(found) is Function and found.name is None:
                found.name = name
            out[name] = found
        return out

    return run


@compiles(n.RangeOf)
def _range(node: n.RangeOf, compile: Compile) -> Run:
    low, high, low_in, high_in = compile(node.low), compile(node.high), node.low_in, node.high_in

    def run(scope: Scope) -> Any:
        a, b = low(scope), high(scope)
        if a is None and b is None:
            return None
        if a is not None and b is not None and (kind(a) != kind(b) or less(b, a) is None):
            return None
        return Range(a, b, low_in, high_in)

    return run


@compiles(n.HalfRange)
def _half_range(node: n.HalfRange, compile: Compile) -> Run:
    op, operand = node.op, compile(node.operand)

    def run(scope: Scope) -> Any:
        end = operand(scope)
        if end is None:
            return None
        if op in ("<", "<="):
            return Range(None, end, False, op == "<=", op)
        if op in (">", ">="):
            return Range(end, None, op == ">=", False, op)
        return Range(end, end, op == "=", op == "=", op)

    return run


@compiles(n.Path)
def _path(node: n.Path, compile: Compile) -> Run:
    source, name = compile(node.source), node.name

    def run(scope: Scope) -> Any:
        value = source(scope)
        return value.get(name) if type(value) is dict else member(value, name)

    return run
