"""A register as declared: a kept table whose records outlive a case."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

from engine.errors import Problem, Refused
from engine.forms.declaration import Analyse, Declaration, analysed
from engine.forms.field import Field
from engine.forms.form import Form, FormExpression, Rule, Section
from engine.forms.formula import Formula, declared, formula
from engine.forms.groups import Group
from engine.forms.schema import form_schema
from engine.forms.words import Words, words_of
from engine.registers.columns import is_sealed
from engine.yaml import check_schema, line_of, read_yaml

EXTRA = frozenset({"unique", "index"})
"""Attributes of a field that only registers know."""
_NAME = re.compile(r"\w+")
_SEARCHED = frozenset({"text", "phone", "email", "contact", "idno", "ref", "user"})


@dataclass(frozen=True)
class Register:
    """A register; its fields are a form, so that a record is checked and shown as a submission is.

    ``label`` is FEEL over a record, ``key`` the fields that together name one record, ``search`` those that text
    search looks into, ``unique`` those that no two records may share, ``readonly`` when a record is closed.
    """

    key: str
    title: Words
    form: Form
    label: Formula | None
    keys: tuple[str, ...]
    search: tuple[str, ...]
    unique: tuple[str, ...]
    indexed: tuple[str, ...]
    readonly: bool | Formula = False
    read: tuple[str, ...] = ()
    edit: tuple[str, ...] = ()
    party: bool = False
    columns: tuple[str, ...] = ()
    file: str = ""
    retention: str = ""

    @functools.cached_property
    def fields(self) -> dict[str, Field]:
        return dict(self.form.fields)

    @functools.cached_property
    def phone_fields(self) -> tuple[str, ...]:
        """The fields that hold telephone numbers."""
        return tuple(name for name, one in self.fields.items() if one.type.name == "phone")

    def phones_in(self, values: Mapping[str, Any]) -> list[str]:
        """The telephone numbers of a record, each once."""
        return sorted({values[name] for name in self.phone_fields if values.get(name)})

    @functools.cached_property
    def label_is_personal(self) -> bool:
        """Whether what a record is called may tell who somebody is."""
        if self.label is None:
            return any(one.personal for one in self.fields.values() if one.type.name == "text")
        named = set(_NAME.findall(self.label.text))
        return any(one.id in named and is_sealed(one) for one in self.fields.values())

    @property
    def expressions(self) -> tuple[FormExpression, ...]:
        """Every FEEL text, so that a deployment can check it."""
        own = [FormExpression("", name, text) for name, text in (("label", self.label), ("readonly", self.readonly))
               if isinstance(text, Formula)]
        return (*self.form.expressions, *own)


def read_register(text: str | bytes, file: str = "", groups: dict[str, Group] | None = None,
                  analyse: Analyse | None = None) -> Register:
    """The register that ``text`` declares. Raises :class:`~engine.errors.Refused` with every problem found."""
    register, problems = examine_register(text, file, groups, analyse)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or register is None:
        raise Refused(errors)
    return register


def check_register(text: str | bytes, file: str = "", groups: dict[str, Group] | None = None,
                   analyse: Analyse | None = None) -> list[Problem]:
    """Errors and warnings of a register file; never raises."""
    return examine_register(text, file, groups, analyse)[1]


def examine_register(text: str | bytes, file: str, groups: dict[str, Group] | None,
                     analyse: Analyse | None) -> tuple[Register | None, list[Problem]]:
    """The register as far as it could be read, and all its problems."""
    try:
        data = read_yaml(text, file)
    except Refused as refused:
        return None, list(refused.problems)
    problems = check_schema(data, register_schema(), file)
    if problems:
        return None, problems
    declaration = Declaration(file, groups, EXTRA)
    register = _register(data, declaration, file)
    _check(register, data, declaration, analyse)
    return register, sorted(declaration.problems, key=lambda problem: problem.line)


@functools.cache
def register_schema() -> dict[str, Any]:
    """The schema of a register file."""
    schema = json.loads(files("engine.registers").joinpath("register.schema.json").read_text("utf-8"))
    schema["$defs"] = form_schema()["$defs"]
    schema["$defs"]["field"]["properties"] |= {name: {"type": "boolean"} for name in EXTRA}
    return schema


def _register(data: Any, declaration: Declaration, file: str) -> Register:
    sections = tuple(Section(one["id"], words_of(one["title"]), tuple(declaration.fields(one["fields"])),
                             declared(one.get("visible", True), line_of(one, "visible"))) for one in data["sections"])
    rules = tuple(Rule(one["field"], formula(one["refuse_if"], line_of(one, "refuse_if")), words_of(one["message"]))
                  for one in data.get("rules", []))
    form = Form(data["register"], words_of(data["title"]), sections, rules, file=file)
    fields = form.fields.values()
    unique = tuple(one.id for one in fields if one.attribute("unique"))
    label = formula(data["label"], line_of(data, "label")) if "label" in data else None
    return Register(
        key=data["register"], title=form.title, form=form, label=label, keys=tuple(data.get("key", unique[:1])),
        search=tuple(data.get("search", [one.id for one in fields if one.type.name in _SEARCHED])), unique=unique,
        indexed=tuple(one.id for one in fields if one.attribute("index")),
        readonly=declared(data.get("readonly", False), line_of(data, "readonly")), file=file,
        read=tuple(data.get("read", ())), edit=tuple(data.get("edit", ())), party=bool(data.get("party")),
        columns=tuple(data.get("list", ())), retention=data.get("retention", ""))


def _check(register: Register, data: Any, declaration: Declaration, analyse: Analyse | None) -> None:
    stem = PurePosixPath(register.file).stem
    if register.file and stem != register.key:
        declaration.tell("register_key", "", line_of(data, "register"), f"register 应与文件名相同：{stem}。",
                         f"register must be the name of the file: {stem}.")
    seen: set[str] = set()
    for one in (one for section in register.form.sections for one in section.fields):
        if one.id in seen:
            declaration.tell("field_repeated", one.id, one.line, f"字段“{one.id}”重复。",
                             f'The field "{one.id}" is repeated.')
        if one.id == "id" or one.id.startswith("row_") or "__" in one.id or one.id != one.id.lower():
            declaration.tell("column_name", one.id, one.line,
                             f"“{one.id}”不能作登记簿的字段名（小写，不用 id、row_、__）。",
                             f'"{one.id}" cannot name a field of a register (small letters; not id, row_ or __).')
        if len(one.id) > 50:
            declaration.tell("column_name", one.id, one.line, "字段名最长 50 个字符。", "At most 50 characters.")
        seen.add(one.id)
    for part in ("key", "search", "list"):
        for index, name in enumerate(data.get(part, [])):
            if name not in seen:
                declaration.tell("field_unknown", name, line_of(data, part, index), f"{part}：没有字段“{name}”。",
                                 f'{part}: there is no field "{name}".')
    for rule in register.form.rules:
        if rule.field.partition(".")[0] not in seen:
            declaration.tell("field_unknown", rule.field, rule.refuse_if.line, f"rules：没有字段“{rule.field}”。",
                             f'rules: there is no field "{rule.field}".')
    if analyse is not None:
        for problem in analysed(register.expressions, analyse, frozenset(seen), register.file)[0]:
            declaration.tell(problem.code, problem.element, problem.line, problem.zh, problem.en)
