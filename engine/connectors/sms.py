"""Short messages through a provider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.connectors.addresses import mobile_number
from engine.connectors.connector import CallContext, Connector, ConnectorFailure, Input, listed, one_line, worded

LONGEST = 500
"""Characters of one message; providers split what is longer than 70 into parts."""


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """One message to one number; ``key`` is the same whenever the same message is sent again."""

    to: str
    text: str
    key: str
    purpose: str = ""
    template: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


class SmsProvider(Protocol):
    """Who really sends. Raises :class:`ConnectorFailure`; sends a ``key`` it knows only once."""

    def send(self, message: ShortMessage, context: CallContext) -> Mapping[str, Any]:
        """Hand the message over and return what the provider answered."""


class RecordingProvider:
    """Sends nothing and gives every message to ``record``: for the demo, for tests, for scenarios."""

    def __init__(self, record: Callable[[ShortMessage, CallContext], None]):
        self.record = record

    def send(self, message: ShortMessage, context: CallContext) -> Mapping[str, Any]:
        self.record(message, context)
        return {"provider": "recording"}


class Sms(Connector):
    """Sends one text (``text`` or ``text_zh``/``text_en``) or ``template`` to one or several mobile numbers."""

    name = "sms"
    inputs = (Input("to", "手机号", "Mobile number", True), Input("text", "内容", "Text"),
              Input("text_zh", "中文内容", "Chinese text"), Input("text_en", "英文内容", "English text"),
              Input("template", "模板", "Template"), Input("params", "模板参数", "Template parameters"),
              Input("purpose", "用途", "Purpose"))

    def __init__(self, provider: SmsProvider | None):
        self.provider = provider

    def call(self, inputs: Mapping[str, Any], key: str, context: CallContext) -> dict[str, Any]:
        given = self.check(inputs)
        if self.provider is None:
            raise ConnectorFailure("not_configured", retryable=False, what="sms")
        numbers = _numbers(given)
        lines = worded(given, "text", context.lang).strip().splitlines()
        text = "\n".join(one_line(line, LONGEST + 1) for line in lines)
        if not text and not given.get("template"):
            raise ConnectorFailure("input_missing", retryable=False, name="text")
        if len(text) > LONGEST:
            raise ConnectorFailure("input_wrong", retryable=False, name="text", value=f"{len(text)} > {LONGEST}")
        params = given.get("params")
        answers = [dict(self.provider.send(ShortMessage(
            to=number, text=text, key=key if len(numbers) == 1 else f"{key}:{number}",
            purpose=str(given.get("purpose", "")), template=str(given.get("template", "")),
            params=params if isinstance(params, Mapping) else {}), context)) for number in numbers]
        return {"sent_to": numbers, "answers": answers}


def _numbers(given: Mapping[str, Any]) -> list[str]:
    numbers = []
    for one in listed(given["to"]):
        number = mobile_number(one)
        if number is None:
            raise ConnectorFailure("input_wrong", retryable=False, name="to", value=one_line(one, 40))
        numbers.append(number)
    return list(dict.fromkeys(numbers))
