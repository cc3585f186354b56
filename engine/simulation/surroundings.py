"""What a simulated case sees around it: the simulated clock, the live data, look-ups that write nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.decisions import CaseEnvironment
from engine.definitions import Definition
from engine.expressions import Expressions
from engine.live import Live

Look = Callable[..., Any]


class SimulatedExpressions(Expressions):
    """Expressions whose present moment is that of the simulation."""

    def __init__(self, clock: Callable[[], datetime], live: Live, unit_id: str | None, zone: str, pack: str,
                 functions: Mapping[str, Look]):
        super().__init__(clock(), live, unit_id, zone, pack, functions)
        self._clock = clock

    def now(self) -> datetime:
        """The simulated moment, in the zone of the case's unit."""
        return self._clock().astimezone(self.zone)


class Registers:
    """Registers as they are today: read, and never written by a simulation."""

    def __init__(self, read: Look):
        self._read = read

    def read(self, register: str, criteria: Mapping[str, Any]) -> Any:
        """The records that meet ``criteria``."""
        return self._read(register, criteria)

    def write(self, register: str, values: Mapping[str, Any]) -> None:
        """Nothing: a simulated case leaves no trace."""


def surroundings(clock: Callable[[], datetime], live: Live, unit_id: str | None, zone: str, definition: Definition,
                 functions: Mapping[str, Look]) -> CaseEnvironment:
    """The environment of one instance (see :class:`engine.bpmn.Environment`)."""
    more = {**functions, "next number": lambda prefix="": f"{prefix}-0"}
    expressions = SimulatedExpressions(clock, live, unit_id, zone, definition.pack, more)
    return CaseEnvironment(expressions, definition, Registers(functions["records"]) if "records" in functions else None)


def remembered(look: Look) -> Look:
    """A look-up that asks once for each question: registers and people do not change within a simulation."""
    kept: dict[str, Any] = {}

    def asked(*arguments: Any) -> Any:
        question = repr(arguments)
        if question not in kept:
            kept[question] = look(*arguments)
        return kept[question]

    return asked
