"""The connectors of this installation: what goes outside between two transactions, what is done inside of one.

Topics of :data:`INSIDE` reach nobody outside, so they are done in the transaction that completes them and happen
exactly once. All others are called under the job's id as idempotency key and happen at least once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from engine import deadlines, messages, notices
from engine.calendar import ContactWindow
from engine.connectors import (
    CallContext,
    ConnectorFailure,
    Connectors,
    Equipment,
    Http,
    Mail,
    MailServer,
    RecordingMail,
    RecordingProvider,
    ShortMessage,
    Sms,
)
from engine.family import Family
from engine.models.identity import Person, SentMessage
from engine.models.runtime import ProcessInstance
from engine.public import links, tokens
from engine.records import registers
from engine.settings import Settings

_CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{1,80}\Z")
INSIDE = frozenset({"register", "notice", "public_link", "start", "message"})


def connectors(parts: Any) -> Connectors:
    """The connectors that the settings ask for, and those of installed packages."""
    settings = parts.settings

    def secret(name: str) -> str | None:
        return credential(settings.credentials, name) or (settings.smtp_password if name == "smtp_password" else None)

    def note_sms(message: ShortMessage, context: CallContext) -> None:
        _keep(parts, message.key, "sms", message.to, message.text or message.template, context)

    def note_mail(message: EmailMessage, recipients: list[str], context: CallContext) -> None:
        body = message.get_body(("plain",))
        text = f"{message['Subject']}\n\n{body.get_content() if body else ''}"
        _keep(parts, message["Message-ID"], "mail", ", ".join(recipients), text, context)

    if settings.smtp_host:
        mail: Mail = Mail(MailServer(
            settings.smtp_host, settings.smtp_port, sender=settings.mail_from, tls=settings.smtp_tls,
            user=settings.smtp_user, password_name="smtp_password" if settings.smtp_user else ""), secret)
    else:
        mail = RecordingMail(note_mail)
    found = Connectors(Sms(RecordingProvider(note_sms)), mail, Http(parts.outbound, secret))
    found.add_installed(Equipment(secret))
    return found


def credential(folder: str, name: str) -> str | None:
    """The secret of this name: the content of the file called so, ``None`` where there is none."""
    if not folder or not _CREDENTIAL.match(name):
        return None
    try:
        return Path(folder, name).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def context(parts: Any, job: Row[Any]) -> CallContext:
    """What a connector learns about the job it works for; one read."""
    now = parts.clock.now().astimezone(ZoneInfo(parts.settings.zone))
    with parts.database.reading() as connection:
        number = connection.scalar(select(ProcessInstance.case_number).where(ProcessInstance.id == job.root_id))
    return CallContext(now, case_number=number or "", instance_id=job.instance_id or "", element_id=job.element_id,
                       attempt=job.tries + 1, extra={"root_id": job.root_id})


def waits_for_window(parts: Any, job: Row[Any]) -> datetime | None:
    """When a message with a contact ``window`` ("08:00-21:00") may go out, if not now."""
    window = (job.payload.get("inputs") or {}).get("window")
    if not window or job.kind == "notice":
        return None
    now = parts.clock.now()
    opening = ContactWindow.read(str(window)).shifted(now.astimezone(ZoneInfo(parts.settings.zone)))
    return opening if opening > now else None


def inputs_of(job: Row[Any], settings: Settings) -> dict[str, Any]:
    """The inputs of a call without those that are for the engine; ``{follow_link}`` in a text or letter becomes the
    address by which the customer follows the case."""
    inputs = {name: value for name, value in (job.payload.get("inputs") or {}).items() if name != "window"}
    to_people = job.root_id and job.payload.get("topic") in ("sms", "mail")
    for name in ("text", "text_zh", "text_en", "body") if to_people else ():
        if isinstance(inputs.get(name), str) and tokens.FOLLOW in inputs[name]:
            link = tokens.address(settings, tokens.follow_token(settings, job.root_id))
            inputs[name] = inputs[name].replace(tokens.FOLLOW, link)
    return inputs


def inside(family: Family, job: Row[Any]) -> dict[str, Any]:
    """Do a topic of :data:`INSIDE` in the open transaction."""
    inputs, topic = job.payload.get("inputs") or {}, job.payload["topic"]
    if topic == "register" and inputs.get("operation") == "link" and not inputs.get("register"):
        return _link_cases(family, job, inputs)
    if topic == "register":
        zone = ZoneInfo(family.parts.settings.zone)
        return registers.operate(family.parts.registers, family.connection, inputs, by="system",
                                     at=family.now.astimezone(zone), case_number=family.root_row["case_number"])
    if topic == "public_link":
        return _public_link(family, job, inputs)
    if topic == "start":
        return _start(family, job, inputs)
    if topic == "message":
        return _message(family, job, inputs)
    return _notice(family, inputs)


def _start(family: Family, job: Row[Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Start another case by a job: two roots are never locked in one transaction."""
    key, variables = str(inputs.get("process") or ""), inputs.get("variables") or {}
    if key not in family.live.newest or not isinstance(variables, Mapping):
        raise ConnectorFailure("input_wrong", retryable=False, name="variables" if key in family.live.newest
                               else "process", value=key)
    messages.refuse_reserved(variables)
    family.outgoing.append(family.job(
        "start", family.now, {"process_key": key, "payload": {}, "variables": dict(variables),
                              "business_key": inputs.get("business_key"), "unit": family.root_row["unit_id"]},
        root_id=None, suspended=False))
    family.record.tell("case_asked", root_id=family.root_id, instance_id=job.instance_id, element_id=job.element_id,
                       process=key)
    return {"process": key}


