"""Checking a draft while it is drawn: the code of ``bihuan check``, for what the draft is about; with quick fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine import live_files
from engine.authorization import Actor
from engine.errors import NotFound, Problem, Refused
from engine.models.studio import Draft, DraftFile
from engine.studio.draft_files import harmless
from engine.studio.fixes import fixes_for
from engine.studio.mending import Fix, Workbench
from engine.studio.rows import looking
from engine.studio.scope import checked

MOST_BYTES = 2_000_000
"""Bytes of fixed files in one answer; problems beyond come without fixes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and what would mend it, each fix a whole new content of a file."""

    problem: Problem
    fixes: tuple[Fix, ...] = ()


class Checks:
    """The verb of checking."""

    _parts: Any

    def check(self, draft_id: str, by: Actor, unsaved: Mapping[str, bytes] | None = None) -> list[Finding]:
        """Everything wrong with a draft, errors first; ``unsaved`` (path -> content) counts instead of what is saved.

        A hostile file is not read: then its own problem is all that is told. Raises NotFound.
        """
        looking(by)
        unsaved = unsaved or {}
        try:
            for path, content in unsaved.items():
                harmless(path, content)
        except Refused as refused:
            return [Finding(problem) for problem in refused.problems]
        with self._parts.database.reading() as connection:
            files, key, changed = overlaid(connection, draft_id)
            given = {live_files.sha_of(content): content for content in unsaved.values()}
            files |= {path: live_files.sha_of(content) for path, content in unsaved.items()}
            found = checked(connection, files, key, changed | unsaved.keys(), given)
        return _with_fixes(Workbench(found.content, found.files, found.sketched), found.problems)


def overlaid(connection: Connection, draft_id: str) -> tuple[dict[str, str], str, set[str]]:
    """A draft's files (path -> hash), its process and the paths it changes. Three statements. Raises NotFound."""
    key = connection.scalar(select(Draft.process_key).where(Draft.id == draft_id))
    if key is None:
        raise NotFound(what="draft")
    files, changed = live_files.live(connection), set()
    for path, sha in connection.execute(select(DraftFile.path, DraftFile.sha256)
                                        .where(DraftFile.draft_id == draft_id)).all():
        if sha != files.get(path):
            changed.add(path)
        if sha is None:
            files.pop(path, None)
        else:
            files[path] = sha
    return files, key, changed


def _with_fixes(bench: Workbench, problems: list[Problem]) -> list[Finding]:
    found, room = [], MOST_BYTES
    for problem in problems:
        fixes = fixes_for(bench, problem) if room > 0 else ()
        room -= sum(len(fix.content) for fix in fixes)
        found.append(Finding(problem, fixes if room > 0 else ()))
    return found
