"""The verbs of publishing files, and what is published: versions with their drawings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from engine import live_files
from engine.authorization import Actor, may_deploy, only_looks, require
from engine.cards import Bilingual, DefinitionCard, DeploymentCard
from engine.checking.files import check_content, read_content
from engine.definitions import drawing_of
from engine.deploying import deploy
from engine.errors import Problem, Refused
from engine.models.repository import Deployment, ProcessDefinition
from engine.models.runtime import ProcessInstance


class Deployments:
    """The verbs of process owners."""

    def __init__(self, parts: Any):
        self._parts = parts

    def check(self, files: Mapping[str, bytes]) -> list[Problem]:
        """Everything wrong with ``files`` (path -> content), errors first. Nothing is written."""
        with self._parts.database.reading() as connection:
            return check_content(read_content(files), known=_known(connection))

    def deploy(self, files: Mapping[str, bytes], by: Actor, note: str = "") -> DeploymentCard:
        """Publish ``files``: a new version for every process whose drawing, forms or tables changed.

        Raises :class:`~engine.errors.Refused` with every error found; then nothing was published.
        """
        require(may_deploy(by), "发布流程", "publish processes")
        content = read_content(files)
        parts = self._parts
        with parts.database.transaction() as connection:
            parts.database.take_turns(connection, "deploy")
            problems = [p for p in check_content(content, known=_known(connection)) if p.severity == "error"]
            if problems:
                raise Refused(problems)
            return deploy(parts, connection, content, {file: raw for file, raw in files.items()
                                                       if file not in content.data}, by, note)

    def files(self, by: Actor) -> dict[str, bytes]:
        """The content as it is live, by path: what ``bihuan pull`` writes. For owners, administrators, auditors."""
        require(may_deploy(by) or only_looks(by) or by.holds("auditor"), "查看流程文件", "see the files of processes")
        with self._parts.database.reading() as connection:
            paths = live_files.live(connection)
            return live_files.loaded(connection, paths, paths)

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


def _known(connection: Connection) -> set[str]:
    return set(connection.scalars(select(ProcessDefinition.key).distinct()))
