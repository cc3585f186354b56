"""Publishing a draft: what stands in its way, handing it in to a second pair of eyes, making it live."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, func, select, update

from engine import live_files
from engine.authorization import PLATFORM, Actor, may_deploy, require
from engine.cards import Bilingual, DeploymentCard
from engine.deploying import deploy
from engine.errors import BihuanError, Conflict, FieldError, Invalid, Problem, ReasonNeeded, Refused
from engine.live import Live
from engine.models.identity import Person, RoleHolding
from engine.models.repository import Deployment, ProcessDefinition
from engine.models.studio import Draft, DraftFile, LiveFile
from engine.notices import tell
from engine.studio.cards import DraftCard
from engine.studio.merging import Merge, merge
from engine.studio.overlay import Overlay, overlay
from engine.studio.rows import NotOpen, card_of, changing, locked, looking, require_editor
from engine.studio.scenario_cards import ScenariosVerdict
from engine.studio.scenarios import verdict
from engine.studio.scope import Checked, checked

MAX_NOTE = 2000


class LiveMoved(Conflict):
    """Somebody else published other content of files that this draft changes; nothing of either is lost."""

    code = "live_moved"
    zh = "{name} 已发布了这份草稿也改了的文件：{files}。你的草稿没有丢，请对照差异，逐个选择用哪一份，再发布。"
    en = ("{name_en} published files that this draft changes too: {files}. Your draft is whole: compare, choose for "
          "each file which to keep, then publish.")


class NotJoined(Conflict):
    """Two changes of a file that meet: a person chooses."""

    code = "not_joined"
    zh = "{file} 的两边改动有重叠，不能合并，请选择用哪一份。"
    en = "The two changes of {file} overlap and cannot be joined: choose which to keep."


class NotReady(BihuanError):
    """A draft that may not be published yet; ``reasons`` says why, one sentence each."""

    code, http_status = "not_ready", 422
    zh = "还不能发布：{first}"
    en = "This cannot be published yet: {first_en}"

    def __init__(self, reasons: Iterable[Bilingual]):
        self.reasons = tuple(reasons)
        super().__init__(first=self.reasons[0].zh, first_en=self.reasons[0].in_("en"))


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far a draft is from being published. ``reasons`` stand in its way; ``warnings`` must be accepted by their
    marks (:func:`mark`); ``touched`` are the processes that get a new version, with their live one (0: new)."""

    card: DraftCard
    problems: tuple[Problem, ...]
    scenarios: ScenariosVerdict
    moved: tuple[str, ...]
    reasons: tuple[Bilingual, ...]
    touched: tuple[tuple[str, int], ...]
    second_person: bool
    may_publish: bool
    may_submit: bool
    changed: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What must be accepted."""
        return tuple(one for one in self.problems if one.severity == "warning")

    def mark(self, problem: Problem) -> str:
        """What a warning is accepted by (:func:`mark`)."""
        return mark(problem)


def mark(problem: Problem) -> str:
    """What a warning is accepted by: it speaks of the same thing as long as this is the same."""
    return live_files.sha_of(f"{problem.code} {problem.file} {problem.element} {problem.en}".encode())[:16]


class Publishing:
    """The verbs of publishing."""

    _parts: Any

    def readiness(self, draft_id: str, by: Actor) -> Readiness:
        """What stands in the way of publishing a draft. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            card = card_of(connection, draft_id)
            laid = overlay(connection, draft_id)
            found = checked(connection, laid, card.process_key, publishing=True)
            state = verdict(connection, draft_id)
            second = needs_second(self._parts.live.at(connection), card.pack)
            author = _is_author(connection, draft_id, laid, by)
            touched = _touched(connection, found, laid)
        owner = may_deploy(by)
        may = owner and (card.state == "submitted" and not author if second else card.state in ("open", "submitted"))
        return Readiness(card, tuple(found.problems), state, tuple(laid.moved), tuple(_reasons(found, state, laid)),
                         touched, second, may, owner and second and card.state == "open", tuple(sorted(laid.changed)))

    def publish(self, draft_id: str, note: str, by: Actor, accepted: Collection[str] = ()) -> DeploymentCard:
        """Make a draft live: a new version of every process that it changes.

        ``accepted`` are the marks of the warnings that were seen. Raises Invalid without a note, LiveMoved where
        another draft was faster, Refused with the errors of its files, NotReady with what else stands in the way.
        """
        changing(by)
        note = _note(note)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            parts.database.take_turns(connection, "deploy")
            row = locked(connection, draft_id)
            laid = overlay(connection, draft_id)
            self._allowed(connection, row, laid, by)
            _require_unmoved(connection, laid)
            found = checked(connection, laid, row.process_key, publishing=True)
            errors = [one for one in found.problems if one.severity == "error"]
            if errors:
                raise Refused(errors)
            reasons = _reasons(found, verdict(connection, draft_id), laid)
            if {mark(one) for one in found.problems if one.severity == "warning"} - set(accepted):
                reasons.append(Bilingual("有警告还没有确认。", "There are warnings that nobody accepted yet."))
            if reasons:
                raise NotReady(reasons)
            content = replace(found.content, models=[model for model in found.content.models
                                                     if found.content.drawings[model.key][0] in found.scope.own])
            files = {path: found.files.get(path) if path in laid.files else None for path in laid.changed}
            card = deploy(parts, connection, content, files, by, note)
            connection.execute(update(Draft).where(Draft.id == draft_id).values(
                state="published", deployment_id=card.id, note=note, changed_at=now, changed_by=by.person_id,
                editor_id=None, wanted_by=None))
            _tell_author(connection, now, row, by, "draft_published", note)
        return card

    def submit(self, draft_id: str, note: str, by: Actor) -> None:
        """Hand a draft in for a second pair of eyes; it is not changed from then on. Raises Invalid without a note."""
        changing(by)
        note, now = _note(note), self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            row = locked(connection, draft_id)
            require_editor(row, by, now)
            connection.execute(update(Draft).where(Draft.id == draft_id).values(
                state="submitted", submitted_at=now, submitted_by=by.person_id, note=note, wanted_by=None))
            self._parts.note(connection, by, "draft_submitted", reason=note, draft=draft_id, key=row.process_key)
            owners = connection.scalars(
                select(Person.id).join(RoleHolding, RoleHolding.person_id == Person.id)
                .where(RoleHolding.role == "process_owner", Person.left_at.is_(None), Person.id != by.person_id)).all()
            tell(connection, now, owners, "draft_submitted", by=by.name.zh, by_en=by.name.in_("en"), title=row.title,
                 draft=draft_id, reason=note)

    def send_back(self, draft_id: str, reason: str, by: Actor) -> None:
        """Open a draft that was handed in again: by whoever looked at it, or by whoever handed it in."""
        changing(by)
        if not reason.strip():
            raise ReasonNeeded()
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            row = locked(connection, draft_id)
            if row.state != "submitted":
                raise NotOpen(row.state) if row.state != "open" else Conflict()
            connection.execute(update(Draft).where(Draft.id == draft_id).values(
                state="open", submitted_at=None, submitted_by=None, editor_id=row.submitted_by, editor_seen_at=now))
            self._parts.note(connection, by, "draft_sent_back", reason=reason, draft=draft_id, key=row.process_key)
            _tell_author(connection, now, row, by, "draft_sent_back", reason)

    def merges(self, draft_id: str, by: Actor) -> dict[str, Merge]:
        """For each file that was published meanwhile: both changes joined, or what overlaps. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            laid = overlay(connection, draft_id)
            return _merges(connection, laid, laid.moved)

    def settle(self, draft_id: str, mine: Collection[str], live: Collection[str], by: Actor,
               joined: Collection[str] = ()) -> None:
        """After another draft was published: keep one's own content of ``mine``, take what is live now for ``live``,
        both changes for ``joined``. Raises NotJoined where they meet."""
        changing(by)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            require_editor(locked(connection, draft_id), by, now)
            files = live_files.live(connection)
            laid = overlay(connection, draft_id) if joined else None
            for path, one in (_merges(connection, laid, joined) if laid else {}).items():
                if one.content is None:
                    raise NotJoined(file=path)
                live_files.keep(parts.database, connection, [one.content])
                connection.execute(update(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.path == path)
                                   .values(base_sha256=files.get(path), sha256=live_files.sha_of(one.content),
                                           revision=DraftFile.revision + 1, changed_at=now, changed_by=by.person_id))
            for path in mine:
                connection.execute(update(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.path == path)
                                   .values(base_sha256=files.get(path)))
            if live:
                connection.execute(DraftFile.__table__.delete().where(DraftFile.draft_id == draft_id,
                                                                      DraftFile.path.in_(list(live))))
            connection.execute(update(Draft).where(Draft.id == draft_id).values(
                changed_at=now, changed_by=by.person_id, editor_id=by.person_id, editor_seen_at=now))


    def _allowed(self, connection: Connection, row: Any, laid: Overlay, by: Actor) -> None:
        """Raise unless the draft is at the point of being published, and by this person."""
        if row.state not in ("open", "submitted"):
            raise NotOpen(row.state)
        if needs_second(self._parts.live.at(connection), row.pack):
            if row.state != "submitted":
                raise NotReady([Bilingual("这个流程包要求另一位负责人审核：请先提交审核。",
                                          "This pack asks for a second pair of eyes: hand the draft in first.")])
            require(not _is_author(connection, row.id, laid, by), "发布自己改过的草稿", "publish a draft of your own")
        elif row.state == "open":
            require_editor(row, by, self._parts.clock.now())


def _merges(connection: Connection, laid: Overlay, paths: Iterable[str]) -> dict[str, Merge]:
    """What the files at ``paths`` of a draft become together with what was published since they were begun."""
    rows = {path: laid.rows[path] for path in paths if path in laid.rows}
    shas = {sha for path, row in rows.items() for sha in (row.base_sha256, row.sha256, laid.live.get(path)) if sha}
    found = live_files.contents(connection, shas)
    return {path: merge(path, found.get(row.base_sha256), found.get(row.sha256), found.get(laid.live.get(path, "")))
            for path, row in rows.items()}


def needs_second(live: Live, pack: str) -> bool:
    """Whether a pack as it is live (or the platform, for all) asks for a second pair of eyes."""
    return any(live.packs[key].second_person for key in (pack, PLATFORM) if key in live.packs)


def _note(note: str) -> str:
    note = note.strip()
    if not note or len(note) > MAX_NOTE:
        raise Invalid([FieldError("note", "required", f"请写明改了什么、为什么（最多 {MAX_NOTE} 字）。",
                                  f"Please say what changed and why (at most {MAX_NOTE} characters).")])
    return note


def _is_author(connection: Connection, draft_id: str, laid: Overlay, by: Actor) -> bool:
    """Whether somebody changed anything in the draft, or handed it in."""
    handed = connection.scalar(select(Draft.submitted_by).where(Draft.id == draft_id))
    return by.person_id in {handed, *(row.changed_by for row in laid.rows.values())}


def _require_unmoved(connection: Connection, laid: Overlay) -> None:
    if laid.moved:
        who = connection.execute(
            select(Deployment.by, Person.name, Person.name_en)
            .join(LiveFile, LiveFile.deployment_id == Deployment.id)
            .outerjoin(Person, Person.login == Deployment.by).where(LiveFile.path.in_(laid.moved))
            .order_by(Deployment.at.desc()).limit(1)).first()
        name = (who.name or who.by, who.name_en or who.by) if who else ("", "")
        raise LiveMoved(name=name[0], name_en=name[1], files="、".join(laid.moved), paths=laid.moved)


def _reasons(found: Checked, state: ScenariosVerdict, laid: Overlay) -> list[Bilingual]:
    """What stands in the way besides warnings, one sentence each."""
    reasons = []
    errors = sum(one.severity == "error" for one in found.problems)
    if not laid.changed:
        reasons.append(Bilingual("草稿与在用的版本没有差别。", "The draft does not differ from what is live."))
    if laid.moved:
        reasons.append(Bilingual("草稿改动的文件已有新的发布，请先选择用哪一份。",
                                 "Files of this draft were published meanwhile: choose which to keep first."))
    if errors:
        reasons.append(Bilingual(f"有 {errors} 个错误。", f"There are {errors} errors."))
    words = {"unknown": ("场景在改动之后还没有跑过。", "The scenarios have not been run since the draft changed."),
             "running": ("场景还在跑。", "The scenarios are still running."),
             "failed": (f"有 {state.failed + state.unreadable} 个场景没有通过。",
                        f"{state.failed + state.unreadable} scenarios do not pass.")}
    if state.state in words:
        reasons.append(Bilingual(*words[state.state]))
    return reasons


def _touched(connection: Connection, found: Checked, laid: Overlay) -> tuple[tuple[str, int], ...]:
    """The processes that get a new version, with their live one."""
    keys = [model.key for model in found.content.models if found.content.drawings[model.key][0] in found.scope.own
            and any(file in laid.changed for _kind, _key, file, _raw in found.content.parts_of(model))]
    versions = dict(connection.execute(
        select(ProcessDefinition.key, func.max(ProcessDefinition.version)).where(ProcessDefinition.key.in_(keys))
        .group_by(ProcessDefinition.key)).all())
    return tuple((key, versions.get(key, 0)) for key in sorted(keys))


def _tell_author(connection: Connection, now: Any, row: Any, by: Actor, code: str, reason: str) -> None:
    """Tell whoever handed a draft in (or made it) what became of it."""
    person = row.submitted_by or row.created_by
    if person != by.person_id:
        tell(connection, now, [person], code, by=by.name.zh, by_en=by.name.in_("en"), title=row.title, draft=row.id,
             reason=reason)
