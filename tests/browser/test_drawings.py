"""The drawing of a case on its page: its text can be read, the step that waits is in view, a button shows the whole."""

from __future__ import annotations

import pytest

from tests.browser.house import TO_THE_PLAN

SMALLEST = """() => Math.min(...[...document.querySelectorAll('.djs-container text')]
    .filter((one) => one.textContent.trim()).map((one) => one.getCTM())
    .map((at) => 12 * Math.hypot(at.a, at.b)))"""
"""The height of the smallest letters, in pixels of the screen."""
IN_VIEW = """() => {
    const frame = document.querySelector('.djs-container').getBoundingClientRect();
    return [...document.querySelectorAll('.djs-container .is-now')].map((one) => one.getBoundingClientRect())
        .every((one) => one.left >= frame.left - 1 && one.right <= frame.right + 1);
}"""


@pytest.mark.parametrize("width", [1440, 1100])
def test_the_text_of_a_drawing_is_ten_pixels_high_and_the_step_that_waits_in_view(house, at_screen, width):
    # given a complaint whose department has answered
    case = house.come_to(TO_THE_PLAN)
    page = at_screen("zhou.min", width=width)
    # when its page is opened
    page.goto(f"/cases/{case}")
    page.wait_for_selector("[data-drawn=yes]")
    # then what is drawn can be read, and where the case stands is there
    assert page.evaluate(SMALLEST) >= 9.99
    assert page.evaluate(IN_VIEW)
    # when the whole is asked for, then it is there
    page.click("[data-zoom=fit]")
    assert page.evaluate("""() => {
        const frame = document.querySelector('.djs-container').getBoundingClientRect();
        return [...document.querySelectorAll('.djs-container .djs-shape')].map((one) => one.getBoundingClientRect())
            .every((one) => one.right <= frame.right + 1 && one.left >= frame.left - 1);
    }""")
