"""A customer with a telephone and no account: records a complaint, follows it, adds a word, and meets no inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.house import House

PHONE = {"width": 390, "height": 844}
PAGE = "/report/complaint-handling-manufacturer/service"
SMALL = """[...document.querySelectorAll(
    'main .btn, main button, main input:not([type=hidden]):not([type=radio]), main textarea')]
    .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""


def sound(page: Any) -> None:
    """Nothing sticks out, fingers hit everything, and axe finds nothing serious."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SMALL) == []
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.parametrize(("lang", "received", "refused"), [
    ("zh-CN", "我们已收到您的投诉", "没有找到"), ("en", "We have received your complaint", "not found")])
def test_a_complaint_by_telephone_screen(house: House, at_screen: Callable[..., Any], lang: str, received: str,
                                         refused: str) -> None:
    """Given the link of a department, when a customer complains by it, then the case is there and can be followed."""
    page = at_screen(None, lang, **PHONE)
    page.goto(PAGE)
    sound(page)
    page.fill("[name='f.reason']", "三月底安装的实木复合地板，客厅有十多块起翘，边缘发黑。")
    page.fill("[name='f.demand']", "请更换起翘的地板。")
    page.fill("[name='f.customer_name']", "王芳")
    page.locator("button[data-main]").click()
    page.locator(".note.late").wait_for()
    sound(page)
    page.fill("[name='f.contact']", "13862156621")
    page.locator("[data-field=agreed] label").first.click()
    page.locator("button[data-main]").click()
    page.wait_for_url("**/p/**")
    sound(page)
    house.run_jobs()
    page.goto(page.url.partition("?")[0])
    assert received in page.locator("main").inner_text()
    page.fill("#text", "补充：阳台也有两块。")
    page.locator("main form button").last.click()
    page.locator(".said-text").wait_for()
    sound(page)
    number = page.locator("dd.num").inner_text()
    agent = house.actor("li.na")
    head = house.engine.boards.case(number, agent).head
    assert head.unit.zh == "客户服务部"
    assert [one.text for one in house.engine.tasks.comments(head.id, agent)] == ["补充：阳台也有两块。"]
    page.goto(page.url.partition("?")[0][:-6] + "000000")
    assert refused in page.locator("main").inner_text().lower()
    assert page.locator("main a").get_attribute("href") == "tel:0512-66001234"
    sound(page)