def _message(family: Family, job: Row[Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Send a message as a throw event does."""
    name, keys, payload = str(inputs.get("name") or ""), inputs.get("keys") or {}, inputs.get("payload") or {}
    if not name or not isinstance(keys, Mapping) or not isinstance(payload, Mapping):
        raise ConnectorFailure("input_missing" if not name else "input_wrong", retryable=False, name="name", value=name)
    how = messages.foreseen(family.connection, name, keys)
    messages.put(family, name, keys, payload, how, instance_id=job.instance_id, element_id=job.element_id)
    return {"how": how}


def _link_cases(family: Family, job: Row[Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Note in the history that this case has to do with others, by their numbers."""
    to = inputs.get("to") or []
    numbers = [str(number) for number in (to if isinstance(to, list) else [to])]
    if numbers:
        family.record.tell("linked", root_id=family.root_id, instance_id=job.instance_id, element_id=job.element_id,
                           to=numbers, kind=str(inputs.get("kind", "")))
    return {"linked": numbers}


def _public_link(family: Family, job: Row[Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    made = links.make(family, job, inputs)
    family.record.tell("link_sent", root_id=family.root_id, instance_id=job.instance_id, element_id=job.element_id,
                       purpose=str(inputs.get("purpose", "")))
    if inputs.get("to"):
        text = str(inputs.get("text_zh") or inputs.get("text") or "请打开链接确认：{url}").replace("{url}", made["url"])
        sent = {"to": inputs["to"], "purpose": "link"}
        by_mail = "@" in str(inputs["to"])
        sent |= {"subject": f"{family.root_row['case_number']} 请确认", "body": text} if by_mail else {"text": text}
        family.outgoing.append(family.job(
            "notice", waits_for_window(family.parts, job) or family.now,
            {"topic": "mail" if by_mail else "sms", "inputs": sent}, instance_id=job.instance_id,
            element_id=job.element_id))
    return made


def _notice(family: Family, inputs: Mapping[str, Any]) -> dict[str, Any]:
    to = inputs.get("to")
    names = to if isinstance(to, list) else [part.strip() for part in str(to or "").split(",") if part.strip()]
    text = {"zh": str(inputs.get("text_zh") or inputs.get("text") or ""), "en": str(inputs.get("text_en") or "")}
    if not names or not text["zh"]:
        raise ConnectorFailure("input_missing", retryable=False, name="to" if not names else "text")
    logins = [one["login"] if isinstance(one, dict) else str(one) for one in names]
    people = set(family.connection.scalars(
        select(Person.id).where(Person.login.in_(logins), Person.left_at.is_(None))))
    for role in logins:
        people.update(deadlines.holders(family.connection, family.live, role, family.root_row["unit_id"])
                      if role in family.live.roles else ())
    notices.tell(family.connection, family.now, people, "notice", root_id=family.root_id,
                 case_number=family.root_row["case_number"], **text)
    return {"reached": len(people)}


def _keep(parts: Any, key: str, connector: str, to: str, text: str, context: CallContext) -> None:
    """Record a message instead of sending it; the same key is recorded once."""
    with parts.database.transaction() as connection:
        connection.execute(parts.database.insert(SentMessage.__table__).values(
            key=key[:80], connector=connector, at=parts.clock.now(), root_id=context.extra.get("root_id"), to=to[:320],
            text=text).on_conflict_do_nothing())
