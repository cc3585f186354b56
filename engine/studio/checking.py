"""Checking a draft while it is drawn: the code of ``bihuan check``, for what the draft is about; with quick fixes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine import live_files
from engine.authorization import Actor
from engine.errors import Problem, Refused
from engine.studio.draft_files import harmless
from engine.studio.fixes import fixes_for
from engine.studio.mending import Fix, Workbench
from engine.studio.overlay import overlay
from engine.studio.rows import looking
from engine.studio.scope import checked

MOST_BYTES, MOST_HINTS = 2_000_000, 20
"""Bytes of fixed files in one answer, and hints that come with fixes; problems beyond come without."""


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
            key = live_files.process_of(connection, draft_id)
            found = checked(connection, overlay(connection, draft_id), key, unsaved)
        return _with_fixes(Workbench(found.content, found.files, found.sketched), found.problems)


def _with_fixes(bench: Workbench, problems: list[Problem]) -> list[Finding]:
    found, room, hints = [], MOST_BYTES, MOST_HINTS
    for problem in problems:
        hints -= problem.severity == "hint"
        fixes = fixes_for(bench, problem) if room > 0 and hints >= 0 else ()
        room -= sum(len(fix.content) for fix in fixes)
        found.append(Finding(problem, fixes if room > 0 else ()))
    return found
