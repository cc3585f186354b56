"""What a customer sees of a case by a link, and says to it: plain words, no names of the inside, nothing of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select

from engine import notices
from engine.cards import Bilingual
from engine.errors import FieldError, Invalid
from engine.history import Record
from engine.ids import new_id
from engine.live import Live
from engine.masking import masked_but
from engine.models.identity import FileUse, PublicLink
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance, TaskCandidate, UserTask
from engine.models.working import Comment
from engine.public import tokens

LONGEST, MOST_FILES = 2000, 20
"""Characters of what a customer writes; files that customers add to one case."""
GOING_ON = (Bilingual("正在处理", "Being worked on"), Bilingual("我们正在处理，有进展会告诉您。",
                                                     "We are working on it and will tell you when there is news."))
OVER = (Bilingual("已办结", "Closed"), Bilingual("这件事已经办结。如还有问题，请联系我们。",
                                          "This matter is closed. Please contact us if anything is left open."))
CALLED_OFF = (Bilingual("已撤销", "Withdrawn"), Bilingual("这件事不再继续办理。如有疑问，请联系我们。",
                                                  "This matter is not pursued any more. Please ask us if in doubt."))


@dataclass(frozen=True, slots=True)
class PublicWord:
    """A comment that the customer may read; ``ours`` if the house wrote it."""

    at: datetime
    ours: bool
    text: str


@dataclass(frozen=True, slots=True)
class FollowView:
    """The page of a case behind a customer's link."""

    token: str
    case_number: str
    received_at: datetime
    state: Bilingual
    following: Bilingual
    promised_at: datetime | None
    ended_at: datetime | None
    words: tuple[PublicWord, ...]
    telephone: str


class PublicFollowing:
    """The verbs; each is one transaction."""

    _parts: Any

    def follows(self, token: str) -> bool:
        """Whether a token is of a link to follow a case."""
        return tokens.followed(self._parts.settings, token) is not None

    def follow(self, token: str) -> FollowView:
        """How a case stands, for its customer. Raises NotFound, LinkRevoked, LinkExpired."""
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.reading() as connection:
            row = tokens.followed_case(parts, connection, token, now)
            live = parts.live.at(connection)
            words = connection.execute(
                select(Comment.at, Comment.by, Comment.text).where(Comment.root_id == row.id, Comment.public.is_(True))
                .order_by(Comment.id.desc()).limit(100)).all()
        state, following = _stands(live, row)
        telephone = _telephone(live, row.pack, row.unit_id)
        return FollowView(
            token, row.case_number, row.started_at, state, following, row.promised_at, row.ended_at,
            tuple(PublicWord(word.at, word.by is not None, masked_but(word.text, telephone))
                  for word in reversed(words)), telephone)

    def say(self, token: str, text: str, files: Sequence[tuple[str, bytes]] = ()) -> None:
        """Add a customer's words and files; whoever works on the case is told.

        Raises NotFound, LinkRevoked, LinkExpired, Invalid, TooLarge, ForbiddenType.
        """
        parts, now, text = self._parts, self._parts.clock.now(), text.strip()
        with parts.database.reading() as connection:
            row = tokens.followed_case(parts, connection, token, now)
            brought = connection.scalar(select(func.count()).select_from(FileUse).where(
                FileUse.root_id == row.id, FileUse.by.is_(None))) or 0
        _refuse_empty(text, len(files), brought)
        kept = [parts.files.put(name, data, None, root_id=row.id)["name"] for name, data in files]
        with parts.database.transaction() as connection:
            live = parts.live.at(connection)
            whole = "\n".join(filter(None, (text, f"📎 {'、'.join(kept)}" if kept else "")))
            comment = new_id(now)
            connection.execute(insert(Comment.__table__).values(
                id=comment, root_id=row.id, task_id=None, element_id="", at=now, by=None, text=whole, public=True,
                reply_to=None, reply_by=None))
            record = Record(now, None)
            record.tell("customer_wrote", root_id=row.id, definition_id=row.definition_id, comment=comment)
            record.write(connection)
            notices.tell(connection, now, _who_works_on(connection, live, row), "customer_wrote", root_id=row.id,
                         case_number=row.case_number, text=whole[:200])

    def telephone(self, token: str = "", process: str = "") -> str:
        """The number to call when a page cannot be shown: of the link's or the process's pack, else of any."""
        parts = self._parts
        with parts.database.reading() as connection:
            live = parts.live.at(connection)
            of = or_(ProcessInstance.id == tokens.followed(parts.settings, token),
                     ProcessInstance.id == select(PublicLink.instance_id).where(
                         PublicLink.token_hash == tokens.hashed(token)).scalar_subquery())
            row = connection.execute(
                select(ProcessDefinition.pack, ProcessInstance.unit_id)
                .outerjoin(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
                .where(of if token else ProcessDefinition.key == process).limit(1)).first()
            pack, unit = (row.pack, row.unit_id if token else None) if row else ("", None)
            return next(filter(None, (_telephone(live, one, unit) for one in (pack, *sorted(live.packs)))), "")


def _stands(live: Live, row: Any) -> tuple[Bilingual, Bilingual]:
    """The state in the customer's words and what comes next: the pack's, else what is true of every case."""
    pack = live.packs.get(row.pack)
    state, following = (pack.customer_texts.get(row.case_state) if pack else None) or (Bilingual(""), Bilingual(""))
    general = GOING_ON if row.ended_at is None else CALLED_OFF if row.state == "cancelled" else OVER
    if row.ended_at is not None and row.state == "cancelled":
        return CALLED_OFF
    return (state if state.zh else general[0]), (following if following.zh else general[1])


def _telephone(live: Live, pack: str, unit: str | None) -> str:
    return str(live.parameters(pack, unit).get("service_phone") or "") if pack in live.packs else ""


def _refuse_empty(text: str, files: int, brought: int) -> None:
    if not text and not files:
        raise Invalid([FieldError("text", "empty", "请填写要告诉我们的内容，或选择一个文件。",
                                  "Please write what you want to tell us, or choose a file.")])
    if len(text) > LONGEST:
        raise Invalid([FieldError("text", "too_long", f"最多 {LONGEST} 字。", f"At most {LONGEST} characters.")])
    if files and brought + files > MOST_FILES:
        raise Invalid([FieldError("file", "too_many", f"这里最多补充 {MOST_FILES} 个文件，其余请当面交给我们。",
                                  f"At most {MOST_FILES} files can be added here.")])


def _who_works_on(connection: Connection, live: Live, row: Any) -> set[str]:
    """Whoever has an open task of the case or may claim one; without any, the supervisors of its unit."""
    open_tasks = connection.execute(
        select(UserTask.assignee_id, TaskCandidate.role, TaskCandidate.unit_id)
        .outerjoin(TaskCandidate, TaskCandidate.task_id == UserTask.id).where(UserTask.root_id == row.id)).all()
    people = {task.assignee_id for task in open_tasks if task.assignee_id}
    offers = [(task.role, task.unit_id) for task in open_tasks if not task.assignee_id and task.role]
    if not people and not offers:
        offers = live.supervisors_near(row.unit_id)
    for role, unit in offers:
        below = live.subtree(unit)
        people |= {one.id for one in live.people.values() if any(held == role and at in below
                                                                 for held, at in one.holdings)}
    return people
