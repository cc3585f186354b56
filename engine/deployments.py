"""Publishing: check files, give changed processes a new version, freeze drawing, forms and tables together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine import calendar_starts
from engine.authorization import Actor, may_deploy, require
from engine.bpmn import ProcessModel
from engine.cards import Bilingual, DefinitionCard, DeploymentCard
from engine.checking import Content, check_content, read_content
from engine.definitions import drawing_of
from engine.errors import Problem, Refused
from engine.ids import new_id
from engine.live import changed
from engine.models.repository import DefinitionPart, Deployment, Pack, ProcessDefinition, Resource
from engine.models.runtime import ProcessInstance


class Deployments:
    """The verbs of process owners."""

    def __init__(self, parts: Any):
        self._parts = parts

    def check(self, files: Mapping[str, bytes]) -> list[Problem]:
        """Everything wrong with ``files`` (path -> content), errors first. Nothing is written."""
        with self._parts.database.reading() as connection:
            return check_content(read_content(files), known=self._known(connection))

    def deploy(self, files: Mapping[str, bytes], by: Actor, note: str = "") -> DeploymentCard:
        """Publish ``files``: a new version for every process whose drawing, forms or tables changed.

        Raises :class:`~engine.errors.Refused` with every error found; then nothing was published.
        """
        require(may_deploy(by), "发布流程", "publish processes")
        content = read_content(files)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            parts.database.take_turns(connection, "deploy")
            problems = [p for p in check_content(content, known=self._known(connection)) if p.severity == "error"]
            if problems:
                raise Refused(problems)
            deployment = new_id(now)
            connection.execute(insert(Deployment.__table__).values(id=deployment, at=now, by=by.login, note=note))
            groups = self._keep(connection, content.groups_file[1]) if content.groups_file else None
            for register, raw in content.registers.values():
                parts.registers.deploy(connection, register, self._keep(connection, raw), groups)
            for pack, raw in content.packs.values():
                self._publish_pack(connection, pack.key, raw, now)
            cards, unchanged = [], []
            for model in content.models:
                card = self._publish(connection, content, model, deployment, by, now)
                (cards if card else unchanged).append(card or model.key)
            if cards:
                changed(connection)
            parts.note(connection, by, "deployed", note=note, keys=[card.key for card in cards])
        return DeploymentCard(deployment, tuple(cards), tuple(unchanged))

    def definitions(self, by: Actor) -> list[DefinitionCard]:  # noqa: ARG002 - names of processes are no secret
        """The newest version of every process, with the number of open cases on all versions."""
        with self._parts.database.reading() as connection:
            newest = (select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
                      .group_by(ProcessDefinition.key).subquery())
            cases = (select(ProcessInstance.process_key, func.count().label("open"))
                     .where(ProcessInstance.ended_at.is_(None)).group_by(ProcessInstance.process_key).subquery())
            rows = connection.execute(
                select(ProcessDefinition, Deployment.at, Deployment.by, func.coalesce(cases.c.open, 0).label("open"))
                .join(newest, (newest.c.key == ProcessDefinition.key)
                      & (newest.c.version == ProcessDefinition.version))
                .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
                .outerjoin(cases, cases.c.process_key == ProcessDefinition.key)
                .order_by(ProcessDefinition.key)).all()
            return [DefinitionCard(row.id, row.key, row.version, Bilingual(row.name, row.name_en), row.pack, row.at,
                                   row.by, row.open) for row in rows]

    def diagram(self, definition_id: str) -> bytes:
        """The drawing of a version as it was deployed, byte for byte. Raises NotFound."""
        with self._parts.database.reading() as connection:
            return drawing_of(connection, definition_id)

    def _known(self, connection: Connection) -> set[str]:
        return set(connection.scalars(select(ProcessDefinition.key).distinct()))

    def _publish_pack(self, connection: Connection, key: str, raw: bytes, now: datetime) -> None:
        sha = self._keep(connection, raw)
        statement = self._parts.database.insert(Pack.__table__).values(key=key, sha256=sha, updated_at=now)
        connection.execute(statement.on_conflict_do_update(index_elements=["key"],
                                                           set_={"sha256": sha, "updated_at": now}))
        changed(connection)

    def _publish(self, connection: Connection, content: Content, model: ProcessModel, deployment: str, by: Actor,
                 now: datetime) -> DefinitionCard | None:
        parts = content.parts_of(model)
        digest = hashlib.sha256("\n".join(
            f"{kind} {key} {hashlib.sha256(raw).hexdigest()}" for kind, key, _file, raw in parts).encode()).hexdigest()
        last = connection.execute(
            select(ProcessDefinition.id, ProcessDefinition.version, ProcessDefinition.content_hash)
            .where(ProcessDefinition.key == model.key).order_by(ProcessDefinition.version.desc()).limit(1)).first()
        if last is not None and last.content_hash == digest:
            return None
        pack = content.pack_of(model)
        startable, allowed = startable_by(model)
        row = {"id": new_id(now), "key": model.key, "version": (last.version if last else 0) + 1,
               "version_tag": model.version_tag, "name": model.name or model.key, "name_en": model.name_en,
               "pack": pack.key if pack else "", "content_hash": digest, "deployment_id": deployment,
               "number_prefix": model.properties.get("bihuan:number_prefix")
               or (pack.numbers.get(model.key, "") if pack else ""),
               "startable": startable, "startable_by": allowed}
        connection.execute(insert(ProcessDefinition.__table__).values(row))
        connection.execute(insert(DefinitionPart.__table__), [
            {"definition_id": row["id"], "kind": kind, "key": key, "file": file, "sha256": self._keep(connection, raw)}
            for kind, key, file, raw in parts])
        calendar_starts.subscribe(connection, now, model, row["id"])
        calendar_starts.arm(self._parts, connection, now, model)
        return DefinitionCard(row["id"], model.key, row["version"], Bilingual(row["name"], row["name_en"]), row["pack"],
                              now, by.login)

    def _keep(self, connection: Connection, raw: bytes) -> str:
        sha = hashlib.sha256(raw).hexdigest()
        connection.execute(self._parts.database.insert(Resource.__table__).values(sha256=sha, content=raw)
                           .on_conflict_do_nothing())
        return sha


def startable_by(model: ProcessModel) -> tuple[bool, str]:
    """Whether people may start a process, and which roles: ``bihuan:startable_by``, else those of its first lane.

    An empty property means "only called, or started by message or calendar".
    """
    if not any(event.kind == "none" for event in model.start_events):
        return False, ""
    declared = model.properties.get("bihuan:startable_by")
    if declared is not None:
        return bool(declared.strip()), declared
    for element in model.elements.values():
        if element.kind == "userTask":
            role = element.attributes.get("candidateGroups") or element.property("bihuan:role") or ""
            return True, "" if role.startswith("=") else role
    return True, ""
