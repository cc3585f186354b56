"""Reads a form file: schema first, then everything a schema cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from engine.errors import Problem, Refused
from engine.forms.declaration import RESERVED, Analyse, Declaration, analysed
from engine.forms.field import Field
from engine.forms.form import EDIT, Form, Permissions, Rule, Section
from engine.forms.formula import declared, formula
from engine.forms.groups import Group
from engine.forms.schema import form_schema
from engine.forms.words import words_of
from engine.yaml import check_schema, line_of, read_yaml


def read_form(text: str | bytes, file: str = "", groups: Mapping[str, Group] | None = None,
              analyse: Analyse | None = None) -> Form:
    """The form that ``text`` declares.

    ``groups`` are the field groups it may use; ``analyse`` (``engine.feel.compile``) checks its expressions. Raises
    :class:`~engine.errors.Refused` with every error found.
    """
    form, problems = examine_form(text, file, groups, analyse)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or form is None:
        raise Refused(errors)
    return form


def check_form(text: str | bytes, file: str = "", groups: Mapping[str, Group] | None = None,
               analyse: Analyse | None = None) -> list[Problem]:
    """Errors and warnings of a form file; never raises."""
    return examine_form(text, file, groups, analyse)[1]


def examine_form(text: str | bytes, file: str, groups: Mapping[str, Group] | None,
                 analyse: Analyse | None) -> tuple[Form | None, list[Problem]]:
    """The form as far as it could be read, and all its problems."""
    try:
        data = read_yaml(text, file)
    except Refused as refused:
        return None, list(refused.problems)
    problems = check_schema(data, form_schema(), file)
    if problems:
        return None, problems
    reading = _Reading(data, file, groups, analyse)
    form = reading.form()
    return form, sorted(reading.declaration.problems, key=lambda problem: problem.line)


class _Reading:
    """One form file on its way to becoming a :class:`Form`."""

    def __init__(self, data: Any, file: str, groups: Mapping[str, Group] | None, analyse: Analyse | None):
        self.data, self.file, self.analyse = data, file, analyse
        self.declaration = Declaration(file, groups)
        self.tell = self.declaration.tell

    def form(self) -> Form:
        data = self.data
        sections = tuple(
            Section(one["id"], words_of(one["title"]), tuple(self.declaration.fields(one["fields"])),
                    declared(one.get("visible", True), line_of(one, "visible"))) for one in data["sections"])
        form = Form(
            key=data["form"], title=words_of(data["title"]), sections=sections, rules=self._rules(),
            sets={name: formula(text, line_of(data, "sets", name)) for name, text in data.get("sets", {}).items()},
            tasks={task: _permissions(said, sections) for task, said in data.get("tasks", {}).items()}, file=self.file,
            retention=data.get("retention", ""))
        self._check_names(form)
        self._check_fields(form)
        self._check_rules(form)
        self._check_formulas(form)
        return form

    def _rules(self) -> tuple[Rule, ...]:
        rules = self.data.get("rules", [])
        raw = [(rule, line_of(rules, index, "refuse_if")) for index, rule in enumerate(rules)]
        return tuple(Rule(rule["field"], formula(rule["refuse_if"], line), words_of(rule["message"]))
                     for rule, line in [*raw, *self.declaration.expansion.rules])

    def _check_names(self, form: Form) -> None:
        stem = PurePosixPath(self.file).stem
        if self.file and stem != form.key:
            self.tell("form_key", "", line_of(self.data, "form"), f"form 应与文件名相同：{stem}。",
                      f"form must be the name of the file: {stem}.")
        seen: dict[str, str] = {}
        for section in form.sections:
            for one in section.fields:
                if one.id in seen:
                    self.tell("field_repeated", one.id, one.line, f"字段“{one.id}”重复（分区 {seen[one.id]} 已有）。",
                              f'The field "{one.id}" is repeated (section {seen[one.id]} has it).')
                seen.setdefault(one.id, section.id)
        ids = [section.id for section in form.sections]
        for index, name in enumerate(ids):
            if name in ids[:index]:
                self.tell("section_repeated", name, line_of(self.data, "sections", index), f"分区“{name}”重复。",
                          f'The section "{name}" is repeated.')
        for task, said in self.data.get("tasks", {}).items():
            for name in said:
                if name != "*" and name not in seen and name not in ids:
                    self._no_field(name, line_of(said, name), f"tasks.{task}")

    def _check_fields(self, form: Form) -> None:
        outcomes = [one.id for one in form.fields.values() if one.attribute("outcome")]
        if len(outcomes) > 1:
            self.tell("outcome_repeated", outcomes[1], form.fields[outcomes[1]].line,
                      "一个表单只能有一个 outcome 字段。", "A form can have one outcome field only.")
        for one in form.fields.values():
            siblings = {column.id for column in one.columns}
            for inner in one.columns:
                self._check_fill(inner, siblings, f"{one.id}.{inner.id}")
            self._check_fill(one, set(form.fields), one.id)
            if one.id in RESERVED and any(one.id in text.words for _, text in one.formulas()):
                self.tell("reserved_name", one.id, one.line, f"字段“{one.id}”遮住了同名的保留变量。",
                          f'The field "{one.id}" hides the reserved variable of that name.', "warning")

    def _check_fill(self, one: Field, known: set[str], path: str) -> None:
        for target in one.attribute("fill") or ():
            if target not in known:
                self._no_field(target, one.line, f"{path}.fill")

    def _check_rules(self, form: Form) -> None:
        for rule in form.rules:
            name, _, column = rule.field.partition(".")
            known = form.fields.get(name)
            if known is None or column and column not in {one.id for one in known.columns}:
                self._no_field(rule.field, rule.refuse_if.line, "rules")
        for name in set(form.sets) & set(RESERVED):
            self.tell("sets_reserved", name, form.sets[name].line, f"sets 不能写保留变量“{name}”。",
                      f'sets cannot write the reserved variable "{name}".')

    def _check_formulas(self, form: Form) -> None:
        if self.analyse is None:
            return
        names = frozenset(form.fields) | {column.id for one in form.fields.values() for column in one.columns}
        problems, free = analysed(form.expressions, self.analyse, names, self.file)
        for problem in problems:
            self.tell(problem.code, problem.element, problem.line, problem.zh, problem.en)
        graph = {one.field: free.get(id(one), frozenset()) & set(form.fields) - {one.field}
                 for one in form.expressions if one.attribute == "compute"}
        for name in graph:
            if _reaches(graph, name, name):
                self.tell("compute_cycle", name, form.fields[name].line, f"字段“{name}”的计算循环引用自身。",
                          f'The computation of "{name}" leads back to itself.')

    def _no_field(self, name: str, line: int, where: str) -> None:
        self.tell("field_unknown", name, line, f"{where}：没有字段“{name}”。", f'{where}: there is no field "{name}".')


def _permissions(said: Mapping[str, str], sections: tuple[Section, ...]) -> Permissions:
    """Permissions by field; an entry for a section counts for its fields that have none of their own."""
    fields = {one.id: said[section.id] for section in sections if section.id in said for one in section.fields}
    own = {one.id for section in sections for one in section.fields}
    return Permissions(said.get("*", EDIT), fields | {name: allowed for name, allowed in said.items() if name in own})


def _reaches(graph: Mapping[str, frozenset[str]], start: str, goal: str) -> bool:
    seen, waiting = set(), list(graph.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(graph.get(name, ()))
    return False
