"""The incident inbox: what needs a person, in the units that the actor supervises, grouped by cause."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from engine.authorization import Actor, supervised_units
from engine.cards import Bilingual, IncidentCard
from engine.incidents.wording import fill, wording
from engine.models.runtime import Incident, Job, ProcessInstance, incident_is_open

LOOK_BACK = timedelta(days=30)
_OWN = aliased(ProcessInstance)
"""The instance that something failed in: the case itself, or one that it called."""


class Listing:
    """What is listed."""

    _parts: Any

    def list(self, by: Actor, open_only: bool = True, limit: int = 100, *, code: str = "", process: str = "",
             after: str | None = None) -> list[IncidentCard]:
        """Incidents of the cases that the actor supervises, newest first; ``after`` is the id of the last one seen."""
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            query = self._seen(by, live, select(
                *Incident.__table__.columns, ProcessInstance.case_number, ProcessInstance.customer,
                ProcessInstance.definition_id.label("version"), _OWN.definition_id.label("own_version"),
                Job.kind.label("job_kind"), Job.payload.label("job_payload"))
                .outerjoin(Job, Job.id == Incident.job_id).outerjoin(_OWN, _OWN.id == Incident.instance_id))
            if open_only:
                query = query.where(incident_is_open())
            for wanted, column in ((code, Incident.code), (process, ProcessInstance.process_key)):
                if wanted:
                    query = query.where(column == wanted)
            if after:
                query = query.where(Incident.id < after)
            rows = connection.execute(query.order_by(Incident.id.desc()).limit(limit)).all()
            return [self._card(connection, live, row) for row in rows]

    def groups(self, by: Actor) -> list[tuple[str, Bilingual, int]]:
        """The open incidents by cause: code, what went wrong in general, how many; the most frequent first."""
        with self._parts.database.reading() as connection:
            query = self._seen(by, self._parts.live.at(connection), select(Incident.code, func.count().label("n")))
            rows = connection.execute(query.where(incident_is_open()).group_by(Incident.code)).all()
        return sorted(((row.code, _general(row.code), row.n) for row in rows), key=lambda group: (-group[2], group[0]))

    def settled_lately(self, by: Actor) -> int:
        """How many were settled in the last 30 days."""
        with self._parts.database.reading() as connection:
            query = self._seen(by, self._parts.live.at(connection), select(func.count()))
            return connection.scalar(query.where(Incident.resolved_at >= self._parts.clock.now() - LOOK_BACK)) or 0

    @staticmethod
    def _seen(by: Actor, live: Any, query: Select[Any]) -> Select[Any]:
        query = query.select_from(Incident).outerjoin(ProcessInstance, ProcessInstance.id == Incident.root_id)
        units = supervised_units(by, live)
        return query if units is None else query.where(ProcessInstance.unit_id.in_(units))

    def _card(self, connection: Any, live: Any, row: Row[Any]) -> IncidentCard:
        begins = live.newest.get((row.job_payload or {}).get("process_key"))  # of a case that could not be started
        definition, place = (self._parts.definitions.get(connection, one) if one else None
                             for one in (row.version or begins, row.own_version or row.version or begins))
        template = wording(row.code)
        params = {"code": row.code} | dict(row.params or {})
        if place and params.get("element_id"):
            params["element_id"] = place.element_name(params["element_id"])
        zh, en = ({name: value.in_(lang) if isinstance(value, Bilingual) else value for name, value in params.items()}
                  for lang in ("zh", "en"))
        return IncidentCard(
            row.id, row.root_id, row.case_number or "", definition.name if definition else None,
            place.element_name(row.element_id) if place and row.element_id else None, row.code,
            Bilingual(fill(template.zh, zh), fill(template.en, en)), row.at, row.tries, row.job_id,
            row.resolved_at is None, customer=row.customer or "", topic=(row.job_payload or {}).get("topic", ""),
            kind=row.job_kind or "", notes=tuple(row.notes or ()), process_key=definition.key if definition else "",
            resolved_at=row.resolved_at, resolved_by=row.resolved_by or "", resolution=row.resolution)


def _general(code: str) -> Bilingual:
    """A cause without its particulars: the places of the sentence are left open."""
    template = wording(code)
    return Bilingual(*(text if "{code}" not in text else code for text in (
        fill(template.zh, _OPEN), fill(template.en, _OPEN))))


_OPEN = dict.fromkeys(("text", "why", "why_zh", "why_en", "decision", "element_id", "reason_zh", "reason_en", "error",
                       "what", "name", "value", "zh", "en", "limit"), "…")
