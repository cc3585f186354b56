"""Accounts: passwords and their rules, one-time ones, links by mail, pauses by address, sessions, administrators."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from engine import SYSTEM, Bilingual, Invalid, NotFound, NotPermitted, ProcessEngine, Settings
from engine.identity import FirstPasswordOver, LastAdministrator, SignInFailed, SignInPaused, WeakPassword
from engine.models.accounts import BrowserSession, PasswordLink
from engine.models.runtime import Job
from engine.people.password_rules import one_time, require_good
from engine.people.passwords import PasswordLinkOver
from tests.engine.house import House

PASSWORD = "a password of tests"


@pytest.mark.parametrize("password", [
    "short", "12345678", "Passw0rd", "li.na123", "LI.NA", "aaaaaaaa", "abababab", "abcdefgh", "98765432", "qwertyuiop",
    "x" * 201, "woaini520"])
def test_a_password_that_is_easily_guessed_is_refused_with_its_reason(small_house: House, password: str) -> None:
    with pytest.raises(WeakPassword) as weak:
        small_house.engine.identity.set_password("li.na", password, small_house("li.na"))
    assert weak.value.fields[0].path == "password" and weak.value.sentence("zh") and weak.value.sentence("en")


def test_good_passwords_and_one_time_ones_pass() -> None:
    for password in ("正确的马电池订书钉", "correct horse battery", "Tr0ub4dor&3", one_time()):
        require_good(password, "li.na")
    assert len({one_time() for _ in range(100)}) == 100


def test_a_one_time_password_works_for_a_week_and_asks_for_another(small_house: House) -> None:
    identity = small_house.engine.identity
    secret = identity.reset_password("li.na", small_house("root"))
    actor = identity.sign_in("li.na", secret)
    browser = identity.begin_session(actor.person_id)
    assert identity.signed_in(browser).must_change_password
    with pytest.raises(Invalid) as wrong:
        identity.change_password("not it", PASSWORD, actor)
    assert wrong.value.fields[0].path == "old"
    with pytest.raises(Invalid):
        identity.change_password(secret, secret, actor)
    identity.change_password(secret, PASSWORD, actor, keep=browser)
    assert not identity.signed_in(browser).must_change_password
    with pytest.raises(SignInFailed):
        identity.sign_in("li.na", secret)
    late = identity.reset_password("li.na", small_house("root"))
    small_house.clock.move(timedelta(days=7, seconds=1))
    with pytest.raises(FirstPasswordOver):
        identity.sign_in("li.na", late)
    with pytest.raises(NotPermitted):
        identity.reset_password("li.na", small_house("wang.fang"))


def test_guessing_the_present_password_pauses_the_login(small_house: House) -> None:
    identity, actor = small_house.engine.identity, small_house("li.na")
    identity.set_password("li.na", PASSWORD, SYSTEM)
    for _ in range(5):
        with pytest.raises(Invalid):
            identity.change_password("guess", PASSWORD + "!", actor)
    with pytest.raises(SignInPaused):
        identity.change_password(PASSWORD, PASSWORD + "!", actor)


def test_an_address_that_tries_many_logins_pauses(small_house: House) -> None:
    identity = small_house.engine.identity
    identity._nobody = identity._hasher.hash("x")
    identity.set_password("li.na", PASSWORD, SYSTEM)
    for number in range(30):
        with pytest.raises(SignInFailed):
            identity.sign_in(f"nobody.{number}", "guess", "203.0.113.9")
    with pytest.raises(SignInPaused):
        identity.sign_in("li.na", PASSWORD, "203.0.113.9")
    assert identity.sign_in("li.na", PASSWORD, "203.0.113.10").login == "li.na"
    small_house.clock.move(timedelta(minutes=16))
    assert identity.sign_in("li.na", PASSWORD, "203.0.113.9").login == "li.na"
    with pytest.raises(SignInFailed):
        identity.sign_in("nobody", "guess", "203.0.113.9")  # the count begins anew


def test_sessions_end_by_time_by_signing_out_and_by_changed_roles(small_house: House) -> None:
    identity, person = small_house.engine.identity, small_house("li.na")
    one, other = identity.begin_session(person.person_id, browser="Firefox"), identity.begin_session(person.person_id)
    assert [card.current for card in identity.browsers(person, one)].count(True) == 1
    identity.end_session(one)
    with pytest.raises(NotFound):
        identity.signed_in(one)
    assert identity.signed_in(other).actor == person
    identity.set_roles("li.na", [("agent", "north_desk")], small_house("root"))
    assert identity.signed_in(other).actor == person, "nothing changed"
    identity.set_roles("li.na", [("agent", "north")], small_house("root"))
    with pytest.raises(NotFound):
        identity.signed_in(other)
    late = identity.begin_session(person.person_id)
    small_house.clock.move(timedelta(hours=12, seconds=1))
    with pytest.raises(NotFound):
        identity.signed_in(late)
    small_house.engine.jobs.sweep()
    assert small_house.count(BrowserSession) == 0
    with pytest.raises(NotPermitted):
        identity.sign_out_everywhere("li.na", small_house("wang.fang"))


def test_nothing_that_is_kept_opens_a_session(small_house: House) -> None:
    secret = small_house.engine.identity.begin_session(small_house("li.na").person_id)
    kept = small_house.rows(BrowserSession.__table__.select())
    assert secret not in repr(kept)
    for text in (kept[0].secret_hash, "", secret[:-1]):
        with pytest.raises(NotFound):
            small_house.engine.identity.signed_in(text)


def test_the_last_administrator_stays(small_house: House) -> None:
    identity, root = small_house.engine.identity, small_house("root")
    for act in (lambda: identity.leave("root", root), lambda: identity.set_roles("root", [], root)):
        with pytest.raises(LastAdministrator):
            act()
    identity.set_roles("zhou.min", [("system_admin", "hq")], root)
    identity.leave("root", small_house("zhou.min"))
    with pytest.raises(LastAdministrator):
        identity.set_roles("zhou.min", [("agent", "hq")], small_house("zhou.min"))


@pytest.fixture
def post() -> Iterator[list[Any]]:
    """A mail server on a port of this machine; what it was given."""
    taken: list[Any] = []

    class Box:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            taken.append(message_from_bytes(envelope.content))
            return "250 taken"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    taken.append(port)
    yield taken
    controller.stop()


@pytest.fixture
def mailing(sqlite_url: str, clock: Any, post: list[Any]) -> Iterator[House]:
    settings = Settings(database_url=sqlite_url, secret_key="for tests only", smtp_host="127.0.0.1",
                        smtp_port=post.pop(0), mail_from="bihuan@example.com")
    made = House(ProcessEngine(settings, clock), clock)
    made.engine.identity.save_person("li.na", {"email": "li.na@example.com"}, SYSTEM)
    yield made
    made.engine.close()


def test_a_link_to_a_new_password_comes_by_mail_and_works_once(mailing: House, post: list[Any]) -> None:
    identity = mailing.engine.identity
    identity.ask_password_link(" Li.Na ", "203.0.113.9")
    assert post == [], "a job sends it, so that a dead server delays and loses nothing"
    mailing.work()
    token = re.search(r"/password/([0-9a-f]+)", post[0].get_payload(decode=True).decode())[1]
    assert post[0]["To"] == "li.na@example.com" and identity.password_link(token) == "li.na"
    assert token not in repr(mailing.rows(PasswordLink.__table__.select()) + mailing.rows(Job.__table__.select()))
    with pytest.raises(WeakPassword):
        identity.set_password_by_link(token, "short")
    assert identity.set_password_by_link(token, PASSWORD) == "li.na"
    assert identity.sign_in("li.na", PASSWORD).login == "li.na"
    for act in (lambda: identity.set_password_by_link(token, PASSWORD + "!"), lambda: identity.password_link(token),
                lambda: identity.password_link("0" * 64)):
        with pytest.raises(PasswordLinkOver):
            act()


def test_nobody_learns_from_asking_whether_there_is_an_account(mailing: House, post: list[Any]) -> None:
    mailing.engine.identity.save_person("wang.fang", {"email": "both@example.com"}, SYSTEM)
    mailing.engine.identity.save_person("chen.yu", {"email": "both@example.com"}, SYSTEM)
    for login in ("nobody", "gao.lei", "both@example.com", "", "x" * 500):
        assert mailing.engine.identity.ask_password_link(login, "203.0.113.9") is None
    mailing.work()
    assert post == []


def test_links_are_few_and_soon_over(mailing: House, post: list[Any]) -> None:
    for _ in range(5):
        mailing.engine.identity.ask_password_link("LI.NA@example.com", "203.0.113.9")
    mailing.work()
    assert len(post) == 3
    token = re.search(r"/password/([0-9a-f]+)", post[0].get_payload(decode=True).decode())[1]
    mailing.clock.move(timedelta(hours=2, seconds=1))
    with pytest.raises(PasswordLinkOver):
        mailing.engine.identity.password_link(token)


def test_without_mail_nothing_is_promised(small_house: House) -> None:
    assert not small_house.engine.identity.sends_links
    small_house.engine.identity.ask_password_link("li.na", "203.0.113.9")
    assert small_house.jobs("letter") == []


def test_finding_people(small_house: House) -> None:
    def found(search: str = "", by: str = "root", **more: Any) -> list[str]:
        return [line.login for line in small_house.engine.identity.find_people(small_house(by), search, **more).lines]

    assert found("李") == found("ln") == found("li na") == ["li.na"]
    assert found(unit="north") == ["li.na", "wang.fang", "zhou.min"] and found(unit="nowhere") == []
    assert found(role="agent", by="xu.shen") == ["chen.yu", "li.na", "wang.fang"]
    assert found("%") == found("_") == []
    page = small_house.engine.identity.find_people(small_house("root"), limit=4)
    rest = small_house.engine.identity.find_people(small_house("root"), limit=9, after=page.next or "")
    assert (page.total, len(page.lines), len(rest.lines)) == (9, 4, 5)
    with pytest.raises(NotPermitted):
        found(by="zhou.min")


@pytest.mark.parametrize(("login", "values"), [
    ("ok", {"name": Bilingual("")}), ("a b", {}), ("a" * 101, {}), ("ok", {"email": "no"}), ("ok", {"lang": "fr"})])
def test_what_is_wrong_with_somebody_new_is_told_at_its_field(small_house: House, login: str, values: Any) -> None:
    given = {"name": Bilingual("某")} | values
    with pytest.raises(Invalid) as wrong:
        small_house.engine.identity.create_person(login, given.pop("name"), small_house("root"), **given)
    assert wrong.value.fields
