"""Signing in, staying signed in, signing out; strangers see nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import SYSTEM
from tests.browser.house import PASSWORD


@pytest.mark.parametrize("address", ["/inbox", "/cases", "/board", "/start", "/tasks/x", "/files/" + "a" * 64])
def test_a_stranger_is_sent_to_the_sign_in_page_and_back(stranger, address):
    answer = stranger.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_a_wrong_pair_is_told_in_the_same_sentence_whatever_is_wrong(stranger):
    stranger.get("/sign-in")
    wrong_password = stranger.post("/sign-in", {"login": "li.na", "password": "no"})
    wrong_login = stranger.post("/sign-in", {"login": "nobody", "password": "no"})
    assert wrong_password.status_code == wrong_login.status_code == 401
    assert "账号或密码不对" in wrong_password.text
    assert "账号或密码不对" in wrong_login.text


def test_too_many_failures_pause_the_account(stranger):
    stranger.get("/sign-in")
    for _ in range(5):
        stranger.post("/sign-in", {"login": "li.na", "password": "no"})
    assert stranger.post("/sign-in", {"login": "li.na", "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize(("wanted", "led"), [
    ("/cases?q=a", "/cases?q=a"), ("https://evil.example/", "/"), ("//evil.example/x", "/x"), ("/\\evil.example", "/"),
    ("javascript:alert(1)", "/")])
def test_signing_in_leads_to_where_one_wanted_to_go_but_never_elsewhere(stranger, wanted, led):
    stranger.get("/sign-in")
    answer = stranger.post("/sign-in", {"login": "li.na", "password": PASSWORD, "next": wanted})
    assert answer.headers["Location"] == led


def test_the_session_cookie_is_strict_and_out_of_reach_of_scripts(stranger):
    stranger.get("/sign-in")
    answer = stranger.post("/sign-in", {"login": "li.na", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "SameSite=Strict" in cookie
    assert "HttpOnly" in cookie


def test_a_new_password_ends_the_sessions_of_the_old_one(house, signed_in):
    screen = signed_in("li.na")
    house.engine.identity.set_password("li.na", "another password", SYSTEM)
    assert screen.get("/inbox").status_code == 302


def test_somebody_who_left_is_signed_out(house, signed_in):
    screen = signed_in("li.na")
    house.engine.identity.leave("li.na", SYSTEM)
    assert screen.get("/inbox").status_code == 302


def test_signing_out_forgets_the_person(signed_in):
    screen = signed_in("li.na")
    screen.post("/sign-out")
    assert screen.get("/inbox").status_code == 302


def test_demo_people_are_listed_only_in_the_demo(house, stranger):
    assert 'name="demo"' in stranger.get("/sign-in").text
    object.__setattr__(house.engine.settings, "demo", False)
    page = stranger.get("/sign-in")
    assert 'name="demo"' not in page.text
    assert stranger.post("/sign-in", {"demo": "li.na"}).status_code == 401


def test_a_supervisor_lands_on_the_board_and_an_agent_in_the_inbox(signed_in):
    assert signed_in("zhou.min").get("/").headers["Location"] == "/board"
    assert signed_in("li.na").get("/").headers["Location"] == "/inbox"


def test_the_language_stays_chosen(signed_in):
    screen = signed_in("li.na")
    answer = screen.post("/language", {"lang": "en", "next": "/inbox?view=done"})
    assert answer.headers["Location"] == "/inbox?view=done"
    assert '<html lang="en"' in screen.get("/inbox").text


def test_a_browser_in_which_nobody_does_anything_is_signed_out(house, signed_in):
    # given an hour as the time of an idle browser
    object.__setattr__(house.engine.settings, "idle_minutes", 60)
    screen = signed_in("li.na")
    # when somebody works for three hours with pauses, then the browser stays signed in
    for _ in range(4):
        house.clock.move(timedelta(minutes=50))
        assert screen.get("/cases").status_code == 200
    # when nobody does anything, though the page goes on asking for news by itself
    house.clock.move(timedelta(minutes=50))
    assert screen.get("/inbox/rows").status_code == 200
    house.clock.move(timedelta(minutes=11))
    # then it is signed out, and says what became of what was typed
    answer = screen.get("/cases", Accept="application/json")
    assert answer.status_code == 401 and "登录已过期" in answer.get_json()["sentence"]


def test_work_does_not_keep_anybody_signed_in_for_ever(house, signed_in):
    object.__setattr__(house.engine.settings, "idle_minutes", 60)
    screen = signed_in("li.na")
    for _ in range(14):
        house.clock.move(timedelta(minutes=50))
        assert screen.get("/cases").status_code == 200
    house.clock.move(timedelta(minutes=25))
    assert screen.get("/cases").status_code == 302, "twelve hours are over"


def test_without_a_limit_an_idle_browser_stays(house, signed_in):
    object.__setattr__(house.engine.settings, "idle_minutes", 0)
    screen = signed_in("li.na")
    house.clock.move(timedelta(hours=11))
    assert screen.get("/cases").status_code == 200
