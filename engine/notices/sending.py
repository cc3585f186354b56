"""Carrying notices outside: a dispatch finds the channels, a delivery sends all that is due on one as one message."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, select, update

from engine.connectors import CallContext, ConnectorFailure, failure_sentence
from engine.connectors import robots as robot
from engine.deadlines import holders
from engine.ids import new_id
from engine.models.identity import Notice, Person, SentMessage
from engine.models.notices import NoticeChannel, NoticeDelivery
from engine.models.runtime import Job, TaskCandidate, UserTask
from engine.notices import RETRIES, dispatch_job
from engine.notices.words import group_of, sentence

MAIL_GROUPS = ("assigned", "escalated", "urged", "signing", "asked", "returned", "absence")
"""What goes to a person's e-mail address until that person chooses otherwise."""
UNIT_GROUPS = frozenset({"offered", "deadline", "escalated"})
"""What a robot of a unit's group may say: work, not what passes between two people."""
OF_A_TASK = frozenset({"assigned", "offered", "deadline", "urged", "signing"})
"""Groups that say nothing any more once their task is done."""
MOST_LINES = 20


def dispatch(parts: Any, job: Row[Any], owner: str) -> None:
    """Find the channels of what a job tells and make sure that each has its delivery."""
    now = parts.clock.now()
    with parts.database.transaction() as connection:
        if not connection.execute(delete(Job.__table__).where(Job.id == job.id, Job.owner == owner)).rowcount:
            return
        live = parts.live.at(connection)
        ids = [*job.payload.get("notices", ()), *_announced(connection, live, job.payload.get("tasks", ()), now)]
        notices = connection.execute(
            select(*Notice.__table__.columns, UserTask.unit_id)
            .outerjoin(UserTask, UserTask.id == Notice.task_id).where(Notice.id.in_(ids))).all()
        wanted = _wanted(parts, connection, live, notices, now)
        moments: dict[str, datetime] = {}
        zone = ZoneInfo(parts.settings.zone)
        rows = []
        for channel, notice in wanted:
            due = moment(channel, now, zone)
            rows.append({"notice_id": notice.id, "channel_id": channel.id, "due_at": due})
            moments[channel.id] = min(due, moments.get(channel.id, due))
        for channel_id in sorted(moments):  # before the rows of the channel, as whoever sends or deletes it does
            stand(parts, connection, channel_id, moments[channel_id], now)
        there = set(connection.scalars(select(NoticeChannel.id).where(NoticeChannel.id.in_(list(moments)))
                                       .order_by(NoticeChannel.id).with_for_update(read=True, key_share=True)))
        rows = [row for row in rows if row["channel_id"] in there]
        if rows:
            connection.execute(insert(NoticeDelivery.__table__), rows)


def stand(parts: Any, connection: Connection, channel_id: str, due: datetime, now: datetime) -> None:
    """See to it that the channel's delivery stands no later than ``due``; its id is the channel's, so there is one."""
    table = Job.__table__
    earlier = func.min if parts.database.is_sqlite else func.least
    row = dispatch_job(now, {}) | {"id": channel_id, "kind": "deliver", "due_at": due, "retries": RETRIES}
    statement = parts.database.insert(table).values(row)
    connection.execute(statement.on_conflict_do_update(
        index_elements=["id"], set_={"due_at": earlier(table.c.due_at, statement.excluded.due_at)}))


def moment(channel: Any, now: datetime, zone: ZoneInfo) -> datetime:
    """When a channel may speak next: its digest's moment, then the end of its quiet hours."""
    local = now.astimezone(zone)
    if channel.digest == "hourly":
        local = (local + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)
    elif channel.digest != "now":
        at = datetime.combine(local.date(), time.fromisoformat(channel.digest), zone)
        local = at if at >= local else at + timedelta(days=1)
    return _after_quiet(channel, local).astimezone(now.tzinfo)


def _after_quiet(channel: Any, local: datetime) -> datetime:
    """``local``, or the end of the quiet hours it falls into; they may reach over midnight."""
    if not channel.quiet_from or not channel.quiet_until:
        return local
    begins, ends = time.fromisoformat(channel.quiet_from), time.fromisoformat(channel.quiet_until)
    clock = local.timetz().replace(tzinfo=None)
    over_midnight = begins > ends
    if not (clock >= begins or clock < ends if over_midnight else begins <= clock < ends):
        return local
    day = local.date() + timedelta(days=1 if over_midnight and clock >= begins else 0)
    return datetime.combine(day, ends, local.tzinfo)


