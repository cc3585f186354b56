"""Does a table answer every case, and once? Columns become axes, rules boxes, and what is found is told by example."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from engine import feel
from engine.errors import Problem

from . import model as m
from .axes import ORDERED, Axis
from .cells import EVERYTHING, Cell, read_cell
from .coverage import Grid, Region, TooLarge
from .sentences import problem
from .types import ValueType

MAX_TOLD = 5
"""Overlaps and gaps told of one table, each."""
MAX_COUNTED = 999
"""Further overlaps that are counted."""
MAX_HIDDEN = 200
"""Largest number of rules among which hidden ones are looked for."""
MAX_PAIRS = 100_000
"""Overlaps that are looked at: with ANY those that agree are none."""
SINGLE = frozenset(("UNIQUE", "ANY", "FIRST", "PRIORITY"))
"""Hit policies that owe one answer to every case."""


@dataclass(frozen=True, slots=True)
class Place:
    """A column as the check sees it: its clause, its type where known, the set of its allowed values."""

    clause: m.InputClause
    type: ValueType | None
    allowed: Cell | None
    kind: str


def place(clause: m.InputClause, type_: ValueType | None, cells: Iterable[Cell | None]) -> Place:
    """Where a column stands: the kind of its values by its type, else by what its cells compare with."""
    text = clause.values or (type_.allowed_text() if type_ is not None else "")
    allowed = read_cell(text) if text else None
    kind = type_.simple_kind() if type_ is not None else ""
    found = set().union(*(cell.kinds() for cell in (*cells, allowed) if cell is not None))
    if not kind and len(found) == 1:
        kind = next(iter(found))
    if allowed is not None and (allowed.kinds() - {kind} or (kind not in ORDERED and not allowed.is_listed)):
        allowed = None
    return Place(clause, type_, allowed, kind if kind in ORDERED or kind in ("string", "boolean") else "")


class TableCheck:
    """The check of one table; :meth:`problems` says what it found."""

    def __init__(self, table: m.DecisionTable, owner: str, file: str, types: list[ValueType | None]):
        self.table, self.owner, self.file = table, owner, file
        rules = [rule for rule in table.rules if len(rule.inputs) == len(table.inputs)]
        self.rules = rules
        self.cells = [[read_cell(rule.inputs[number].text) for rule in rules] for number in range(len(table.inputs))]
        self.places = [place(clause, type_, column)
                       for clause, type_, column in zip(table.inputs, types, self.cells)]
        self.columns = [number for number, one in enumerate(self.places)
                        if one.clause.expression.text.strip()]

    def problems(self) -> list[Problem]:
        """Cells that can never hold, overlaps, gaps and hidden rules, as far as constants tell."""
        if not self.rules or len(self.rules) != len(self.table.rules):
            return []
        try:
            grid = self._grid()
        except TypeError:  # constants that cannot be compared, such as times with and without a zone
            return []
        found, complete = self._never(grid), True
        for look in (self._overlaps, self._hidden, self._gaps):
            try:
                found += look(grid)
            except TooLarge:
                complete = False
        return found if complete else [*found, self._problem("dmn_too_large_to_check", "hint")]

    def _problem(self, code: str, severity: str, rule: m.Rule | None = None, **params: object) -> Problem:
        element, line = (self.table.id, self.table.line) if rule is None else (rule.id or self.table.id, rule.line)
        return problem(code, self.file, element, line, severity, table=self.owner, **params)

    # ---- the grid
    def _grid(self) -> Grid:
        """Columns that ask the same expression share an axis."""
        texts = [" ".join(one.clause.expression.text.split()) for one in self.places]
        self.shared = [[number for number, text in enumerate(texts) if text == wanted]
                       for wanted in dict.fromkeys(texts)]
        axes = tuple(self._axis(group) for group in self.shared)
        sure, maybe = [], []
        for row in range(len(self.rules)):
            sides = [self._masks(axis, group, row) for axis, group in zip(axes, self.shared)]
            sure.append(tuple(side[0] for side in sides))
            maybe.append(tuple(side[1] for side in sides))
        return Grid(axes, tuple(sure), tuple(maybe))

    def _axis(self, group: list[int]) -> Axis:
        first = self.places[group[0]]
        if any(self.places[number].kind != first.kind for number in group):
            return Axis("", ())
        cells = [cell for number in group for cell in self.cells[number] if self._fits(cell, first.kind)]
        allowed = next((self.places[number].allowed for number in group if self.places[number].allowed), None)
        return Axis(first.kind, cells, allowed, first.type is not None and first.type.whole)

    @staticmethod
    def _fits(cell: Cell | None, kind: str) -> bool:
        """Can the cell be reckoned with on an axis of this kind?"""
        return cell is not None and bool(kind) and not cell.kinds() - {kind} and (kind in ORDERED or cell.is_listed)

    def _masks(self, axis: Axis, group: list[int], row: int) -> tuple[int, int]:
        whole = axis.every | axis.null_bit
        sure = maybe = whole
        for number in group:
            cell = self.cells[number][row]
            if cell == EVERYTHING:
                continue
            if self._fits(cell, axis.kind):
                mask = axis.mask(cell)
            elif cell is not None and axis.kind and cell.kinds() - {axis.kind} == cell.kinds() != set():
                mask = 0  # compares with values of another kind: never holds
            else:
                sure = 0
                continue
            sure, maybe = sure & mask, maybe & mask
        return sure, maybe

    # ---- what is found
    def _never(self, grid: Grid) -> list[Problem]:
        found = []
        for rule_number, rule in enumerate(self.rules):
            for axis, group, mask in zip(grid.axes, self.shared, grid.maybe[rule_number]):
                if mask & (axis.possible | axis.null_bit):
                    continue
                clause = self.places[group[0]].clause
                column = self.places[group[0]]
                allowed = clause.values or (column.type.allowed_text() if column.type is not None else "")
                code = "dmn_input_not_allowed" if allowed else "dmn_cell_never"
                if self._fits(self.cells[group[0]][rule_number], axis.kind) is False:
                    code = "dmn_cell_kind"
                found.append(self._problem(code, "warning", rule, row=rule.number, column=clause.title,
                                           cell=rule.inputs[group[0]].text.strip(), allowed=allowed, kind=axis.kind))
        return found

    def _overlaps(self, grid: Grid) -> list[Problem]:
        policy = self.table.hit_policy
        if policy not in ("UNIQUE", "ANY"):
            return []
        says = [[" ".join(cell.text.split()) for cell in rule.outputs] for rule in self.rules]
        pairs = ((first, second, shared) for first, second, shared in islice(grid.overlaps(), MAX_PAIRS)
                 if policy == "UNIQUE" or says[first] != says[second])
        told = list(islice(pairs, MAX_TOLD))
        found = [self._problem("dmn_overlap", "warning", self.rules[second], first=self.rules[first].number,
                               second=self.rules[second].number, policy=policy, **self._examples(grid, shared))
                 for first, second, shared in told]
        more = sum(1 for _ in islice(pairs, MAX_COUNTED))
        count = f"{more}+" if more == MAX_COUNTED else more
        return [*found, *([self._problem("dmn_overlaps_more", "warning", count=count)] if more else [])]

    def _hidden(self, grid: Grid) -> list[Problem]:
        """With FIRST: rules that those above them cover completely."""
        if self.table.hit_policy != "FIRST":
            return []
        found = []
        for number in range(1, len(self.rules) if len(self.rules) <= MAX_HIDDEN else 0):
            box = tuple(mask & axis.domain for mask, axis in zip(grid.sure[number], grid.axes))
            certain = Grid(grid.axes, grid.sure, grid.sure)
            if all(box) and next(certain.gaps(box, range(number)), None) is None:
                found.append(self._problem("dmn_rule_hidden", "warning", self.rules[number],
                                           row=self.rules[number].number))
        return found

    def _gaps(self, grid: Grid) -> list[Problem]:
        defaults = self.table.outputs and all(output.default for output in self.table.outputs)
        if self.table.hit_policy not in SINGLE or defaults:
            return []
        regions = grid.gaps(tuple(axis.domain for axis in grid.axes))
        told, severity = list(islice(regions, MAX_TOLD)), "warning"
        more = next(regions, None) is not None
        if not told:  # texts that no cell mentions, where the column does not say which there are
            told = list(islice(grid.gaps(tuple(axis.possible for axis in grid.axes)), 1))
            severity = "hint"
        found = [self._problem("dmn_gap", severity, **self._examples(grid, region)) for region in told]
        return [*found, *([self._problem("dmn_gaps_more", severity)] if more else [])]

    def _examples(self, grid: Grid, region: Region) -> dict[str, str]:
        """A case of a region in both languages; columns of which every value belongs to it are left out."""
        told = [(self.places[group[0]].clause.title, axis, mask)
                for axis, group, mask in zip(grid.axes, self.shared, region)
                if axis.kind and mask & axis.domain != axis.domain]
        zh = "，".join(f"{title} = {axis.told(mask, 'zh')}" for title, axis, mask in told)
        en = ", ".join(f"{title} = {axis.told(mask, 'en')}" for title, axis, mask in told)
        return {"example": zh or "任意输入", "example_en": en or "any input"}


def check_table(table: m.DecisionTable, owner: str, file: str, types: list[ValueType | None]) -> list[Problem]:
    """What :class:`TableCheck` finds; ``types`` are those of the input columns."""
    try:
        return TableCheck(table, owner, file, types).problems()
    except feel.FeelError:
        return []
