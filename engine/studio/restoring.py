"""Versions of a process, and an old one brought back as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engine import live_files
from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import NotFound
from engine.models.identity import Person
from engine.models.repository import Deployment, ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.models.studio import Draft
from engine.studio.cards import DraftCard
from engine.studio.differences import version_files
from engine.studio.draft_files import add
from engine.studio.drafts import begin
from engine.studio.rows import card_of, changing, looking


@dataclass(frozen=True, slots=True)
class VersionCard:
    """A version: who published it when and why, and how many cases run on it. ``draft_id``: the draft it came from."""

    definition_id: str
    version: int
    name: Bilingual
    at: datetime
    by: Bilingual
    note: str
    open_cases: int
    draft_id: str | None


class Restoring:
    """The verbs of versions."""

    _parts: Any

    def versions(self, process_key: str, by: Actor) -> list[VersionCard]:
        """All versions of a process, the newest first. Raises NotFound for a process that was never live."""
        looking(by)
        cases = (select(func.count()).select_from(ProcessInstance)
                 .where(ProcessInstance.definition_id == ProcessDefinition.id, ProcessInstance.ended_at.is_(None))
                 .scalar_subquery())
        with self._parts.database.reading() as connection:
            rows = connection.execute(
                select(ProcessDefinition.id, ProcessDefinition.version, ProcessDefinition.name,
                       ProcessDefinition.name_en, Deployment.at, Deployment.by, Deployment.note,
                       Person.name.label("person"), Person.name_en.label("person_en"), cases.label("cases"),
                       Draft.id.label("draft"))
                .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
                .outerjoin(Person, Person.login == Deployment.by)
                .outerjoin(Draft, Draft.deployment_id == Deployment.id)
                .where(ProcessDefinition.key == process_key).order_by(ProcessDefinition.version.desc())).all()
        if not rows:
            raise NotFound(what="process")
        return [VersionCard(row.id, row.version, Bilingual(row.name, row.name_en), row.at,
                            Bilingual(row.person or row.by, row.person_en or ""), row.note, row.cases, row.draft)
                for row in rows]

    def restore(self, process_key: str, version: int, by: Actor) -> DraftCard:
        """A draft in which drawing, forms and tables are again as in ``version``. Raises NotFound.

        What is live for all versions (roles, deadlines, registers) stays as it is.
        """
        changing(by)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            wanted = version_files(connection, process_key, version)
            row = connection.execute(
                select(ProcessDefinition.name, ProcessDefinition.pack)
                .where(ProcessDefinition.key == process_key, ProcessDefinition.version == version)).one()
            live = live_files.live(connection)
            wanted = {path: sha for path, sha in wanted.items() if live.get(path) != sha}
            texts = live_files.contents(connection, wanted.values())
            draft_id = begin(connection, now, process_key, row.pack, f"{row.name} · v{version}", by)
            add(parts.database, connection, draft_id, {path: texts[sha] for path, sha in wanted.items()}, by, now, live)
            return card_of(connection, draft_id)
