"""Signing in at a provider: a real one on a port of this machine, which can be told to misbehave."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from engine import SYSTEM, Bilingual, ProcessEngine, Settings
from engine.models.accounts import ExternalIdentity
from engine.models.identity import Person
from tests.engine.house import House
from tests.webui.conftest import Screen
from webui import create_app

CLIENT, SECRET = "bihuan", "a secret of tests"


class Provider:
    """An OpenID Connect provider; ``claims`` are added to its tokens, ``lies`` change what it checks or says."""

    def __init__(self, clock: Any):
        self.clock = clock
        self.keys = [RSAKey.generate_key(2048, {"kid": "first"})]
        self.claims: dict[str, Any] = {"sub": "u-1", "email": "li.na@example.com", "email_verified": True,
                                       "name": "李娜", "preferred_username": "li.na"}
        self.told: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.alone = False
        self.server = ThreadingHTTPServer(("localhost", 0), self._handler())
        self.issuer = f"http://localhost:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def rotate(self) -> None:
        """A new key signs from now on, and the old one is published no more."""
        self.keys = [RSAKey.generate_key(2048, {"kid": f"key-{len(self.asked)}"})]

    def consent(self, address: str) -> str:
        """What a person does there: sign in; returns the address the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT and "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def document(self, path: str) -> Any:
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.issuer, "authorization_endpoint": self.issuer + "/authorize",
                    "token_endpoint": self.issuer + "/token", "jwks_uri": self.issuer + "/keys",
                    "userinfo_endpoint": self.issuer + "/me",
                    "id_token_signing_alg_values_supported": ["RS256"]} | self.told
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.keys]}
        return {"sub": self.claims["sub"], "email": "li.na@example.com", "email_verified": True} | self.told

    def token(self, form: dict[str, str], authorization: str) -> Any:
        """Exchange a code; the code verifier and the client's secret are checked as a provider does."""
        asked = self.codes.pop(form.get("code", ""), None)
        given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        made = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or given != f"{CLIENT}:{SECRET.replace(' ', '+')}" and given != f"{CLIENT}:{SECRET}" \
                or made.rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(self.clock.now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.claims
        header = {"alg": "RS256", "kid": self.keys[-1].kid}
        return {"access_token": "a-token", "token_type": "Bearer", "expires_in": 300,
                "id_token": jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, self.keys[-1])}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802
                provider.asked.append(self.path)
                self.answer(provider.document(self.path))

            def do_POST(self) -> None:  # noqa: N802
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(text).items()}
                self.answer(provider.token(form, self.headers.get("Authorization", "")))

            def answer(self, found: Any) -> None:
                body = json.dumps(found or {"error": "invalid_grant"}).encode()
                self.send_response(200 if found else 400)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *given: Any) -> None:
                """Quiet."""

        return Handler


@pytest.fixture
def provider(clock: Any) -> Iterator[Provider]:
    made = Provider(clock)
    yield made
    made.server.shutdown()
    made.server.server_close()


def furnished(url: str, clock: Any, provider: Provider, **more: Any) -> House:
    settings = Settings(database_url=url, secret_key="for tests only", public_url="http://localhost",
                        oidc_issuer=provider.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
                        oidc_name="企业统一登录", **more)
    made = House(ProcessEngine(settings, clock), clock)
    made.engine.identity.save_person("li.na", {"email": "Li.Na@example.com"}, SYSTEM)
    made.app = create_app(made.engine)  # type: ignore[attr-defined]
    return made


@pytest.fixture
def house(sqlite_url: str, clock: Any, provider: Provider) -> Iterator[House]:
    made = furnished(sqlite_url, clock, provider, idle_minutes=0)
    yield made
    made.engine.close()


def go(house: House, provider: Provider, screen: Screen | None = None, **changed: str) -> Any:
    """There and back again; ``changed`` replaces parts of the address one comes back to."""
    screen = screen or Screen(house.app)  # type: ignore[attr-defined]
    there = screen.get("/sign-in/provider?next=/cases").headers["Location"]
    parts = urlsplit(provider.consent(there))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    return screen.get(parts.path + "?" + urlencode(query))


def test_a_verified_address_finds_the_person_once_then_the_subject_does(house: House, provider: Provider) -> None:
    # given the sign-in page with the provider's name
    screen = Screen(house.app)  # type: ignore[attr-defined]
    assert "企业统一登录" in screen.get("/sign-in").text
    # when Li Na comes back from the provider
    answer = go(house, provider, screen)
    # then a page of ours goes on to where she wanted to go, and she is signed in
    assert answer.status_code == 200 and 'content="0;url=/cases"' in answer.text
    assert screen.get("/inbox").status_code == 200
    assert house.count(ExternalIdentity) == 1
    # and when her address there changes, the subject still finds her
    provider.claims |= {"email": "somebody.else@example.com"}
    assert go(house, provider).status_code == 200
    assert house.count(ExternalIdentity) == 1


