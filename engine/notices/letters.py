"""Letters about an account: a link to a new password, sent by a job, so that a dead mail server delays and loses none.

The token of a link is an HMAC of the job's id, so that neither the job nor any log holds it.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, delete, insert

from engine.connectors import CallContext
from engine.ids import new_id
from engine.models.runtime import Job

LETTERS = {
    "password_link": (
        ("设置新密码", "A new password"),
        ("{name}，您好：\n\n有人为账号 {login} 申请设置新密码。请在 {hours} 小时内打开下面的链接：\n\n{link}\n\n"
         "如果不是您本人申请，请忽略这封邮件，密码不会改变。\n",
         "Hello {name},\n\nsomebody asked for a new password for the account {login}. Please open this link within "
         "{hours} hours:\n\n{link}\n\nIf it was not you, ignore this message; the password stays as it is.\n")),
}
KEPT = timedelta(hours=2)
"""After this a letter is not worth sending any more."""


def post(parts: Any, connection: Connection, now: datetime, person: Row[Any], letter: str, **words: Any) -> str:
    """Write the job that sends a letter to ``person`` (login, email, lang); returns the token of its link."""
    job = new_id(now)
    connection.execute(insert(Job.__table__).values(
        id=job, kind="letter", due_at=now, root_id=None, instance_id=None, element_id="", element_instance_id="",
        slot=0, task_id=None, retries=parts.settings.job_retries, tries=0, suspended=False, created_at=now,
        payload={"letter": letter, "to": person.email, "login": person.login, "lang": person.lang, "words": words}))
    return _token(parts, job)


def send(parts: Any, job: Row[Any], owner: str) -> None:
    """Send a letter, then forget its job; the mail's id is the job's, so that a repetition is recognised."""
    now, content = parts.clock.now(), job.payload
    if now - job.created_at < KEPT:
        english = str(content["lang"]).startswith("en")
        subject, body = (texts[english] for texts in LETTERS[content["letter"]])
        link = f"{parts.settings.public_url.rstrip('/')}/password/{_token(parts, job.id)}"
        text = body.format(name=content["login"], login=content["login"], link=link, **content["words"])
        local = now.astimezone(ZoneInfo(parts.settings.zone))
        context = CallContext(local, lang=content["lang"], attempt=job.tries + 1)
        parts.connectors.get("mail").call({"to": content["to"], "subject": subject, "body": text}, job.id, context)
    with parts.database.transaction() as connection:
        connection.execute(delete(Job.__table__).where(Job.id == job.id, Job.owner == owner))


def _token(parts: Any, job: str) -> str:
    secret = parts.settings.secret_key.encode() or b"unset"
    return hmac.new(secret, f"letter:{job}".encode(), hashlib.sha256).hexdigest()
