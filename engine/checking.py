"""What a set of files holds, and everything wrong with it: each file by its own reader, then how they fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from engine import dmn, feel
from engine.bpmn import ProcessModel, check_models, read_models
from engine.checking_content import check_connectors, check_deadline, check_decision, parameter_kinds
from engine.checking_expressions import HOST_FUNCTIONS, check_expressions, known_names
from engine.checking_forms import check_form_expressions, check_form_neighbours, check_register_roles, users_of
from engine.checking_properties import check_pack, check_properties
from engine.errors import Problem, Refused
from engine.forms import Form, Group, check_form, read_form, read_groups
from engine.packs import PackContent, read_pack
from engine.registers import Register, read_register
from engine.search_fields import check_search
from engine.yaml import line_of, read_yaml

IGNORED = (".scenario.yaml", ".md", ".csv")


@dataclass
class Content:
    """The files of a deployment by what they are; ``problems`` are those found while reading."""

    models: list[ProcessModel] = field(default_factory=list)
    drawings: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    forms: dict[str, tuple[Form, str, bytes]] = field(default_factory=dict)
    decisions: dict[str, tuple[dmn.DecisionModel, str, bytes]] = field(default_factory=dict)
    packs: dict[str, tuple[PackContent, bytes]] = field(default_factory=dict)
    registers: dict[str, tuple[Register, bytes]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    groups_file: tuple[str, bytes] | None = None
    problems: list[Problem] = field(default_factory=list)

    def pack_of(self, model: ProcessModel) -> PackContent | None:
        """The pack whose folder the drawing lies in."""
        folder = str(PurePosixPath(self.drawings[model.key][0]).parent)
        found = self.packs.get(folder)
        return found[0] if found else None

    def forms_of(self, model: ProcessModel) -> list[str]:
        """Keys of the forms that a drawing names."""
        named = {*model.form_keys, *(element.inputs.get("form", "") for element in model.elements.values())}
        return sorted(key for key in named if key in self.forms)

    def parts_of(self, model: ProcessModel) -> list[tuple[str, str, str, bytes]]:
        """What is frozen with a version of a process: (kind, key, file, content)."""
        file, drawing = self.drawings[model.key]
        parts = [("bpmn", model.key, file, drawing)]
        keys = self.forms_of(model)
        parts += [("form", key, self.forms[key][1], self.forms[key][2]) for key in keys]
        if keys and self.groups_file:
            parts.append(("groups", "groups", *self.groups_file))
        parts += [("dmn", ref, self.decisions[ref][1], self.decisions[ref][2])
                  for ref in sorted(set(model.decision_refs)) if ref in self.decisions]
        return parts


def read_content(files: Mapping[str, bytes]) -> Content:
    """Sort ``files`` (path -> content) by what they are and read each; problems are gathered, nothing is raised."""
    content = Content()
    yamls: list[tuple[str, bytes, Any]] = []
    for file, raw in sorted(files.items()):
        if file.endswith(".bpmn"):
            _take(content, _drawing, file, raw)
        elif file.endswith(".dmn"):
            _take(content, _decisions, file, raw)
        elif file.endswith((".yaml", ".yml")) and not file.endswith(IGNORED):
            try:
                yamls.append((file, raw, read_yaml(raw, file)))
            except Refused as refused:
                content.problems += refused.problems
    readers = (("groups", _groups), ("pack", _pack), ("register", _register), ("form", _form), ("", _unknown_file))
    for kind, reader in readers:
        for file, raw, data in yamls:
            if _kind(file, data) == kind:
                _take(content, reader, file, raw)
    return content


def _kind(file: str, data: Any) -> str:
    """What a YAML file declares: one of four keys says so, and the name of a pack's file."""
    named = [key for key in ("pack", "register", "form", "groups") if isinstance(data, dict) and key in data]
    if isinstance(data, dict) and not named and not data.keys().isdisjoint(DATA):
        return "data"
    return named[0] if named else "pack" if PurePosixPath(file).name == "pack.yaml" else ""


DATA = frozenset({"organisation", "recipe", "recipes", "rows_of"})
"""Keys of files that hold data of a demonstration or an organisation: nothing to deploy."""


def _unknown_file(content: Content, file: str, raw: bytes) -> None:  # noqa: ARG001
    content.problems.append(Problem(
        "unknown_file", "看不出这个文件是什么：缺少 form、register、groups 或 pack。",
        "What this file is cannot be told: it has no `form`, `register`, `groups` or `pack`.", file=file,
        severity="warning"))


def _take(content: Content, reader: Callable[[Content, str, bytes], None], file: str, raw: bytes) -> None:
    try:
        reader(content, file, raw)
    except Refused as refused:
        content.problems += refused.problems


