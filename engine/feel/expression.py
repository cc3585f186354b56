"""Texts compiled once: :class:`Expression` and :class:`UnaryTest`, kept in a bounded cache."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from . import compile_leaves, compile_loops  # noqa: F401 - the rooms enter what they compile
from . import nodes as n
from .builtins import BUILTIN_PHRASES
from .comparing import any_of
from .compiler import Run, compiled, tests_for
from .errors import FeelLimitError, NullCondition
from .limits import CURRENT, MAX_CACHE, MAX_NESTING, MAX_STEPS, Clock, Evaluation, Scope, Types, measured
from .names import free_names
from .nodes import Node, is_quiet, may_be_far, uses_input
from .parser import Parser
from .reasons import Reasons, explained
from .tokens import name_pieces
from .values import FarDate, kind

Variables = Mapping[str, Any]
Functions = Mapping[str, Any]
_NONE: frozenset[str] = frozenset()


class Expression:
    """A compiled FEEL expression: call it with variables, as often as wanted, from any thread."""

    __slots__ = ("text", "node", "run", "_free", "_called", "_quiet")

    def __init__(self, text: str, node: Node, run: Run):
        self.text, self.node = text, node
        self.run = _near(run) if may_be_far(node) else run
        self._quiet = is_quiet(node)
        self._free: frozenset[str] | None = None

    def __call__(
        self,
        variables: Variables,
        *,
        clock: Clock | None = None,
        functions: Functions | None = None,
        types: Types | None = None,
        max_steps: int = MAX_STEPS,
    ) -> Any:
        """The value for ``variables``; null is None. Raises FeelLimitError, FeelAssertionError."""
        evaluation = Evaluation(variables, clock, functions, types, max_steps)
        if self._quiet:
            value = self.run(evaluation)
            if type(value) is not list and type(value) is not dict:
                return value
        outer = getattr(CURRENT, "run", None)
        CURRENT.run = evaluation
        try:
            value = self.run(evaluation)
            return measured(value) if type(value) is list or type(value) is dict else value
        except RecursionError:
            raise FeelLimitError("limit_nesting", limit=MAX_NESTING) from None
        finally:
            CURRENT.run = outer

    def within(self, scope: Scope) -> Any:
        """The value in ``scope``, at the cost of the :class:`Evaluation` the scope belongs to."""
        return self.run(scope)

    def explain(self, variables: Variables, **given: Any) -> tuple[Any, Reasons]:
        """The value, and why parts of it are null: missing names, unknown functions, kinds that do not go together.

        Takes what a call takes. Slower than a call; functions of the host are called as they are by one.
        """
        return explained(self.text, self.node, variables, **given)

    def condition(self, variables: Variables, **given: Any) -> bool:
        """True or False. Raises NullCondition for every other value, naming what was missing."""
        value = self(variables, **given)
        if value is True or value is False:
            return value
        value, reasons = self.explain(variables, **given)
        if value is None:
            raise NullCondition(text=self.text, reasons=reasons)
        raise NullCondition("condition_not_boolean", text=self.text, reasons=reasons, kind=kind(value))

    @property
    def free_names(self) -> frozenset[str]:
        """The names it takes from outside. Those inside a filter may also be entries of its items: not among these."""
        self._look()
        return self._free or _NONE

    @property
    def called(self) -> frozenset[str]:
        """The functions it calls by name."""
        self._look()
        return self._called

    def _look(self) -> None:
        if self._free is None:
            found = list(free_names(self.node))
            self._called = frozenset(name.name for name in found if name.called)
            self._free = frozenset(name.name for name in found if not name.called and not name.loose)


class UnaryTest:
    """Compiled unary tests (a cell of a decision table): call them with the value they are put to."""

    __slots__ = ("text", "nodes", "negated", "test", "uses_input")

    def __init__(self, text: str, nodes: list[Node], negated: bool, test: Callable[[Scope, Any], bool | None]):
        self.text, self.nodes, self.negated, self.test = text, nodes, negated, test
        self.uses_input = any(uses_input(node) for node in nodes)

    def __call__(
        self,
        value: Any,
        variables: Variables | None = None,
        *,
        clock: Clock | None = None,
        functions: Functions | None = None,
        types: Types | None = None,
        max_steps: int = MAX_STEPS,
    ) -> bool | None:
        """True, False or None (null) for ``value``; ``?`` in the text stands for it."""
        with Evaluation(variables, clock, functions, types, max_steps) as evaluation:
            return self.test(evaluation, value)

    def within(self, value: Any, scope: Scope) -> bool | None:
        """The same in ``scope``, at the cost of the :class:`Evaluation` the scope belongs to."""
        return self.test(scope, value)

    @property
    def free_names(self) -> frozenset[str]:
        found = [name for node in self.nodes for name in free_names(node)]
        return frozenset(name.name for name in found if not name.called and not name.loose) - {"?"}

    @property
    def called(self) -> frozenset[str]:
        return frozenset(name.name for node in self.nodes for name in free_names(node) if name.called)


def _near(run: Run) -> Run:
    """``run``, a date that only an evaluation can hold being null."""

    def near(scope: Scope) -> Any:
        value = run(scope)
        return None if isinstance(value, FarDate) else value

    return near


# --- making them
def compile(text: str, names: Iterable[str] = _NONE) -> Expression:
    """The compiled ``text``. ``names`` are those in scope (variables and functions of the host): only those of several
    words, or with operators in them, matter. Raises FeelSyntaxError, FeelLimitError."""
    return _expression(text, _relevant(text, names))


def unary(text: str, names: Iterable[str] = _NONE) -> UnaryTest:
    """The compiled unary tests: ``< 5``, ``"A","B"``, ``[1..9]``, ``not(1)``, ``-``, or an expression of ``?``."""
    return _unary(text, _relevant(text, names))


def evaluate(
    text: str,
    variables: Variables,
    *,
    clock: Clock | None = None,
    functions: Functions | None = None,
    max_steps: int = MAX_STEPS,
) -> Any:
    """The value of ``text`` for ``variables``; null is None. Raises FeelError."""
    expression = _expression(text, _relevant(text, variables, functions or ()))
    return expression(variables, clock=clock, functions=functions, max_steps=max_steps)


def condition(
    text: str,
    variables: Variables,
    *,
    clock: Clock | None = None,
    functions: Functions | None = None,
    max_steps: int = MAX_STEPS,
) -> bool:
    """True or False. Raises NullCondition where ``text`` gives neither, other FeelErrors as :func:`evaluate` does."""
    expression = _expression(text, _relevant(text, variables, functions or ()))
    return expression.condition(variables, clock=clock, functions=functions, max_steps=max_steps)


def _relevant(text: str, *names: Iterable[str]) -> frozenset[str]:
    """Those of ``names`` that the parser must know for ``text``: it is the key of the cache, so it is kept small."""
    many = [name for given in names for name in given if not name.isidentifier()]
    if not many:
        return _NONE
    return frozenset(name for name in many if (pieces := name_pieces(name)) and pieces[0] in text)


@functools.lru_cache(maxsize=MAX_CACHE)
def _expression(text: str, names: frozenset[str]) -> Expression:
    try:
        node = Parser(text, names, BUILTIN_PHRASES).whole()
        return Expression(text, node, compiled(node))
    except RecursionError:
        raise FeelLimitError("limit_nesting", limit=MAX_NESTING) from None


@functools.lru_cache(maxsize=MAX_CACHE)
def _unary(text: str, names: frozenset[str]) -> UnaryTest:
    try:
        parsed = Parser(text, names | {"?"}, BUILTIN_PHRASES).unary_tests()
        if parsed is None:
            return UnaryTest(text, [], False, lambda *_: True)
        nodes, negated = parsed
        return UnaryTest(text, nodes, negated, _combined([_cell_test(node) for node in nodes], negated))
    except RecursionError:
        raise FeelLimitError("limit_nesting", limit=MAX_NESTING) from None


def _combined(tests: list[Callable[[Scope, Any], Any]], negated: bool) -> Callable[[Scope, Any], bool | None]:
    if negated:

        def negation(scope: Scope, value: Any) -> bool | None:
            answer = any_of(test(scope, value) for test in tests)
            return None if answer is None else not answer

        return negation
    if len(tests) == 1:
        return tests[0]
    return lambda scope, value: any_of(test(scope, value) for test in tests)


def _cell_test(node: Node) -> Callable[[Scope, Any], Any]:
    """One test of a cell. With ``?`` in it the expression itself decides; without, a boolean decides unless the input
    is a boolean, too."""
    if uses_input(node):
        run = compiled(node)

        def decided(scope: Scope, value: Any) -> bool | None:
            found = run(scope.child({"?": value}))
            return found if found is True or found is False else None

        return decided
    test = tests_for(node, compiled)
    if isinstance(node, (n.Against, n.Number, n.Text, n.Moment, n.RangeOf, n.HalfRange)):
        return test  # never a boolean
    run = compiled(node)

    def decide(scope: Scope, value: Any) -> bool | None:
        if isinstance(value, bool):
            return test(scope, value)
        found = run(scope)
        return found if isinstance(found, bool) else test(scope, value)

    return decide
