"""The verbs of everyday work: claim, release, save a draft, complete. Each is one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, and_, delete, literal, select
from sqlalchemy.orm import aliased

from engine import forms_filled
from engine.authorization import Actor, require, require_acting, sees_case
from engine.cards import CompletedCard
from engine.errors import BihuanError, Conflict, NotFound
from engine.expressions import Expressions
from engine.forms import draft
from engine.live import Live
from engine.models.history import HistoryEntry
from engine.models.runtime import ProcessInstance, TaskDraft, UserTask
from engine.tasks.beginning import begin, enter, hold, keep_draft, tell
from engine.tasks.finishing import finish, require_opinion
from engine.tasks.limits import refuse_over_limit
from engine.tasks.open_task import OpenTask, open_task
from engine.tasks.votes import submit_to_signers


class Everyday:
    """What staff do with tasks all day."""

    def __init__(self, parts: Any):
        self._parts = parts

    def claim(self, task_id: str, by: Actor) -> None:
        """Take a task that is offered to one of the actor's roles. Raises AlreadyTaken, AlreadyDone, NotPermitted."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = open_task(parts, connection, task_id, by, now)
            if task.row.assignee_id == by.person_id:
                return
            task = enter(task, "claim", by)
            refuse_over_limit(task, by)
            hold(task, by.person_id)
            tell(task, "claimed")

    def release(self, task_id: str, by: Actor) -> None:
        """Give a claimed task back to its roles. The draft stays with the person."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "release", by, now)
            hold(task, None)
            tell(task, "released")

    def save_draft(self, task_id: str, values: Mapping[str, Any], by: Actor) -> None:
        """Keep what was typed so far, checked by nothing but its shape; kept even if the task is gone by now."""
        require_acting(by)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            live = parts.live.at(connection)
            require(by.login in live.people, "保存草稿", "keep a draft")
            row = _drafted(connection, task_id, by, live)
            form_key = getattr(row, "form_key", None) or (getattr(row, "detail", None) or {}).get("form_key")
            form = parts.definitions.get(connection, row.definition_id).forms.get(form_key) if form_key else None
            if form is None:
                raise NotFound(what="form")
            local = Expressions(now, live, getattr(row, "unit_id", by.unit_id), parts.settings.zone)
            lost = {name: value for name, value in (getattr(row, "kept", None) or {}).items()
                    if name not in form.fields}  # of a field that another version of the form has
            keep_draft(parts, connection, row, by.person_id, lost | draft(form, values, now=local.now()), now,
                       task_id=task_id, form_key=form_key)

    def complete(self, task_id: str, values: Mapping[str, Any] | None, by: Actor, *,
                 opinion: str = "") -> CompletedCard:
        """Submit a task's form and carry the case on to its next wait states.

        An unclaimed task offered to the actor is claimed on the way. With signers to come after it the values are
        kept until they agree. Raises Invalid with a message per field, AlreadyDone, AlreadyTaken, NotPermitted, NotNow
        (signers come first, or it was lent), TimerIsDue; then nothing has changed, and after a conflict what was
        entered is kept as a draft.
        """
        try:
            return self._complete(task_id, values, by, opinion)
        except Conflict:
            if values:
                with suppress(BihuanError):  # the conflict is what there is to tell
                    self.save_draft(task_id, values, by)
            raise

    def _complete(self, task_id: str, values: Mapping[str, Any] | None, by: Actor, opinion: str) -> CompletedCard:
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "complete", by, now)
            entered = dict(values or {})
            decided = _outcome(task, entered)
            require_opinion(task, decided, opinion or str(entered.get("opinion") or ""))
            done = (submit_to_signers(task, entered, by, opinion) if task.signers
                    else finish(task, entered, by, opinion=opinion))
            if task.row.has_draft:
                connection.execute(delete(TaskDraft.__table__).where(TaskDraft.task_id == task_id,
                                                                     TaskDraft.person_id == by.person_id))
            return done


def _drafted(connection: Any, task_id: str, by: Actor, live: Live) -> Row[Any]:
    """The task that a draft is for, or what the history says of it once it is gone. Raises :class:`NotFound`.

    An open task must be one that the actor may see; of a gone one nobody can say any more to whom it was offered.
    """
    root = aliased(ProcessInstance)
    row = connection.execute(
        select(UserTask.root_id, UserTask.form_key, UserTask.definition_id, UserTask.unit_id,
               sees_case(by, live, root).label("seen"), TaskDraft.values.label("kept"))
        .join(root, root.id == UserTask.root_id)
        .outerjoin(TaskDraft, and_(TaskDraft.task_id == UserTask.id, TaskDraft.person_id == by.person_id))
        .where(UserTask.id == task_id)).first()
    if row is None:
        row = connection.execute(
            select(HistoryEntry.root_id, HistoryEntry.definition_id, HistoryEntry.detail, literal(True).label("seen"))
            .where(HistoryEntry.task_id == task_id, HistoryEntry.verb.in_(("completed", "withdrawn", "returned")))
            .limit(1)).first()
    if row is None or not row.seen:
        raise NotFound(what="task")
    return row


def _outcome(task: OpenTask, values: Mapping[str, Any]) -> str:
    """The decision that was pressed, where the form has one."""
    form = forms_filled.form_of(task.family.member(task.row.instance_id), task.row.form_key)
    field = form.outcome_field if form is not None else None
    return str(values.get(field.id) or "") if field is not None else ""