def test_the_cookie_for_the_way_is_lax_short_and_gone_afterwards(house: House, provider: Provider) -> None:
    screen = Screen(house.app)  # type: ignore[attr-defined]
    cookie = screen.get("/sign-in/provider").headers["Set-Cookie"]
    assert "SameSite=Lax" in cookie and "HttpOnly" in cookie and "Path=/sign-in/provider" in cookie
    cookies = go(house, provider, screen).headers.getlist("Set-Cookie")
    assert any(one.startswith("bihuan_provider=;") for one in cookies)
    assert any(one.startswith("bihuan=") and "SameSite=Strict" in one for one in cookies)


def test_new_keys_of_the_provider_are_found_at_once(house: House, provider: Provider) -> None:
    assert go(house, provider).status_code == 200
    provider.rotate()
    assert go(house, provider).status_code == 200
    assert provider.asked.count("/keys") == 2


@pytest.mark.parametrize("lie", [
    {"nonce": "another"}, {"nonce": None}, {"iss": "http://localhost:1"}, {"aud": "another client"},
    {"aud": [CLIENT, "another"]}, {"exp": 1_000_000_000}, {"exp": None}, {"iat": 4_000_000_000}, {"sub": None},
    {"azp": "another"}], ids=str)
def test_a_token_that_is_not_for_us_now_is_refused(house: House, provider: Provider, lie: dict[str, Any]) -> None:
    provider.claims |= lie
    answer = go(house, provider)
    assert answer.status_code == 401 and "统一登录没有成功" in answer.text
    assert house.count(ExternalIdentity) == 0


def test_a_token_that_is_over_by_our_clock_is_refused(house: House, provider: Provider) -> None:
    provider.claims["exp"] = int((provider.clock.now() - timedelta(minutes=2)).timestamp())
    assert go(house, provider).status_code == 401
    provider.claims["exp"] = int((provider.clock.now() - timedelta(seconds=30)).timestamp())
    assert go(house, provider).status_code == 200, "clocks may differ by a minute"


def test_a_key_that_is_not_the_providers_is_refused(house: House, provider: Provider) -> None:
    published = provider.keys[0]
    provider.keys = [RSAKey.generate_key(2048, {"kid": "first"})]
    made = provider.document("/keys")
    assert go(house, provider).status_code == 200  # nothing was kept yet: this is the published one
    provider.keys = [published]
    assert made != provider.document("/keys")
    provider.document = lambda path, real=provider.document: made if path == "/keys" else real(path)  # type: ignore[method-assign]
    assert go(house, provider).status_code == 401


def test_a_description_of_another_issuer_is_refused(house: House, provider: Provider) -> None:
    provider.told = {"issuer": "http://localhost:1"}
    assert Screen(house.app).get("/sign-in/provider").status_code == 401  # type: ignore[attr-defined]


@pytest.mark.parametrize("changed", [{"state": "another"}, {"code": "guessed"}, {"error": "access_denied"},
                                     {"iss": "http://localhost:1"}], ids=str)
def test_a_way_back_that_does_not_fit_is_refused(house: House, provider: Provider, changed: dict[str, str]) -> None:
    assert go(house, provider, **changed).status_code == 401


def test_nobody_comes_back_who_did_not_go(house: House, provider: Provider) -> None:
    somebody = Screen(house.app).get("/sign-in/provider").headers["Location"]  # type: ignore[attr-defined]
    back = urlsplit(provider.consent(somebody))
    answer = Screen(house.app).get(f"{back.path}?{back.query}")  # type: ignore[attr-defined]
    assert answer.status_code == 401


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email": "nobody@example.com"}], ids=str)
def test_who_is_not_known_here_is_refused_with_a_sentence(house: House, provider: Provider, claims: Any) -> None:
    provider.claims |= claims
    answer = go(house, provider)
    assert answer.status_code == 403 and "没有对应的账号" in answer.text
    assert house.count(ExternalIdentity) == 0


def test_an_address_given_to_somebody_else_opens_nobodys_account(house: House, provider: Provider) -> None:
    assert go(house, provider).status_code == 200
    provider.claims["sub"] = "u-2"
    assert go(house, provider).status_code == 403
    house.engine.identity.save_person("wang.fang", {"email": "w@example.com"}, SYSTEM)
    house.engine.identity.save_person("chen.yu", {"email": "w@example.com"}, SYSTEM)
    provider.claims |= {"sub": "u-3", "email": "w@example.com"}
    assert go(house, provider).status_code == 403, "two people have the address"


def test_who_left_stays_outside(house: House, provider: Provider) -> None:
    assert go(house, provider).status_code == 200
    house.engine.identity.leave("li.na", SYSTEM)
    assert go(house, provider).status_code == 403


