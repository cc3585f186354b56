"""The surroundings of a run: what its expressions see, and its decision tables with the rules that fired."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine import dmn
from engine.calendar import parse_repetition
from engine.definitions import Definition
from engine.errors import BihuanError
from engine.expressions import Expressions

DEFAULT_SHAPE = "resultList"
"""Camunda's: editors do not write ``camunda:mapDecisionResult`` where it says this."""


class DecisionFailed(BihuanError):
    """A decision table that gives no answer."""

    code, http_status = "decision_failed", 422
    zh = "决策表 {decision} 没有得出结果：{why}"
    en = "The decision table {decision} gave no answer: {why_en}"


class CaseEnvironment:
    """Given to the seam for one instance (see ``engine.bpmn``): clock, expressions, decisions."""

    def __init__(self, expressions: Expressions, definition: Definition, stores: Any = None):
        self.expressions, self._definition, self.stores = expressions, definition, stores

    def now(self) -> datetime:
        """The moment of this step, in UTC."""
        return self.expressions.now().astimezone(UTC)

    @property
    def zone(self) -> Any:
        """The zone in which the drawing's texts without zone are read."""
        return self.expressions.zone

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> Any:
        """The value of a FEEL text."""
        return self.expressions.evaluate(text, variables)

    def condition(self, text: str, variables: Mapping[str, Any]) -> bool:
        """Whether a FEEL condition holds; raises when it is neither true nor false."""
        return self.expressions.condition(text, variables)

    def next_tick(self, text: str, after: datetime) -> datetime:
        """The next moment of a cron text inside a process. Raises :class:`AttributeError` where there is none."""
        tick = parse_repetition(text).next_after(after, self.expressions.zone)
        if tick is None:
            raise AttributeError(text)
        return tick

    def read_store(self, store: str, element: Any, variables: Mapping[str, Any]) -> Any:
        """The records of the register that a data store stands for (``bihuan:register``, else the store's id).

        ``bihuan:criteria`` of the activity (FEEL, a context) chooses among them; all of them without it.
        """
        criteria = self.expressions.value(element.properties.get("bihuan:criteria"), variables)
        return self.stores.read(element.properties.get("bihuan:register") or store, criteria or {})

    def write_store(self, store: str, element: Any, value: Any, variables: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Save one record (a context) or several (a list) in the register that a data store stands for."""
        key = element.properties.get("bihuan:register") or store
        for record in value if isinstance(value, list) else [] if value is None else [value]:
            self.stores.write(key, record)

    def decide(self, element: Any, variables: Mapping[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        """The answer of a business rule task's decision, and the rules that fired."""
        ref = element.attributes.get("decisionRef", "")
        ref = self.expressions.value(ref, variables)
        found = self._definition.decisions.get(ref)
        if found is None:
            raise DecisionFailed(decision=ref, why="没有随流程发布", why_en="it was not deployed with the process")
        model, decision = found
        scope = {**variables, "parameters": self.expressions.parameters}
        try:
            decided = model.decide(decision, scope, clock=self.expressions.now, functions=self.expressions.functions)
            value = decided.mapped(element.attributes.get("mapDecisionResult") or DEFAULT_SHAPE)
        except dmn.DecisionError as error:
            raise DecisionFailed(decision=ref, why=error.sentence("zh"), why_en=error.sentence("en")) from error
        return value, [
            {"table": rule.table, "name": rule.decision_name or ref, "rule": rule.rule_index, "id": rule.rule_id,
             "inputs": rule.inputs, "outputs": rule.outputs, "note": rule.annotation, "chosen": rule.chosen}
            for rule in decided.fired]
