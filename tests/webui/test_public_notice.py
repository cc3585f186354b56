"""Customers are told what becomes of their data, in their language, on the page behind their link."""

from __future__ import annotations

import pytest

from tests.webui.conftest import Screen


@pytest.mark.parametrize(("lang", "words"), [("zh", "查阅、更正或删除"), ("en", "to see, correct or delete it")])
def test_a_link_shows_the_notice_on_personal_data(house, lang, words):
    path, _case = house.link_to_sign()
    assert words in Screen(house.app, lang).get(path).text
