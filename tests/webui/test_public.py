"""A customer behind a signed link: no sign-in, one answer, nothing of the inside."""

from __future__ import annotations

import io
import json
import re

import pytest

from tests.webui.test_answers import PNG


@pytest.fixture
def link(house):
    """The path of a link that was sent to a customer to sign, and the case's number."""
    return house.link_to_sign()


def test_a_customer_signs_and_the_case_goes_on(house, stranger, link):
    path, case = link
    page = stranger.get(path)
    assert page.status_code == 200
    kept = stranger.client.post(path + "/files", headers={"X-CSRFToken": stranger.token, "Accept": "application/json"},
                                data={"file": (io.BytesIO(PNG), "signature.png")})
    assert kept.status_code == 200, kept.text
    field = re.search(r'name="signatures" value="([^"]+)"', page.text)[1]
    answer = stranger.post(path, {"signatures": field, f"s.{field}.method": "link", f"s.{field}.signer": "王芳",
                                  f"s.{field}.file.link": json.dumps(kept.json["value"])})
    assert answer.status_code == 200, re.findall(r'class="wrong"[^>]*>.*?</div>', answer.text)
    house.run_jobs()
    assert house.engine.boards.case(case, house.actor("zhou.min")).head.case_state == "revisit_due"
    assert stranger.get(path).status_code in (200, 410)


def test_the_customer_sees_neither_the_house_nor_its_files(stranger, link):
    path, _case = link
    page = stranger.get(path).text
    assert "主导航" not in page
    assert "/inbox" not in page


def test_what_a_customer_typed_wrongly_is_said_and_kept(stranger, link):
    path, _case = link
    page = stranger.get(path)
    field = re.search(r'name="signatures" value="([^"]+)"', page.text)[1]
    answer = stranger.post(path, {"signatures": field, f"s.{field}.method": "link"})
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_link_that_never_was_is_told_politely(house, lang):
    from tests.webui.conftest import Screen

    answer = Screen(house.app, lang).get("/p/" + "0" * 64)
    assert answer.status_code == 404
    assert "<h1>" in answer.text


def test_a_customer_who_does_not_agree_says_why_and_the_leader_decides(house, stranger, link):
    path, case = link
    stranger.get(path)
    silent = stranger.post(path, {"f.answer": "refuse"})
    assert silent.status_code == 422
    assert 'id="f-refusal_reason-wrong"' in silent.text
    answer = stranger.post(path, {"f.answer": "refuse", "f.refusal_reason": "补贴的安装费不够。"})
    assert answer.status_code == 200, re.findall(r'class="wrong"[^>]*>.*?</div>', answer.text)
    house.run_jobs()
    view = house.engine.boards.case(case, house.actor("liu.jianguo"))
    assert "decide_refusal" in [item.element_id for item in view.waiting]
    form = house.engine.boards.task(house.task(case, "decide_refusal"), house.actor("liu.jianguo")).form
    assert "补贴的安装费不够。" in [field.display for field in form.fields]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_link_that_was_answered_takes_no_second_answer(house, link, lang):
    from tests.webui.conftest import Screen

    path, _case = link
    stranger = Screen(house.app, lang)
    stranger.get(path)
    form = {"f.answer": "refuse", "f.refusal_reason": "不同意。"}
    assert stranger.post(path, form).status_code == 200
    again = stranger.post(path, form)
    assert again.status_code == 410
    assert "0512-66001234" in again.text
    assert ("您已经答复过" if lang == "zh" else "You have answered already") in again.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_link_that_is_too_old_says_whom_to_call(house, link, lang):
    from datetime import timedelta

    from tests.webui.conftest import Screen

    house.clock.move(timedelta(days=8))
    answer = Screen(house.app, lang).get(link[0])
    assert answer.status_code == 410
    assert "tel:0512-66001234" in answer.text


def test_only_the_demonstration_shows_staff_where_a_link_leads(house, signed_in, link):
    from dataclasses import replace

    path, case = link
    supervisor = signed_in("zhou.min")
    assert path in supervisor.get(f"/cases/{case}/sent").text
    house.engine.settings = replace(house.engine.settings, demo=False)
    shown = supervisor.get(f"/cases/{case}/sent").text
    assert "［给客户的链接］" in shown
    assert path not in shown
    assert signed_in("li.na").get(f"/cases/{case}/sent").status_code in (403, 404)
