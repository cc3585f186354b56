"""One taking of a decision: what was given, what was found on the way, which rules fired, why something is null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine import feel

from .sentences import DecisionError, sentence

MAX_FIRED = 1_000
"""Rules remembered of one decision; further ones are only counted in ``Decided.fired_count``."""
MAX_NOTES = 100
MAX_CALLS = 40
"""How deep knowledge models and decision services may call each other."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that matched: the row a supervisor looks up to see why.

    ``decision`` and ``table`` are ids, ``decision_name`` what people call it; ``rule_index`` counts from 1 as the table
    shows its rows. ``inputs`` and ``outputs`` map the columns' titles (outputs: their names) to values. ``chosen`` is
    False where the hit policy preferred another matching rule.
    """

    decision: str
    table: str
    rule_index: int
    rule_id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    annotation: str = ""
    decision_name: str = ""
    chosen: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """Why something on the way became null."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, lang: str = "zh") -> str:
        """The sentence for a person, ``lang`` being ``zh`` or ``en``."""
        return sentence(self.code, lang, dict(self.params))


class Run:
    """State of one ``decide``: a memo of decisions, the budget all its expressions share, rules fired and notes.

    ``given`` holds the decisions that a service takes as input: their values come from ``inputs``.
    """

    __slots__ = ("inputs", "evaluation", "memo", "fired", "counted", "notes", "rows", "current", "calls",
                 "given")

    def __init__(self, inputs: Mapping[str, Any], evaluation: feel.Evaluation):
        self.inputs: dict[str, Any] = dict(inputs)
        self.evaluation = evaluation
        self.memo: dict[tuple[str, str], Any] = {}
        self.fired: list[FiredRule] = []
        self.counted = [0]
        self.notes: list[Note] = []
        self.rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.current: list[tuple[str, str, str]] = []
        self.calls = 0
        self.given: set[tuple[str, str]] = set()

    def nested(self, inputs: Mapping[str, Any]) -> Run:
        """The run of a decision service called from within: its own inputs and memo, the same budget and findings."""
        other = Run(inputs, self.evaluation)
        other.fired, other.counted, other.notes = self.fired, self.counted, self.notes
        other.current, other.calls = self.current, self.calls
        return other

    def note(self, code: str, **params: Any) -> None:
        """Remember why something became null."""
        if len(self.notes) < MAX_NOTES:
            self.notes.append(Note(code, params))

    def fire(self, rule: FiredRule) -> None:
        """Remember a rule that matched."""
        self.counted[0] += 1
        if len(self.fired) < MAX_FIRED:
            self.fired.append(rule)

    def enter_call(self) -> None:
        """A knowledge model or service is called; raises DecisionError where they nest too deep."""
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise DecisionError("decision_calls", limit=MAX_CALLS)

    def leave_call(self) -> None:
        """The call of :meth:`enter_call` is over."""
        self.calls -= 1

    @property
    def fired_count(self) -> int:
        """How many rules matched, remembered or not."""
        return self.counted[0]
