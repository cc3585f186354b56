"""Calls to other systems: a real server answers; what leads into the house or to a stranger is never called."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from engine.connecting import credential
from engine.connectors import CallContext, ConnectorFailure, Http
from engine.connectors.outbound import AllowedHosts, Outbound, check_url, public

CONTEXT = CallContext(datetime(2026, 4, 7, tzinfo=UTC), case_number="TS-20260407-001")


class Crm:
    """A system of the house: remembers what it was asked and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str], bytes]] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.asked.append((self.command, self.path, headers, self.rfile.read(length)))
                status, more, body = outer.answers.pop(0) if outer.answers else (200, {}, b"ok")
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = answer  # noqa: N815

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def crm() -> Iterator[Crm]:
    made = Crm()
    yield made
    made.server.shutdown()
    made.server.server_close()


def http(crm: Crm, *more: str, secrets: dict[str, str] | None = None) -> Http:
    allowed = AllowedHosts([f"inside:127.0.0.1:{crm.port}", *more])
    return Http(Outbound(allowed), (secrets or {}).get)


def refused(connector: Http, **inputs: Any) -> ConnectorFailure:
    with pytest.raises(ConnectorFailure) as caught:
        connector.call(inputs, "job-1", CONTEXT)
    return caught.value


def test_a_call_carries_its_key_its_case_and_exact_numbers(crm: Crm) -> None:
    crm.answers = [(201, {"Content-Type": "application/json"}, b'{"id": 7, "credit": 1234.56}')]
    found = http(crm).call(
        {
            "url": crm.url + "/orders",
            "json": {"amount": Decimal("18600"), "due": datetime(2026, 4, 8)},
            "query": {"dry": True},
            "headers": {"X-Unit": "north"},
        },
        "job-1",
        CONTEXT,
    )
    assert (found["status"], found["json"]) == (201, {"id": 7, "credit": Decimal("1234.56")})
    method, path, headers, body = crm.asked[0]
    assert (method, path) == ("POST", "/orders?dry=True")
    assert json.loads(body) == {"amount": 18600, "due": "2026-04-08T00:00:00"}
    assert (headers["idempotency-key"], headers["x-bihuan-case"], headers["x-unit"]) == (
        "job-1",
        "TS-20260407-001",
        "north",
    )


def test_a_secret_is_named_never_written(crm: Crm, tmp_path: Path) -> None:
    (tmp_path / "crm_token").write_text("geheim\n")
    connector = http(crm, secrets={"crm_token": "geheim", "login": "bihuan:pw"})
    connector.call({"url": crm.url, "secret": "crm_token"}, "k", CONTEXT)
    connector.call({"url": crm.url, "secret": "login", "auth": "basic"}, "k", CONTEXT)
    sent = [headers["authorization"] for _, _, headers, _ in crm.asked]
    assert sent == ["Bearer geheim", "Basic " + b64encode(b"bihuan:pw").decode()]
    assert refused(connector, url=crm.url, secret="nobody").code == "secret_missing"
    assert credential(str(tmp_path), "crm_token") == "geheim"
    for wrong in ("../etc/passwd", "none", "", "a/b"):
        assert credential(str(tmp_path), wrong) is None


@pytest.mark.parametrize(
    ("status", "code", "again"),
    [(500, "refused", True), (429, "refused", True), (404, "refused", False), (302, "refused", False)],
)
def test_what_an_answer_means(crm: Crm, status: int, code: str, again: bool) -> None:
    crm.answers = [(status, {}, b"sorry")]
    failure = refused(http(crm), url=crm.url)
    assert (failure.code, failure.retryable) == (code, again)


