"""The bounds of an expression and of one evaluation, and the account that is kept of it.

A short text can ask for endless work (loops, recursion, doubling strings, lists that share their parts), so every loop
step and every walk along a list or a string is charged to the evaluation's budget of steps. One step is worth one to
five microseconds, so that the default budget stays well under a second, also in a program with much in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .errors import FeelLimitError
from .values import FarDate

MAX_TEXT = 20_000  # characters of an expression
MAX_NESTING = 60  # brackets, ifs, loops in each other
MAX_STEPS = 100_000  # of one evaluation
MAX_CALLS = 64  # functions calling functions
MAX_LIST = 100_000  # items that one expression may build
MAX_STRING = 100_000  # characters that one expression may build
MAX_PATTERN = 2_000  # characters of a regular expression
MAX_JSON = 100_000  # characters read by `from json`
MAX_CACHE = 4_096  # compiled expressions kept

Clock = Callable[[], datetime]
Types = Callable[[Any, str], "bool | None"]


class Scope:
    """Names an expression sees: ``vars``, then those of ``parent``; ``run`` is the evaluation all of it belongs to."""

    __slots__ = ("vars", "parent", "run")

    def __init__(self, variables: Mapping[str, Any], parent: Scope | None, run: Evaluation):
        self.vars, self.parent, self.run = variables, parent, run

    def child(self, variables: Mapping[str, Any]) -> Scope:
        """A scope inside this one; its names hide those outside."""
        return Scope(variables, self, self.run)


class Evaluation(Scope):
    """One evaluation: the outermost scope, the steps left, and what is given to it (clock, functions, types).

    Hosts that evaluate several expressions as one (decision tables, boxed expressions) open one and share it::

        with Evaluation(variables, clock=clock, functions=functions) as evaluation:
            value = expression.within(evaluation)
            inner = expression.within(evaluation.child({"item": 1}))

    ``clock()`` gives an aware moment in the zone wanted, for ``now()`` and ``today()``. ``functions`` are those of the
    host by name. ``types(value, name)`` decides ``instance of`` and parameter types that FEEL does not know itself.
    """

    __slots__ = ("steps", "calls", "clock", "functions", "types", "_outer")

    def __init__(
        self,
        variables: Mapping[str, Any] | None = None,
        clock: Clock | None = None,
        functions: Mapping[str, Any] | None = None,
        types: Types | None = None,
        max_steps: int = MAX_STEPS,
    ):
        self.vars = {} if variables is None else variables
        self.parent = None
        self.steps, self.calls = max_steps, 0
        self.clock, self.functions, self.types = clock, functions, types

    @property
    def run(self) -> Evaluation:  # not a slot: an object that holds itself is left to the garbage collector
        return self

    def scope(self, variables: Mapping[str, Any]) -> Scope:
        """A scope of ``variables`` alone, without those of the evaluation."""
        return Scope(variables, None, self)

    def tick(self, steps: int = 1) -> None:
        """Charge ``steps``; raises FeelLimitError when none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelLimitError("limit_steps")

    def __enter__(self) -> Evaluation:
        self._outer = getattr(CURRENT, "run", None)
        CURRENT.run = self
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        CURRENT.run = self._outer
        if kind is not None and issubclass(kind, RecursionError):
            raise FeelLimitError("limit_nesting", limit=MAX_NESTING) from None


CURRENT = threading.local()


def charge(steps: int) -> None:
    """Charge ``steps`` to the evaluation that runs in this thread, if one does."""
    run = getattr(CURRENT, "run", None)
    if run is not None:
        run.tick(steps)


def moment() -> datetime | None:
    """The moment of the clock given to the evaluation that runs, None where none was given."""
    run = getattr(CURRENT, "run", None)
    return None if run is None or run.clock is None else run.clock()


def measured(value: Any) -> Any:
    """``value``, every part of it charged, shared or not: whoever gets it will walk it.

    Raises FeelLimitError for a date that only an evaluation can hold.
    """
    if isinstance(value, (list, dict)):
        charge(len(value))
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, (list, dict)):
                measured(item)
            elif isinstance(item, FarDate):
                raise FeelLimitError("limit_years")
    return value
