"""Compiled texts: :class:`Expression`, :class:`UnaryTest`, and the :class:`Evaluation` they run in."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from .builtins import MULTI, F
from .compiler import MAX_STEPS, Compiler, Env as Scope, any3, compare, member_test
from .errors import FeelLimitError
from .parser import Parser
from .values import LOCAL, Budget, measure

Clock = Callable[[], datetime]
_NONE: frozenset[str] = frozenset()


class Evaluation(Budget):
    """One evaluation: its budget of steps, clock, functions and types, shared by all expressions that run inside of it.

    Used by hosts that evaluate several expressions as one (decision tables, boxed expressions)::

        with Evaluation(clock=clock, functions=functions) as evaluation:
            value = expression.within(evaluation.scope(variables))
            inner = expression.within(evaluation.scope(variables).child({"item": 1}))

    ``types(value, name) -> bool | None`` decides ``instance of`` and parameter types FEEL does not know itself.
    """

    __slots__ = ("_outer",)

    def __init__(self, *, clock: Clock | None = None, functions: Mapping[str, Any] | None = None, types: Any = None,
                 max_steps: int = MAX_STEPS, reasons: list | None = None):
        super().__init__(max_steps, clock, functions, types, reasons)

    def scope(self, variables: Mapping[str, Any]) -> Scope:
        return Scope(variables, None, self)

    def __enter__(self) -> Evaluation:
        self._outer = getattr(LOCAL, "budget", None)
        LOCAL.budget = self
        return self

    def __exit__(self, kind, error, trace) -> None:
        LOCAL.budget = self._outer
        if kind is not None and issubclass(kind, RecursionError):
            raise FeelLimitError("nesting") from None


class Expression:
    """A compiled FEEL expression: call it with variables."""

    __slots__ = ("text", "run", "free_names", "called")

    def __init__(self, text: str, run: Callable[[Scope], Any]):
        self.text, self.run = text, run

    def within(self, scope: Scope) -> Any:
        """The value in ``scope``, within the :class:`Evaluation` the scope belongs to (and its budget)."""
        return self.run(scope)

    def __call__(self, variables: Mapping[str, Any], *, clock: Clock | None = None,
                 functions: Mapping[str, Any] | None = None, types: Any = None, max_steps: int = MAX_STEPS) -> Any:
        with Evaluation(clock=clock, functions=functions, types=types, max_steps=max_steps) as evaluation:
            value = self.run(Scope(variables, None, evaluation))
            return measure(value) if type(value) is list or type(value) is dict else value


class UnaryTest:
    """A compiled unary test (a cell of a decision table): call it with the input value and variables."""

    __slots__ = ("text", "test", "free_names", "called")

    def __init__(self, text: str, test: Callable[[Scope, Any], bool | None]):
        self.text, self.test = text, test

    def within(self, value: Any, scope: Scope) -> bool | None:
        """True, False or None for ``value``, in ``scope`` (where ``?`` is added when the text needs it)."""
        return self.test(scope, value)

    def __call__(self, value: Any, variables: Mapping[str, Any] | None = None, *, clock: Clock | None = None,
                 functions: Mapping[str, Any] | None = None, types: Any = None,
                 max_steps: int = MAX_STEPS) -> bool | None:
        with Evaluation(clock=clock, functions=functions, types=types, max_steps=max_steps) as evaluation:
            return self.test(Scope(variables or {}, None, evaluation), value)


def many_word(names: Iterable[str]) -> frozenset[str]:
    """Of ``names`` those that the parser must know: of several words, or with operators in them."""
    return frozenset(name for name in names if not name.isidentifier())


def compile(text: str, names: Iterable[str] = _NONE) -> Expression:  # noqa: A001 - FEEL's own
    """The compiled ``text``; ``names`` in scope (only those of several words matter). Cached with a bound."""
    return _expression(text, many_word(names) if names else _NONE)


def unary(text: str, names: Iterable[str] = _NONE) -> UnaryTest:
    """The compiled unary tests ``text`` (``< 5``, ``"A","B"``, ``not(1)``, ``[1..9]``, ``-``)."""
    return _unary(text, many_word(names) if names else _NONE)


def evaluate(text: str, variables: Mapping[str, Any], *, clock: Clock | None = None,
             functions: Mapping[str, Any] | None = None, max_steps: int = MAX_STEPS) -> Any:
    """The value of ``text`` for ``variables``; null is None."""
    names = many_word(variables)
    if functions:
        names |= many_word(functions)
    return _expression(text, names)(variables, clock=clock, functions=functions, max_steps=max_steps)


@functools.lru_cache(maxsize=4096)
def _expression(text: str, names: frozenset[str]) -> Expression:
    try:
        return Expression(text, Compiler(F)(Parser(text, names, MULTI).whole()))
    except RecursionError:
        raise FeelLimitError("nesting") from None


@functools.lru_cache(maxsize=4096)
def _unary(text: str, names: frozenset[str]) -> UnaryTest:
    try:
        tests = Parser(text, names | {"?"}, MULTI).unary_tests()
        if tests[0] == "any":
            return UnaryTest(text, lambda scope, value: True)
        compiler = Compiler(F)
        parts = [_test(compiler, t) for t in tests[1]]
    except RecursionError:
        raise FeelLimitError("nesting") from None
    if tests[2]:
        def negated(scope, value):
            r = any3(t(scope, value) for t in parts)
            return None if r is None else not r
        return UnaryTest(text, negated)
    if len(parts) == 1:
        return UnaryTest(text, parts[0])
    return UnaryTest(text, lambda scope, value: any3(t(scope, value) for t in parts))


def _test(c: Compiler, t: tuple) -> Callable[[Scope, Any], bool | None]:
    if t[0] == "unary":
        op, e = t[1], c(t[2])
        return lambda env, v: compare(op, v, e(env))
    e = c(t[1])
    if _uses_input(t[1]):
        return lambda env, v: e(env.child({"?": v}))

    def f(env, v):
        r = e(env)
        if isinstance(r, bool) and not isinstance(v, bool):
            return r
        return member_test(v, r)
    return f


def _uses_input(a: Any) -> bool:
    if isinstance(a, tuple) and a and a[0] == "var":
        return a[1] == "?"
    return isinstance(a, (tuple, list)) and any(_uses_input(x) for x in a)
