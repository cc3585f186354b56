"""What the studio tells of drafts: frozen lines without anything of the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.cards import Bilingual


@dataclass(frozen=True, slots=True)
class DraftCard:
    """A draft as a list shows it. ``base_version`` is the live version of the process (0: not live yet), ``open_cases``
    the running cases on all versions. ``editor`` edits now, or did last; ``wanted`` has asked to take over."""

    id: str
    process_key: str
    pack: str
    title: str
    state: str
    created_by: Bilingual
    created_at: datetime
    changed_by: Bilingual
    changed_at: datetime
    editor: Bilingual | None
    editor_login: str
    editor_seen_at: datetime | None
    wanted: Bilingual | None
    wanted_login: str
    files: int
    base_version: int
    open_cases: int
    note: str = ""
    submitted_by: Bilingual | None = None
    submitted_at: datetime | None = None
    live_name: Bilingual | None = None
    """The name of the live version, where there is one."""

    @property
    def name(self) -> Bilingual:
        """The title, with the English name of the process where it begins with the Chinese one."""
        live = self.live_name
        if live is None or not live.en or not self.title.startswith(live.zh):
            return Bilingual(self.title)
        return Bilingual(self.title, live.en + self.title[len(live.zh):])


@dataclass(frozen=True, slots=True)
class DraftFileLine:
    """A file of a draft: ``kind`` as in :class:`engine.sketches.Sketch`, ``keys`` what it declares. ``change`` is
    added, changed, removed, or empty for a file as it is live. ``moved``: the live one changed since the draft began.
    """

    path: str
    kind: str
    keys: tuple[str, ...]
    change: str = ""
    revision: int = 0
    moved: bool = False
    changed_by: Bilingual | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft with its files. ``drawing`` is the path of its drawing (empty where it took it away); ``editing``: the
    asker is the one who edits; ``free``: nobody does at the moment, so that the next save makes one the editor.
    ``next_version`` is what its process becomes when this is published; ``None`` where only what is not frozen with a
    version changes (roles, registers, other processes), or nothing yet."""

    card: DraftCard
    drawing: str
    files: tuple[DraftFileLine, ...]
    may_edit: bool
    editing: bool
    free: bool
    next_version: int | None = None

    def of(self, kind: str) -> tuple[DraftFileLine, ...]:
        """The files of a kind."""
        return tuple(line for line in self.files if line.kind == kind)


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as a draft has it; ``revision`` 0: as it is live. ``live``: whether a file of this path is live."""

    path: str
    content: bytes
    revision: int
    live: bool
    changed_by: Bilingual | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """Who edits a draft, and whether something happened that a page should show."""

    editor: Bilingual | None
    editing: bool
    free: bool
    wanted: Bilingual | None
    wanted_login: str
    state: str
    changed_at: datetime
    changed_by: Bilingual
