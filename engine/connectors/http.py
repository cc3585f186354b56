"""Calls to other systems over HTTP: allowed hosts alone, secrets by name, an idempotency key on every call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from engine.connectors.connector import CallContext, Connector, ConnectorFailure, Input, Secrets, one_line
from engine.connectors.outbound import Outbound

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}\Z")
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "authorization", "cookie"})
"""Headers that a drawing may not set: they belong to the call or carry secrets."""


class Http(Connector):
    """One request. What the answer's status says decides: 2xx is a result, 5xx, 408, 425 and 429 are tried again.

    ``secret`` names the credential (never holds it) that goes into ``Authorization: Bearer …``, or as user and
    password where it reads ``user:password`` and ``auth`` is ``basic``.
    """

    name = "http"
    inputs = (Input("url", "网址", "Address", True), Input("method", "方法", "Method"),
              Input("query", "查询参数", "Query"), Input("headers", "请求头", "Headers"),
              Input("json", "JSON 内容", "JSON body"), Input("body", "文本内容", "Text body"),
              Input("secret", "密钥名称", "Name of the secret"), Input("auth", "认证方式", "bearer or basic"),
              Input("errors", "状态码对应的 BPMN 错误", "Status codes that are BPMN errors"))

    def __init__(self, outbound: Outbound, secrets: Secrets | None = None):
        self.outbound, self.secrets = outbound, secrets

    def call(self, inputs: Mapping[str, Any], key: str, context: CallContext) -> dict[str, Any]:
        """``status``, ``headers``, ``body`` (text) and ``json`` where the answer is JSON."""
        given = self.check(inputs)
        method = str(given.get("method", "POST" if {"json", "body"} & given.keys() else "GET")).upper()
        if method not in METHODS:
            raise ConnectorFailure("input_wrong", retryable=False, name="method", value=one_line(method, 40))
        headers = {"User-Agent": "Bihuan", "Idempotency-Key": key, **_headers(given.get("headers"))}
        if context.case_number:
            headers.setdefault("X-Bihuan-Case", context.case_number)
        headers |= self._authorization(given)
        options: dict[str, Any] = {"params": _query(given.get("query"))}
        if "json" in given:
            options["data"] = orjson.dumps(given["json"], default=_plain)
            headers["Content-Type"] = "application/json"
        elif "body" in given:
            options["data"] = str(given["body"]).encode()
            headers.setdefault("Content-Type", "text/plain; charset=utf-8")
        answer = self.outbound.request(method, str(given["url"]), headers=headers, **options)
        return self._result(answer, given)

    def _authorization(self, given: Mapping[str, Any]) -> dict[str, str]:
        if "secret" not in given:
            return {}
        found = self.secrets(str(given["secret"])) if self.secrets else None
        if not found:
            raise ConnectorFailure("secret_missing", retryable=False, name=one_line(given["secret"], 80))
        if str(given.get("auth", "bearer")).lower() == "basic":
            from requests.auth import _basic_auth_str

            user, _sep, password = found.partition(":")
            return {"Authorization": _basic_auth_str(user.encode(), password.encode())}
        return {"Authorization": f"Bearer {one_line(found, 4000)}"}

    @staticmethod
    def _result(answer: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        named = given.get("errors") if isinstance(given.get("errors"), Mapping) else {}
        code = named.get(str(answer.status_code))
        if code is None and not 200 <= answer.status_code < 300:
            again = answer.status_code >= 500 or answer.status_code in (408, 425, 429)
            raise ConnectorFailure("refused", retryable=again, what=answer.url.split("/")[2],
                                   why=f"{answer.status_code} {one_line(answer.text, 200)}")
        found = {"status": answer.status_code, "body": answer.text,
                 "headers": {name.lower(): value for name, value in answer.headers.items()}, "json": None}
        if "json" in answer.headers.get("Content-Type", ""):
            try:
                found["json"] = _exact(orjson.loads(answer.content))
            except orjson.JSONDecodeError as error:
                raise ConnectorFailure("failed", retryable=False, what="JSON", why=one_line(error, 100)) from error
        return found | ({"bpmn_error": str(code)} if code is not None else {})


def _headers(given: Any) -> dict[str, str]:
    """Headers without line breaks, none of ours among them."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConnectorFailure("input_wrong", retryable=False, name="headers", value=one_line(given, 80))
    for name in given:
        if not _NAME.match(str(name)) or str(name).lower() in OURS:
            raise ConnectorFailure("input_wrong", retryable=False, name="headers", value=one_line(name, 80))
    return {str(name): one_line(value, 2000) for name, value in given.items() if value is not None}


def _query(given: Any) -> dict[str, str] | None:
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise ConnectorFailure("input_wrong", retryable=False, name="query", value=one_line(given, 80))
    return {str(name): str(_plain(value)) for name, value in given.items() if value is not None}


def _plain(value: Any) -> Any:
    """Values of ours that JSON does not know."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _exact(value: Any) -> Any:
    """Numbers as our expressions have them: no floats."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    return [_exact(one) for one in value] if isinstance(value, list) else value
