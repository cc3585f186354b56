"""What a form refers to and does not hold itself: registers, their columns, roles, tasks of drawings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from engine.errors import Problem
from engine.forms.field import Field
from engine.forms.form import Form

BUILT_IN = frozenset({"case", "task", "unit", "person"})
"""References that the engine resolves itself, without a register."""


def check_references(form: Form, registers: Mapping[str, Collection[str]], roles: Collection[str] | None = None,
                     elements: Collection[str] | None = None) -> list[Problem]:
    """Problems of a form among its neighbours.

    ``registers`` are the columns of each register by its key, ``roles`` the roles of the pack, ``elements`` the ids of
    all tasks that show the form; what is ``None`` is not judged. Permissions of a task that is nowhere are a warning.
    """
    found = []
    for one in form.fields.values():
        for path, inner in ((one.id, one), *((f"{one.id}.{column.id}", column) for column in one.columns)):
            found += _field(form, path, inner, registers, roles)
    if elements is not None:
        found += [_problem(form, "task_unknown", task, 0, f"tasks：没有任务“{task}”使用这个表单。",
                           f'tasks: no task "{task}" uses this form.', "warning")
                  for task in form.tasks if task not in elements]
    return found


def _field(form: Form, path: str, one: Field, registers: Mapping[str, Collection[str]],
           roles: Collection[str] | None) -> Iterator[Problem]:
    register, role = one.attribute("register"), one.attribute("role")
    if register and register not in registers and register not in BUILT_IN:
        yield _problem(form, "register_unknown", path, one.line, f"没有登记簿“{register}”。",
                       f'There is no register "{register}".')
    for column in (one.attribute("fill") or {}).values():
        if register in registers and column not in registers[register]:
            yield _problem(form, "register_column_unknown", path, one.line, f"登记簿“{register}”没有字段“{column}”。",
                           f'The register "{register}" has no field "{column}".')
    if role and roles is not None and role not in roles:
        yield _problem(form, "unknown_role", path, one.line, f"没有岗位“{role}”。", f'There is no role "{role}".')


def _problem(form: Form, code: str, element: str, line: int, zh: str, en: str, severity: str = "error") -> Problem:
    return Problem(code, zh, en, file=form.file, element=element, line=line, severity=severity)
