"""Publishing, the mechanism: changed processes get a new version; drawing, forms and tables are frozen together."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from engine import calendar_starts, live_files
from engine.authorization import Actor
from engine.bpmn import ProcessModel
from engine.cards import Bilingual, DefinitionCard, DeploymentCard
from engine.ids import new_id
from engine.live import changed
from engine.models.repository import DefinitionPart, Deployment, Pack, ProcessDefinition, RegisterDeclaration
from engine.reading import Content
from engine.registers.table import reserve


def deploy(parts: Any, connection: Connection, content: Content, files: Mapping[str, bytes | None], by: Actor,
           note: str) -> DeploymentCard:
    """Make ``files`` live (``None`` takes one away) with a new version of every process of ``content`` that changed.

    ``content`` must have been checked. It may hold more than ``files``: what those need. Turns are the caller's matter.
    """
    now = parts.clock.now()
    deployment = new_id(now)
    connection.execute(insert(Deployment.__table__).values(id=deployment, at=now, by=by.login, note=note))
    live_files.record(parts.database, connection, deployment, files)
    brought = set(files.values())
    for pack, raw in content.packs.values():
        if raw in brought:
            _publish_pack(parts, connection, pack.key, live_files.sha_of(raw), now)
    cards, unchanged = [], []
    for model in content.models:
        card = _publish(parts, connection, content, model, deployment, by, now)
        (cards if card else unchanged).append(card or model.key)
    if cards:
        changed(connection)
    _deploy_registers(parts, connection, content, brought)
    parts.note(connection, by, "deployed", note=note, keys=[card.key for card in cards])
    return DeploymentCard(deployment, tuple(cards), tuple(unchanged))


def _deploy_registers(parts: Any, connection: Connection, content: Content, brought: set[bytes | None]) -> None:
    """Make and widen the tables of registers: last, because whoever uses them waits until the deployment has ended."""
    groups = live_files.sha_of(content.groups_file[1]) if content.groups_file else None
    anew = content.groups_file is not None and content.groups_file[1] in brought
    wanted = [(register, live_files.sha_of(raw)) for register, raw in content.registers.values()
              if anew or raw in brought]
    known = {(row.key, row.sha256, row.groups_sha256) for row in connection.execute(select(
        RegisterDeclaration.key, RegisterDeclaration.sha256, RegisterDeclaration.groups_sha256))} if wanted else set()
    reserve(connection, [one.key for one, sha in wanted if (one.key, sha, groups) not in known])
    for register, sha in wanted:
        parts.registers.deploy(connection, register, sha, groups)


def _publish_pack(parts: Any, connection: Connection, key: str, sha: str, now: datetime) -> None:
    statement = parts.database.insert(Pack.__table__).values(key=key, sha256=sha, updated_at=now)
    connection.execute(statement.on_conflict_do_update(index_elements=["key"],
                                                       set_={"sha256": sha, "updated_at": now}))
    changed(connection)


def _publish(parts: Any, connection: Connection, content: Content, model: ProcessModel, deployment: str, by: Actor,
             now: datetime) -> DefinitionCard | None:
    frozen = content.parts_of(model)
    digest = hashlib.sha256("\n".join(f"{kind} {key} {live_files.sha_of(raw)}"
                                      for kind, key, _file, raw in frozen).encode()).hexdigest()
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
    live_files.keep(parts.database, connection, (raw for _kind, _key, _file, raw in frozen))
    connection.execute(insert(DefinitionPart.__table__), [
        {"definition_id": row["id"], "kind": kind, "key": key, "file": file, "sha256": live_files.sha_of(raw)}
        for kind, key, file, raw in frozen])
    calendar_starts.subscribe(connection, now, model, row["id"])
    calendar_starts.arm(parts, connection, now, model)
    return DefinitionCard(row["id"], model.key, row["version"], Bilingual(row["name"], row["name_en"]), row["pack"],
                          now, by.login)


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
