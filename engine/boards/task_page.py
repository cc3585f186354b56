"""The page of one task: its form with the draft, what the actor may do with it, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, and_, exists, false, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor, is_mine, offered_to, permitted, sees_case, supervises_task
from engine.boards.case_forms import records
from engine.boards.cases import case_head
from engine.boards.rows import TASK_COLUMNS, task_row
from engine.cards import Bilingual, NextStep, SignerCard, TaskView
from engine.customer_data import READ_PERSONAL
from engine.definitions import Definition
from engine.errors import NotFound
from engine.expressions import Expressions
from engine.forms import Form, draft, view
from engine.live import Live
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, TaskCandidate, TaskDraft, UserTask
from engine.models.working import TaskSigner
from engine.tasks.open_task import gone
from engine.values import loads


def view_of(parts: Any, task_id: str, by: Actor, lang: str, *, offered_is_mine: bool = False,
            entered: Mapping[str, Any] | None = None) -> TaskView:
    """The page of a task that the actor may see. Raises NotFound, AlreadyDone.

    ``offered_is_mine`` shows what the actor might claim as if it were; ``entered`` stands in the form, no draft then.
    """
    with parts.database.reading() as connection:
        live, now = parts.live.at(connection), parts.clock.now()
        row = _row(connection, live, by, task_id)
        if row is None:
            found = connection.scalar(select(UserTask.id).where(UserTask.id == task_id))
            raise NotFound(what="task") if found else gone(connection, task_id, now)
        definition = parts.definitions.get(connection, row.definition_id)
        offered = bool(row.offered)
        mine = is_mine(by, row.assignee_id, row.process_key) or (
            offered_is_mine and offered and row.assignee_id is None)
        case = case_head(connection, live, row.root_id)
        waits, signers = row.submitted is not None and row.signing == "after", signers_of(connection, row)
        may_edit = mine and not row.suspended and not waits
        turn = next((one for one in signers if one.state == "open" and is_mine(by, one.person_id, row.process_key)),
                    None)
        may_fill = may_edit or (turn is not None and row.signing == "joint" and not row.suspended)
        form = definition.forms.get(row.form_key or "")
        element = definition.model.elements[row.element_id]
        return TaskView(
            row=task_row(row, live, now), case=case,
            form=_form(parts, live, by, row, form, definition, may_fill, lang, entered) if form else None,
            may_claim=row.assignee_id is None and offered and not row.suspended and row.signing != "joint",
            may_edit=may_edit, may_release=may_edit and row.owner_id is None,
            read_only_reason=_why_not(row, mine and not waits, offered, signers), hint=_hint(element),
            draft_saved_at=row.draft_at, draft_restored=row.draft is not None,
            earlier_forms=records(parts, connection, live, by, row.root_id, lang),
            next_steps=next_steps(definition, live, row.element_id), revision=row.revision,
            may_reveal=mine or permitted(by, READ_PERSONAL, live, row.pack, row.unit_id),
            signers=tuple(map(_signer, signers)), signing=row.signing, submitted=waits, my_sign=turn is not None,
            owner=_name(row.owner_name, row.owner_en), behalf=_behalf(by, row, turn, live),
            returned_by=_name(row.returner, row.returner_en), returned_why=row.returned_why,
            first_due_at=row.first_due_at, paused_at=row.paused_at)


def signers_of(connection: Connection, row: Row[Any]) -> list[Row[Any]]:
    """All who were asked to sign under a task, in their order; no statement where nobody was."""
    if not row.has_signers:
        return []
    return list(connection.execute(
        select(*TaskSigner.__table__.columns, Person.login, Person.name, Person.name_en)
        .join(Person, Person.id == TaskSigner.person_id).where(TaskSigner.task_id == row.id)
        .order_by(TaskSigner.asked_at, TaskSigner.turn, TaskSigner.id)).all())


def _signer(row: Row[Any]) -> SignerCard:
    return SignerCard(row.login, Bilingual(row.name, row.name_en), row.position, row.state, row.outcome, row.opinion,
                      row.decided_at, row.signature is not None, row.closed)


def _name(zh: str | None, en: str | None) -> Bilingual | None:
    return Bilingual(zh, en or "") if zh else None


def _behalf(by: Actor, row: Row[Any], turn: Row[Any] | None, live: Live) -> Bilingual | None:
    """Whose task or signature it is, if it is the actor's only as a substitute."""
    whose = turn.person_id if turn is not None else row.assignee_id
    person = live.people_by_id.get(whose or "")
    return person.name if person is not None and person.id != by.person_id and is_mine(
        by, person.id, row.process_key) else None


def _row(connection: Connection, live: Live, by: Actor, task_id: str) -> Row[Any] | None:
    other, owner, returner, offers = aliased(Person), aliased(Person), aliased(Person), offered_to(by, live)
    offered = exists().where(TaskCandidate.task_id == UserTask.id, offers if offers is not None else false())
    root = aliased(ProcessInstance)
    return connection.execute(
        select(*TASK_COLUMNS, Person.login, Person.name.label("holder"), Person.name_en.label("holder_en"),
               other.name.label("came_name"), other.name_en.label("came_name_en"), TaskDraft.task_id.label("draft"),
               TaskDraft.saved_at.label("draft_at"), TaskDraft.values.label("draft_values"), offered.label("offered"),
               ProcessInstance.variables, ProcessInstance.run_state, UserTask.signing, UserTask.submitted,
               UserTask.owner_id, UserTask.returned_why, UserTask.first_due_at, UserTask.paused_at,
               owner.name.label("owner_name"), owner.name_en.label("owner_en"), returner.name.label("returner"),
               returner.name_en.label("returner_en"),
               exists().where(TaskSigner.task_id == UserTask.id).label("has_signers"))
        .outerjoin(owner, owner.id == UserTask.owner_id).outerjoin(returner, returner.id == UserTask.returned_by)
        .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .join(root, root.id == UserTask.root_id)
        .outerjoin(Person, Person.id == UserTask.assignee_id).outerjoin(other, other.id == UserTask.came_by)
        .outerjoin(TaskDraft, and_(TaskDraft.task_id == UserTask.id, TaskDraft.person_id == by.person_id))
        .where(UserTask.id == task_id, sees_case(by, live, root) | supervises_task(by, live))).first()


def _form(parts: Any, live: Live, by: Actor, row: Row[Any], form: Form, definition: Definition, may_edit: bool,
          lang: str, entered: Mapping[str, Any] | None) -> Any:
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
    stored = stored if isinstance(stored, dict) else {}
    if row.signing and row.submitted:  # what signers look at is not yet kept by the process
        stored = stored | draft(form, row.submitted.get("values") or {}, now=expressions.now())
    return view(form, stored=stored, variables=scope, evaluate=expressions.evaluate,
                now=expressions.now(), entered=(row.draft_values if entered is None else entered) if may_edit else None,
                permissions=permissions if may_edit else permissions.reading(), lang=lang, unmask=may_edit)


def _why_not(row: Row[Any], mine: bool, offered: bool, signers: list[Row[Any]]) -> Bilingual | None:
    if row.suspended:
        return Bilingual("案件已挂起。", "The case is suspended.")
    if mine:
        return None
    asked = [one for one in signers if one.state in ("open", "waiting") and not one.closed]
    if row.signing == "joint" or row.submitted is not None and asked:
        return Bilingual(f"等 {'、'.join(one.name for one in asked)} 签署。",
                         f"It waits for {', '.join(one.name_en or one.name for one in asked)} to sign.")
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
