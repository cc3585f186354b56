"""Steps in which a person does more with a task than fill it in: pass on, return, take back, sign, move its clock.

A step is called as the verb is in the table of :mod:`engine.operations`, but for ``return``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.authorization import Actor, offered_to
from engine.errors import FieldError, Invalid
from engine.models.history import HistoryEntry
from engine.models.runtime import ProcessInstance, TaskCandidate, UserTask
from engine.testing.failing import StepFailed
from engine.testing.world import attached, moment

if TYPE_CHECKING:
    from engine.process_engine import ProcessEngine

STEP_OF = {"return_to": "return"} | {verb: verb for verb in (
    "transfer", "delegate", "hand_back", "take_back_delegation", "reassign", "take_over", "add_signers",
    "remove_signer", "sign", "pull_back", "extend", "pause_clock", "resume_clock", "escalate")}
"""Verb of the table of operations -> the step that does it."""
GIVEN = ("to", "straight", "people", "position", "rule", "weights", "signer", "outcome", "opinion", "signature", "due",
         "told_customer", "reason")
"""What such a step may say besides its task, ``by`` and ``form``."""


class TaskSteps:
    """The steps; a part of :class:`~engine.testing.story.Story`."""

    engine: ProcessEngine
    actor: Callable[[str], Actor]
    case_of: Callable[[Mapping[str, Any]], str]
    task_of: Callable[[Mapping[str, Any], str], str]
    _form: Callable[[dict[str, Any]], dict[str, Any]]

    def _transfer(self, step: dict[str, Any]) -> None:
        self._pass_on("transfer", step)

    def _delegate(self, step: dict[str, Any]) -> None:
        self._pass_on("delegate", step)

    def _reassign(self, step: dict[str, Any]) -> None:
        self._pass_on("reassign", step, mine=False)

    def _pass_on(self, verb: str, step: dict[str, Any], *, mine: bool = True) -> None:
        task = self._held(step, verb) if mine else self.task_of(step, step[verb])
        getattr(self.engine.tasks, verb)(task, step.get("to", ""), step.get("reason", ""), self.actor(step["by"]))

    def _take_over(self, step: dict[str, Any]) -> None:
        self._plain("take_over", step, step.get("reason", ""))

    def _hand_back(self, step: dict[str, Any]) -> None:
        self._plain("hand_back", step, step.get("reason", ""))

    def _take_back_delegation(self, step: dict[str, Any]) -> None:
        self._plain("take_back_delegation", step)

    def _pause_clock(self, step: dict[str, Any]) -> None:
        self._plain("pause_clock", step, step.get("reason", ""))

    def _resume_clock(self, step: dict[str, Any]) -> None:
        self._plain("resume_clock", step, step.get("reason", ""))

    def _escalate(self, step: dict[str, Any]) -> None:
        self._plain("escalate", step, step.get("reason", ""))

    def _remove_signer(self, step: dict[str, Any]) -> None:
        self._plain("remove_signer", step, step.get("signer", ""), step.get("reason", ""))

    def _plain(self, verb: str, step: dict[str, Any], *given: Any) -> None:
        getattr(self.engine.tasks, verb)(self.task_of(step, step[verb]), *given, self.actor(step["by"]))

    def _return(self, step: dict[str, Any]) -> None:
        """To an earlier step, ``process/element`` where it is one of another process of the case."""
        by, task = self.actor(step["by"]), self._held(step, "return")
        process, _, element = step["to"].rpartition("/")
        instance = None
        if process:
            instance = next((one.instance_id for one in self.engine.tasks.return_targets(task, by)
                             if one.element_id == element and self._process(one.instance_id) == process), None)
        self.engine.tasks.return_to(task, element, step.get("reason", ""), by, straight=bool(step.get("straight")),
                                    instance_id=instance)

    def _process(self, instance_id: str) -> str:
        with self.engine.database.reading() as connection:
            return connection.scalar(select(ProcessInstance.process_key).where(ProcessInstance.id == instance_id)) or ""

    def _add_signers(self, step: dict[str, Any]) -> None:
        self.engine.tasks.add_signers(
            self._held(step, "add_signers"), list(step.get("people", ())), step.get("position", "before"),
            step.get("reason", ""), self.actor(step["by"]), rule=step.get("rule", "all"), weights=step.get("weights"))

    def _sign(self, step: dict[str, Any]) -> None:
        drawn = step.get("signature")
        signature = attached(self.engine, str(drawn["upload"])) if drawn else None
        self.engine.tasks.sign(self.task_of(step, step["sign"]), step.get("outcome", ""), step.get("opinion", ""),
                               self.actor(step["by"]), signature=signature, values=self._form(step) or None)

    def _extend(self, step: dict[str, Any]) -> None:
        try:
            due = moment(str(step.get("due", "")), self.engine.settings.zone)
        except ValueError:
            raise Invalid([FieldError("due", "format", "请填写日期和时间。", "Enter a date and a time.")]) from None
        task, by = self.task_of(step, step["extend"]), self.actor(step["by"])
        self.engine.tasks.extend(task, due, step.get("reason", ""), by, told_customer=bool(step.get("told_customer")))

    def _pull_back(self, step: dict[str, Any]) -> None:
        """Take back the completion of a task: the last one at that element."""
        process, _, element = step["pull_back"].rpartition("/")
        with self.engine.database.reading() as connection:
            rows = connection.execute(
                select(HistoryEntry.task_id, HistoryEntry.instance_id).where(
                    HistoryEntry.root_id == self.case_of(step), HistoryEntry.verb == "completed",
                    HistoryEntry.element_id == element).order_by(HistoryEntry.id.desc())).all()
        found = next((row.task_id for row in rows if process in ("", self._process(row.instance_id))), None)
        if found is None:
            raise StepFailed(f"还没有办结过“{step['pull_back']}”", f"{step['pull_back']!r} was not completed yet")
        self.engine.tasks.pull_back(found, self.actor(step["by"]))

    def _held(self, step: dict[str, Any], verb: str) -> str:
        """The task, claimed first by whoever may where nobody has it."""
        task, by = self.task_of(step, step[verb]), self.actor(step["by"])
        with self.engine.database.reading() as connection:
            row = connection.execute(select(UserTask.assignee_id, UserTask.signing).where(UserTask.id == task)).one()
            offers = offered_to(by, self.engine.live.at(connection))
            free = row.assignee_id is None and row.signing != "joint" and offers is not None and connection.scalar(
                select(TaskCandidate.task_id).where(TaskCandidate.task_id == task, offers).limit(1)) is not None
        if free:
            self.engine.tasks.claim(task, by)
        return task
