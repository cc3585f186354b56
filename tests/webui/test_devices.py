"""Where somebody is signed in, in words a person recognises."""

from __future__ import annotations

import pytest
from flask import Flask

from webui.devices import device

APPLE = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(("sent", "zh", "en"), [
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {APPLE} Chrome/142.0 Safari/537.36", "Chrome · Windows",
     "Chrome · Windows"),
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {APPLE} Chrome/142.0 Safari/537.36 Edg/142.0", "Edge · Windows",
     "Edge · Windows"),
    (f"Mozilla/5.0 (Linux; Android 15) {APPLE} Chrome/134 Safari/537.36 wxwork/4.1 MicroMessenger/7.0",
     "企业微信 · Android", "WeCom · Android"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
     "Safari · iPhone", "Safari · iPhone"),
    ("curl/8.5.0", "curl/8.5.0", "curl/8.5.0"),
    ("", "未知设备", "Unknown device"),
])
def test_a_device_is_named_as_people_name_it(sent: str, zh: str, en: str) -> None:
    app = Flask(__name__)
    for lang, words in (("zh", zh), ("en", en)):
        with app.test_request_context(headers={"Accept-Language": lang}):
            app.secret_key = "for tests only"
            assert device(sent) == words
