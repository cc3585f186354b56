"""Decision tables, compiled: every distinct cell text of a column is one test, asked at most once per decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import feel
from engine.feel.limits import measured

from . import model as m
from .boxes import COMPILERS, Names, Room, Step, compile_text, nothing, refusing
from .hits import HIT_POLICIES, Hit
from .run import FiredRule, Run
from .sentences import DecisionError
from .types import ValueType, shown

TABLE_STEPS = 10
"""What asking a table costs in steps, before a step for each test and half a one for each rule."""

_UNASKED = object()


class Column:
    """A column of conditions: its expression, its type, and the distinct tests of its cells."""

    __slots__ = ("clause", "title", "value", "allowed", "tests", "_numbers", "_names", "_room")

    def __init__(self, clause: m.InputClause, names: Names, room: Room):
        self.clause, self.title = clause, clause.title
        self.value: Step = room.typed(compile_text(clause.expression, names, room), clause.expression.type, self.title)
        self.allowed = _unary(clause.values, names, room) if clause.values else None
        self.tests: list[feel.UnaryTest | None] = []
        self._numbers: dict[str, int] = {}
        self._names, self._room = names, room

    def number(self, text: str) -> int | None:
        """The number of the test ``text`` in this column; None where it lets everything pass."""
        text = text.strip()
        if text in ("", "-"):
            return None
        if text not in self._numbers:
            self._numbers[text] = len(self.tests)
            self.tests.append(_unary(text, self._names, self._room))
        return self._numbers[text]


def _unary(text: str, names: Names, room: Room) -> feel.UnaryTest | None:
    """The unary tests ``text``; None where they are broken, and then never hold."""
    try:
        return feel.unary(text, names | room.members)
    except feel.FeelError:
        return None


class Output:
    """A column of results: its name, type and the order of its values for PRIORITY and OUTPUT ORDER."""

    __slots__ = ("name", "title", "type", "default", "order")

    def __init__(self, clause: m.OutputClause, names: Names, room: Room, whole: str):
        """``whole`` is the type of the table where this is its only column."""
        self.name, self.title = clause.name, clause.title
        self.type: ValueType | None = room.type(clause.type)
        self.default = compile_text(m.Literal(text=clause.default), names, room) if clause.default else None
        listing = self.type or room.type(whole)
        values = clause.values or (listing.allowed_text() if listing else "")
        try:
            self.order = feel.compile(f"[{values}]", names | room.members) if values else None
        except feel.FeelError:
            self.order = None

    def ranks(self, scope: feel.Scope) -> Sequence[Any]:
        """The allowed values, the most important first."""
        found = self.order.within(scope) if self.order else None
        return found if isinstance(found, list) else []


class Table:
    """A compiled decision table; :meth:`step` is its step."""

    def __init__(self, table: m.DecisionTable, names: Names, room: Room):
        self.table, self.owner = table, room.owner
        self.columns = [Column(clause, names, room) for clause in table.inputs]
        self.several = len(table.outputs) > 1
        self.outputs = [Output(clause, names, room, "" if self.several else table.type) for clause in table.outputs]
        self.rules = [(rule, self._tests(rule), self._results(rule, names, room)) for rule in table.rules]

    def _tests(self, rule: m.Rule) -> tuple[tuple[int, int], ...]:
        numbered = ((place, column.number(cell.text))
                    for place, (column, cell) in enumerate(zip(self.columns, rule.inputs)))
        return tuple((place, number) for place, number in numbered if number is not None)

    def _results(self, rule: m.Rule, names: Names, room: Room) -> list[Step]:
        cells = [compile_text(cell, names, room) for cell in rule.outputs]
        cells += [nothing] * (len(self.outputs) - len(cells))
        return [cell if output.type is None else _typed(cell, output)
                for cell, output in zip(cells, self.outputs)]

    # ---- deciding
    def step(self, scope: feel.Scope, run: Run) -> Any:
        """The table's value; what fired and what the columns were goes to ``run``."""
        policy = HIT_POLICIES.get(self.table.hit_policy)
        if policy is None:
            raise DecisionError("decision_hit_policy_unknown", table=self.owner, policy=self.table.hit_policy)
        values = self._inputs(scope, run)
        found = self._matching(values, scope, self.table.hit_policy == "FIRST")
        if not found:
            return self._no_hit(values, scope, run)
        hits = [Hit(rule, [result(scope, run) for result in results]) for rule, results in found]
        value, chosen = policy(self, hits, scope, values)
        self._record(hits, chosen, values, run)
        return value

    def _inputs(self, scope: feel.Scope, run: Run) -> list[Any]:
        values = []
        for column in self.columns:
            value = column.value(scope, run)
            if column.allowed is not None and column.allowed.within(value, scope) is not True:
                raise DecisionError("decision_input_not_allowed", table=self.owner, column=column.title,
                                    value=shown(value), allowed=column.clause.values)
            values.append(value)
        return values

    def _matching(self, values: list[Any], scope: feel.Scope, first: bool) -> list[tuple[m.Rule, list[Step]]]:
        answers: list[list[Any]] = [[_UNASKED] * len(column.tests) for column in self.columns]
        columns, found = self.columns, []
        scope.run.tick(TABLE_STEPS + len(self.rules) // 2)
        for rule, tests, results in self.rules:
            for place, number in tests:
                known = answers[place]
                answer = known[number]
                if answer is _UNASKED:
                    test = columns[place].tests[number]
                    scope.run.tick()
                    answer = known[number] = test is not None and test.within(values[place], scope) is True
                if not answer:
                    break
            else:
                found.append((rule, results))
                if first:
                    break
        return found

    def _no_hit(self, values: list[Any], scope: feel.Scope, run: Run) -> Any:
        run.note("note_no_rule", table=self.owner, **self.told(values))
        if any(output.default for output in self.outputs):
            defaults = [output.default(scope, run) if output.default else None for output in self.outputs]
            self._keep([defaults], run)
            return self.row(defaults)
        self._keep([], run)
        return 0 if self.table.aggregation == "COUNT" else None

    def row(self, results: list[Any]) -> Any:
        """A result as FEEL sees it: the bare value of a single output, else a context."""
        return {output.name: value for output, value in zip(self.outputs, results)} if self.several else (
            results[0] if results else None)

    def told(self, values: list[Any]) -> dict[str, str]:
        """The inputs for a sentence, in English and Chinese: ``amount = 5, level = "A"``."""
        parts = [f"{column.title} = {shown(value)}" for column, value in zip(self.columns, values)]
        return {"inputs": ", ".join(parts), "inputs_zh": "，".join(parts)}

    def _record(self, hits: list[Hit], chosen: list[Hit], values: list[Any], run: Run) -> None:
        decision, name, _ = run.current[-1] if run.current else ("", self.owner, "")
        inputs = measured({column.title: value for column, value in zip(self.columns, values)})
        for hit in hits:
            outputs = measured({output.name or output.title or name: value
                                for output, value in zip(self.outputs, hit.results)})
            run.fire(FiredRule(decision, self.table.id, hit.rule.number, hit.rule.id, inputs, outputs,
                               hit.rule.annotation, name, hit in chosen))
        self._keep([hit.results for hit in chosen], run)

    def _keep(self, rows: list[list[Any]], run: Run) -> None:
        if run.current:
            decision, name, namespace = run.current[-1]
            run.rows[namespace, decision] = [
                {output.name or name: value for output, value in zip(self.outputs, results)} for results in rows]


def _typed(cell: Step, output: Output) -> Step:
    type_, title = output.type, output.title
    return lambda scope, run: type_.coerce(cell(scope, run), scope, run, title)


def _compile_table(box: m.DecisionTable, names: Names, room: Room) -> Step:
    foreign = next((cell.language for rule in box.rules for cell in rule.inputs if cell.language), "")
    if foreign:
        return refusing("decision_language", name=room.owner, language=foreign)
    return Table(box, names, room).step


COMPILERS[m.DecisionTable] = _compile_table
