"""Robots of WeCom, DingTalk and Feishu groups, and webhooks of the house: where notices go besides e-mail."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import apprise
import orjson

from engine.connectors.connector import ConnectorFailure
from engine.connectors.outbound import Outbound

ROBOTS = {"wecom": "wecombot", "dingtalk": "dingtalk", "feishu": "feishu"}
"""Our kind -> apprise's schema."""
HOSTS = {"wecom": "qyapi.weixin.qq.com", "dingtalk": "oapi.dingtalk.com", "feishu": "open.feishu.cn"}
_KEY = {
    "wecom": re.compile(r"(?:https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=)?([A-Za-z0-9_-]{8,100})\Z"),
    "dingtalk": re.compile(r"(?:https://oapi\.dingtalk\.com/robot/send\?access_token=)?([A-Za-z0-9_-]{8,100})\Z"),
    "feishu": re.compile(r"(?:https://open\.feishu\.cn/open-apis/bot/v2/hook/)?([A-Za-z0-9_-]{8,100})\Z"),
}
LONGEST = 1800
"""Letters of one message; WeCom refuses texts above 2,048 bytes of which a Chinese letter takes three."""


def robot_key(kind: str, text: str) -> str | None:
    """The key of a robot out of what was pasted: the key itself, or the address that the vendor shows."""
    found = _KEY[kind].match(text.strip())
    return found.group(1) if found else None


def say(kind: str, key: str, secret: str, text: str) -> None:
    """Let a robot say ``text``. Raises :class:`ConnectorFailure`; apprise does not tell why a vendor refused."""
    robot = apprise.Apprise.instantiate(address(kind, key, secret), suppress_exceptions=True)
    if robot is None:
        raise ConnectorFailure("input_wrong", retryable=False, name="key", value=kind)
    robot.redirects = False
    if not robot.notify(body=_cut(text), body_format=apprise.NotifyFormat.TEXT):
        raise ConnectorFailure("unreachable", retryable=True, what=HOSTS[kind], why=kind)


def address(kind: str, key: str, secret: str = "") -> str:
    """The address of a robot as apprise writes it."""
    who = f"{secret}@{key}" if secret and kind == "dingtalk" else key
    return f"{ROBOTS[kind]}://{who}/"


def _cut(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= LONGEST else raw[:LONGEST].decode(errors="ignore") + "…"


def post(outbound: Outbound, url: str, secret: str, content: Mapping[str, Any], key: str, now: datetime) -> None:
    """Post ``content`` as JSON to a webhook. Raises :class:`ConnectorFailure`.

    With a ``secret`` the header ``X-Bihuan-Signature`` is ``t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">``; the header
    ``Idempotency-Key`` stays the same when a message is repeated.
    """
    body = orjson.dumps(content, default=str)
    moment = str(int(now.timestamp()))
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Bihuan", "Idempotency-Key": key}
    if secret:
        signed = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers["X-Bihuan-Signature"] = f"t={moment},v1={signed}"
    answer = outbound.request("POST", url, data=body, headers=headers, allow_redirects=False)
    if answer.status_code >= 300:
        again = answer.status_code >= 500 or answer.status_code in (408, 425, 429)
        raise ConnectorFailure("refused", retryable=again, what=url.split("/")[2], why=str(answer.status_code))
