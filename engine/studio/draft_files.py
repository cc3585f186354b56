"""The files of a draft: read, saved with a revision, taken away; the hostile is refused, the unfinished is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select, update

from engine import live_files
from engine.authorization import Actor
from engine.errors import Conflict, Invalid, NotFound, Problem, Refused
from engine.models.identity import Person
from engine.models.studio import Draft, DraftFile, LiveFile
from engine.sketches import SCENARIO
from engine.studio.cards import FileView
from engine.studio.rows import changing, locked, looking, named, require_editor
from engine.xml import read_xml

PATH = re.compile(r"(?:[\w-][\w.-]*/)+[\w-][\w.-]*\.(?:bpmn|dmn|ya?ml)\Z")
MAX_PATH = 400
MAX_YAML, MAX_FORM = 400_000, 120_000
"""Largest YAML file of a draft, in bytes: scenarios are long, what is checked at every keystroke is not."""
MAX_ELEMENTS = 8000
"""XML elements of a drawing or table; a process of 150 elements has about 2,000 with its diagram."""


class BadPath(Invalid):
    """A path that no file of the content may have."""

    code = "bad_path"
    zh = "文件名“{path}”不可用：应在 processes 或 forms 之下，以 .bpmn、.dmn 或 .yaml 结尾。"
    en = "“{path}” is no name for a file: it lies in processes or forms and ends with .bpmn, .dmn or .yaml."


class SavedMeanwhile(Conflict):
    """The file was saved by somebody else, or in another window, since it was read."""

    code = "saved_meanwhile"
    zh = "{name} 已在 {at} 保存了这个文件的另一份内容，你的内容没有覆盖它。可以另存为分支草稿。"
    en = "{name_en} saved other content of this file at {at}; yours did not replace it. You can keep it as a branch."


class DraftFiles:
    """The verbs of a draft's files."""

    _parts: Any

    def read(self, draft_id: str, path: str, by: Actor) -> FileView:
        """A file as the draft has it, or as it is live where the draft did not touch it. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            row = _row(connection, draft_id, path)
            if row.sha256 is None and (row.revision or row.live is None):
                raise NotFound(what="file")
            sha = row.sha256 or row.live
            return FileView(path, live_files.contents(connection, [sha])[sha], row.revision or 0, row.live is not None,
                            named(row.name, row.name_en), row.changed_at)

    def files_of(self, draft_id: str, by: Actor) -> dict[str, bytes]:
        """What the draft is about with all it needs, as it would be live (:func:`engine.live_files.files_of`)."""
        looking(by)
        with self._parts.database.reading() as connection:
            return live_files.files_of(connection, draft_id)

    def write(self, draft_id: str, path: str, content: bytes, revision: int, by: Actor) -> FileView:
        """Save a file; ``revision`` is the one it was read with (0: as it was live).

        Raises Conflict where somebody else edits the draft or saved the file since, NotOpen, Invalid for a bad path and
        Refused for a hostile file. Whoever saves while nobody edits becomes the editor.
        """
        changing(by)
        harmless(path, content)
        return self._save(draft_id, path, content, revision, by)

    def remove(self, draft_id: str, path: str, revision: int, by: Actor) -> None:
        """Take a file away. Raises like :meth:`write`."""
        changing(by)
        self._save(draft_id, path, None, revision, by)

    def revert(self, draft_id: str, path: str, revision: int, by: Actor) -> None:
        """Let a file be again what it is live (a new file is gone). Raises like :meth:`write`."""
        changing(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            require_editor(locked(connection, draft_id), by, now)
            self._unmoved(connection, draft_id, path, revision)
            connection.execute(DraftFile.__table__.delete().where(DraftFile.draft_id == draft_id,
                                                                  DraftFile.path == path))
            _touch(connection, draft_id, by, now)

    def _save(self, draft_id: str, path: str, content: bytes | None, revision: int, by: Actor) -> FileView:
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            require_editor(locked(connection, draft_id), by, now)
            row = self._unmoved(connection, draft_id, path, revision)
            sha = live_files.sha_of(content) if content is not None else None
            if (row.sha256 if row.revision else row.live) == sha and (row.revision or sha is not None):
                return FileView(path, content or b"", row.revision or 0, row.live is not None)  # as it is already
            if sha is None and not row.revision and row.live is None:
                raise NotFound(what="file")
            if content is not None:
                live_files.keep(parts.database, connection, [content])
            values = {"sha256": sha, "revision": revision + 1, "changed_at": now, "changed_by": by.person_id}
            if row.revision:
                connection.execute(update(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.path == path)
                                   .values(**values))
            else:
                connection.execute(DraftFile.__table__.insert().values(
                    draft_id=draft_id, path=path, base_sha256=row.live, **values))
            _touch(connection, draft_id, by, now)
        return FileView(path, content or b"", revision + 1, row.live is not None, by.name, now)

    def _unmoved(self, connection: Connection, draft_id: str, path: str, revision: int) -> Any:
        """The file's row. Raises SavedMeanwhile where its revision is another."""
        row = _row(connection, draft_id, path)
        if (row.revision or 0) != revision:
            at = row.changed_at.isoformat(timespec="minutes") if row.changed_at else ""
            name = named(row.name, row.name_en)
            raise SavedMeanwhile(name=name.zh if name else "", name_en=name.in_("en") if name else "", at=at, path=path,
                                 revision=row.revision or 0)
        return row


