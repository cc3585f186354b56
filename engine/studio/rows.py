"""The rows of drafts as cards; who may look, who may change; who is at the keyboard."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.orm import aliased

from engine.authorization import AUDITOR, Actor, may_deploy, require
from engine.cards import Bilingual
from engine.errors import Conflict, NotFound
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance
from engine.models.studio import Draft, DraftFile
from engine.studio.cards import DraftCard

IDLE = timedelta(minutes=5)
"""An editor who was not seen for so long has gone; the next who saves edits."""
LIVING = ("open", "submitted")


class NotOpen(Conflict):
    """The draft was published, given up or handed in meanwhile."""

    code = "draft_not_open"
    zh = "这份草稿已{zh_state}，不能再改。"
    en = "This draft {en_state} and can no longer be changed."
    STATES = {"submitted": ("提交审核", "was submitted for approval"), "published": ("发布", "was published"),
              "discarded": ("放弃", "was given up")}

    def __init__(self, state: str):
        zh, en = self.STATES[state]
        super().__init__(zh_state=zh, en_state=en, state=state)


class EditedElsewhere(Conflict):
    """Somebody else edits this draft; one person edits at a time."""

    code = "edited_elsewhere"
    zh = "{name} 正在编辑这份草稿，没有保存。可以请求接手，或把你的内容另存为分支草稿。"
    en = "{name_en} is editing this draft; nothing was saved. Ask to take over, or keep yours as a branch."


def looking(by: Actor) -> None:
    """Owners, administrators and auditors look at drafts. Raises NotPermitted."""
    require(may_deploy(by) or by.holds(AUDITOR), "查看设计台", "look into the studio")


def changing(by: Actor) -> None:
    """Owners and administrators change drafts. Raises NotPermitted."""
    require(may_deploy(by), "编辑流程草稿", "edit drafts of processes")


def named(name: str | None, name_en: str | None) -> Bilingual | None:
    """A person's name, if there is a person."""
    return Bilingual(name, name_en or "") if name else None


def cards() -> Select[Any]:
    """Everything a card needs, one row per draft."""
    people = {role: aliased(Person) for role in ("creator", "changer", "editor", "wanter", "submitter")}
    columns = [column for role, person in people.items()
               for column in (person.name.label(role), person.name_en.label(f"{role}_en"), person.login.label(
                   f"{role}_login"))]
    newest = (select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
              .group_by(ProcessDefinition.key).subquery())
    cases = (select(func.count()).select_from(ProcessInstance).where(
        ProcessInstance.process_key == Draft.process_key, ProcessInstance.ended_at.is_(None)).scalar_subquery())
    files = select(func.count()).select_from(DraftFile).where(DraftFile.draft_id == Draft.id).scalar_subquery()
    return (select(Draft.__table__, *columns, func.coalesce(newest.c.version, 0).label("version"),
                   cases.label("cases"), files.label("files"), ProcessDefinition.name.label("live_name"),
                   ProcessDefinition.name_en.label("live_name_en"))
            .join(people["creator"], people["creator"].id == Draft.created_by)
            .join(people["changer"], people["changer"].id == Draft.changed_by)
            .outerjoin(people["editor"], people["editor"].id == Draft.editor_id)
            .outerjoin(people["wanter"], people["wanter"].id == Draft.wanted_by)
            .outerjoin(people["submitter"], people["submitter"].id == Draft.submitted_by)
            .outerjoin(newest, newest.c.key == Draft.process_key)
            .outerjoin(ProcessDefinition, (ProcessDefinition.key == newest.c.key)
                       & (ProcessDefinition.version == newest.c.version)))


def card(row: Any) -> DraftCard:
    """A row of :func:`cards`."""
    return DraftCard(
        row.id, row.process_key, row.pack, row.title, row.state, Bilingual(row.creator, row.creator_en), row.created_at,
        Bilingual(row.changer, row.changer_en), row.changed_at, named(row.editor, row.editor_en),
        row.editor_login or "", row.editor_seen_at, named(row.wanter, row.wanter_en), row.wanter_login or "", row.files,
        row.version, row.cases, row.note, named(row.submitter, row.submitter_en), row.submitted_at,
        named(row.live_name, row.live_name_en))


def card_of(connection: Connection, draft_id: str) -> DraftCard:
    """A draft. Raises NotFound."""
    row = connection.execute(cards().where(Draft.id == draft_id)).first()
    if row is None:
        raise NotFound(what="draft")
    return card(row)


def locked(connection: Connection, draft_id: str) -> Any:
    """The draft's row under its lock, with the editor's name. Raises NotFound."""
    row = connection.execute(
        select(Draft.__table__, Person.name.label("editor"), Person.name_en.label("editor_en"))
        .outerjoin(Person, Person.id == Draft.editor_id).where(Draft.id == draft_id)
        .with_for_update(of=Draft)).first()
    if row is None:
        raise NotFound(what="draft")
    return row


def is_free(row: Any, now: datetime) -> bool:
    """Whether nobody edits the draft: nobody began to, or whoever did was not seen for a while."""
    return row.editor_id is None or row.editor_seen_at is None or now - row.editor_seen_at > IDLE


def require_editor(row: Any, by: Actor, now: datetime) -> None:
    """Raise unless the draft is open and ``by`` edits it, or nobody does."""
    if row.state != "open":
        raise NotOpen(row.state)
    if row.editor_id != by.person_id and not is_free(row, now):
        raise EditedElsewhere(name=row.editor, name_en=row.editor_en or row.editor)
