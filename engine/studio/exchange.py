"""A draft as a zip of files, for Camunda Modeler, git and other houses; and files brought back into a draft."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection, delete, update

from engine import live_files
from engine.authorization import Actor
from engine.content import DEMO, SUFFIXES
from engine.errors import Invalid, NotFound, Problem, Refused
from engine.models.studio import Draft, DraftFile
from engine.sketches import Sketch, sketch
from engine.studio.draft_files import add, harmless
from engine.studio.overlay import Overlay, overlay
from engine.studio.rows import changing, locked, looking, require_editor

MOST_FILES = 1000
MOST_BYTES = 30_000_000
"""All files of a zip together, unpacked, in bytes."""
MOST_ELEMENTS = 50_000
"""XML elements that one import may change; all content that is shipped has 22,000."""
STAMP = (2000, 1, 1, 0, 0, 0)
"""The time of every file in a zip: equal contents give equal zips."""


class BadArchive(Invalid):
    """A file that is no zip that could be read."""

    code = "bad_archive"
    zh = "这个文件不是可以读取的 zip，或里面的内容太大、太多。"
    en = "This file is no zip that can be read, or holds too much."


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import did: paths that changed, and names that were no files of the content."""

    changed: tuple[str, ...]
    same: int
    ignored: tuple[str, ...]


class Exchange:
    """The verbs of exporting and importing."""

    _parts: Any

    def export(self, draft_id: str, by: Actor) -> bytes:
        """What the draft is about, as a zip with the folders ``processes`` and ``forms``. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            return packed(live_files.files_of(connection, draft_id))

    def bring(self, draft_id: str, name: str, content: bytes, by: Actor) -> Brought:
        """Put a file, or the files of a zip, into a draft. A single file goes where what it declares stands now.

        Raises BadArchive, Refused for a hostile file, Conflict where somebody else edits the draft.
        """
        changing(by)
        parts, now = self._parts, self._parts.clock.now()
        given = unpacked(content) if name.endswith(".zip") else {PurePosixPath(name.replace("\\", "/")).name: content}
        with parts.database.transaction() as connection:
            row = locked(connection, draft_id)
            require_editor(row, by, now)
            laid = overlay(connection, draft_id)
            files, ignored = _placed(given, live_files.sketches(connection, laid.files))
            changed = {path: one for path, one in files.items() if laid.files.get(path) != live_files.sha_of(one)}
            room = MOST_ELEMENTS
            for path, one in changed.items():
                room -= harmless(path, one)
                if room < 0:
                    raise BadArchive()
            self._put(connection, draft_id, changed, laid, by)
            if changed:
                connection.execute(update(Draft).where(Draft.id == draft_id).values(
                    changed_at=now, changed_by=by.person_id, editor_id=by.person_id, editor_seen_at=now))
        return Brought(tuple(sorted(changed)), len(files) - len(changed), tuple(ignored))

    def _put(self, connection: Connection, draft_id: str, changed: Mapping[str, bytes], laid: Overlay,
             by: Actor) -> None:
        revisions = {path: row.revision + 1 for path, row in laid.rows.items() if path in changed}
        bases = {path: laid.rows[path].base_sha256 for path in revisions}
        if revisions:
            connection.execute(delete(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.path.in_(revisions)))
        live = {path: sha for path, sha in {**laid.live, **bases}.items() if sha}
        add(self._parts.database, connection, draft_id, changed, by, self._parts.clock.now(), live, revisions)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Files (path -> content) as a zip; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, STAMP), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a zip by their names. Raises BadArchive for one that is broken, sealed, or holds too much."""
    found, room = {}, MOST_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise BadArchive()
            for entry in entries:
                with archive.open(entry) as file:  # sizes in the directory are only claims
                    found[entry.filename] = file.read(room + 1)
                room -= len(found[entry.filename])
                if room < 0:
                    raise BadArchive()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BadArchive() from error
    return found


def _placed(given: Mapping[str, bytes], sketched: Mapping[str, Sketch]) -> tuple[dict[str, bytes], list[str]]:
    """Files by the paths they belong at: under ``processes`` or ``forms``, or where what they declare stands now."""
    homes = {(one.kind, key): path for path, one in sketched.items() for key in one.keys}
    files, ignored = {}, []
    for name, content in given.items():
        parts = PurePosixPath(name.replace("\\", "/")).parts
        top = next((at for at, part in enumerate(parts[:-1]) if part in ("processes", "forms")), None)
        path = "/".join(parts[top:]) if top is not None else ""
        if not path and name in sketched:
            path = name
        if not path and name.endswith(SUFFIXES):
            about = sketch(name, live_files.sha_of(content), content)
            path = next((homes[(about.kind, key)] for key in about.keys if (about.kind, key) in homes), "")
            if not path and len(given) == 1:
                harmless(f"processes/{name}", content)  # what is hostile is told as that
                raise Refused([Problem("file_without_place", f"看不出 {name} 应放在哪里：草稿中没有它声明的内容。",
                                       f"Where {name} belongs cannot be told: the draft has nothing that it declares.",
                                       file=name)])
        if path and path.endswith(SUFFIXES) and not path.startswith(DEMO):
            files[path] = content
        else:
            ignored.append(name)
    if not files:
        raise NotFound(what="file")
    return files, ignored
