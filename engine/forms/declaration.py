"""From declared fields to :class:`~engine.forms.field.Field`, with every problem of a declaration found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.errors import Problem
from engine.forms.field import Field, Option
from engine.forms.formula import Formula, declared, formula
from engine.forms.frame import Frame
from engine.forms.groups import Expansion, Group, RawField
from engine.forms.types import field_type
from engine.forms.words import NOTHING, Words, Wrong, words_of
from engine.yaml import line_of

Analyse = Callable[..., Any]
"""Compiles a FEEL text (``engine.feel.compile``); what it returns has ``free_names``, its errors ``sentence(lang)``."""

COMMON = frozenset({"id", "label", "type", "required", "visible", "readonly", "default", "compute", "help", "personal"})
RESERVED = frozenset({"case", "parameters", "user"})
KEYWORDS = frozenset(("if", "then", "else", "for", "return", "some", "every", "satisfies", "in", "between", "and", "or",
                      "not", "null", "true", "false", "function"))
_ANY_MOMENT = Frame(datetime(2000, 1, 1, tzinfo=UTC))


class Declaration:
    """Reads the fields of one file and collects the problems found on the way."""

    def __init__(self, file: str, groups: Mapping[str, Group] | None = None, extra: frozenset[str] = frozenset()):
        """``extra`` are attributes every type may have in this kind of file."""
        self.file, self.extra = file, extra
        self.expansion = Expansion(groups or {}, file)
        self._problems: list[Problem] = []

    @property
    def problems(self) -> list[Problem]:
        return self.expansion.problems + self._problems

    def fields(self, items: Any, table: str = "") -> Iterator[Field]:
        """The fields of a declared list, groups expanded; a field that cannot be read is left out."""
        for raw in self.expansion.fields(items, table):
            one = self._field(raw, table)
            if one is not None:
                yield one

    def tell(self, code: str, element: str, line: int, zh: str, en: str, severity: str = "error") -> None:
        self._problems.append(Problem(code, zh, en, file=self.file, element=element, line=line, severity=severity))

    def _field(self, raw: RawField, table: str) -> Field | None:
        data, path = raw.data, f"{table}.{raw.data['id']}" if table else raw.data["id"]
        kind = field_type(data.get("type", ""))
        if kind is None:
            self.tell("type_unknown", path, raw.line, f"没有字段类型“{data.get('type')}”。",
                      f'There is no field type "{data.get("type")}".')
            return None
        if table and kind.name == "table":
            self.tell("table_in_table", path, raw.line, "表格里不能再放表格。", "A table cannot hold a table.")
            return None
        options, options_formula = _options(data.get("values"), raw.line)
        line = raw.line
        one = Field(
            id=data["id"], label=words_of(data.get("label")), type=kind,
            required=declared(data.get("required", False), _line(data, "required", line)),
            visible=declared(data.get("visible", True), _line(data, "visible", line)),
            readonly=declared(data.get("readonly", False), _line(data, "readonly", line)),
            default=declared(data.get("default"), _line(data, "default", line)),
            compute=formula(data["compute"], _line(data, "compute", line)) if "compute" in data else None,
            help=words_of(data["help"]) if "help" in data else NOTHING, personal=bool(data.get("personal")),
            options=options, options_formula=options_formula,
            columns=tuple(self.fields(data["columns"], data["id"])) if "columns" in data else (),
            attributes={key: _attribute(key, value, _line(data, key, line)) for key, value in data.items()
                        if key not in COMMON and key not in ("values", "columns")}, line=line)
        self._check(one, data, path)
        return one

    def _check(self, one: Field, data: Mapping[str, Any], path: str) -> None:
        for key in data:
            if key not in COMMON | self.extra and key not in one.type.attributes:
                self.tell("attribute_unknown", path, _line(data, key, one.line),
                          f"类型 {one.type.name} 没有属性 {key}。", f"The type {one.type.name} has no attribute {key}.")
        if one.id in KEYWORDS:
            self.tell("field_id_keyword", path, one.line, f"“{one.id}”是 FEEL 的关键字，不能作字段名。",
                      f'"{one.id}" is a keyword of FEEL and cannot be the id of a field.')
        if one.compute is not None and one.default is not None:
            self.tell("compute_and_default", path, one.line, "compute 与 default 不能同时使用。",
                      "compute and default cannot be used together.")
        if "." in path and any(text.draws for _, text in one.formulas()):
            self.tell("number_in_table", path, one.line, "表格的列不能取号（next number）。",
                      "A column of a table cannot draw numbers (next number).")
        columns = [column.id for column in one.columns]
        for twice in sorted({name for name in columns if columns.count(name) > 1}):
            self.tell("field_repeated", f"{path}.{twice}", one.line, f"列“{twice}”重复。",
                      f'The column "{twice}" is repeated.')
        for wrong in (*one.type.declare(one), *_constants(one)):
            line = _line(data, str(wrong.path[0]), one.line) if wrong.path else one.line
            self.tell(wrong.code, path, line, wrong.zh, wrong.en)


def analysed(expressions: Iterable[Any], analyse: Analyse, names: frozenset[str], file: str) -> tuple[
        list[Problem], dict[int, frozenset[str]]]:
    """The problems of ``expressions`` as ``analyse`` tells them, and the free names of each (by its ``id()``)."""
    problems, free = [], {}
    for expression in expressions:
        try:
            free[id(expression)] = frozenset(analyse(expression.formula.text, names).free_names)
        except Exception as error:
            if not hasattr(error, "sentence"):
                raise
            where = f"{expression.field}.{expression.attribute}"
            problems.append(Problem("feel", f"{where}：{error.sentence('zh')}", f"{where}: {error.sentence('en')}",
                                    file=file, element=expression.field, line=expression.formula.line))
    return problems, free


def _constants(one: Field) -> Iterator[Wrong]:
    """What is wrong with literal defaults and limits."""
    for name, value in (("default", one.default), ("min", one.attribute("min")), ("max", one.attribute("max"))):
        if value is None or isinstance(value, Formula) or one.is_table or one.options_formula is not None:
            continue
        try:
            one.type.parse(value, one, _ANY_MOMENT)
        except Wrong as wrong:
            yield Wrong("constant", f"{name} 的值不对：{wrong.zh}",
                        f"The value of {name} is wrong: {wrong.en}", (name,))


def _attribute(key: str, value: Any, line: int) -> Any:
    return declared(value, line) if key in ("min", "max") else value


def _options(values: Any, line: int) -> tuple[tuple[Option, ...], Formula | None]:
    if isinstance(values, str):
        return (), formula(values, line)
    return tuple(option_of(one) for one in values or ()), None


def option_of(one: Any) -> Option:
    """An option as declared, or as a formula gave it: a scalar, or a mapping with ``id`` and words."""
    if not isinstance(one, dict):
        kept = one if isinstance(one, int) and not isinstance(one, bool) else str(one)
        return Option(kept, Words(str(one), str(one)))
    label = str(one.get("label") or one.get("name") or one.get("title") or one.get("id"))
    return Option(one["id"], Words(str(one.get("zh") or label), str(one.get("en") or label)))


def _line(data: Any, key: str, fallback: int) -> int:
    """The line of ``key``, where the file has it; in an expanded group the line of its ``use``."""
    return line_of(data, key) if key in getattr(data, "lines", ()) else fallback
