"""Drafts: begun from a live process or for a new one, edited by one person at a time, handed over, given up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from engine import live_files
from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid, NotFound
from engine.ids import new_id
from engine.models.repository import ProcessDefinition
from engine.models.studio import Draft, DraftFile
from engine.sketches import Sketch, home_of, needs, registers_of
from engine.studio.cards import DraftCard, DraftFileLine, DraftView, Presence
from engine.studio.draft_files import add, harmless
from engine.studio.new_process import new_drawing
from engine.studio.overlay import Overlay, overlay
from engine.studio.rows import (
    LIVING,
    card,
    card_of,
    cards,
    changing,
    is_free,
    locked,
    looking,
    named,
    require_editor,
)

KEY = re.compile(r"[a-z][a-z0-9_-]{1,79}\Z")
SHOWN = 200


class Drafts:
    """The verbs of drafts as a whole."""

    _parts: Any

    def drafts(self, by: Actor, *, ended: bool = False) -> list[DraftCard]:
        """The drafts that are open or handed in, the last changed first; with ``ended`` those that are not."""
        looking(by)
        with self._parts.database.reading() as connection:
            wanted = Draft.state.not_in(LIVING) if ended else Draft.state.in_(LIVING)
            return [card(row) for row in connection.execute(
                cards().where(wanted).order_by(Draft.changed_at.desc()).limit(SHOWN))]

    def packs(self, by: Actor) -> dict[str, Bilingual]:
        """The packs by their keys, with their names."""
        looking(by)
        with self._parts.database.reading() as connection:
            return {key: pack.title for key, pack in self._parts.live.at(connection).packs.items()}

    def draft(self, draft_id: str, by: Actor) -> DraftView:
        """A draft with the files it is about. Raises NotFound."""
        looking(by)
        now = self._parts.clock.now()
        with self._parts.database.reading() as connection:
            head = card_of(connection, draft_id)
            laid = overlay(connection, draft_id)
            sketched = live_files.sketches(connection, laid.files)
        own = live_files.about(sketched, head.process_key)
        own |= registers_of(sketched, own)
        home = home_of(sketched, head.process_key) or ""
        frozen = {home} | (needs(sketched, [home]) if home else set())
        lines = [_line(path, sketched.get(path), laid) for path in sorted(own | laid.rows.keys())]
        free = head.editor is None or head.editor_seen_at is None or is_free(_Editor(head), now)
        editing = head.editor_login == by.login and head.state == "open"
        return DraftView(head, home, tuple(lines), head.state == "open" and by.holds("process_owner", "system_admin"),
                         editing, free, head.base_version + 1 if frozen & laid.changed else None)

    def open(self, process_key: str, by: Actor) -> DraftCard:
        """A new draft of the live version of a process; one of one's own that has no change yet is opened again."""
        changing(by)
        with self._parts.database.transaction() as connection:
            row = connection.execute(
                select(ProcessDefinition.name, ProcessDefinition.pack).where(ProcessDefinition.key == process_key)
                .order_by(ProcessDefinition.version.desc()).limit(1)).first()
            if row is None:
                raise NotFound(what="process")
            untouched = connection.scalar(select(Draft.id).where(
                Draft.process_key == process_key, Draft.state == "open", Draft.created_by == by.person_id,
                Draft.id.not_in(select(DraftFile.draft_id))).limit(1))
            return card_of(connection, untouched or begin(
                connection, self._parts.clock.now(), process_key, row.pack, row.name, by))

    def create(self, pack: str, key: str, name_zh: str, name_en: str, by: Actor) -> DraftCard:
        """A draft of a new process of a pack: start, one user task and end in a lane of the pack's first role.

        Raises Invalid with a sentence per field.
        """
        changing(by)
        parts = self._parts
        with parts.database.transaction() as connection:
            live = live_files.live(connection)
            sketched = live_files.sketches(connection, live)
            content = parts.live.at(connection).packs.get(pack)
            taken = connection.scalar(select(Draft.id).where(Draft.process_key == key, Draft.state.in_(LIVING)))
            wrong = [one for one in (
                _wrong(not content, "pack", "请选择流程包。", "Please choose a pack."),
                _wrong(not KEY.match(key), "key", "标识应以小写字母开头，只含小写字母、数字、- 和 _。",
                       "The key begins with a small letter; small letters, digits, - and _ may follow."),
                _wrong(bool(taken) or home_of(sketched, key) is not None, "key", "已有这个标识的流程或草稿。",
                       "There is a process or a draft with this key already."),
                _wrong(not 0 < len(name_zh.strip()) <= 200, "name_zh", "请填写名称。", "Please give a name."),
                _wrong(len(name_en) > 200, "name_en", "名称太长。", "The name is too long.")) if one]
            if wrong or content is None:
                raise Invalid(wrong[:1] if len({one.path for one in wrong}) == 1 else wrong)
            home = next((path for path, one in sketched.items() if one.kind == "pack" and pack in one.keys), "")
            folder = home.rpartition("/")[0] or f"processes/{pack}"
            drawing = new_drawing(key, name_zh.strip(), name_en.strip(), content)
            draft_id = begin(connection, parts.clock.now(), key, pack, name_zh.strip(), by)
            add(parts.database, connection, draft_id, {f"{folder}/{key}.bpmn": drawing}, by, parts.clock.now(), live)
            return card_of(connection, draft_id)

    def branch(self, draft_id: str, files: Mapping[str, bytes], by: Actor) -> DraftCard:
        """A copy of a draft with ``files`` (path -> content) in it: what somebody wrote while another one saved."""
        changing(by)
        parts, now = self._parts, self._parts.clock.now()
        for path, content in files.items():
            harmless(path, content)
        with parts.database.transaction() as connection:
            row = locked(connection, draft_id)
            copy = begin(connection, now, row.process_key, row.pack, f"{row.title} · {by.name.zh}", by)
            connection.execute(DraftFile.__table__.insert().from_select(
                ["draft_id", "path", "sha256", "base_sha256", "revision", "changed_at", "changed_by"],
                select(Draft.id, DraftFile.path, DraftFile.sha256, DraftFile.base_sha256, DraftFile.revision,
                       DraftFile.changed_at, DraftFile.changed_by)
                .select_from(DraftFile).join(Draft, Draft.id == copy)
                .where(DraftFile.draft_id == draft_id, DraftFile.path.not_in(list(files)))))
            bases = dict(connection.execute(select(DraftFile.path, DraftFile.base_sha256).where(
                DraftFile.draft_id == draft_id, DraftFile.path.in_(list(files)))).all())
            add(parts.database, connection, copy, files, by, now, live_files.live(connection) | bases)
            return card_of(connection, copy)

    def rename(self, draft_id: str, title: str, by: Actor) -> None:
        """Give a draft another title in lists; the process keeps its name. Raises Invalid for an empty one."""
        changing(by)
        if not 0 < len(title.strip()) <= 200:
            raise Invalid([FieldError("title", "length", "请填写 1 至 200 个字。", "Give 1 to 200 characters.")])
        with self._parts.database.transaction() as connection:
            require_editor(locked(connection, draft_id), by, self._parts.clock.now())
            connection.execute(update(Draft).where(Draft.id == draft_id).values(title=title.strip()))

    def discard(self, draft_id: str, by: Actor) -> None:
        """Give a draft up; what was in it stays readable. Raises Conflict where somebody else edits it."""
        changing(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            row = locked(connection, draft_id)
            require_editor(row, by, now)
            connection.execute(update(Draft).where(Draft.id == draft_id).values(
                state="discarded", changed_at=now, changed_by=by.person_id, wanted_by=None))
            self._parts.note(connection, by, "draft_discarded", draft=draft_id, key=row.process_key)

    # --- who is at the keyboard
    def here(self, draft_id: str, by: Actor) -> Presence:
        """Tell that one is still there (asked by the page every half minute), and hear who edits."""
        looking(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            connection.execute(update(Draft).where(
                Draft.id == draft_id, Draft.editor_id == by.person_id, Draft.state == "open").values(
                editor_seen_at=now))
            return _presence(card_of(connection, draft_id), by, now)

    def take(self, draft_id: str, by: Actor) -> Presence:
        """Become the editor where nobody edits, or ask whoever does to hand over."""
        changing(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            row = locked(connection, draft_id)
            if row.editor_id == by.person_id or is_free(row, now):
                require_editor(row, by, now)
                values = {"editor_id": by.person_id, "editor_seen_at": now, "wanted_by": None}
            else:
                values = {"wanted_by": by.person_id}
            connection.execute(update(Draft).where(Draft.id == draft_id).values(**values))
            return _presence(card_of(connection, draft_id), by, now)

    def hand_over(self, draft_id: str, by: Actor, *, agreed: bool = True) -> Presence:
        """Let whoever asked edit from now on; ``agreed`` False keeps the keyboard and forgets the request."""
        changing(by)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            row = locked(connection, draft_id)
            require_editor(row, by, now)
            values: dict[str, Any] = {"wanted_by": None}
            if agreed:
                values |= {"editor_id": row.wanted_by, "editor_seen_at": now if row.wanted_by else None}
            connection.execute(update(Draft).where(Draft.id == draft_id).values(**values))
            return _presence(card_of(connection, draft_id), by, now)


def begin(connection: Connection, now: datetime, key: str, pack: str, title: str, by: Actor) -> str:
    """A new draft without files, edited by who begins it; its id."""
    made = new_id(now)
    connection.execute(Draft.__table__.insert().values(
        id=made, process_key=key, pack=pack, title=title[:400], state="open", created_at=now, created_by=by.person_id,
        changed_at=now, changed_by=by.person_id, editor_id=by.person_id, editor_seen_at=now, note=""))
    return made


class _Editor:
    """A card seen as the row that :func:`is_free` asks."""

    def __init__(self, head: DraftCard):
        self.editor_id, self.editor_seen_at = head.editor_login or None, head.editor_seen_at


def _presence(head: DraftCard, by: Actor, now: datetime) -> Presence:
    return Presence(head.editor, head.editor_login == by.login and head.state == "open", is_free(_Editor(head), now),
                    head.wanted, head.wanted_login, head.state, head.changed_at, head.changed_by)


def _line(path: str, sketch: Sketch | None, laid: Overlay) -> DraftFileLine:
    kind, keys = (sketch.kind, sketch.keys) if sketch else (_kind(path), ())
    row = laid.rows.get(path)
    if row is None:
        return DraftFileLine(path, kind, keys)
    return DraftFileLine(path, kind, keys, laid.change(path), row.revision, path in laid.moved,
                         named(row.name, row.name_en), row.changed_at)


def _kind(path: str) -> str:
    return "drawing" if path.endswith(".bpmn") else "table" if path.endswith(".dmn") else ""


def _wrong(bad: bool, field: str, zh: str, en: str) -> FieldError | None:
    return FieldError(field, "bad", zh, en) if bad else None
