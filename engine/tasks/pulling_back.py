"""Taking back one's own last decision (撤回) while nobody has acted on it.

The rows stand in ``process_instance.undo`` as they were before (see :mod:`engine.undoing`). Nobody has acted means:
nothing has moved the case since, none of the tasks that followed was claimed, passed on or signed by somebody else, and
nothing has left the case for good. The task returns under its old id, with what was submitted as its draft.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from engine import notices, undoing
from engine.authorization import Actor, require, require_acting
from engine.bpmn import ProcessRun
from engine.errors import Conflict, NotFound
from engine.family import CasePaused, Family, Member, keyed_waits, lock, read_visits
from engine.forms import draft
from engine.models.history import FormFilled, HistoryEntry
from engine.models.identity import Person
from engine.models.runtime import ProcessInstance, UserTask
from engine.models.working import TaskSigner
from engine.operations import OPERATION, switched_on
from engine.standing import SwitchedOff
from engine.tasks.beginning import keep_draft
from engine.tasks.open_task import ago
from engine.values import loads
from engine.wait_state import save, settle


class TooLate(Conflict):
    """Somebody has acted, or time has passed: the decision stands."""

    code = "too_late"
    zh = "不能撤回：{why_zh}。"
    en = "This cannot be taken back: {why_en}."


WHY = {
    "moved": ("案件已经往下进行", "the case has moved on"),
    "ended": ("案件已经结束", "the case has ended"),
    "time": ("已超过可以撤回的时间", "the time for taking it back is over"),
    "message": ("已经向另一个案件或外部发出消息", "a message has gone to another case or outside"),
    "signal": ("已经发出信号", "a signal has gone out"),
    "signed": ("这一步已由他人签署", "others have signed this step"),
    "register": ("已经写入登记簿", "a register was written"),
}


class PullingBack:
    """The verb; a part of :class:`~engine.tasks.Tasks`."""

    _parts: Any

    def pull_back(self, case_or_task_id: str, by: Actor) -> str:
        """Take back one's last decision; the id of a case or of the task that was done. Returns the task's id.

        Raises TooLate with the reason, NotPermitted, CasePaused, NotFound.
        """
        require_acting(by)
        require_acting(by)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            found = connection.execute(
                select(HistoryEntry.root_id, HistoryEntry.by).where(HistoryEntry.task_id == case_or_task_id,
                                                                    HistoryEntry.verb == "completed")
                .order_by(HistoryEntry.id.desc()).limit(1)).first()
            task_id = case_or_task_id if found is not None else None
            family = lock(parts, connection, found.root_id if found is not None else case_or_task_id, by, now)
            undo = undoing.read(family.root_row["undo"])
            if undo is None:
                mine = found is not None and found.by == by.person_id
                require(mine or found is None, "撤回", "take back")
                raise _too_late("moved")
            self._permit(family, undo, by, task_id)
            holders = _refuse_acted(family, undo, by, now, parts.settings.pull_back_minutes)
            _restore(family, undo)
            row = next(one for one in undo["removed"] if one["id"] == undo["task"])
            member = family.member(row["instance_id"])
            element_id = keyed_waits(member)[row["element_instance_id"], 0].element_id
            name = member.definition.element_name(element_id)
            family.record.on_behalf_of = undo["behalf"]
            family.record.tell("pulled_back", root_id=family.root_id, instance_id=member.id, task_id=undo["task"],
                               definition_id=member.definition.id, element_id=element_id,
                               name=name.zh, name_en=name.en, taken=undo["made"])
            save(family)
            _as_draft(family, member, undo["task"], by)
            notices.tell(connection, now, holders, "pulled_back", root_id=family.root_id, task_id=undo["task"],
                         case_number=family.root_row["case_number"], name=name.zh, name_en=name.in_("en"),
                         by=by.name.zh, by_en=by.name.in_("en"))
            return undo["task"]

    def may_pull_back(self, case_id: str, by: Actor) -> bool:
        """Whether the case's last decision was the actor's and can be taken back now."""
        return bool(self.pullable([case_id], by))

    def pullable(self, case_ids: Iterable[str], by: Actor) -> frozenset[str]:
        """Ids of the done tasks, of these cases, that the actor can take back now: two reads for all."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.reading() as connection:
            found = [undoing.read(row.undo) or {} for row in connection.execute(
                select(ProcessInstance.undo).where(
                    ProcessInstance.id.in_(list(case_ids)), ProcessInstance.state == "active",
                    ProcessInstance.undo.is_not(None)))]
            mine = [undo for undo in found if undo["by"] == by.person_id and not undo["irrevocable"]
                    and undoing.in_time(undo, now, parts.settings.pull_back_minutes)]
            made = [task for undo in mine for task in undo["made"]]
            taken = {row.id for row in _followed(connection, made) if _acted(row, by.person_id)} if made else set()
            return frozenset(undo["task"] for undo in mine if taken.isdisjoint(undo["made"]))

    @staticmethod
    def _permit(family: Family, undo: dict[str, Any], by: Actor, task_id: str | None) -> None:
        require(undo["by"] == by.person_id and bool(by.person_id), "撤回", "take back")
        if task_id is not None and task_id != undo["task"]:
            raise _too_late("moved")
        if family.root_row["state"] == "suspended":
            raise CasePaused()
        row = next((one for one in undo["removed"] if one["id"] == undo["task"]), None)
        if row is None:
            raise NotFound(what="task")
        member = family.member(row["instance_id"])
        name = OPERATION["pull_back"].name
        if not switched_on("pull_back", member.definition.model.properties.get("bihuan:operations", "")):
            raise SwitchedOff(what=name.zh, zh=name.zh, en=name.en)


