"""Everything wrong with a set of files: each file by its own reader, then how they fit together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.bpmn import ProcessModel
from engine.checking.expressions import check_expressions, known_names
from engine.checking.fitting import (
    check_connectors,
    check_deadline,
    check_decision,
    check_has_deadline,
    parameter_kinds,
)
from engine.checking.forms import check_form_expressions, check_form_neighbours, check_register_roles, users_of
from engine.checking.properties import check_pack, check_properties
from engine.errors import Problem
from engine.packs import PackContent
from engine.reading import Content, read_content
from engine.search_fields import check_search
from engine.yaml import line_of, read_yaml

__all__ = ["Content", "check_content", "read_content"]


def check_content(content: Content, known: Collection[str] = (),
                  within: Collection[str] | None = None) -> list[Problem]:
    """All problems, errors first: those of the files and those between them. ``known`` are processes already live.

    ``within`` are the paths that are asked about: the others are only there to check these against.
    """
    asked = _Asked(content, within)
    problems = [problem for problem in content.problems if asked(problem.file)]
    keys = {model.key for model in content.models} | set(known)
    forms = {key: form for key, (form, _file, _raw) in content.forms.items()}
    for model in asked.models:
        problems += _between(content, model, keys)
        problems += check_properties(model, content.pack_of(model))
        used = {key: forms[key] for key in content.forms_of(model)}
        problems += check_search(model.key, model.file, model.properties, used)
        problems += check_expressions(model, forms, content.models, parameter_kinds(content.pack_of(model)))
        problems += check_connectors(model)
        problems += check_has_deadline(model, content.pack_of(model))
    problems += _parts(content, asked, keys)
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(problems, key=lambda p: (order.get(p.severity, 3), p.file, p.line, p.element))


class _Asked:
    """Which files are checked, and the variables of each process, gathered when first asked for."""

    def __init__(self, content: Content, within: Collection[str] | None):
        self._content, self._within = content, within
        self._forms = {key: form for key, (form, _file, _raw) in content.forms.items()}
        self._names: dict[str, Mapping[str, Any]] = {}

    def __call__(self, file: str) -> bool:
        return self._within is None or file in self._within

    @property
    def models(self) -> list[ProcessModel]:
        """The processes whose drawings are asked about."""
        return [model for model in self._content.models if self(self._content.drawings[model.key][0])]

    def names(self, model: ProcessModel) -> Mapping[str, Any]:
        """Every variable that a process has, with its kind."""
        if model.key not in self._names:
            self._names[model.key] = known_names(model, self._forms, self._content.models)
        return self._names[model.key]

    def beneath(self, users: Collection[ProcessModel], pack: PackContent | None) -> dict[str, Any] | None:
        """What all of these processes together have; None where there is none."""
        if not users:
            return None
        merged: dict[str, Any] = {}
        for model in users:
            for name, kind in self.names(model).items():
                merged[name] = kind if merged.get(name, kind) == kind else "any"
        return {**merged, "parameters": parameter_kinds(pack)}


def _parts(content: Content, asked: _Asked, keys: Collection[str]) -> Iterable[Problem]:
    """Forms, tables and deadlines against the processes that use them."""
    registers = {key: register.fields.keys() for key, (register, _raw) in content.registers.items()}
    for form, file, _raw in content.forms.values():
        if asked(file):
            users = users_of(form, content.models)
            packs = [pack for pack in map(content.pack_of, users) if pack is not None]
            roles = {role for pack in packs for role in pack.roles} if packs else None
            yield from check_form_expressions(form, asked.beneath(users, packs[0] if packs else None))
            yield from check_form_neighbours(form, users, registers, roles)
    every = {role for pack, _raw in content.packs.values() for role in pack.roles}
    for register, _raw in content.registers.values():
        if asked(register.file):
            yield from check_form_expressions(register.form, {}, register.expressions)
            yield from check_register_roles(register, every)
    yield from _tables(content, asked)
    for folder, (pack, raw) in content.packs.items():
        if asked(f"{folder}/pack.yaml"):
            yield from check_pack(pack, f"{folder}/pack.yaml", keys)
            yield from _deadlines(content, asked, folder, pack, raw)


def _tables(content: Content, asked: _Asked) -> Iterable[Problem]:
    told = frozenset(str(problem) for problem in content.problems)
    for model, file, raw in {id(found[0]): found for found in content.decisions.values()}.values():
        if asked(file):
            own = {one.id for one in model.decisions}
            takers = [(one, asked.names(one)) for one in content.models if own & set(one.decision_refs)]
            yield from check_decision(model, file, raw, takers, told)


def _deadlines(content: Content, asked: _Asked, folder: str, pack: PackContent, raw: bytes) -> Iterable[Problem]:
    lines = read_yaml(raw, f"{folder}/pack.yaml")
    for row in pack.deadlines.values():
        users = [model for model in content.models if content.pack_of(model) is pack and _measures(model, row.key)]
        yield from check_deadline(pack, row, f"{folder}/pack.yaml", line_of(lines, "deadlines", row.key),
                                  asked.beneath(users, pack))


def _measures(model: ProcessModel, deadline: str) -> bool:
    return any(element.properties.get("bihuan:deadline") == deadline for element in model.elements.values())


def _between(content: Content, model: ProcessModel, keys: set[str]) -> Iterable[Problem]:
    """What a drawing names and nobody has: forms, decisions, roles, deadlines, called processes."""
    file, pack = model.file, content.pack_of(model)
    for element in model.elements.values():
        for key in (element.attributes.get("formKey", ""), element.properties.get("bihuan:public", "")):
            if key and not key.startswith("=") and key not in content.forms:
                yield _unknown("unknown_form", "表单", "form", key, file, element)
        ref = element.attributes.get("decisionRef", "")
        if ref and not ref.startswith("=") and ref not in content.decisions:
            yield _unknown("unknown_decision", "决策表", "decision table", ref, file, element)
        called = element.attributes.get("calledElement", "")
        if called and not called.startswith("=") and called not in keys:
            yield _unknown("unknown_process", "流程", "process", called, file, element)
        if pack is not None and element.kind == "userTask":
            yield from _roles_and_deadline(pack, file, element)
    for called in model.called_elements:
        if not called.startswith("=") and called not in keys:
            yield Problem("unknown_process", f"被调用的流程“{called}”不存在。",
                          f"The called process {called!r} does not exist.", file=file, element=called)


def _roles_and_deadline(pack: PackContent, file: str, element: Any) -> Iterable[Problem]:
    roles = element.attributes.get("candidateGroups") or element.property("bihuan:role") or ""
    if not roles and not element.attributes.get("assignee"):
        yield Problem("no_role", f"“{element.name or element.id}”没有岗位，没有人会看到它。",
                      f"“{element.name_en or element.id}” has no role: nobody would see it.", file=file,
                      element=element.id, line=element.line)
    if not roles.startswith("="):
        for role in filter(None, (role.strip() for role in roles.split(","))):
            if role not in pack.roles:
                yield _unknown("unknown_role", "岗位", "role", role, file, element)
    deadline = element.properties.get("bihuan:deadline", "")
    if deadline and not deadline.startswith("=") and deadline not in pack.deadlines:
        yield _unknown("unknown_deadline", "期限", "deadline", deadline, file, element)


def _unknown(code: str, zh: str, en: str, key: str, file: str, element: Any) -> Problem:
    return Problem(code, f"“{element.name or element.id}”使用的{zh}“{key}”不存在。",
                   f"“{element.name_en or element.name or element.id}” uses the {en} {key!r}, which does not exist.",
                   file=file, element=element.id, line=element.line, params={"key": key})
