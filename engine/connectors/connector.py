"""What a connector is: one thing a service task may call, with inputs, an idempotency key and failures that say why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from engine.errors import BihuanError, word

Secrets = Callable[[str], str | None]
"""Finds a secret by its name; values of secrets never stand in settings, drawings or logs."""

FAILURES: dict[str, tuple[str, str]] = {
    "topic_unknown": ("没有“{name}”这个连接器。", 'There is no connector "{name}".'),
    "input_missing": ("缺少输入“{name}”。", 'The input "{name}" is missing.'),
    "input_unknown": ("不认识输入“{name}”。", 'The input "{name}" is not known.'),
    "input_wrong": ("输入“{name}”的值不对：{value}", 'The value of the input "{name}" is wrong: {value}'),
    "not_configured": ("没有配置 {what}。", "{what} is not configured."),
    "secret_missing": ("没有名为“{name}”的密钥。", 'There is no secret named "{name}".'),
    "unreachable": ("连接不上 {what}：{why}", "{what} cannot be reached: {why}"),
    "timeout": ("{what} 没有及时回应。", "{what} did not answer in time."),
    "sign_in": ("{what} 拒绝登录。", "{what} refused the sign-in."),
    "refused": ("{what} 拒绝：{why}", "{what} refused: {why}"),
    "tls": ("与 {what} 的加密连接没有建立：{why}", "No encrypted connection to {what}: {why}"),
    "host_not_allowed": ("没有允许访问 {what}。", "Calling {what} is not allowed."),
    "private_address": ("{what} 指向内部地址，没有访问。", "{what} leads to an address inside the house."),
    "redirected": ("{what} 转了太多次。", "{what} redirected too often."),
    "answer_too_long": ("{what} 的回应太长。", "The answer of {what} is too long."),
    "failed": ("{what} 失败：{why}", "{what} failed: {why}"),
}
"""The sentences of failures by code, in Chinese and English; connectors of packages may add theirs."""


class ConnectorFailure(BihuanError):
    """A call that did not succeed. ``retryable``: it may succeed later by itself; else a person has to look."""

    http_status = 502

    def __init__(self, code: str, *, retryable: bool, **params: Any):
        super().__init__(**params)
        self.code, self.retryable = code, retryable
        self.zh, self.en = FAILURES.get(code, FAILURES["failed"])
        self.args = (code, params)


def failure_sentence(code: str, params: Mapping[str, Any], lang: str = "zh") -> str:
    """The sentence of a failure that was stored as code and parameters."""
    zh, en = FAILURES.get(code, FAILURES["failed"])
    return word(en if lang.startswith("en") else zh, dict(params))


@dataclass(frozen=True, slots=True)
class CallContext:
    """On whose behalf a call is made; ``now`` is aware, in the zone of the case."""

    now: datetime
    case_number: str = ""
    instance_id: str = ""
    element_id: str = ""
    process: str = ""
    unit: str = ""
    lang: str = "zh"
    attempt: int = 1
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a connector, for checking drawings and for the properties panel."""

    name: str
    zh: str
    en: str
    required: bool = False


class Connector:
    """Subclass, set ``name`` and ``inputs``, implement :meth:`call`.

    A call may be made more than once with the same ``key`` (a worker died after it, before its answer was kept): the
    connector passes the key on, or remembers it, so that the effect happens once.
    """

    name: ClassVar[str] = ""
    inputs: ClassVar[tuple[Input, ...]] = ()

    def call(self, inputs: Mapping[str, Any], key: str, context: CallContext) -> dict[str, Any]:
        """Make the call and return its result. Raises :class:`ConnectorFailure`."""
        raise NotImplementedError

    def check(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """``inputs`` without the empty ones. Raises :class:`ConnectorFailure` for missing and unknown ones."""
        given = {name: value for name, value in inputs.items() if value is not None and value != ""}
        for code, name in self.wrong_inputs(given):
            raise ConnectorFailure(code, retryable=False, name=name)
        return given

    def wrong_inputs(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """What is wrong with a choice of input names: (code, name). Used on drawings as well."""
        return wrong_inputs(self.inputs, names)


def wrong_inputs(inputs: tuple[Input, ...], names: Iterable[str]) -> list[tuple[str, str]]:
    """The required ones of ``inputs`` that are missing in ``names``, then the names that are none of them."""
    names = set(names)
    missing = [("input_missing", one.name) for one in inputs if one.required and one.name not in names]
    return missing + [("input_unknown", name) for name in sorted(names - {one.name for one in inputs})]


def one_line(text: Any, longest: int = 500) -> str:
    """``text`` for a header or a title: no line breaks, no control characters, bounded."""
    return " ".join("".join(one if one.isprintable() else " " for one in str(text)).split())[:longest]


def listed(value: Any) -> list[Any]:
    """A list of ``value``: itself when it is one, its parts when it is text with commas."""
    if isinstance(value, (list, tuple, set)):
        return list(value)
    if isinstance(value, str):
        return [part for part in (one.strip() for one in value.replace("，", ",").replace(";", ",").split(",")) if part]
    return [] if value is None else [value]


def worded(inputs: Mapping[str, Any], name: str, lang: str) -> str:
    """The input ``name``, or ``name_zh``/``name_en`` in the language wanted, the other one where it is missing."""
    order = ("en", "zh") if lang.startswith("en") else ("zh", "en")
    found = inputs.get(name) or next((inputs[f"{name}_{one}"] for one in order if inputs.get(f"{name}_{one}")), "")
    return str(found)
