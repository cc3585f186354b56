"""A draft laid over the live files: what would be live, what changed, what moved beneath it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine import live_files
from engine.models.identity import Person
from engine.models.studio import DraftFile


@dataclass(frozen=True, slots=True)
class Overlay:
    """``live`` and ``files`` are path -> hash without and with the draft; ``rows`` its own rows by path."""

    live: Mapping[str, str]
    files: Mapping[str, str]
    rows: Mapping[str, Any]

    @property
    def changed(self) -> set[str]:
        """Paths at which the draft differs from what is live; those it takes away are among them."""
        return {path for path, row in self.rows.items() if row.sha256 != self.live.get(path)}

    @property
    def moved(self) -> list[str]:
        """Paths that the draft changed and somebody else published other content of since."""
        return sorted(path for path, row in self.rows.items()
                      if row.base_sha256 != self.live.get(path) != row.sha256)

    def change(self, path: str) -> str:
        """added, changed, removed, or empty."""
        row, live = self.rows.get(path), self.live.get(path)
        if row is None or row.sha256 == live:
            return ""
        return "removed" if row.sha256 is None else "changed" if live else "added"


def overlay(connection: Connection, draft_id: str) -> Overlay:
    """The files of a draft. Two statements."""
    live = live_files.live(connection)
    rows = {row.path: row for row in connection.execute(
        select(DraftFile.__table__, Person.name, Person.name_en).join(Person, Person.id == DraftFile.changed_by)
        .where(DraftFile.draft_id == draft_id))}
    files = {path: sha for path, sha in live.items() if path not in rows}
    files |= {path: row.sha256 for path, row in rows.items() if row.sha256 is not None}
    return Overlay(live, files, rows)