def _drawing(content: Content, file: str, raw: bytes) -> None:
    found = check_models(raw, file)
    content.problems += found
    if any(problem.severity == "error" for problem in found):
        return
    for model in read_models(raw, file):
        if model.key in content.drawings:
            raise Refused([Problem("process_twice", f"流程 {model.key} 在 {content.drawings[model.key][0]} 中已有。",
                                   f"The process {model.key} is in {content.drawings[model.key][0]} as well.",
                                   file=file, element=model.key)])
        content.models.append(model)
        content.drawings[model.key] = (file, raw)


def _decisions(content: Content, file: str, raw: bytes) -> None:
    content.problems += dmn.check(raw, file, functions=HOST_FUNCTIONS)
    model = dmn.read_model(raw, file)
    for key in (one.id for one in model.decisions):
        content.decisions[key] = (model, file, raw)


def _compiled(text: str, names: Iterable[str]) -> feel.Expression:
    """A form's or register's expression, with the functions of the host in scope."""
    return feel.compile(text, frozenset(names) | HOST_FUNCTIONS.keys())


def _groups(content: Content, file: str, raw: bytes) -> None:
    content.groups = read_groups(raw, file)
    content.groups_file = (file, raw)


def _pack(content: Content, file: str, raw: bytes) -> None:
    content.packs[str(PurePosixPath(file).parent)] = (read_pack(raw, file), raw)


def _register(content: Content, file: str, raw: bytes) -> None:
    register = read_register(raw, file, content.groups, analyse=_compiled)
    content.registers[register.key] = (register, raw)


def _form(content: Content, file: str, raw: bytes) -> None:
    content.problems += check_form(raw, file, content.groups, analyse=_compiled)
    form = read_form(raw, file, content.groups)
    content.forms[form.key] = (form, file, raw)


def check_content(content: Content, known: set[str] = frozenset()) -> list[Problem]:  # type: ignore[assignment]
    """All problems, errors first: those of the files and those between them. ``known`` are processes already live."""
    problems = list(content.problems)
    keys = {model.key for model in content.models} | known
    forms = {key: form for key, (form, _file, _raw) in content.forms.items()}
    names = {model.key: known_names(model, forms, content.models) for model in content.models}
    for model in content.models:
        problems += _between(content, model, keys)
        problems += check_properties(model, content.pack_of(model))
        used = {key: forms[key] for key in content.forms_of(model)}
        problems += check_search(model.key, model.file, model.properties, used)
        problems += check_expressions(model, forms, content.models, parameter_kinds(content.pack_of(model)))
        problems += check_connectors(model)
    problems += _parts(content, names)
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(problems, key=lambda p: (order.get(p.severity, 3), p.file, p.line, p.element))


def _parts(content: Content, names: Mapping[str, Mapping[str, Any]]) -> Iterable[Problem]:
    """Forms, tables and deadlines against the processes that use them; ``names``: what each process has."""
    registers = {key: register.fields.keys() for key, (register, _raw) in content.registers.items()}
    for form, _file, _raw in content.forms.values():
        users = users_of(form, content.models)
        packs = [pack for pack in map(content.pack_of, users) if pack is not None]
        roles = {role for pack in packs for role in pack.roles} if packs else None
        yield from check_form_expressions(form, _beneath(users, names, packs[0] if packs else None))
        yield from check_form_neighbours(form, users, registers, roles)
    every = {role for pack, _raw in content.packs.values() for role in pack.roles}
    for register, _raw in content.registers.values():
        yield from check_form_expressions(register.form, {}, register.expressions)
        yield from check_register_roles(register, every)
    told = frozenset(str(problem) for problem in content.problems)
    for model, file, raw in {id(found[0]): found for found in content.decisions.values()}.values():
        keys = {one.id for one in model.decisions}
        takers = [(process, names[process.key]) for process in content.models if keys & set(process.decision_refs)]
        yield from check_decision(model, file, raw, takers, told)
    for folder, (pack, raw) in content.packs.items():
        lines = read_yaml(raw, f"{folder}/pack.yaml")
        yield from check_pack(pack, f"{folder}/pack.yaml", (model.key for model in content.models))
        for row in pack.deadlines.values():
            users = [model for model in content.models if content.pack_of(model) is pack and _measures(model, row.key)]
            yield from check_deadline(pack, row, f"{folder}/pack.yaml", line_of(lines, "deadlines", row.key),
                                      _beneath(users, names, pack))


def _beneath(users: list[ProcessModel], names: Mapping[str, Mapping[str, Any]],
             pack: PackContent | None) -> dict[str, Any] | None:
    """What all of these processes together have; None where there is none."""
    if not users:
        return None
    merged: dict[str, Any] = {}
    for model in users:
        for name, kind in names[model.key].items():
            merged[name] = kind if merged.get(name, kind) == kind else "any"
    return {**merged, "parameters": parameter_kinds(pack)}


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
                   file=file, element=element.id, line=element.line)
