"""What a supervisor does about an incident: retry, change data and retry, skip the step, settle, annotate, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, update

from engine.authorization import Actor, may_intervene, only_looks, require, require_acting
from engine.bulk import BulkRow, each
from engine.errors import Conflict, FieldError, Invalid, NotFound, ReasonNeeded
from engine.expressions import ExpressionFailed
from engine.family import Family, Member, hold, keyed_waits, lock
from engine.models.runtime import Incident, Job, ProcessInstance
from engine.wait_state import save, settle

RESERVED = frozenset({"case", "parameters"})
MOST_NOTES = 50
_INCIDENT = (select(*Incident.__table__.columns, ProcessInstance.unit_id)
             .outerjoin(ProcessInstance, ProcessInstance.id == Incident.root_id)
             .where(Incident.id == bindparam("the_id")))
_UNKNOWN = ("流程中没有这个数据。", "The process has no such data.")


class StepWaits(Conflict):
    """Settling an incident would leave its step waiting for ever."""

    code = "step_waits"
    zh = "这一步还在等结果：请重试、改数据后重试、跳过，或把案件移到其他步骤。"
    en = "The step still waits: retry it, change its data, skip it, or move the case elsewhere."


class Settling:
    """The verbs; each is one transaction and leaves an entry in the history of the case."""

    _parts: Any

    def retry(self, incident_id: str, by: Actor) -> None:
        """Let the job run again, with all its tries. Raises NotFound, Conflict when it is settled already."""
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            self._again(connection, row)
            self._close(connection, row, by, "retried")

    def change_data(self, incident_id: str, values: Mapping[str, str], reason: str, by: Actor) -> None:
        """Set variables of the failed step's process and let the job run again.

        ``values`` maps names of variables that exist to FEEL expressions. The old and the new values stand in the
        history. Raises ReasonNeeded, Invalid with a message per variable, Conflict.
        """
        self._reason(reason)
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            family = lock(self._parts, connection, row.root_id, by, self._parts.clock.now())
            member = family.member(row.instance_id)
            evaluate = member.environment.expressions.evaluate
            changed, wrong = {}, []
            for name, text in values.items():
                if name in RESERVED or name not in member.run.variables:
                    wrong.append(FieldError(name, "unknown_variable", *_UNKNOWN))
                    continue
                try:
                    changed[name] = evaluate(text, member.run.variables)
                except ExpressionFailed as error:
                    wrong.append(FieldError(name, error.code, error.params["why_zh"], error.params["why_en"]))
            if wrong or not changed:
                raise Invalid(wrong)
            before = {name: member.run.variables[name] for name in changed}
            member.run.set_variables(changed)
            member.touched = True
            self._new_inputs(connection, member, row)
            family.record.tell("data_changed", root_id=family.root_id, instance_id=member.id, reason=reason,
                               element_id=row.element_id, before=before, after=changed)
            save(family)
            self._again(connection, row)
            self._close(connection, row, by, "data_changed")

    def skip(self, incident_id: str, reason: str, by: Actor, result: Mapping[str, Any] | None = None) -> None:
        """Go on without the failed step, as if it had brought ``result``. Raises ReasonNeeded, NotFound, Conflict."""
        self._reason(reason)
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            family, job = self._step(connection, row, by)
            if job is None:
                raise Conflict()
            member = family.member(job.instance_id)
            key = (job.element_instance_id, job.slot)
            if key not in keyed_waits(member):
                raise Conflict()
            connection.execute(delete(Job.__table__).where(Job.id == job.id))
            member.before.pop(key, None)
            if job.kind == "timer":
                member.run.fire(*key)
            else:
                member.run.set_variables({"result": dict(result or {})}, at=job.element_instance_id)
                member.run.complete(job.element_instance_id)
            family.record.tell("skipped", root_id=family.root_id, instance_id=member.id, element_id=row.element_id,
                               definition_id=member.definition.id, reason=reason, code=row.code)
            settle(family, member)
            save(family)
            self._close(connection, row, by, reason)

    def resolve(self, incident_id: str, reason: str, by: Actor) -> None:
        """Settle an incident without running the job again; the job is dropped.

        Raises ReasonNeeded, and :class:`StepWaits` where a step of an open case would wait for ever.
        """
        self._reason(reason)
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            if row.root_id is not None:
                family, job = self._step(connection, row, by)
                if job is not None and job.kind in ("service", "timer") and family.root_row["ended_at"] is None and (
                        job.element_instance_id, job.slot) in keyed_waits(family.member(job.instance_id)):
                    raise StepWaits()
            connection.execute(delete(Job.__table__).where(Job.id == row.job_id))
            self._close(connection, row, by, reason)

    def annotate(self, incident_id: str, text: str, by: Actor) -> None:
        """Write a note beside an incident for whoever looks next. Raises Invalid for an empty note."""
        if not text.strip():
            raise Invalid([FieldError("text", "required", "请填写批注。", "Please write a note.")])
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            note = {"at": self._parts.clock.now(), "by": by.name.zh, "by_en": by.name.en, "text": text.strip()}
            connection.execute(update(Incident.__table__).where(Incident.id == row.id)
                               .values(notes=[*(row.notes or ()), note][-MOST_NOTES:]))
            self._parts.note(connection, by, "incident_noted", root_id=row.root_id, element_id=row.element_id,
                             text=text.strip())

    def many(self, verb: str, incident_ids: Iterable[str], by: Actor, **arguments: Any) -> list[BulkRow]:
        """``retry``, ``skip``, ``resolve`` or ``annotate`` for each incident, in a transaction of its own."""
        verbs: dict[str, Callable[..., None]] = {"retry": self.retry, "skip": self.skip, "resolve": self.resolve,
                                                 "annotate": self.annotate}
        if verb not in verbs:
            raise NotFound(what="page")
        return each(incident_ids, lambda one: verbs[verb](one, by=by, **arguments))

    def data(self, incident_id: str, by: Actor) -> dict[str, Any]:
        """The variables of the failed step's process that may be changed, by name. Raises NotFound, NotPermitted."""
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            if row.root_id is None or row.instance_id is None:
                return {}
            family = lock(self._parts, connection, row.root_id, by, self._parts.clock.now())
            variables = family.member(row.instance_id).run.variables
            return {name: value for name, value in variables.items() if name not in RESERVED}

    # -- what the verbs share

    def _step(self, connection: Any, row: Row[Any], by: Actor) -> tuple[Family, Row[Any] | None]:
        """The case of an incident under its lock, and the job if it is still there and nobody runs it."""
        family = lock(self._parts, connection, row.root_id, by, self._parts.clock.now())
        job = connection.execute(select(*Job.__table__.columns).where(Job.id == row.job_id)).first()
        if job is not None and job.owner is not None:
            raise Conflict()
        return family, job

    @staticmethod
    def _new_inputs(connection: Any, member: Member, row: Row[Any]) -> None:
        """What a service is called with was evaluated when its step began: evaluate it anew."""
        job = connection.execute(select(*Job.__table__.columns).where(Job.id == row.job_id)).first()
        if job is None or job.kind != "service" or (job.element_instance_id, job.slot) not in keyed_waits(member):
            return
        payload = {**job.payload, "inputs": member.run.take_inputs(job.element_instance_id)}
        connection.execute(update(Job.__table__).where(Job.id == job.id).values(payload=payload))

    def _again(self, connection: Any, row: Row[Any]) -> None:
        done = connection.execute(
            update(Job.__table__).where(Job.id == row.job_id, Job.owner.is_(None))
            .values(retries=self._parts.settings.job_retries, due_at=self._parts.clock.now())).rowcount
        if not done:
            raise Conflict()

    def _open(self, connection: Any, incident_id: str, by: Actor) -> Row[Any]:
        """An incident that nobody has settled, read anew under the lock of its case, or of its job where it has no
        case. Raises NotFound, NotPermitted, Conflict."""
        require_acting(by)
        found = connection.execute(_INCIDENT, {"the_id": incident_id}).first()
        if found is None:
            raise NotFound(what="incident")
        if found.root_id is not None:
            hold(connection, [found.root_id])
        else:
            connection.execute(select(Job.id).where(Job.id == found.job_id).with_for_update())
        row = connection.execute(_INCIDENT, {"the_id": incident_id}).one()
        allowed = may_intervene(by, row.unit_id, self._parts.live.at(connection)) and not only_looks(by)
        require(allowed, "处理异常", "settle incidents")
        if row.resolved_at is not None:
            raise Conflict()
        return row

    def _close(self, connection: Any, row: Row[Any], by: Actor, how: str) -> None:
        connection.execute(update(Incident.__table__).where(Incident.id == row.id).values(
            resolved_at=self._parts.clock.now(), resolved_by=by.login, resolution=how))
        self._parts.note(connection, by, "incident_resolved", root_id=row.root_id, element_id=row.element_id, how=how,
                         code=row.code)

    @staticmethod
    def _reason(reason: str) -> None:
        if not reason.strip():
            raise ReasonNeeded()
