"""Closures of ``for``, ``some``, ``every``, filters, functions and calls: whatever can run a part many times.

Each round is charged with the size of what it runs, so that the budget bounds the time and not only the rounds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from . import nodes as n
from .calling import invoke, invoke_named
from .comparing import less
from .compiler import Compile, Run, compiles
from .errors import FeelLimitError
from .limits import MAX_CALLS, MAX_LIST, Scope, charge
from .members import is_function, item
from .types import coerce
from .values import Function, Range, exact, kind, whole

Each = Callable[[Scope], bool]


def _round(node: n.Node) -> int:
    """The steps one evaluation of ``node`` is charged with."""
    return 1 + n.size(node) // 4


def steps_between(start: Any, stop: Any) -> list[Any] | None:
    """``start..stop``: numbers or dates, upwards or downwards; None for anything else."""
    if kind(start) == "number" == kind(stop):
        first, last = exact(start), exact(stop)
    elif kind(start) == "date" == kind(stop):
        first, last = start.toordinal(), stop.toordinal()
    else:
        return None
    if first is None or last is None:
        return None
    if abs(last - first) > MAX_LIST:
        raise FeelLimitError("limit_list", limit=MAX_LIST)
    charge(abs(last - first) // 8)
    numbers = range(first, last + 1) if first <= last else range(first, last - 1, -1)
    return [dt.date.fromordinal(number) for number in numbers] if kind(start) == "date" else list(numbers)


def iterable(value: Any, _: Any = None) -> list[Any] | None:
    """What a loop walks: a list, an interval's members, a single value as a list of one; None for null."""
    if value is None or isinstance(value, list):
        return value
    if not isinstance(value, Range):
        return [value]
    if value.op or value.low is None or value.high is None or less(value.high, value.low) is not False:
        return None
    items = steps_between(value.low, value.high)
    if items is None:
        return None
    if not value.low_in:
        items = items[1:]
    return items if value.high_in else items[:-1]


@compiles(n.Steps)
def _steps(node: n.Steps, compile: Compile) -> Run:
    start, stop = compile(node.start), compile(node.stop)
    return lambda scope: steps_between(start(scope), stop(scope))


def _nested(
    iterators: list[tuple[str, Run]], body: Each, extra: dict[str, Any], cost: int
) -> Callable[..., bool | None]:
    """Run ``body(scope)`` for each combination, until it answers False. None where something is no list."""

    def walk(scope: Scope, level: int = 0) -> bool | None:
        name, source = iterators[level]
        items = iterable(source(scope))
        if items is None:
            return None
        for value in items:
            scope.run.tick(cost)
            inner = scope.child({name: value, **extra})
            going = body(inner) if level == len(iterators) - 1 else walk(inner, level + 1)
            if not going:
                return going
        return True

    return walk


@compiles(n.For)
def _for(node: n.For, compile: Compile) -> Run:
    iterators = [(name, compile(source)) for name, source in node.iterators]
    body, cost = compile(node.body), _round(node.body)

    def run(scope: Scope) -> Any:
        out: list[Any] = []

        def each(inner: Scope) -> bool:
            out.append(body(inner))
            if len(out) > MAX_LIST:
                raise FeelLimitError("limit_list", limit=MAX_LIST)
            return True

        return None if _nested(iterators, each, {"partial": out}, cost)(scope) is None else out

    return run


@compiles(n.Quantified)
def _quantified(node: n.Quantified, compile: Compile) -> Run:
    iterators = [(name, compile(source)) for name, source in node.iterators]
    body, cost, decisive = compile(node.body), _round(node.body), node.word == "some"

    def run(scope: Scope) -> Any:
        result: bool | None = not decisive

        def each(inner: Scope) -> bool:
            nonlocal result
            value = body(inner)
            if value is decisive:
                result = decisive
                return False
            if value is not (not decisive):
                result = None
            return True

        return None if _nested(iterators, each, {}, cost)(scope) is None else result

    return run


# --- filters
@compiles(n.Filter)
def _filter(node: n.Filter, compile: Compile) -> Run:
    source, condition = compile(node.source), compile(node.condition)
    literal = node.condition.operand if isinstance(node.condition, n.Negate) else node.condition
    if isinstance(literal, n.Number):
        index = whole(condition(None))  # type: ignore[arg-type]  # a literal needs no scope
        return lambda scope: item(source(scope), index)
    cost = _round(node.condition)

    def run(scope: Scope) -> Any:
        value = source(scope)
        if value is None:
            return None
        return _filtered(value if isinstance(value, list) else [value], condition, scope, cost)

    return run


def _filtered(items: list[Any], condition: Run, scope: Scope, cost: int) -> Any:
    """The items for which ``condition`` is true, or the one item whose index it is."""
    if not items:
        found = condition(scope.child({"item": None}))
        return None if kind(found) == "number" else []
    out = []
    for value in items:
        scope.run.tick(cost)
        inner = scope.child({"item": value})
        # the item's own entries are seen by their names: an entry "item", too
        found = condition(inner.child(value) if isinstance(value, dict) else inner)
        if found is True:
            out.append(value)
        elif kind(found) == "number":
            return item(items, whole(found))
        elif found is not False and found is not None:
            return None
    return out


# --- functions
@compiles(n.Lambda)
def _function(node: n.Lambda, compile: Compile) -> Run:
    if node.external:  # Java and PMML: never run
        return lambda _: None
    body, cost = compile(node.body), _round(node.body)
    names, types = [name for name, _ in node.parameters], [type for _, type in node.parameters]

    def make(scope: Scope) -> Function:
        run = scope.run

        def call(*arguments: Any) -> Any:
            if len(arguments) != len(names):
                return None
            given = {}
            for name, type, argument in zip(names, types, arguments):
                given[name] = coerce(argument, type, run.types)
                if given[name] is None and argument is not None:
                    return None
            run.tick(cost)
            run.calls += 1
            if run.calls > MAX_CALLS:
                raise FeelLimitError("limit_calls", limit=MAX_CALLS)
            try:
                return body(scope.child(given))
            finally:
                run.calls -= 1

        return Function(names, call, types)

    return make


@compiles(n.Call)
def _call(node: n.Call, compile: Compile) -> Run:
    function, arguments = compile(node.function), [compile(argument) for argument in node.arguments]

    def run(scope: Scope) -> Any:
        found = function(scope)
        if not is_function(found):
            return None
        return invoke(found, [argument(scope) for argument in arguments])

    return run


@compiles(n.NamedCall)
def _named_call(node: n.NamedCall, compile: Compile) -> Run:
    function, arguments = compile(node.function), [(name, compile(value)) for name, value in node.arguments]
    twice = len({name for name, _ in arguments}) != len(arguments)

    def run(scope: Scope) -> Any:
        found = function(scope)
        if twice or not is_function(found):
            return None
        return invoke_named(found, {name: value(scope) for name, value in arguments})

    return run
