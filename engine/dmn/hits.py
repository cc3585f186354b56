"""Hit policies: from the rules that match to the value of the table.

A policy is ``policy(table, hits, scope, inputs) -> (value, chosen)``: the value, and the hits it was made of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine import feel

from . import model as m
from .sentences import DecisionError

if TYPE_CHECKING:
    from .tables import Table


class Hit:
    """A rule that matches, with the values of its output cells."""

    __slots__ = ("rule", "results")

    def __init__(self, rule: m.Rule, results: list[Any]):
        self.rule, self.results = rule, results


Outcome = tuple[Any, list[Hit]]


def _rows(hits: list[Hit]) -> dict[str, str]:
    """The numbers of the rows for a sentence, in English and Chinese."""
    numbers = [str(hit.rule.number) for hit in hits[:10]]
    more = " …" if len(hits) > 10 else ""
    return {"rows": ", ".join(numbers) + more, "rows_zh": "、".join(numbers) + more}


def unique(table: Table, hits: list[Hit], scope: feel.Scope, inputs: list[Any]) -> Outcome:  # noqa: ARG001
    """One rule at most may match; two are an error that names the rows."""
    if len(hits) > 1:
        raise DecisionError("decision_hits_several", table=table.owner, **_rows(hits), **table.told(inputs))
    return table.row(hits[0].results), hits


def first(table: Table, hits: list[Hit], scope: feel.Scope, inputs: list[Any]) -> Outcome:  # noqa: ARG001
    """The topmost matching rule."""
    return table.row(hits[0].results), hits[:1]


def any_(table: Table, hits: list[Hit], scope: feel.Scope, inputs: list[Any]) -> Outcome:  # noqa: ARG001
    """Several may match if they say the same; else an error that names the rows."""
    for hit in hits[1:]:
        if not all(_same(a, b) for a, b in zip(hits[0].results, hit.results)):
            raise DecisionError("decision_any_differs", table=table.owner, **_rows([hits[0], hit]),
                                **table.told(inputs))
    return table.row(hits[0].results), hits


def _same(a: Any, b: Any) -> bool:
    return (a is None and b is None) or feel.equal(a, b) is True


def _by_priority(table: Table, hits: list[Hit], scope: feel.Scope) -> list[Hit]:
    """Most important first: by the order in which the output columns list their values, leftmost column first."""
    ranks = [output.ranks(scope) for output in table.outputs]

    def rank(hit: Hit) -> list[int]:
        return [next((place for place, one in enumerate(order) if _same(one, value)), len(order))
                for order, value in zip(ranks, hit.results)]
    return sorted(hits, key=rank)


def priority(table: Table, hits: list[Hit], scope: feel.Scope, inputs: list[Any]) -> Outcome:  # noqa: ARG001
    """The matching rule whose result stands first among the allowed values."""
    best = _by_priority(table, hits, scope)[0]
    return table.row(best.results), [best]


def output_order(table: Table, hits: list[Hit], scope: feel.Scope, inputs: list[Any]) -> Outcome:  # noqa: ARG001
    """All matching rules, ordered like the allowed values."""
    ordered = _by_priority(table, hits, scope)
    return [table.row(hit.results) for hit in ordered], ordered


def rule_order(table: Table, hits: list[Hit], scope: feel.Scope, inputs: list[Any]) -> Outcome:  # noqa: ARG001
    """All matching rules, ordered as the table has them."""
    return [table.row(hit.results) for hit in hits], hits


AGGREGATIONS = {"SUM": feel.compile("sum(results)"), "MIN": feel.compile("min(results)"),
                "MAX": feel.compile("max(results)"), "COUNT": feel.compile("count(results)")}


def collect(table: Table, hits: list[Hit], scope: feel.Scope, inputs: list[Any]) -> Outcome:  # noqa: ARG001
    """All matching rules as a list, or their sum, smallest, largest or number."""
    rows = [table.row(hit.results) for hit in hits]
    aggregation = AGGREGATIONS.get(table.table.aggregation)
    return rows if aggregation is None else aggregation.within(scope.child({"results": rows})), hits


HIT_POLICIES: dict[str, Callable[[Table, list[Hit], feel.Scope, list[Any]], Outcome]] = {
    "UNIQUE": unique, "FIRST": first, "ANY": any_, "PRIORITY": priority, "OUTPUT ORDER": output_order,
    "RULE ORDER": rule_order, "COLLECT": collect,
}
