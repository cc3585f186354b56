"""An owner tries a draft in the browser: plays the roles, moves the clock, saves what was played, sees it pass."""

from __future__ import annotations

from typing import Any

import pytest

from engine import SYSTEM, Bilingual
from tests.browser.desk import WAIT
from tests.browser.house import PASSWORD, House

OWNER = "zheng.yawen"


@pytest.fixture(scope="module")
def draft(house: House) -> str:
    """A draft of direct complaints, open at its owner's."""
    house.engine.identity.create_person(OWNER, Bilingual("郑雅文", "Zheng Yawen"), SYSTEM, unit="company",
                                        password=PASSWORD, roles=[("process_owner", "company")])
    return house.engine.studio.open("complaint-handling-hq-direct", house.actor(OWNER)).id


def wide_enough(page: Any) -> bool:
    """Whether nothing sticks out to the right."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def begin(page: Any, draft: str) -> None:
    page.set_default_timeout(WAIT * 3)
    page.goto(f"/studio/drafts/{draft}/try?new=1")
    page.locator("form[action$='/try/begin'] button").click()
    page.wait_for_selector("[data-diagram][data-drawn=yes]")


def test_an_owner_plays_a_case_and_keeps_it_as_a_scenario(house: House, at_screen: Any, draft: str) -> None:
    # given an owner with a new sandbox
    page = at_screen(OWNER)
    begin(page, draft)
    before = len(house.engine.boards.cases(house.actor(OWNER)))
    # when the case is started by a role, its first task stands there, marked in the drawing
    page.locator(".play-work button").first.click()
    page.wait_for_selector("#play-task")
    page.wait_for_selector(".djs-element.is-now")
    # and what is required is asked for
    page.locator(".play-form .actions .btn").first.click()
    page.wait_for_selector(".play-form .note.late")
    assert page.locator("#play-task [aria-invalid=true]").count()
    # when time goes by, the clock of the sandbox moves and nothing else does
    clock = page.locator(".play-clock time").get_attribute("datetime")
    page.locator(".play-bar button", has_text="1 天").click()
    page.wait_for_function("was => document.querySelector('.play-clock time').dateTime !== was", arg=clock)
    # then the steps so far can be kept, and pass
    page.locator("[data-opens=play-save]").click()
    page.fill("#save-zh", "没有人接")
    page.locator("#play-save .btn-go").click()
    page.wait_for_url(f"**/studio/drafts/{draft}/scenarios")
    assert page.locator(".play-tasks", has_text="没有人接").count()
    page.locator("button", has_text="跑全部场景").click()
    page.wait_for_selector(".tag.ok")
    page.wait_for_selector("[data-diagram][data-drawn=yes]")
    assert page.locator(".djs-element.is-missed").count()
    # and the house has no case more than before
    assert len(house.engine.boards.cases(house.actor(OWNER))) == before


def test_an_owner_asks_for_a_signature_and_gives_it(at_screen: Any, draft: str) -> None:
    # given a case whose first task is open
    page = at_screen(OWNER)
    begin(page, draft)
    page.locator(".play-work button").first.click()
    page.wait_for_selector("#play-task")
    # when somebody else is asked to sign it first
    page.locator(".play-tasks button", has_text="更多").first.click()
    page.locator("#operation .play-who button", has_text="加签").first.click()
    page.locator("#operation [name=people]").first.check()
    page.fill("#op-reason", "请把关")
    page.locator("#operation form .btn-go").click()
    # then the dialog is gone, and the signature can be given
    page.wait_for_selector("#operation", state="hidden")
    page.locator(".play-tasks button", has_text="签署").first.click()
    page.locator("#operation [name=outcome]").first.check(force=True)
    page.locator("#operation form .btn-go").click()
    page.wait_for_selector("#operation", state="hidden")
    page.wait_for_function("() => document.querySelectorAll('.play-steps > li').length === 3")


@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
def test_on_a_telephone_nothing_sticks_out(at_screen: Any, draft: str, lang: str) -> None:
    page = at_screen(OWNER, lang=lang, width=390)
    begin(page, draft)
    page.locator(".play-work button").first.click()
    page.wait_for_selector("#play-task")
    assert wide_enough(page)
    page.goto(f"/studio/drafts/{draft}/scenarios")
    assert wide_enough(page)
