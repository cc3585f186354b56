"""What a draft changes against what is live, and what one version of a process changed against another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine import live_files
from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import NotFound
from engine.models.repository import DefinitionPart, ProcessDefinition
from engine.studio.comparing import FileDifference, compare
from engine.studio.overlay import overlay
from engine.studio.rows import looking


@dataclass(frozen=True, slots=True)
class Differences:
    """Two sides and the files in which they differ; drawings first. ``before`` and ``after`` name the sides."""

    before: Bilingual
    after: Bilingual
    files: tuple[FileDifference, ...]

    def count(self, change: str) -> int:
        """How many elements, fields, entries and rows were added, changed or removed in all files."""
        return sum(file.count(change) for file in self.files)


class Comparisons:
    """The verbs of comparing."""

    _parts: Any

    def differences(self, draft_id: str, by: Actor) -> Differences:
        """What a draft changes against what is live now. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            key = live_files.process_of(connection, draft_id)
            version = connection.scalar(select(ProcessDefinition.version).where(ProcessDefinition.key == key)
                                        .order_by(ProcessDefinition.version.desc()).limit(1)) or 0
            laid = overlay(connection, draft_id)
            sides = [{path: side[path] for path in laid.changed if path in side} for side in (laid.live, laid.files)]
            live = Bilingual(f"在用 v{version}", f"Live v{version}") if version else Bilingual("（无）", "(none)")
            return Differences(live, Bilingual("草稿", "Draft"), _compared(connection, *sides))

    def compare(self, process_key: str, before: int, after: int, by: Actor) -> Differences:
        """What version ``after`` of a process changed against ``before``. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            sides = [version_files(connection, process_key, version) for version in (before, after)]
            return Differences(Bilingual(f"v{before}"), Bilingual(f"v{after}"), _compared(connection, *sides))


def version_files(connection: Connection, process_key: str, version: int) -> dict[str, str]:
    """Path -> hash of what is frozen with a version. Raises NotFound."""
    found = dict(connection.execute(
        select(DefinitionPart.file, DefinitionPart.sha256)
        .join(ProcessDefinition, ProcessDefinition.id == DefinitionPart.definition_id)
        .where(ProcessDefinition.key == process_key, ProcessDefinition.version == version)).all())
    if not found:
        raise NotFound(what="version")
    return found


def _compared(connection: Connection, before: dict[str, str], after: dict[str, str]) -> tuple[FileDifference, ...]:
    paths = sorted({path for path in {*before, *after} if before.get(path) != after.get(path)},
                   key=lambda path: (not path.endswith(".bpmn"), not path.endswith(".dmn"), path))
    texts = live_files.contents(connection, [side[path] for path in paths for side in (before, after) if path in side])
    return tuple(compare(path, texts.get(before.get(path, "")), texts.get(after.get(path, ""))) for path in paths)
