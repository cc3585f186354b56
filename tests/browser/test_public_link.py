"""What a customer meets behind the link in the text message: a telephone's screen, no account, one signature."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.browser.house import House

PHONE = {"width": 390, "height": 844}


def test_a_customer_signs_by_the_link_and_the_case_goes_on(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a link, when the customer signs on a telephone, then the case goes on; opened again, the link says so."""
    path, case = house.link_to_sign()
    page = at_screen(None, **PHONE)
    page.goto(path)
    assert page.locator("nav.side").count() == 0, "no page of the staff"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert case in page.locator("main").inner_text()
    assert "已更换地板" in page.locator("main").inner_text(), "what was done for the customer"

    page.locator("button[data-main]").click()  # without a signature: told, nothing lost
    page.locator(".note.late").wait_for()
    assert "签字" in page.locator(".note.late").inner_text()

    draw(page)
    page.fill("[name$='.signer']", "王芳")
    page.locator("button[data-main]").click()  # at once: the page waits for the signature to arrive
    page.locator("h1:has-text('谢谢')").wait_for()
    house.run_jobs()
    view = house.engine.boards.case(case, house.actor("zhou.min"))
    assert "obtain_signature" not in [item.element_id for item in view.waiting]
    signed = next(form for form in view.forms if form.form_key == "complaint_signature_link")
    mark = next(field.value for field in signed.view.fields if field.id == "customer_signature")
    assert (mark["method"], mark["signer"]) == ("link", "王芳")
    assert mark["file"]["size"] > 200, "what was drawn"

    page.goto(path)
    assert "您已经答复过" in page.locator("main").inner_text()
    assert page.locator("form[data-task]").count() == 0

    staff = at_screen("zhou.min")
    staff.goto(f"/cases/{case}/print/complaint_handling")
    image = staff.locator("main img").last
    image.wait_for()
    assert image.evaluate("el => el.complete && el.naturalWidth > 0"), "the staff see what the customer drew"


def test_a_wrong_link_and_one_that_is_over_say_so(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a mistyped link and one that is too old, when they are opened, then each says what it is."""
    path, _case = house.link_to_sign()
    mistyped = path[:-1] + ("0" if path[-1] != "0" else "1")
    pages = {lang: at_screen(None, lang, **PHONE) for lang in ("zh-CN", "en")}
    for lang, words in (("zh-CN", "没有找到"), ("en", "not found")):
        assert pages[lang].goto(mistyped).status == 404
        assert words in pages[lang].locator("main").inner_text().lower()
    house.clock.move(timedelta(days=8))
    for lang, words in (("zh-CN", "链接已失效"), ("en", "no longer valid")):
        assert pages[lang].goto(path).status == 410
        assert words in pages[lang].locator("main").inner_text()
        assert pages[lang].evaluate("document.documentElement.scrollWidth") <= 390
        assert pages[lang].locator("main a:not([href^='tel:'])").count() == 0, "no inbox to go back to"


def draw(page: Any) -> None:
    """Write something on the pad."""
    pad = page.locator("canvas")
    pad.scroll_into_view_if_needed()
    frame = pad.bounding_box()
    page.mouse.move(frame["x"] + 20, frame["y"] + frame["height"] / 2)
    page.mouse.down()
    for step in range(1, 10):
        page.mouse.move(frame["x"] + 20 + step * (frame["width"] - 40) / 10,
                        frame["y"] + frame["height"] * (0.3 if step % 2 else 0.7))
    page.mouse.up()
