"""The page of one task: its form with the draft, what the actor may do with it, what comes next."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, exists, false, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor, is_mine, offered_to, permitted, sees_case, supervises_task
from engine.boards.case_forms import records
from engine.boards.cases import case_head
from engine.boards.rows import TASK_COLUMNS, task_row
from engine.cards import Bilingual, NextStep, TaskView
from engine.customer_data import READ_PERSONAL
from engine.definitions import Definition
from engine.errors import NotFound
from engine.expressions import Expressions
from engine.forms import Form, view
from engine.live import Live
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, TaskCandidate, TaskDraft, UserTask
from engine.tasks.open_task import gone
from engine.values import loads


def view_of(parts: Any, task_id: str, by: Actor, lang: str) -> TaskView:
    """The page of a task that the actor may see. Raises NotFound, AlreadyDone."""
    with parts.database.reading() as connection:
        live, now = parts.live.at(connection), parts.clock.now()
        row = _row(connection, live, by, task_id)
        if row is None:
            found = connection.scalar(select(UserTask.id).where(UserTask.id == task_id))
            raise NotFound(what="task") if found else gone(connection, task_id, now)
        definition = parts.definitions.get(connection, row.definition_id)
        mine, offered = is_mine(by, row.assignee_id, row.process_key), bool(row.offered)
        case = case_head(connection, live, row.root_id)
        may_edit = mine and not row.suspended
        form = definition.forms.get(row.form_key or "")
        element = definition.model.elements[row.element_id]
        return TaskView(
            row=task_row(row, live, now), case=case,
            form=_form(parts, live, by, row, form, definition, may_edit, lang) if form else None,
            may_claim=row.assignee_id is None and offered and not row.suspended, may_edit=may_edit,
            may_release=may_edit,
            read_only_reason=_why_not(row, mine, offered), hint=_hint(element), draft_saved_at=row.draft_at,
            draft_restored=row.draft is not None,
            earlier_forms=records(parts, connection, live, by, row.root_id, lang),
            next_steps=next_steps(definition, live, row.element_id), revision=row.revision,
            may_reveal=mine or permitted(by, READ_PERSONAL, live, row.pack, row.unit_id))


def _row(connection: Connection, live: Live, by: Actor, task_id: str) -> Row[Any] | None:
    other, offers = aliased(Person), offered_to(by, live)
    offered = exists().where(TaskCandidate.task_id == UserTask.id, offers if offers is not None else false())
    root = aliased(ProcessInstance)
    return connection.execute(
        select(*TASK_COLUMNS, Person.login, Person.name.label("holder"), Person.name_en.label("holder_en"),
               other.name.label("came_name"), other.name_en.label("came_name_en"), TaskDraft.task_id.label("draft"),
               TaskDraft.saved_at.label("draft_at"), TaskDraft.values.label("draft_values"), offered.label("offered"),
               ProcessInstance.variables, ProcessInstance.run_state)
        .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(root, root.id == UserTask.root_id)
        .outerjoin(Person, Person.id == UserTask.assignee_id).outerjoin(other, other.id == UserTask.came_by)
        .outerjoin(TaskDraft, and_(TaskDraft.task_id == UserTask.id, TaskDraft.person_id == by.person_id))
        .where(UserTask.id == task_id, sees_case(by, live, root) | supervises_task(by, live))).first()


def _form(parts: Any, live: Live, by: Actor, row: Row[Any], form: Form, definition: Definition, may_edit: bool,
          lang: str) -> Any:
    """The form as it stands for this actor: what is stored, over it the draft, read-only for who only looks."""
    from engine.bpmn import ProcessRun
    from engine.decisions import CaseEnvironment

    expressions = Expressions(parts.clock.now(), live, row.unit_id, parts.settings.zone, definition.pack)
    expressions.functions["next number"] = lambda _prefix: None  # drawn when submitted, not when looked at
    run = ProcessRun.restore(definition.model, CaseEnvironment(expressions, definition),
                             orjson.loads(row.run_state)[0], loads(row.variables))
    scope = run.scope_variables(row.element_instance_id)
    scope |= {"user": {"login": by.login, "name": by.name.zh, "roles": sorted(by.roles)},
              "parameters": expressions.parameters}
    stored = scope.get(form.key)
    permissions = form.permissions(row.element_id)
    return view(form, stored=stored if isinstance(stored, dict) else {}, variables=scope, evaluate=expressions.evaluate,
                now=expressions.now(), entered=row.draft_values if may_edit else None,
                permissions=permissions if may_edit else permissions.reading(), lang=lang, unmask=may_edit)


def _why_not(row: Row[Any], mine: bool, offered: bool) -> Bilingual | None:
    if row.suspended:
        return Bilingual("案件已挂起。", "The case is suspended.")
    if mine:
        return None
    if row.assignee_id is not None:
        return Bilingual(f"由 {row.holder} 办理。", f"{row.holder_en or row.holder} is working on it.")
    if offered:
        return Bilingual("认领后即可填写。", "Claim it to fill it in.")
    return Bilingual("您只能查看。", "You may only look.")


def _hint(element: Any) -> Bilingual | None:
    zh = element.properties.get("bihuan:hint_zh") or element.documentation
    return Bilingual(zh, element.properties.get("bihuan:hint_en", "")) if zh else None


def next_steps(definition: Definition, live: Live, element_id: str, limit: int = 6) -> tuple[NextStep, ...]:
    """The user tasks and events that may follow, found along the drawing through gateways and automatic steps."""
    model = definition.model
    following: dict[str, list[str]] = {}
    for flow in model.flows.values():
        following.setdefault(flow.source, []).append(flow.target)
    found: list[NextStep] = []
    queue, seen = list(following.get(element_id, ())), {element_id}
    while queue and len(found) < limit:
        step = queue.pop(0)
        if step in seen or step not in model.elements:
            continue
        seen.add(step)
        element = model.elements[step]
        if element.kind in ("userTask", "callActivity", "endEvent"):
            role = element.attributes.get("candidateGroups") or element.property("bihuan:role") or ""
            name = live.role_name(role) if role and not role.startswith("=") and element.kind == "userTask" else None
            found.append(NextStep(step, definition.element_name(step), element.kind, name))
        else:
            queue += following.get(step, ())
    return tuple(found)