def _announced(connection: Connection, live: Any, task_ids: Any, now: datetime) -> list[str]:
    """Notices of new tasks: to whom has one; to holders of its roles who chose to hear of offers, and their robots."""
    if not task_ids:
        return []
    rows = []
    for task in connection.execute(
            select(UserTask.id, UserTask.root_id, UserTask.assignee_id, UserTask.case_number, UserTask.name,
                   UserTask.name_en, UserTask.unit_id, UserTask.due_at, UserTask.returned_by,
                   UserTask.returned_why).where(UserTask.id.in_(list(task_ids)))).all():
        people: list[str | None] = [task.assignee_id]
        if task.assignee_id is None:
            offers = connection.execute(select(TaskCandidate.role).where(TaskCandidate.task_id == task.id)).scalars()
            held = {person for role in offers for person in holders(connection, live, role, task.unit_id)}
            listening = connection.execute(
                select(NoticeChannel.person_id, NoticeChannel.groups)
                .where(NoticeChannel.person_id.in_(held), NoticeChannel.active.is_(True))).all() if held else []
            people = [None, *sorted({row.person_id for row in listening if "offered" in row.groups})]
        code = ("returned" if task.returned_why else "assigned") if task.assignee_id else "offered"
        by = live.people_by_id.get(task.returned_by or "")
        more = {"by": by.name.zh, "by_en": by.name.in_("en"), "reason": task.returned_why} if by else {}
        rows += [{"id": new_id(now), "person_id": person, "at": now, "root_id": task.root_id, "task_id": task.id,
                  "code": code, "read_at": None,
                  "params": {"case_number": task.case_number, "name": task.name, "name_en": task.name_en,
                             "due_at": task.due_at} | more} for person in people]
    if rows:
        connection.execute(insert(Notice.__table__), rows)
    return [row["id"] for row in rows]


def _wanted(parts: Any, connection: Connection, live: Any, notices: list[Row[Any]],
            now: datetime) -> list[tuple[Any, Row[Any]]]:
    """Which channel carries which notice: those that people chose, and robots of the units around the task."""
    people = {notice.person_id for notice in notices if notice.person_id}
    if people:
        _mail_by_default(parts, connection, people, now)
    units = {unit for notice in notices for unit in live.path(notice.unit_id)}
    channels = connection.execute(
        select(*NoticeChannel.__table__.columns)
        .where(NoticeChannel.active.is_(True),
               NoticeChannel.person_id.in_(people) | NoticeChannel.unit_id.in_(units))).all()
    found, said = [], set()
    for channel in channels:
        for notice in notices:
            group = group_of(notice.code)
            if group not in channel.groups:
                continue
            if channel.person_id is not None and channel.person_id == notice.person_id:
                found.append((channel, notice))
            elif channel.unit_id is not None and group in UNIT_GROUPS and channel.unit_id in live.path(notice.unit_id):
                once = (channel.id, notice.code, notice.task_id)
                if once not in said:
                    said.add(once)
                    found.append((channel, notice))
    return found


def _mail_by_default(parts: Any, connection: Connection, people: set[str], now: datetime) -> None:
    """Whoever has an e-mail address and has never chosen a channel gets the important groups by e-mail."""
    if not parts.settings.smtp_host:
        return
    missing = connection.execute(_WITHOUT_CHANNEL, {"the_people": sorted(people)}).all()
    if missing:  # another dispatch may have been faster: the people are locked by the first look, and looked at again
        missing = connection.execute(_WITHOUT_CHANNEL, {"the_people": [row.id for row in missing]}).all()
    if missing:
        connection.execute(insert(NoticeChannel.__table__), [
            {"id": new_id(now), "person_id": row.id, "unit_id": None, "kind": "mail", "address": row.email,
             "groups": list(MAIL_GROUPS), "created_at": now} for row in missing])


_WITHOUT_CHANNEL = (
    select(Person.id, Person.email)
    .where(Person.id.in_(bindparam("the_people", expanding=True)), Person.email != "",
           ~exists().where(NoticeChannel.person_id == Person.id))
    .order_by(Person.id).with_for_update(of=Person, key_share=True))


def deliver(parts: Any, job: Row[Any], owner: str) -> None:
    """Send what is due on a channel as one message, between two transactions. Raises :class:`ConnectorFailure`."""
    now = parts.clock.now()
    with parts.database.reading() as connection:
        channel = connection.execute(
            select(*NoticeChannel.__table__.columns, Person.lang, Person.left_at)
            .outerjoin(Person, Person.id == NoticeChannel.person_id).where(NoticeChannel.id == job.id)).first()
        waiting = connection.execute(
            select(NoticeDelivery.notice_id, Notice.at, Notice.code, Notice.params, Notice.task_id,
                   UserTask.id.label("open"))
            .join(Notice, Notice.id == NoticeDelivery.notice_id).outerjoin(UserTask, UserTask.id == Notice.task_id)
            .where(NoticeDelivery.channel_id == job.id, NoticeDelivery.sent_at.is_(None), NoticeDelivery.due_at <= now)
            .order_by(Notice.at, Notice.id)).all()
    outcomes: dict[str, list[str]] = defaultdict(list)
    lines = []
    for row in waiting:
        stale = row.task_id is not None and row.open is None and group_of(row.code) in OF_A_TASK
        gone = channel is None or not channel.active or channel.left_at is not None
        outcomes["dropped" if stale or gone else "sent"].append(row.notice_id)
        if not stale and not gone:
            lines.append(row)
    failure = None
    if lines:
        try:
            _send(parts, channel, lines, now)
        except ConnectorFailure as error:
            if error.retryable:
                raise
            failure, outcomes["failed"] = error, outcomes.pop("sent", [])
    _finish(parts, job, owner, channel, outcomes, failure, now)


