"""Notices inside the system: to people by login or to all who hold a role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.connectors.connector import CallContext, Connector, ConnectorFailure, Input, listed, one_line, worded


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a notice says, in both languages; one stands for both where only one was given."""

    zh: str
    en: str


class Notice(Connector):
    """Gives the notice to ``deliver(recipients, text, key, context)``, which answers how many people it reached.

    ``recipients`` are logins and role keys as the drawing names them; who holds a role is the engine's knowledge.
    """

    name = "notice"
    inputs = (Input("to", "角色或人员", "Role or person", True), Input("text", "内容", "Text"),
              Input("text_zh", "中文内容", "Chinese text"), Input("text_en", "英文内容", "English text"),
              Input("purpose", "用途", "Purpose"))

    def __init__(self, deliver: Callable[[list[str], NoticeText, str, CallContext], int | None]):
        self.deliver = deliver

    def call(self, inputs: Mapping[str, Any], key: str, context: CallContext) -> dict[str, Any]:
        given = self.check(inputs)
        recipients = [one_line(one["login"] if isinstance(one, Mapping) and "login" in one else one, 100)
                      for one in listed(given["to"])]
        text = NoticeText(one_line(worded(given, "text", "zh"), 1000), one_line(worded(given, "text", "en"), 1000))
        if not recipients or not text.zh:
            raise ConnectorFailure("input_missing", retryable=False, name="text" if recipients else "to")
        return {"sent_to": recipients, "reached": self.deliver(recipients, text, key, context) or 0}
