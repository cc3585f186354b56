"""What is wrong with a decision table: broken cells by row and column, results not allowed, hit policies misused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import feel

from . import model as m
from .completeness import check_table
from .hits import AGGREGATIONS, HIT_POLICIES
from .types import ValueType, shown

if TYPE_CHECKING:
    from .findings import Check, Names



class TableFindings:
    """Looks at one table for a :class:`~engine.dmn.findings.Check`, which keeps what is found."""

    def __init__(self, check: Check, table: m.DecisionTable, names: Names, owner: str):
        self.check, self.table, self.names, self.owner = check, table, names, owner
        self.sound = True

    def say(self, code: str, element: str, line: int, severity: str = "error", **params: Any) -> None:
        self.sound = self.sound and severity != "error"
        self.check.say(code, element or self.table.id, line or self.table.line, severity, table=self.owner, **params)

    def look(self) -> None:
        """All findings of the table; overlaps and gaps only where nothing else is wrong."""
        self._policy()
        types = [self._column(clause) for clause in self.table.inputs]
        self.shapes = [None if type_ is None else type_.shape() for type_ in types]
        outputs = [self._output(clause) for clause in self.table.outputs]
        for rule in self.table.rules:
            self._rule(rule, outputs)
        if self.sound:
            self.check.found += check_table(self.table, self.owner, self.check.file, types)

    def _policy(self) -> None:
        table = self.table
        names = [output.name for output in table.outputs]
        if table.hit_policy not in HIT_POLICIES:
            self.say("dmn_hit_policy", table.id, table.line, policy=table.hit_policy)
        if table.aggregation and table.aggregation not in AGGREGATIONS:
            self.say("dmn_aggregation", table.id, table.line, aggregation=table.aggregation)
        elif table.aggregation and len(names) > 1:
            self.say("dmn_aggregation_outputs", table.id, table.line, aggregation=table.aggregation)
        if not names:
            self.say("dmn_no_output", table.id, table.line)
        elif len(names) > 1 and (len(set(names)) < len(names) or not all(names)):
            self.say("dmn_output_unnamed", table.id, table.line)
        if table.hit_policy in ("PRIORITY", "OUTPUT ORDER") and not any(map(self._order, table.outputs)):
            self.say("dmn_no_priorities", table.id, table.line, policy=table.hit_policy)

    def _order(self, output: m.OutputClause) -> str:
        reference = output.type or self.table.type
        type_ = self.check.model.types.find(self.check.main.namespace, reference) if reference else None
        return output.values or (type_.allowed_text() if type_ is not None else "")

    # ---- columns
    def _column(self, clause: m.InputClause) -> ValueType | None:
        """Looks at an input column; its type: that of the column, else that of the input it names."""
        text = clause.expression
        if not text.text.strip():
            self.say("dmn_column_empty", clause.id, clause.line, column=clause.title)
        elif not self.check.foreign(text, self._at(clause.title)[1], text.id):
            self._part(text, clause, "表达式", "expression", False)
        if clause.values:
            self._part(m.Literal(text=clause.values, id=clause.id, line=clause.line), clause, "允许的值",
                       "list of allowed values", True)
        declared = self.check.type(text.type, f"{self.owner}.{clause.title}", clause.id, clause.line)
        return declared if declared is not None and declared.simple_kind() else (
            self._named_type(text.text.strip()) or declared)

    def _part(self, literal: m.Literal, clause: m.InputClause | m.OutputClause, part_zh: str, part_en: str,
              unary: bool) -> None:
        error = self.check.broken(literal.text, unary, self.names)
        if error is not None:
            self.say("dmn_column_broken", clause.id, clause.line, column=clause.title, part_zh=part_zh,
                     part_en=part_en, reason_zh=error.sentence("zh"), reason_en=error.sentence("en"))
        elif not unary:
            self.check.unknown(literal, self.names, *self._at(clause.title))

    def _named_type(self, text: str) -> ValueType | None:
        """The type of the input ``text`` names, also of a part of it: ``customer.level``."""
        for element in self.check.main.inputs.values():
            if element.name not in self.names or not (text == element.name or text.startswith(element.name + ".")):
                continue
            found = self.check.model.types.find(self.check.main.namespace, element.type) if element.type else None
            for part in text[len(element.name) + 1:].split(".") if text != element.name else ():
                found = (found.components or {}).get(part.strip()) if found is not None else None
            return found
        return None

    def _output(self, clause: m.OutputClause) -> list[Any] | None:
        """Looks at an output column; its allowed values, None where any is allowed or they are no constants."""
        self.check.type(clause.type, f"{self.owner}.{clause.title}", clause.id, clause.line)
        if clause.default:
            default = m.Literal(text=clause.default, id=clause.id, line=clause.line)
            self._part(default, clause, "默认值", "default", False)
        if not clause.values:
            return None
        error = self.check.broken(clause.values, True, self.names)
        if error is not None:
            self.say("dmn_column_broken", clause.id, clause.line, column=clause.title, part_zh="允许的值",
                     part_en="list of allowed values", reason_zh=error.sentence("zh"), reason_en=error.sentence("en"))
            return None
        return _constants(f"[{clause.values}]")

    # ---- rules
    def _rule(self, rule: m.Rule, outputs: list[list[Any] | None]) -> None:
        table = self.table
        expected, got = len(table.inputs) + len(table.outputs), len(rule.inputs) + len(rule.outputs)
        if len(rule.inputs) != len(table.inputs) or len(rule.outputs) != len(table.outputs):
            self.say("dmn_cells_count", rule.id, rule.line, row=rule.number, found=got, expected=expected)
            return
        for clause, cell, shape in zip(table.inputs, rule.inputs, self.shapes):
            self._cell(rule, clause.title, cell, True, shape)
        for clause, cell, allowed in zip(table.outputs, rule.outputs, outputs):
            if self._cell(rule, clause.title or self.owner, cell, False) and allowed:
                self._allowed(rule, clause, cell, allowed)

    def _cell(self, rule: m.Rule, column: str, cell: m.Literal, unary: bool, shape: Any = None) -> bool:
        """Is the cell sound? Says what is wrong with it, table, row and column named."""
        where_zh, where_en = self._at(column, rule.number)
        text = cell.text.strip()
        if self.check.foreign(cell, where_en, cell.id or rule.id):
            self.sound = False
            return False
        if not text or (unary and text == "-"):
            return True
        error = self.check.broken(text, unary, self.names)
        if error is not None:
            self.say("dmn_cell_broken", cell.id or rule.id, cell.line, row=rule.number, column=column,
                     reason_zh=error.sentence("zh"), reason_en=error.sentence("en"))
            return False
        self.check.unknown(cell, self.names, where_zh, where_en, unary, shape)
        return True

    def _at(self, column: str, row: int = 0) -> tuple[str, str]:
        """Where something stands, in Chinese and English."""
        if not row:
            return f"决策表“{self.owner}”的“{column}”列", f"table “{self.owner}”, column “{column}”"
        return (f"决策表“{self.owner}”第 {row} 行“{column}”列",
                f"table “{self.owner}”, row {row}, column “{column}”")

    def _allowed(self, rule: m.Rule, clause: m.OutputClause, cell: m.Literal, allowed: list[Any]) -> None:
        value = _constants(f"[{cell.text}]")
        if value and len(value) == 1 and value[0] is not None and not any(feel.equal(value[0], one) is True
                                                                         for one in allowed):
            self.say("dmn_output_not_allowed", cell.id or rule.id, cell.line, "warning", row=rule.number,
                     column=clause.title or self.owner, value=shown(value[0]), allowed=clause.values)


def _constants(text: str) -> list[Any] | None:
    """The values of a list of constants; None where it is none or a part is unknown."""
    try:
        found = feel.evaluate(text, {})
    except feel.FeelError:
        return None
    return found if isinstance(found, list) and None not in found else None
