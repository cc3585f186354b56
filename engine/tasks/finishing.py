"""What ends a step: its form is checked and kept, the run told, and the case carried on to its next wait states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import forms_filled, task_rows
from engine.authorization import Actor
from engine.bpmn import Wait
from engine.cards import Bilingual, CompletedCard, NextStep
from engine.errors import FieldError, Invalid, NotFound
from engine.family import Family, Member, keyed_waits
from engine.tasks.open_task import OpenTask
from engine.wait_state import refuse_if_due, save, settle


class OpinionNeeded(Invalid):
    """The step, or this decision, wants an opinion."""

    code = "opinion_needed"
    zh = "请填写意见。"
    en = "Please write your opinion."

    def __init__(self) -> None:
        super().__init__([FieldError("opinion", self.code, self.zh, self.en)])


def waiting(task: OpenTask) -> tuple[Member, Wait]:
    """The instance of a task and the wait it stands for. Raises TimerIsDue where a timer of the run goes first."""
    member = task.family.member(task.row.instance_id)
    refuse_if_due(task.family, member)
    return member, keyed_waits(member)[task.row.element_instance_id, 0]


def finish(task: OpenTask, values: dict[str, Any], by: Actor, *, opinion: str = "",
           variables: Mapping[str, Any] | None = None, **detail: Any) -> CompletedCard:
    """Submit a task's form as ``by`` and carry the case on; ``variables`` are set beside the form's.

    Raises Invalid with a message per field, TimerIsDue; then nothing of it may be kept.
    """
    family, row = task.family, task.row
    member, wait = waiting(task)
    family.by, family.record.by = by, by.person_id or None  # who submits it, even if others had to agree
    family.completing[member.id, row.element_instance_id] = {"role": row.role, "due_at": row.due_at}
    form = forms_filled.form_of(member, row.form_key)
    outcome = _submit(task, member, form, wait, values, by, variables or {})
    member.previous_step = row.element_id
    family.record.tell("completed", root_id=row.root_id, instance_id=row.instance_id, task_id=row.id,
                       definition_id=row.definition_id, element_id=row.element_id, reason=opinion.strip(),
                       form_key=row.form_key, outcome=outcome, due_at=row.due_at, name=row.name,
                       name_en=row.name_en, role=row.role, **detail)
    settle(family, member)
    save(family)
    return card(family, by)


def _submit(task: OpenTask, member: Member, form: Any, wait: Wait, values: dict[str, Any], by: Actor,
            variables: Mapping[str, Any]) -> str:
    if form is None:
        if values:
            raise NotFound(what="form")
        member.run.complete(wait.id, dict(variables))
        return ""
    written = forms_filled.submit(task.family, member, form, values, by, element_id=task.row.element_id, wait=wait,
                                  task_id=task.row.id)
    member.run.complete(wait.id, written | dict(variables))
    field = form.outcome_field
    return str(written[form.key].get(field.id) or "") if field is not None else ""


def require_opinion(task: OpenTask, outcome: str, opinion: str, *, refusing: bool = False) -> None:
    """Ask for an opinion where ``bihuan:opinion_required`` of the step names the outcome, or names all (``always``);
    ``refusing`` always wants one. Raises OpinionNeeded."""
    definition = task.family.parts.definitions.get(task.family.connection, task.row.definition_id)
    asked = definition.model.elements[task.row.element_id].properties.get("bihuan:opinion_required", "")
    named = {name.strip() for name in asked.split(",")}
    if not opinion.strip() and (refusing or "always" in named or (outcome and outcome in named)):
        raise OpinionNeeded()


def card(family: Family, by: Actor) -> CompletedCard:
    """What became of it: the steps now open, and the first of them that the same person may go on with."""
    steps = tuple(NextStep(row["element_id"], Bilingual(row["name"], row["name_en"]), "userTask",
                           family.live.role_name(row["role"]) if row["role"] else None) for row in family.new_tasks)
    return CompletedCard(family.root_id, family.root_row["case_number"], task_rows.first_for(family, by),
                         family.root_row["ended_at"] is not None, steps)
