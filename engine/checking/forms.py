"""The FEEL of forms, checked against the fields of the form, the processes that use it, and what a browser can answer.

A form that no process of the deployment uses is checked for syntax and functions only: what lies beneath its fields is
not known then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine import feel
from engine.bpmn import ProcessModel
from engine.checking.expressions import HOST_FUNCTIONS, field_shape, form_shape
from engine.errors import Problem
from engine.forms import Form, FormExpression, check_references
from engine.registers import Register

BOOLEAN = frozenset({"visible", "required", "readonly", "refuse_if"})
ASKED_IN_THE_BROWSER = frozenset({"visible", "required"})
BENEATH = {"user": {"login": "string", "name": "string", "roles": ["string"]}, "case": "any", "parameters": "any"}


def check_form_expressions(form: Form, beneath: Mapping[str, Any] | None,
                           expressions: Iterable[FormExpression] | None = None) -> Iterator[Problem]:
    """Problems of all FEEL texts of a form (or of these ``expressions`` over its fields); ``beneath`` are the variables
    (with types) its fields lie upon, None where they are not known."""
    own = form_shape(form)
    for one in form.expressions if expressions is None else expressions:
        names = {**(beneath or {}), **BENEATH, **own, **_of_the_row(form, one)}
        if beneath is not None and "parameters" in beneath:
            names["parameters"] = beneath["parameters"]
        attribute = one.attribute.rpartition(".")[2]
        analysis = feel.analyse(one.formula.text, names if beneath is not None else None, HOST_FUNCTIONS,
                                expected="boolean" if attribute in BOOLEAN else None)
        for finding in analysis.findings:
            yield _problem(form, one, f"feel_{finding.code}", finding.sentence("zh"), finding.sentence("en"),
                           finding.severity)
        if attribute in ASKED_IN_THE_BROWSER and not analysis.errors and "." not in one.attribute \
                and not feel.portable(one.formula.text, names, lenient=True):
            yield _problem(form, one, "feel_server_only", "浏览器不能同样计算，填写时要等服务器回应才会显示或隐藏。",
                           "A browser cannot answer this alike: the field follows the server's answer.",
                           "hint")


def _of_the_row(form: Form, one: FormExpression) -> dict[str, Any]:
    """What a column's expression (or a rule at a column) sees besides: the other columns of its row."""
    name = one.field.partition(".")[0]
    table = form.fields.get(name)
    if table is None or not table.is_table or not (one.attribute.startswith("columns.") or "." in one.field):
        return {}
    return {column.id: field_shape(column) for column in table.columns}


def _problem(form: Form, one: FormExpression, code: str, zh: str, en: str, severity: str) -> Problem:
    field = form.fields.get(one.field)
    label_zh, label_en = (field.label.zh, field.label.en) if field else (one.field, one.field)
    return Problem(code, f"“{label_zh or one.field}”的 {one.attribute}：{zh}",
                   f"{one.attribute} of “{label_en or one.field}”: {en}",
                   file=form.file, element=one.field, line=one.formula.line, severity=severity)


def users_of(form: Form, models: Iterable[ProcessModel]) -> list[ProcessModel]:
    """The processes that show a form at a task, or send it by a link."""
    return [model for model in models if form.key in model.form_keys
            or any(element.inputs.get("form") == form.key for element in model.elements.values())]


def check_form_neighbours(form: Form, users: Sequence[ProcessModel], registers: Mapping[str, Collection[str]],
                          roles: Collection[str] | None) -> list[Problem]:
    """What a form names and nobody has: registers, their columns, roles, tasks."""
    tasks = {element.id for model in users for element in model.elements.values()
             if form.key in (element.attributes.get("formKey"), element.inputs.get("form"),
                             element.properties.get("bihuan:public"))}
    return check_references(form, registers, roles, tasks if users else None)


def check_register_roles(register: Register, roles: Collection[str]) -> list[Problem]:
    """Roles that may read or edit a register and that no pack has; nothing is known where there is no pack."""
    unknown = sorted({*register.read, *register.edit} - set(roles)) if roles else []
    return [Problem("role_unknown", f"登记簿“{register.key}”的岗位“{role}”在各包中都没有。",
                    f'No pack has the role "{role}" of the register "{register.key}".', file=register.file,
                    element=role, severity="warning") for role in unknown]