def test_signing_out_here_goes_on_to_the_provider(house: House, provider: Provider) -> None:
    # given Li Na, who came in by a provider that offers to sign out
    provider.told = {"end_session_endpoint": provider.issuer + "/logout?realm=1"}
    screen = Screen(house.app)  # type: ignore[attr-defined]
    go(house, provider, screen)
    screen.get("/inbox")
    # when she signs out
    answer = screen.get(screen.post("/sign-out").headers["Location"])
    # then a page of ours sends her there, and from there back to the sign-in page
    onward = html.unescape(re.search(r'content="0;url=([^"]+)"', answer.text)[1])  # type: ignore[index]
    asked = parse_qs(urlsplit(onward).query)
    assert onward.startswith(provider.issuer + "/logout?")
    assert asked == {"realm": ["1"], "client_id": [CLIENT], "post_logout_redirect_uri": ["http://localhost/sign-in"]}
    assert screen.get("/inbox").status_code == 302, "here she is out already"


@pytest.mark.parametrize("told", [{}, {"end_session_endpoint": "javascript:alert(1)"}, {"end_session_endpoint": 1},
                                  {"issuer": "http://localhost:1"}], ids=str)
def test_where_the_provider_offers_no_way_out_one_is_out_here(house: House, provider: Provider, told: Any) -> None:
    screen = Screen(house.app)  # type: ignore[attr-defined]
    go(house, provider, screen)
    screen.get("/inbox")
    provider.told = told
    provider.clock.move(timedelta(hours=2))  # what it told of itself is asked for anew
    leaving = screen.post("/sign-out").headers["Location"]
    assert leaving == "/sign-in/provider/leave" and screen.get(leaving).headers["Location"] == "/sign-in"


@pytest.mark.parametrize("way", ["sign_out", "time"])
def test_after_leaving_the_provider_is_to_ask_who_is_there(house: House, provider: Provider, way: str) -> None:
    # given Li Na, who came in by a provider that offers no way out
    screen = Screen(house.app)  # type: ignore[attr-defined]
    assert "prompt" not in parse_qs(urlsplit(screen.get("/sign-in/provider").headers["Location"]).query)
    go(house, provider, screen)
    screen.get("/inbox")
    # when she signs out, or her time is over
    if way == "sign_out":
        screen.post("/sign-out")
    else:
        provider.clock.move(timedelta(hours=13))
        assert screen.get("/inbox").status_code == 302
    # then nobody comes in at this browser without a password at the provider
    asked = parse_qs(urlsplit(screen.get("/sign-in/provider").headers["Location"]).query)
    assert asked["prompt"] == ["login"]


def test_who_came_by_password_leaves_here_alone(house: House) -> None:
    house.engine.identity.create_person("he.jia", Bilingual("何佳", "He Jia"), SYSTEM, password="a password of tests")
    screen = Screen(house.app)  # type: ignore[attr-defined]
    screen.get("/sign-in")
    screen.post("/sign-in", {"login": "he.jia", "password": "a password of tests"})
    screen.get("/inbox")
    assert screen.post("/sign-out").headers["Location"] == "/sign-in"


def test_the_provider_tells_the_address_apart_from_the_token(house: House, provider: Provider) -> None:
    provider.claims = {"sub": "u-1"}
    assert go(house, provider).status_code == 200
    provider.told = {"sub": "somebody else"}
    assert go(house, provider).status_code == 401


def test_an_account_is_made_where_the_settings_say_so(sqlite_url: str, clock: Any, provider: Provider) -> None:
    house = furnished(sqlite_url, clock, provider, oidc_create=True, oidc_unit="south")
    provider.claims |= {"sub": "u-9", "email": "new@example.com", "preferred_username": "Qian.Wei", "name": "钱伟"}
    screen = Screen(house.app)  # type: ignore[attr-defined]
    assert go(house, provider, screen).status_code == 200
    assert house("qian.wei").roles == frozenset() and house("qian.wei").name.zh == "钱伟"
    provider.claims |= {"sub": "u-10", "email": "other@example.com", "preferred_username": "root"}
    assert go(house, provider).status_code == 403, "a login that is taken opens nobody's account"
    assert house.count(Person) == 10
    house.engine.close()


def test_a_dead_provider_is_told_and_the_password_still_works(house: House, provider: Provider) -> None:
    provider.server.shutdown()
    provider.server.server_close()
    answer = Screen(house.app).get("/sign-in/provider")  # type: ignore[attr-defined]
    assert answer.status_code == 503 and "暂时没有回应" in answer.text and 'name="password"' in answer.text


def test_without_a_provider_there_is_no_way_to_one(sqlite_url: str, clock: Any) -> None:
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"), clock)
    screen = Screen(create_app(engine))
    assert screen.get("/sign-in/provider").status_code == 404
    assert "/sign-in/provider" not in screen.get("/sign-in").text
    engine.close()
