"""What needs a person: jobs that gave up. List, retry, resolve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, delete, select, update

from engine.authorization import Actor, may_intervene, require, supervised_units
from engine.cards import Bilingual, IncidentCard
from engine.connectors.connector import FAILURES
from engine.errors import BihuanError, Conflict, NotFound, ReasonNeeded
from engine.models.repository import ProcessDefinition
from engine.models.runtime import Incident, Job, ProcessInstance, incident_is_open

SENTENCES = {
    "null_condition": Bilingual("条件 {text} 无法判断：{why_zh}",
                                "The condition {text} could not be decided: {why_en}"),
    "expression_failed": Bilingual("表达式 {text} 无法计算：{why_zh}", "The expression {text} failed: {why_en}"),
    "decision_failed": Bilingual("决策表 {decision} 没有得出结果：{why}", "Decision {decision} gave no answer: {why}"),
    "run_failed": Bilingual("流程在“{element_id}”处无法继续：{reason_zh}", "Stuck at “{element_id}”: {reason_en}"),
    "step_budget_exceeded": Bilingual("“{element_id}”反复执行不停：{reason_zh}",
                                      "“{element_id}” never rests: {reason_en}"),
    "unexpected": Bilingual("程序错误 {error}：{text}", "Program error {error}: {text}"),
}


class Incidents:
    """The verbs around incidents."""

    def __init__(self, parts: Any):
        self._parts = parts

    def list(self, by: Actor, open_only: bool = True, limit: int = 100) -> list[IncidentCard]:
        """Incidents of the cases that the actor supervises, newest first."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            units = supervised_units(by, live)
            query = (select(*Incident.__table__.columns, ProcessInstance.case_number,
                            ProcessDefinition.id.label("version"))
                     .outerjoin(ProcessInstance, ProcessInstance.id == Incident.root_id)
                     .outerjoin(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
                     .order_by(Incident.at.desc()).limit(limit))
            if open_only:
                query = query.where(incident_is_open())
            if units is not None:
                query = query.where(ProcessInstance.unit_id.in_(units))
            return [self._card(connection, row) for row in connection.execute(query).all()]

    def retry(self, incident_id: str, by: Actor) -> None:
        """Let the job run again, with all its tries. Raises NotFound, Conflict when it is settled already."""
        settings, now = self._parts.settings, self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            done = connection.execute(update(Job.__table__).where(Job.id == row.job_id, Job.owner.is_(None))
                                      .values(retries=settings.job_retries, due_at=now)).rowcount
            if not done:
                raise Conflict()
            self._close(connection, row, by, "retried")

    def resolve(self, incident_id: str, reason: str, by: Actor) -> None:
        """Settle an incident without running the job again; the job is dropped. Needs a reason."""
        if not reason.strip():
            raise ReasonNeeded()
        with self._parts.database.transaction() as connection:
            row = self._open(connection, incident_id, by)
            connection.execute(delete(Job.__table__).where(Job.id == row.job_id))
            self._close(connection, row, by, reason)

    def _open(self, connection: Any, incident_id: str, by: Actor) -> Row[Any]:
        row = connection.execute(
            select(*Incident.__table__.columns, ProcessInstance.unit_id)
            .outerjoin(ProcessInstance, ProcessInstance.id == Incident.root_id)
            .where(Incident.id == incident_id)).first()
        if row is None:
            raise NotFound(what="incident")
        require(may_intervene(by, row.unit_id, self._parts.live.at(connection)), "处理异常", "settle incidents")
        if row.resolved_at is not None:
            raise Conflict()
        return row

    def _close(self, connection: Any, row: Row[Any], by: Actor, how: str) -> None:
        connection.execute(update(Incident.__table__).where(Incident.id == row.id).values(
            resolved_at=self._parts.clock.now(), resolved_by=by.login, resolution=how))
        self._parts.note(connection, by, "incident_resolved", root_id=row.root_id, element_id=row.element_id, how=how,
                         code=row.code)

    def _card(self, connection: Any, row: Row[Any]) -> IncidentCard:
        definition = self._parts.definitions.get(connection, row.version) if row.version else None
        template = wording(row.code)
        params = {"code": row.code} | dict(row.params or {})
        return IncidentCard(
            row.id, row.root_id, row.case_number or "", definition.name if definition else None,
            definition.element_name(row.element_id) if definition and row.element_id else None, row.code,
            Bilingual(_fill(template.zh, params), _fill(template.en, params)), row.at, row.tries, row.job_id,
            row.resolved_at is None)


def wording(code: str) -> Bilingual:
    """The sentence of a stored failure, with places for its parameters."""
    if code in SENTENCES:
        return SENTENCES[code]
    if code in FAILURES:
        return Bilingual(*FAILURES[code])
    return next((Bilingual(kind.zh, kind.en) for kind in _errors(BihuanError) if kind.code == code),
                Bilingual("{code}", "{code}"))


def _errors(kind: type[BihuanError]) -> Iterator[type[BihuanError]]:
    """All errors that words are declared for."""
    yield kind
    for more in kind.__subclasses__():
        yield from _errors(more)


def _fill(template: str, params: dict[str, Any]) -> str:
    for key, value in params.items():
        template = template.replace("{" + key + "}", str(value))
    return template
