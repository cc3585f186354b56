"""Nodes -> Python closures ``f(scope) -> value``. No code is generated: a closure holds the closures of its parts.

The rooms ``compile_*.py`` each know some kinds of node and enter them with :func:`compiles`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from . import nodes as n
from .arithmetic import ARITHMETIC, negate
from .comparing import COMPARE, any_of, less_equal, matches_test
from .limits import Scope
from .nodes import Node
from .types import conforms

Run = Callable[[Scope], Any]
Compile = Callable[[Node], Run]
_COMPILERS: dict[type, Callable[[Any, Compile], Run]] = {}


def compiles(*kinds: type) -> Callable[[Callable[[Any, Compile], Run]], Callable[[Any, Compile], Run]]:
    """Enter ``function(node, compile) -> run`` for these kinds of node."""

    def enter(function: Callable[[Any, Compile], Run]) -> Callable[[Any, Compile], Run]:
        for kind in kinds:
            _COMPILERS[kind] = function
        return function

    return enter


def compiled(node: Node, compile: Compile | None = None) -> Run:
    """The closure of ``node``; ``compile`` (itself by default) makes those of its parts."""
    return _COMPILERS[type(node)](node, compile or compiled)


# --- logic
@compiles(n.And)
def _and(node: n.And, compile: Compile) -> Run:
    parts = [compile(part) for part in node.parts]

    def run(scope: Scope) -> Any:
        result: bool | None = True
        for part in parts:
            value = part(scope)
            if value is False:
                return False
            if value is not True:
                result = None
        return result

    def run_two(scope: Scope) -> Any:
        value = first(scope)
        if value is False:
            return False
        other = second(scope)
        return False if other is False else True if value is True and other is True else None

    if len(parts) == 2:
        first, second = parts
        return run_two
    return run


@compiles(n.Or)
def _or(node: n.Or, compile: Compile) -> Run:
    parts = [compile(part) for part in node.parts]

    def run(scope: Scope) -> Any:
        result: bool | None = False
        for part in parts:
            value = part(scope)
            if value is True:
                return True
            if value is not False:
                result = None
        return result

    return run


@compiles(n.If)
def _if(node: n.If, compile: Compile) -> Run:
    condition, yes, no = compile(node.condition), compile(node.yes), compile(node.no)
    return lambda scope: yes(scope) if condition(scope) is True else no(scope)


# --- comparison
@compiles(n.Compare)
def _compare(node: n.Compare, compile: Compile) -> Run:
    if compile is compiled and isinstance(node.left, n.Name) and isinstance(node.right, (n.Number, n.Text)):
        return _compare_with_literal(node.left, node.op, compile(node.right)(None), compile)  # type: ignore[arg-type]
    test, left, right = COMPARE[node.op], compile(node.left), compile(node.right)
    return lambda scope: test(left(scope), right(scope))


def _compare_with_literal(left: n.Name, op: str, literal: Any, compile: Compile) -> Run:
    """``amount > 1000``, ``level = "A"``: most conditions are of this form, so that it is worth a closure of its own.

    Values of the literal's class are compared as Python does; all others take the general way.
    """
    name, look, test, quick = left.name, compile(left), COMPARE[op], _QUICK[op]
    exact = str if type(literal) is str else int

    def run(scope: Scope) -> Any:
        here = scope.vars
        value = here[name] if name in here else look(scope)
        cls = type(value)
        if cls is exact or (cls is Decimal and exact is int and value.is_finite()):
            return quick(value, literal)
        return test(value, literal)

    return run


_QUICK: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@compiles(n.Between)
def _between(node: n.Between, compile: Compile) -> Run:
    value, low, high = compile(node.value), compile(node.low), compile(node.high)

    def run(scope: Scope) -> Any:
        v, a, b = value(scope), low(scope), high(scope)
        if v is None or a is None or b is None:
            return None
        above, below = less_equal(a, v), less_equal(v, b)
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return run


def tests_for(node: Node, compile: Compile) -> Callable[[Scope, Any], Any]:
    """A test of ``in``: ``f(scope, value) -> True, False or None``."""
    if isinstance(node, n.Against):
        compare, operand = COMPARE[node.op], compile(node.operand)
        return lambda scope, value: compare(value, operand(scope))
    run = compile(node)
    return lambda scope, value: matches_test(value, run(scope))


@compiles(n.In)
def _in(node: n.In, compile: Compile) -> Run:
    value, tests = compile(node.value), [tests_for(test, compile) for test in node.tests]
    if len(tests) == 1:
        only = tests[0]
        return lambda scope: only(scope, value(scope))

    def run(scope: Scope) -> Any:
        found = value(scope)
        return any_of(test(scope, found) for test in tests)

    return run


@compiles(n.InstanceOf)
def _instance(node: n.InstanceOf, compile: Compile) -> Run:
    value, type = compile(node.value), node.type
    return lambda scope: conforms(value(scope), type, scope.run.types)


# --- arithmetic
@compiles(n.Arithmetic)
def _arithmetic(node: n.Arithmetic, compile: Compile) -> Run:
    apply, left, right = ARITHMETIC[node.op], compile(node.left), compile(node.right)
    return lambda scope: apply(left(scope), right(scope))


@compiles(n.Negate)
def _negate(node: n.Negate, compile: Compile) -> Run:
    operand = compile(node.operand)
    if isinstance(node.operand, n.Number):
        value = negate(operand(None))  # type: ignore[arg-type]  # a literal needs no scope
        return lambda _: value
    return lambda scope: negate(operand(scope))
