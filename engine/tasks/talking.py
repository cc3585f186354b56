"""Words about a case (沟通): comments, people asked in them with a moment to reply by, and their answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.orm import aliased

from engine import deadlines, notices
from engine.authorization import Actor
from engine.cards import Bilingual, PersonCard
from engine.customer_data import reads_personal_of
from engine.errors import FieldError, Invalid, NotFound
from engine.ids import new_id
from engine.live import LivePerson
from engine.masking import masked_text
from engine.models.identity import Person
from engine.models.working import Comment, Mention
from engine.tasks.beginning import person_there
from engine.tasks.cards import Asked, CommentCard
from engine.tasks.seen_case import SeenCase, enter_history, seen_case

LONGEST = 5000
"""Characters of a comment."""
NAMED = re.compile(r"@([\w.-]+)")


class BadComment(Invalid):
    """A comment that says nothing or too much, or that is to be answered before it was written."""

    code = "bad_comment"

    def __init__(self, field: str, zh: str, en: str):
        super().__init__([FieldError(field, self.code, zh, en)])
        self.zh, self.en = zh, en


class Talking:
    """The verbs; each is one transaction."""

    _parts: Any

    def comment(self, case_id: str, text: str, by: Actor, *, task_id: str | None = None, mentions: Iterable[str] = (),
                reply_by: datetime | None = None, reply_to: str | None = None, public: bool = False) -> str:
        """Say something about a case; returns the comment's id.

        ``mentions`` (logins, beside those written as ``@login``) are asked and may then see the case, ``reply_by`` is
        until when; ``reply_to`` is the comment it answers; ``public`` ones the customer may read. Raises BadComment,
        PersonLeft, NotFound.
        """
        parts, now, text = self._parts, self._parts.clock.now(), text.strip()
        if not text or len(text) > LONGEST:
            raise BadComment("text", f"请填写内容，最多 {LONGEST} 字。",
                             f"Please write something, at most {LONGEST} characters.")
        if reply_by is not None and reply_by <= now:
            raise BadComment("reply_by", "回复期限须晚于现在。", "The moment to reply by must lie ahead.")
        with parts.database.transaction() as connection:
            case = seen_case(parts, connection, task_id or case_id, "comment", by)
            if case.row.id != case_id:
                raise NotFound(what="case")
            asked = _asked(connection, case, [*mentions, *(one for one in NAMED.findall(text)
                                                           if one in case.live.people)])
            author = _author(connection, case_id, reply_to) if reply_to else None
            comment = new_id(now)
            connection.execute(insert(Comment.__table__).values(
                id=comment, root_id=case_id, task_id=case.row.task_id, element_id=case.row.element_id or "", at=now,
                by=by.person_id or None, text=text, public=public, reply_to=reply_to, reply_by=reply_by))
            if asked:
                connection.execute(insert(Mention.__table__), [{
                    "comment_id": comment, "person_id": one.id, "root_id": case_id, "answered_at": None,
                    "reply_sort": reply_by or deadlines.NEVER} for one in asked])
            if reply_to:
                _answer(connection, reply_to, by, now)
            enter_history(parts, connection, by, case, "commented", comment=comment, public=public,
                 to=[one.login for one in asked], people="、".join(one.name.zh for one in asked),
                 people_en=", ".join(one.name.in_("en") for one in asked))
            words = case.words | {"by": by.name.zh, "by_en": by.name.in_("en"), "text": text[:200],
                                  "root_id": case_id, "task_id": case.row.task_id}
            told = [one.id for one in asked if one.id != by.person_id]
            notices.tell(connection, now, told, "asked", due_at=reply_by, **words)
            if author and author not in told and author != by.person_id:
                notices.tell(connection, now, [author], "answered", **words)
            return comment

    def answered(self, comment_id: str, by: Actor) -> None:
        """Say that a question to oneself needs no answer any more. Raises NotFound for a question to others."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            if not _answer(connection, comment_id, by, now):
                raise NotFound(what="page")

    def comments(self, case_id: str, by: Actor, limit: int = 200) -> tuple[CommentCard, ...]:
        """The newest comments of a case, oldest of them first. Numbers and addresses of people in them are masked for
        whoever may not read personal data of the case. Raises NotFound for a case one may not see."""
        parts = self._parts
        with parts.database.reading() as connection:
            seen_case(parts, connection, case_id, "seen", by)
            full = reads_personal_of(connection, parts.live.at(connection), by, case_id)
            rows = connection.execute(
                select(*Comment.__table__.columns, Person.login, Person.name, Person.name_en)
                .outerjoin(Person, Person.id == Comment.by).where(Comment.root_id == case_id)
                .order_by(Comment.id.desc()).limit(limit)).all()
            asked: dict[str, list[Asked]] = {}
            other = aliased(Person)
            for row in connection.execute(
                    select(Mention.comment_id, Mention.answered_at, other.id, other.login, other.name, other.name_en)
                    .join(other, other.id == Mention.person_id).where(Mention.root_id == case_id)
                    .order_by(other.login)):
                asked.setdefault(row.comment_id, []).append(Asked(
                    PersonCard(row.id, row.login, Bilingual(row.name, row.name_en)), row.answered_at))
            return tuple(CommentCard(
                row.id, row.at, PersonCard(row.by, row.login, Bilingual(row.name, row.name_en)) if row.by else None,
                row.text if full else masked_text(row.text), row.public, row.task_id, row.element_id, row.reply_to,
                row.reply_by, tuple(asked.get(row.id, ()))) for row in reversed(rows))


def _asked(connection: Connection, case: SeenCase, logins: list[str]) -> list[LivePerson]:
    return list({one.id: one for one in (person_there(connection, case.live, login, "mentions", looking=True)
                                         for login in logins)}.values())


def _author(connection: Connection, case_id: str, comment_id: str) -> str | None:
    """Who wrote the comment that is answered. Raises NotFound for one of another case."""
    found = connection.execute(select(Comment.by).where(Comment.id == comment_id, Comment.root_id == case_id)).first()
    if found is None:
        raise NotFound(what="page")
    return found.by


def _answer(connection: Connection, comment_id: str, by: Actor, now: datetime) -> bool:
    """Close the question to the actor in a comment, if there is one that is open."""
    return connection.execute(
        update(Mention.__table__).where(Mention.comment_id == comment_id, Mention.person_id == by.person_id,
                                        Mention.answered_at.is_(None)).values(answered_at=now)
        .returning(Mention.comment_id)).first() is not None