def _refuse_acted(family: Family, undo: dict[str, Any], by: Actor, now: datetime, minutes: int) -> list[str]:
    """Raise TooLate where somebody or something has acted; else those from whom the following tasks are taken."""
    if family.root_row["ended_at"] is not None:
        raise _too_late("ended")
    if not undoing.in_time(undo, now, minutes):
        raise _too_late("time")
    for code in undo["irrevocable"]:
        raise _too_late(code)
    followed = _followed(family.connection, undo["made"])
    for row in followed:
        if _acted(row, by.person_id):
            zh, en = ago(now, row.at) if row.at else ("", "some time")
            raise TooLate(why_zh=f"{row.name or '有人'} {zh}已经处理下一步",
                          why_en=f"{row.name_en or row.name or 'somebody'} took up the next step {en} ago")
    return [row.assignee_id for row in followed if row.assignee_id not in (None, by.person_id)]


def _followed(connection: Connection, made: list[str]) -> list[Row[Any]]:
    """The tasks that came of a decision, those that are still there."""
    signer = select(TaskSigner.id).where(TaskSigner.task_id == UserTask.id).limit(1).scalar_subquery().label("signer")
    return list(connection.execute(
        select(UserTask.id, UserTask.assignee_id, UserTask.revision, UserTask.claimed_at.label("at"), Person.name,
               Person.name_en, signer)
        .outerjoin(Person, Person.id == UserTask.assignee_id).where(UserTask.id.in_(made))))


def _acted(row: Row[Any], me: str) -> bool:
    """Whether somebody else took up a task: claimed it, was given it, or was asked to sign it."""
    return bool((row.revision and row.assignee_id not in (None, me)) or row.signer is not None)


def _restore(family: Family, undo: dict[str, Any]) -> None:
    """Put the runs back to where they stood; called processes that this step began are called off."""
    members = [family.member(one) for one in undo["members"]]
    begun = [family.member(one) for one in undo["new"]]
    saved = {member.id: undo["row"] if member.is_root else undoing.read(member.row["undo"]) for member in members}
    for member in members:
        _back(member, saved[member.id] or {})
    for child in begun:
        if not child.run.ended:
            child.run.cancel("cancelled")
            settle(family, child)
    family.root_row |= {name: value for name, value in undo["row"].items() if name not in ("run_state", "variables")}
    for row in undo["removed"]:
        key = row.pop("instance_id"), row.pop("element_instance_id")
        family.routes.revived[key] = dict(row)
        row |= {"instance_id": key[0], "element_instance_id": key[1]}


def _back(member: Member, was: dict[str, Any]) -> None:
    state, visits = orjson.loads(was["run_state"])
    member.row |= {name: value for name, value in was.items() if name not in ("run_state", "variables")}
    member.run = ProcessRun.restore(member.definition.model, member.environment, state, loads(was["variables"]))
    member.visits = read_visits(visits)
    member.touched = True


def _as_draft(family: Family, member: Member, task_id: str, by: Actor) -> None:
    """What was submitted is there again to go on from."""
    filled = family.connection.execute(
        select(FormFilled.form_key, FormFilled.values).where(FormFilled.task_id == task_id)
        .order_by(FormFilled.id.desc()).limit(1)).first()
    form = member.definition.forms.get(filled.form_key) if filled is not None else None
    if filled is not None and form is not None:
        values = draft(form, filled.values, now=member.environment.expressions.now())
        keep_draft(family.parts, family.connection, family, by.person_id, values, family.now, task_id=task_id,
                   form_key=filled.form_key)


def _too_late(code: str) -> TooLate:
    zh, en = WHY[code]
    return TooLate(why_zh=zh, why_en=en)
