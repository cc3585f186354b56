"""Canned phrases (常用语): one's own and those of the units one belongs to, filled with what is known of the case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from engine.authorization import Actor, may_intervene, require
from engine.errors import FieldError, Invalid, NotFound
from engine.expressions import Expressions
from engine.ids import new_id
from engine.live import Live
from engine.models.runtime import UserTask
from engine.models.working import Phrase
from engine.tasks.beginning import sees
from engine.tasks.cards import PhraseCard

LONGEST, MOST = 1000, 200
"""Characters of a phrase; phrases of a person or unit."""
PLACEHOLDERS = {"客户": "customer", "案件号": "case_number", "环节": "name", "承诺期限": "promised", "期限": "due",
                "我": "me"}
"""What may stand in braces, in Chinese or English."""


class BadPhrase(Invalid):
    """A phrase without text, too long, or one too many."""

    code = "bad_phrase"
    zh = "常用语须为 1 到 {longest} 字，每人最多 {most} 条。"
    en = "A phrase has 1 to {longest} characters; at most {most} of them."

    def __init__(self) -> None:
        words = {"longest": LONGEST, "most": MOST}
        super().__init__([FieldError("text", self.code, self.zh.format(**words), self.en.format(**words))], **words)


class Phrasing:
    """The verbs; each is one transaction."""

    _parts: Any

    def phrases(self, by: Actor, form_key: str = "", *, task_id: str | None = None) -> tuple[PhraseCard, ...]:
        """Phrases for a form (those for any form included): one's own, then the team's; filled from the open task."""
        parts = self._parts
        with parts.database.reading() as connection:
            live = parts.live.at(connection)
            rows = connection.execute(
                select(*Phrase.__table__.columns).where(
                    or_(Phrase.person_id == by.person_id, Phrase.unit_id.in_(live.path(by.unit_id))),
                    or_(Phrase.form_key == "", Phrase.form_key == form_key) if form_key else Phrase.id.is_not(None))
                .order_by(Phrase.unit_id.is_not(None), Phrase.position, Phrase.id).limit(2 * MOST)).all()
            words = self._words(connection, live, task_id, by) if task_id else {}
            return tuple(PhraseCard(row.id, row.text, _filled(row.text, words), row.form_key,
                                    live.units[row.unit_id].name if row.unit_id in live.units else None,
                                    _may_change(row, by, live)) for row in rows)

    def _words(self, connection: Any, live: Live, task_id: str, by: Actor) -> dict[str, str]:
        task = connection.execute(select(UserTask.root_id, UserTask.customer, UserTask.case_number, UserTask.name,
                                         UserTask.promised_at, UserTask.due_at, UserTask.unit_id)
                                  .where(UserTask.id == task_id)).first()
        if task is None or not sees(connection, live, by, task.root_id):
            return {}
        zone = Expressions(self._parts.clock.now(), live, task.unit_id, self._parts.settings.zone).zone
        promised, due = (moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else ""
                         for moment in (task.promised_at, task.due_at))
        return {"customer": task.customer, "case_number": task.case_number, "name": task.name, "promised": promised,
                "due": due, "me": by.name.zh}

    def save_phrase(self, text: str, by: Actor, *, phrase_id: str | None = None, form_key: str = "",
                    unit: str | None = None, position: int = 0) -> str:
        """Add a phrase, or change the one with ``phrase_id``; ``unit`` (a key) makes it a team's, for its supervisors.

        Returns its id. Raises BadPhrase, NotFound, NotPermitted.
        """
        parts, now, text = self._parts, self._parts.clock.now(), text.strip()
        with parts.database.transaction() as connection:
            live = parts.live.at(connection)
            if phrase_id is not None:
                row = connection.execute(select(*Phrase.__table__.columns).where(Phrase.id == phrase_id)).first()
                _changeable(row, by, live)
            unit_id = live.unit_id(unit) or (row.unit_id if phrase_id is not None else None)
            require(unit_id is None or may_intervene(by, unit_id, live), "管理团队常用语", "keep a team's phrases")
            mine = Phrase.unit_id == unit_id if unit_id else Phrase.person_id == by.person_id
            count = len(connection.scalars(select(Phrase.id).where(mine).limit(MOST)).all()) if phrase_id is None else 0
            if not text or len(text) > LONGEST or count >= MOST:
                raise BadPhrase()
            columns = {"text": text, "form_key": form_key, "position": position, "unit_id": unit_id,
                       "person_id": None if unit_id else by.person_id}
            if phrase_id is None:
                phrase_id = new_id(now)
                connection.execute(insert(Phrase.__table__).values(id=phrase_id, **columns))
            else:
                connection.execute(update(Phrase.__table__).where(Phrase.id == phrase_id).values(columns))
            return phrase_id

    def delete_phrase(self, phrase_id: str, by: Actor) -> None:
        """Delete a phrase. Raises NotFound for one that one may not change."""
        parts = self._parts
        with parts.database.transaction() as connection:
            row = connection.execute(select(*Phrase.__table__.columns).where(Phrase.id == phrase_id)).first()
            _changeable(row, by, parts.live.at(connection))
            connection.execute(delete(Phrase.__table__).where(Phrase.id == phrase_id))


def _may_change(row: Any, by: Actor, live: Live) -> bool:
    return may_intervene(by, row.unit_id, live) if row.unit_id else row.person_id == by.person_id


def _changeable(row: Any, by: Actor, live: Live) -> None:
    if row is None or not _may_change(row, by, live):
        raise NotFound(what="page")


def _filled(text: str, words: dict[str, str]) -> str:
    """Put what is known in the place of its braces; what is not known stays as it stands."""
    for zh, en in PLACEHOLDERS.items():
        if words.get(en):
            text = text.replace("{" + zh + "}", words[en]).replace("{" + en + "}", words[en])
    return text
