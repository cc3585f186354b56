"""Every screen, in both languages, without serious or critical findings of axe-core; narrow screens do not overflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.house import COMPLAINT, TO_THE_PLAN, House

LANGUAGES = ("zh-CN", "en")
SCREENS = {
    "inbox": ("chen.siyuan", "/inbox"),
    "inbox with its task": ("chen.siyuan", "/inbox?view=mine&task={task}"),
    "unclaimed": ("li.na", "/inbox?view=unclaimed"),
    "done": ("chen.siyuan", "/inbox?view=done"),
    "task": ("chen.siyuan", "/tasks/{task}"),
    "task with a table": ("chen.siyuan", "/tasks/{plan}"),
    "task with a signature": ("chen.siyuan", "/tasks/{sign}"),
    "what a customer sees": (None, "{link}"),
    "task of somebody else": ("li.na", "/tasks/{task}"),
    "case": ("chen.siyuan", "/cases/{number}"),
    "cases": ("chen.siyuan", "/cases"),
    "start": ("chen.siyuan", "/start"),
    "start page": ("chen.siyuan", f"/start/{COMPLAINT}"),
    "board": ("zhou.min", "/board"),
    "me": ("chen.siyuan", "/me"),
    "print": ("chen.siyuan", "/cases/{number}/print"),
    "not found": ("chen.siyuan", "/nothing/here"),
    "sign in": (None, "/sign-in"),
}


@pytest.fixture(scope="module")
def places(house: House) -> dict[str, str]:
    """Addresses of a fresh case, of one that has come to its plan, and of one that waits for a signature."""
    fresh, planned = house.complaint(), house.come_to(TO_THE_PLAN)
    link, signing = house.link_to_sign()
    plan, sign = house.task(planned, "form_plan"), house.task(signing, "obtain_signature")
    for task in (plan, sign):
        house.engine.tasks.claim(task, house.actor("chen.siyuan"))
    return {"task": fresh.next_task_id, "number": planned, "plan": plan, "sign": sign, "link": link}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_no_serious_finding(screen: str, lang: str, places: dict[str, str], at_screen: Callable[..., Any]) -> None:
    """Given a screen, when axe-core looks at it, then it reports nothing serious or critical."""
    login, address = SCREENS[screen]
    page = at_screen(login, lang)
    page.goto(address.format(**places))
    page.wait_for_load_state("networkidle")
    found = [(finding["id"], [node["html"][:160] for node in finding["nodes"][:3]])
             for finding in Axe().run(page).response["violations"] if finding["impact"] in ("serious", "critical")]
    assert found == []
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh-CN" else "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", ["inbox", "task", "task with a table", "case", "cases", "start", "board", "sign in",
                                    "task with a signature", "what a customer sees"])
def test_a_telephone_shows_it_without_sideways_scrolling(screen: str, lang: str, places: dict[str, str],
                                                         at_screen: Callable[..., Any]) -> None:
    """Given a screen 390 px wide, then nothing sticks out, and what is pressed is at least 24 px high."""
    login, address = SCREENS[screen]
    page = at_screen(login, lang, width=390, height=844)
    page.goto(address.format(**places))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    small = page.evaluate("""() => [...document.querySelectorAll('button, .btn, .dock a')]
        .filter((el) => el.offsetParent && el.getBoundingClientRect().height < 24)
        .map((el) => el.outerHTML.slice(0, 120))""")
    assert small == []
