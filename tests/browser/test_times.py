"""The browser words moments as the server does: a page that stays open never changes its wording, only its numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.browser.house import House
from webui import when
from webui.words import LANGUAGES

SECONDS = (0, 30, 61, 3599, 3600, 7680, 36000, 86399, 90000, 172800, 600000, 700000, 31000000)
STEPS = [timedelta(seconds=number) for number in SECONDS]


def test_browser_and_server_say_the_same(house: House, at_screen: Callable[..., Any]) -> None:
    """Given moments before and after now, then both word them alike in both languages."""
    page = at_screen("li.na")
    page.goto("/inbox")
    now, zone = house.clock.now(), when.ZoneInfo("Asia/Shanghai")
    for lang in LANGUAGES:
        for step in STEPS:
            past, coming = now - step, now + step
            told = page.evaluate("""([past, coming, now, warn, lang]) => {
                const ms = (text) => Date.parse(text);
                return [bihuan.ago(ms(past), ms(now), lang), bihuan.due({ due: coming }, ms(now), lang),
                        bihuan.due({ due: coming, warn: warn }, ms(now), lang),
                        bihuan.due({ due: past }, ms(now), lang)];
            }""", [past.isoformat(), coming.isoformat(), now.isoformat(), now.isoformat(), lang])
            risky, calm, late = (when.due("normal", due, warn, now, zone, lang)
                                 for due, warn in ((coming, now), (coming, None), (past, None)))
            assert told == [when.ago(past, now, zone, lang), [calm.state, calm.words], [risky.state, risky.words],
                            [late.state, late.words]]
