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
