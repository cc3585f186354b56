"""Two process owners in the browser: one edits at a time, differences on both drawings, publishing, restoring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine import SYSTEM, Bilingual
from tests.browser.house import PASSWORD, House

KEY, DRAWING = "complaint-planning", "processes/complaint/complaint-planning.bpmn"
OWNERS = {"zheng.yawen": ("郑雅文", "Zheng Yawen"), "zhou.ping": ("周平", "Zhou Ping")}


@pytest.fixture(scope="module", autouse=True)
def owners(house: House) -> None:
    """Two process owners."""
    for login, (zh, en) in OWNERS.items():
        house.engine.identity.create_person(login, Bilingual(zh, en), SYSTEM, unit="company", password=PASSWORD,
                                            roles=[("process_owner", "company")])


def renamed(house: House, draft: str, new: str, by: str = "zheng.yawen") -> None:
    """Change the name of a step in a draft, as the modeler saves it."""
    view = house.engine.studio.read(draft, DRAWING, house.actor(by))
    raw = view.content.replace('name="拟定处理方案"'.encode(), f'name="{new}"'.encode())
    house.engine.studio.write(draft, DRAWING, raw, view.revision, house.actor(by))


def test_the_second_owner_asks_and_the_first_hands_over(house: House, at_screen: Callable[..., Any]) -> None:
    first, second = at_screen("zheng.yawen"), at_screen("zhou.ping", lang="en-GB")
    first.goto(house.url + "/studio")
    first.locator("summary b", has_text="投诉处理").click()
    first.locator("tr", has_text=KEY).get_by_role("button", name="改这个流程").click()
    first.wait_for_url("**/studio/drafts/*")
    draft = first.url.rpartition("/")[2]
    first.goto(f"{house.url}/studio/drafts/{draft}/differences")
    second.goto(f"{house.url}/studio/drafts/{draft}/differences")
    assert second.get_by_text("Zheng Yawen is editing").is_visible()
    second.get_by_role("button", name="Ask to take over").click()
    second.wait_for_url(f"**/studio/drafts/{draft}")
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the page asks every half minute
    first.locator("[data-who]", has_text="周平 请求接手").get_by_role("button", name="交给对方").click()
    first.wait_for_url(f"**/studio/drafts/{draft}")
    assert house.engine.studio.draft(draft, house.actor("zhou.ping")).editing
    house.engine.studio.discard(draft, house.actor("zhou.ping"))


def test_differences_are_marked_on_both_drawings_then_published_and_restored(
        house: House, at_screen: Callable[..., Any]) -> None:
    draft = house.engine.studio.open(KEY, house.actor("zheng.yawen")).id
    renamed(house, draft, "拟定方案并报价")
    page = at_screen("zheng.yawen")
    page.goto(f"{house.url}/studio/drafts/{draft}/differences")
    for side in ("before", "after"):
        page.wait_for_selector(f"[data-side={side}][data-drawn=yes]")
        assert page.locator(f"[data-side={side}] .djs-element.is-changed").count() == 1
        assert page.locator(f"[data-side={side}] a.bjs-powered-by").is_visible()
    page.locator("[data-shows=form_plan]").click()
    assert page.locator("[data-side=after] .djs-element.is-chosen").count() == 1
    assert page.locator("del", has_text="拟定处理方案").first.is_visible()
    page.get_by_role("link", name="发布").last.click()
    button = page.get_by_role("button", name="发布 v2")
    button.click()
    assert page.evaluate("document.activeElement.id") == "note"  # the note is needed
    page.locator("#note").fill("报价一起做")
    button.click()
    page.wait_for_url(f"**/studio/processes/{KEY}/versions")
    assert page.get_by_text("报价一起做").is_visible()
    page.get_by_role("button", name="恢复为草稿").first.click()
    page.wait_for_selector("[data-side=after][data-drawn=yes]")
    assert page.locator("ins", has_text="拟定处理方案").first.is_visible()


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_screen_is_wider_than_the_window(house: House, at_screen: Callable[..., Any], lang: str,
                                            width: int) -> None:
    draft = house.engine.studio.open(KEY, house.actor("zheng.yawen")).id
    renamed(house, draft, "拟定方案并报价二")
    page = at_screen("zheng.yawen", lang=lang, width=width)
    for path in ("/studio", f"/studio/drafts/{draft}/differences", f"/studio/drafts/{draft}/publish",
                 f"/studio/processes/{KEY}/versions"):
        page.goto(house.url + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    house.engine.studio.discard(draft, house.actor("zheng.yawen"))
