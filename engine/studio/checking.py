"""Checking a draft while it is drawn: the code of ``bihuan check``, for what the draft is about; with quick fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import live_files
from engine.authorization import Actor
from engine.errors import Conflict, Problem, Refused
from engine.studio.draft_files import harmless
from engine.studio.fixes import fixes_for
from engine.studio.mending import Fix, Workbench
from engine.studio.overlay import overlay
from engine.studio.rows import looking
from engine.studio.scope import checked


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem and what would mend it."""

    problem: Problem
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Mended:
    """The file at ``path`` as a fix would have it; nothing is saved."""

    path: str
    content: bytes


class FixPassed(Conflict):
    """A fix was chosen for a text that is no longer there."""

    code = "fix_passed"
    zh = "内容已有变化，这个修改建议不再适用；请按新的检查结果处理。"
    en = "The text has changed, so this fix no longer fits; see what the new check says."


class Checks:
    """The verb of checking."""

    _parts: Any

    def check(self, draft_id: str, by: Actor, unsaved: Mapping[str, bytes] | None = None) -> list[Finding]:
        """Everything wrong with a draft, errors first; ``unsaved`` (path -> content) counts instead of what is saved.

        A hostile file is not read: then its own problem is all that is told. Raises NotFound.
        """
        looking(by)
        try:
            return self._findings(draft_id, unsaved or {})
        except Refused as refused:
            return [Finding(problem) for problem in refused.problems]

    def mend(self, draft_id: str, fix: str, by: Actor, unsaved: Mapping[str, bytes] | None = None) -> Mended:
        """What the fix with this name would make of the same ``unsaved`` files it was offered for.

        Raises FixPassed where they have changed since, NotFound.
        """
        looking(by)
        try:
            found = self._findings(draft_id, unsaved or {})
        except Refused:
            raise FixPassed() from None
        chosen = next((one for finding in found for one in finding.fixes if one.name == fix), None)
        content = chosen.make() if chosen is not None else None
        if chosen is None or content is None:
            raise FixPassed()
        return Mended(chosen.path, content)

    def _findings(self, draft_id: str, unsaved: Mapping[str, bytes]) -> list[Finding]:
        """Raises Refused for a hostile file."""
        for path, content in unsaved.items():
            harmless(path, content)
        with self._parts.database.reading() as connection:
            key = live_files.process_of(connection, draft_id)
            found = checked(connection, overlay(connection, draft_id), key, unsaved)
        bench = Workbench(found.content, found.files, found.sketched)
        return [Finding(problem, fixes_for(bench, problem)) for problem in found.problems]