def test_a_status_may_be_an_error_of_the_drawing(crm: Crm) -> None:
    crm.answers = [(404, {}, b"no such customer")]
    assert http(crm).call({"url": crm.url, "errors": {"404": "unknown-customer"}}, "k", CONTEXT)["bpmn_error"] == (
        "unknown-customer"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://evil.example/",
        "file:///etc/passwd",
        "ftp://example.com/",
        "https://user:pw@api.example.com/",
        "https://api.example.com:8443/",
        "https://",
        "//x",
        "https://api.example.com.evil.example/",
        "https://evilapi.example.com@evil.example/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "gopher://api.example.com/",
        "https://xapi.example.com/",
    ],
)
def test_only_allowed_hosts_over_https_are_called(crm: Crm, url: str) -> None:
    failure = refused(http(crm, "api.example.com"), url=url)
    assert failure.code in ("host_not_allowed", "input_wrong") and not failure.retryable
    assert crm.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "100.64.0.1",
        "224.0.0.1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_leads_into_the_house_is_not_called(crm: Crm, address: str) -> None:
    assert not public(address)
    outbound = Outbound(AllowedHosts(["api.example.com"]), resolve=lambda _host, _port: ["93.184.215.14", address])
    failure = refused(Http(outbound), url="https://api.example.com/")
    assert (failure.code, failure.retryable) == ("private_address", False)


def test_the_address_that_was_checked_is_the_one_that_is_called(crm: Crm) -> None:
    """A name that answers differently the second time gains nothing: there is no second time."""
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    outbound = Outbound(AllowedHosts([f"inside:crm.house:{crm.port}"]), resolve=resolve)
    Http(outbound).call({"url": f"http://crm.house:{crm.port}/"}, "k", CONTEXT)
    assert asked == ["crm.house"] and len(crm.asked) == 1
    assert crm.asked[0][2]["host"] == f"crm.house:{crm.port}"


def test_a_redirect_is_checked_like_any_address(crm: Crm) -> None:
    for target in (
        "http://169.254.169.254/latest",
        "https://evil.example/",
        "file:///etc/passwd",
        "http://localhost:1/",
    ):
        crm.answers = [(302, {"Location": target}, b"")]
        assert refused(http(crm), url=crm.url).code in (
            "host_not_allowed",
            "input_wrong",
            "private_address",
            "unreachable",
        )
    crm.answers = [(302, {"Location": crm.url + "/there"}, b"")]
    assert http(crm).call({"url": crm.url}, "k", CONTEXT)["body"] == "ok"
    crm.answers = [(302, {"Location": crm.url}, b"")] * 5
    assert refused(http(crm), url=crm.url).code == "redirected"


def test_an_answer_without_end_is_cut_off(crm: Crm) -> None:
    crm.answers = [(200, {}, b"x" * 1_000_001)]
    assert refused(http(crm), url=crm.url).code == "answer_too_long"


@pytest.mark.parametrize(
    "headers", [{"Host": "x"}, {"Authorization": "x"}, {"a b": "x"}, {"X\r\nEvil": "1"}, "no context"]
)
def test_headers_of_ours_are_not_a_drawings_to_set(crm: Crm, headers: Any) -> None:
    assert refused(http(crm), url=crm.url, headers=headers).code == "input_wrong"


def test_a_line_break_in_a_header_makes_no_second_one(crm: Crm) -> None:
    http(crm).call({"url": crm.url, "headers": {"X-Name": "a\r\nX-Evil: 1"}}, "k", CONTEXT)
    assert "x-evil" not in crm.asked[0][2]


def test_nobody_there_is_tried_again(crm: Crm) -> None:
    crm.server.shutdown()
    crm.server.server_close()
    failure = refused(http(crm), url=crm.url)
    assert (failure.code, failure.retryable) == ("unreachable", True)


def test_an_allowed_host_stands_for_itself_alone() -> None:
    allowed = AllowedHosts(["*.example.com", "inside:crm.local"])
    assert check_url("https://api.example.com/x", allowed) == ("api.example.com", 443)
    for url in ("https://example.com/", "https://notexample.com/", "https://api.example.com:22/"):
        with pytest.raises(ConnectorFailure):
            check_url(url, allowed)
