"""Whatever is sent to whatever address: never a 500. The seed stands in the failure, so that it can be had again."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest

SEEDS = (1, 2)
TRIES = 3
"""Requests per route, method and seed."""
WORDS = ("", " ", "0", "-1", "1e999", "NaN", "null", "[]", "{}", "true", "../../etc/passwd", "%00", "\x00", "\ud7ff",
         "\u202e\u0000\uffff", "'; DROP TABLE user_task; --", "\" OR 1=1", "{{7*7}}", "${7*7}", "=1/0",
         '=for x in 1..9', "<script>alert(1)</script>", "王" * 300, "a" * 70_000, "９９９", "٣", "9" * 400,
         "2026-02-30", "0000-00-00", "9999-12-31T23:59", "-9999-01-01", "24:61", "\r\nSet-Cookie: a=b", "💥" * 50,
         "eyJhIjoxfQ==", "W10=", "AAAA", '{"sha256": "x"}', '{"sha256": 5, "size": "a", "type": []}',
         '["a", {"b": null}]', '{"register": "client", "id": "x"}',
         '{"register": "client", "id": 99999999999999999999}', '"' * 99, "[" * 3000, "1_000", "0x10", "١٢", "phone")
NAMES = ("f.channel", "f.received_at", "f.customer_name", "f.contact", "f.key_points", "f.", "f..", "f.0.0.0",
         "f.a.1.b", "f.a.999999.b", "f.a.9999999.b", "f.case", "f.parameters", "signatures", "s.channel.method",
         "s.channel.signer", "s.channel.file.pad", "outcome", "once", "view", "then", "following", "reason", "lang",
         "next", "login", "password", "demo", "q", "after", "process", "severity", "search", "task", "age", "inline",
         "csrf_token", "file", "x" * 900)
TYPES = ("application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x",
         "application/xml", "application/x-www-form-urlencoded; charset=utf-16", "", "x/y; charset=nonsense")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("who", [None, "chen.siyuan"])
def test_no_request_whatever_makes_a_500(house: Any, stranger: Any, signed_in: Any, seed: int,
                                         who: str | None) -> None:
    """Given a case at work, when every route is sent nonsense in every part, then it is always refused in order."""
    chance = random.Random(seed)
    started = house.complaint()
    screen = signed_in(who, "zh") if who else stranger
    screen.get("/sign-in")
    ids = [started.next_task_id, started.case_number, started.case_id, "complaint-handling-manufacturer", "client",
           "timeline", "cancel", "suspend", "0" * 64]
    broken = []
    for rule in house.app.url_map.iter_rules():
        if rule.endpoint in ("static", "auth.sign_out"):
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):
            for _ in range(TRIES):
                address = filled(rule, chance, ids)
                answer = asked(screen, method, address, chance)
                if answer.status_code >= 500:
                    broken.append((method, address[:200], answer.status_code))
        if who and screen.get("/inbox").status_code != 200:  # a request changed the session: sign in again
            screen = signed_in(who)
    assert broken == [], f"seed {seed}"


@pytest.mark.parametrize("word", ["\x00", "\ud800", "9" * 5000, "[" * 100_000])
def test_no_single_value_of_a_form_makes_a_500(house: Any, signed_in: Any, word: str) -> None:
    """Given a form with all types of fields, when one value is hostile, then it is refused or kept."""
    started = house.complaint()
    heard = {"channel": "phone", "customer_name": "王芳", "contact": "13862156621", "key_points": "地板起翘。"}
    house.complete(started.case_number, "listen", "chen.siyuan", heard)
    house.complete(started.case_number, "apologise", "chen.siyuan", {"apologised": True})
    task = house.task(started.case_number, "record")
    house.engine.tasks.claim(task, house.actor("chen.siyuan"))
    screen = signed_in("chen.siyuan")
    fields = house.engine.boards.task(task, house.actor("chen.siyuan")).form.fields
    assert len(fields) > 10
    for verb in ("draft", "complete"):
        for field in fields:
            form = {f"f.{field.id}": word}
            if field.type == "table":
                form = {f"f.{field.id}.0.{column.id}": word for column in field.columns}
            if field.type == "signature":
                form = {"signatures": field.id, f"s.{field.id}.method": word, f"s.{field.id}.signer": word,
                        f"s.{field.id}.file.{word}": word, f"s.{field.id}.file.pad": word}
            encoded = {name.encode("utf-8", "surrogatepass"): text.encode("utf-8", "surrogatepass")
                       for name, text in form.items()}
            answer = posted(screen, f"/tasks/{task}/{verb}", encoded)
            assert answer.status_code in (200, 400, 413, 422), (verb, field.id, field.type, answer.status_code)
    assert screen.get(f"/tasks/{task}").status_code == 200


def posted(screen: Any, address: str, form: dict[bytes, bytes]) -> Any:
    """A form with its bytes as they are."""
    from urllib.parse import quote_from_bytes
    body = "&".join(f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in form.items())
    return screen.client.post(address, data=body, content_type="application/x-www-form-urlencoded", headers={
        "X-CSRFToken": screen.token, "Accept": "text/html"})


def filled(rule: Any, chance: random.Random, ids: list[str]) -> str:
    """An address of a route, its parts taken from what is there or from nonsense, with a hostile query."""
    from urllib.parse import quote, urlencode
    address = rule.rule
    for part in rule.arguments:
        word = chance.choice(ids if chance.random() < 0.6 else WORDS)[:2000] or "x"
        address = address.replace(f"<{part}>", quote(word.encode("utf-8", "replace"), safe=""))
    query = [(chance.choice(NAMES), chance.choice(WORDS)[:3000]) for _ in range(chance.randrange(4))]
    return address + ("?" + urlencode(query, errors="replace") if query else "")


def asked(screen: Any, method: str, address: str, chance: random.Random) -> Any:
    """One request with hostile headers and body."""
    headers = {"Accept": chance.choice(("text/html", "application/json", "x", "*/*;q=nonsense", "")),
               "X-CSRFToken": screen.token if chance.random() < 0.9 else "forged",
               "Accept-Language": chance.choice(("zh", "en", "xx", ";;q=", "*"))}
    if chance.random() < 0.3:
        headers |= {"HX-Request": "true", "HX-Current-URL": chance.choice(("http://[bad", "x", "/inbox", "//evil")),
                    "X-Had": chance.choice((",,,", "a" * 999, "x,y")), "If-None-Match": "x"}
    if method == "GET":
        return screen.client.get(address, headers=headers)
    kind = chance.random()
    if kind < 0.6:
        return screen.client.post(address, headers=headers, data={
            chance.choice(NAMES): [chance.choice(WORDS) for _ in range(chance.randrange(1, 3))] for _ in range(5)})
    if kind < 0.8:
        return screen.client.post(address, headers=headers, content_type="multipart/form-data", data={
            "file": (io.BytesIO(chance.randbytes(chance.randrange(400))), chance.choice(WORDS)[:300] or "x")})
    return screen.client.post(address, headers=headers, content_type=chance.choice(TYPES), data=chance.randbytes(200))