def _finish(parts: Any, job: Row[Any], owner: str, channel: Any, outcomes: dict[str, list[str]],
            failure: ConnectorFailure | None, now: datetime) -> None:
    """Note what went out. The job's row is locked first: a dispatch that adds to it now is seen, or comes after."""
    with parts.database.transaction() as connection:
        mine = connection.execute(update(Job.__table__).where(Job.id == job.id, Job.owner == owner)
                                  .values(owner=None, locked_until=None, tries=0, retries=RETRIES)).rowcount
        for outcome, ids in outcomes.items():
            if ids:
                connection.execute(
                    update(NoticeDelivery.__table__)
                    .where(NoticeDelivery.channel_id == job.id, NoticeDelivery.notice_id.in_(ids))
                    .values(sent_at=now, outcome=outcome))
        if failure is not None:
            _switch_off(connection, channel, failure, now)
        if not mine:
            return
        following = connection.scalar(select(func.min(NoticeDelivery.due_at)).where(
            NoticeDelivery.channel_id == job.id, NoticeDelivery.sent_at.is_(None)))
        if following is None:
            connection.execute(delete(Job.__table__).where(Job.id == job.id))
        else:
            connection.execute(update(Job.__table__).where(Job.id == job.id).values(due_at=following))


def _switch_off(connection: Connection, channel: Any, failure: ConnectorFailure, now: datetime) -> None:
    """A channel that can never work is switched off, and its owner is told in the application."""
    why = failure_sentence(failure.code, failure.params)
    connection.execute(update(NoticeChannel.__table__).where(NoticeChannel.id == channel.id)
                       .values(active=False, failed_at=now, failure=why))
    if channel.person_id is not None:
        connection.execute(insert(Notice.__table__), [{
            "id": new_id(now), "person_id": channel.person_id, "at": now, "root_id": None, "task_id": None,
            "code": "channel_failed", "read_at": None,
            "params": {"channel": channel.kind, "reason": why}}])


def trial(parts: Any, channel: Any, lang: str) -> None:
    """Send a word through a channel now, so that its owner sees that it works. Raises :class:`ConnectorFailure`."""
    text = "Bihuan: notices reach you here." if lang.startswith("en") else "闭环：通知会发到这里。"
    now = parts.clock.now()
    _carry(parts, channel, text, text, [{"code": "trial", "zh": text, "en": text}], new_id(now), now)


def _send(parts: Any, channel: Any, rows: list[Row[Any]], now: datetime) -> None:
    """One message with all lines; the same lines have the same key when they are sent again."""
    zone, lang = ZoneInfo(parts.settings.zone), channel.lang or "zh"
    lines = [sentence(row.code, row.params, zone).in_(lang) for row in rows]
    subject = lines[0] if len(lines) == 1 else (
        f"{len(lines)} notices" if lang.startswith("en") else f"{len(lines)} 条通知")
    shown = [f"· {line}" for line in lines[:MOST_LINES]] if len(lines) > 1 else lines
    if len(lines) > MOST_LINES:
        more = len(lines) - MOST_LINES
        shown.append(f"… and {more} more" if lang.startswith("en") else f"…… 还有 {more} 条")
    text = "\n".join([*shown, _link(parts)])
    key = hashlib.sha256("".join([channel.id, *sorted(row.notice_id for row in rows)]).encode()).hexdigest()[:26]
    _carry(parts, channel, subject, text, [
        {"id": row.notice_id, "at": row.at.isoformat(), "code": row.code, "group": group_of(row.code),
         "zh": sentence(row.code, row.params, zone).zh, "en": sentence(row.code, row.params, zone).en,
         "case_number": row.params.get("case_number", "")} for row in rows], key, now)


def _carry(parts: Any, channel: Any, subject: str, text: str, told: list[dict[str, Any]], key: str,
           now: datetime) -> None:
    """Hand a message over to whoever carries it; the demonstration keeps it instead."""
    if channel.kind == "mail":
        context = CallContext(now.astimezone(ZoneInfo(parts.settings.zone)))
        parts.connectors.get("mail").call({"to": channel.address, "subject": subject, "body": text}, key, context)
    elif parts.settings.demo:
        with parts.database.transaction() as connection:
            statement = parts.database.insert(SentMessage.__table__).values(
                key=key, connector=channel.kind, at=now, root_id=None, to=channel.kind, text=text)
            connection.execute(statement.on_conflict_do_nothing())
    elif channel.kind == "webhook":
        content = {"id": key, "sent_at": now.isoformat(), "link": _link(parts), "notices": told}
        robot.post(parts.outbound, channel.address, channel.secret, content, key, now)
    else:
        robot.say(channel.kind, channel.address, channel.secret, text)


def _link(parts: Any) -> str:
    return parts.settings.public_url.rstrip("/") + "/notices"