def _row(connection: Connection, draft_id: str, path: str) -> Any:
    """One row: the draft's file (revision None where it has none) and the live hash. Raises NotFound for the draft."""
    row = connection.execute(
        select(Draft.id, DraftFile.sha256, DraftFile.base_sha256, DraftFile.revision, DraftFile.changed_at, Person.name,
               Person.name_en, LiveFile.sha256.label("live"))
        .outerjoin(DraftFile, (DraftFile.draft_id == Draft.id) & (DraftFile.path == path))
        .outerjoin(Person, Person.id == DraftFile.changed_by).outerjoin(LiveFile, LiveFile.path == path)
        .where(Draft.id == draft_id)).first()
    if row is None:
        raise NotFound(what="draft")
    return row


def _touch(connection: Connection, draft_id: str, by: Actor, now: Any) -> None:
    connection.execute(update(Draft).where(Draft.id == draft_id).values(
        changed_at=now, changed_by=by.person_id, editor_id=by.person_id, editor_seen_at=now))


def add(database: Any, connection: Connection, draft_id: str, files: Mapping[str, bytes | None], by: Actor, now: Any,
        live: Mapping[str, str], revisions: Mapping[str, int] | None = None) -> None:
    """Put ``files`` into a draft that has none of them, based on what is ``live``. Two statements."""
    live_files.keep(database, connection, (content for content in files.values() if content is not None))
    if files:
        connection.execute(DraftFile.__table__.insert(), [
            {"draft_id": draft_id, "path": path, "base_sha256": live.get(path), "changed_at": now,
             "revision": (revisions or {}).get(path, 1),
             "sha256": live_files.sha_of(content) if content is not None else None, "changed_by": by.person_id}
            for path, content in files.items()])


def harmless(path: str, content: bytes) -> int:
    """Raise Invalid for a bad path and Refused for a file that nobody should have to read: huge, deep, with entities,
    no text, or XML that no modeler wrote. A file that is only unfinished, such as YAML in the middle of a line, passes.
    The number of its XML elements.
    """
    if len(path) > MAX_PATH or not PATH.match(path) or ".." in path:
        raise BadPath(path=path[:100])
    if not path.endswith((".bpmn", ".dmn")):
        most = MAX_YAML if path.endswith(SCENARIO) else MAX_FORM
        if len(content) > most:
            raise _refused(path, "yaml_too_large", f"文件超过 {most // 1000} KB。",
                           f"The file is larger than {most // 1000} kB.")
        _text(path, content)
        return 0
    elements = sum(1 for _ in read_xml(content, path).iter())
    if elements > MAX_ELEMENTS:
        raise _refused(path, "xml_too_large", f"文件的元素超过 {MAX_ELEMENTS} 个。",
                       f"The file has more than {MAX_ELEMENTS} elements.")
    return elements


def _text(path: str, content: bytes) -> None:
    try:
        clean = "\x00" not in content.decode()
    except UnicodeDecodeError:
        clean = False
    if not clean:
        raise _refused(path, "no_text", "文件不是 UTF-8 文字。", "The file is not text in UTF-8.")


def _refused(path: str, code: str, zh: str, en: str) -> Refused:
    return Refused([Problem(code, zh, en, file=path)])
