"""Every screen, in both languages, without serious or critical findings of axe-core; narrow screens do not overflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from engine import SYSTEM, Bilingual
from engine.connectors import Connector, ConnectorFailure, Input
from tests.browser.house import COMPLAINT, PASSWORD, TO_THE_PLAN, House
from tests.engine.house import content

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
    "workload": ("zhou.min", "/workload?days=30"),
    "cockpit": ("zhou.min", "/cockpit"),
    "cockpit of a process": ("zhou.min", f"/cockpit/{COMPLAINT}"),
    "incidents": ("zhou.min", "/incidents"),
    "notices": ("chen.siyuan", "/notices"),
    "channels": ("chen.siyuan", "/notices/channels"),
    "phrases": ("chen.siyuan", "/phrases"),
    "rules": ("gu.owner", "/admin/rules?pack=complaint"),
    "asked": ("sun.lihua", "/inbox?view=asked"),
    "task that was returned": ("chen.siyuan", "/tasks/{returned}"),
    "task that was lent": ("li.na", "/tasks/{lent}"),
    "task with signers": ("chen.siyuan", "/tasks/{signed}"),
    "case with its talk": ("chen.siyuan", "/cases/{signed_case}#talk"),
    "me": ("chen.siyuan", "/me"),
    "print": ("chen.siyuan", "/cases/{number}/print"),
    "not found": ("chen.siyuan", "/nothing/here"),
    "sign in": (None, "/sign-in"),
}

DIALOGS = {
    **{verb: (who, f"/tasks/{{{task}}}", f"[hx-get$='/do/{verb}']", "#operation[open] form")
       for verb, who, task in (("transfer", "chen.siyuan", "plan"), ("delegate", "chen.siyuan", "plan"),
                               ("return_to", "chen.siyuan", "plan"), ("add_signers", "chen.siyuan", "plan"),
                               ("send_copy", "chen.siyuan", "plan"), ("snooze", "chen.siyuan", "plan"),
                               ("comment", "chen.siyuan", "plan"), ("sign", "wang.qiang", "signed"),
                               ("remove_signer", "chen.siyuan", "signed"), ("extend", "zhou.min", "plan"),
                               ("urge", "zhou.min", "plan"), ("reassign", "zhou.min", "plan"))},
    "jump": ("zhou.min", "/cases/{number}", "[hx-get$='/do/jump']", "#operation[open] form"),
    "skip": ("zhou.min", "/incidents", "[hx-get$='/skip']", "#operation[open] form"),
    "change data": ("zhou.min", "/incidents", "[hx-get$='/change_data']", "#operation[open] form"),
    "menu of the board": ("zhou.min", "/board", ".stack-table details.menu > summary", ".menu[open] .menu-list"),
    "several lines": ("chen.siyuan", "/inbox?view=mine", ".item .pick input", "[data-bulk]:not([hidden])"),
}
"""What opens over a screen: who sees it, where, what is pressed, what is there then."""


class Fails(Connector):
    """A service that nobody reaches."""

    name = "probe"
    inputs = (Input("n", "数", "Number"),)

    def call(self, inputs: Mapping[str, Any], key: str, context: Any) -> dict[str, Any]:  # noqa: ARG002
        raise ConnectorFailure("unreachable", retryable=False, what="probe", why="no route")


@pytest.fixture(scope="module")
def places(house: House) -> dict[str, str]:
    """Addresses of cases in many states: fresh, planned, returned, lent, signed by others, waiting for a signature."""
    tasks = house.engine.tasks
    chen = house.actor("chen.siyuan")
    house.engine.identity.create_person("gu.owner", Bilingual("顾流", "Gu Liu"), SYSTEM, unit="company",
                                        roles=[("process_owner", "company")], password=PASSWORD)
    fresh, planned, asks = house.complaint(), house.come_to(TO_THE_PLAN), house.come_to(TO_THE_PLAN)
    link, signing = house.link_to_sign()
    back = house.come_to(TO_THE_PLAN[:3])
    lent = house.complaint().next_task_id
    plan, signed, sign = (house.task(planned, "form_plan"), house.task(asks, "form_plan"),
                          house.task(signing, "obtain_signature"))
    judge = house.task(back, "judge")
    for task in (plan, signed, sign, judge):
        tasks.claim(task, chen)
    tasks.return_to(judge, "record", "订单号要核对。", chen)
    tasks.delegate(lent, "li.na", "请代问一下。", chen)
    tasks.add_signers(signed, ["wang.qiang", "liu.jianguo"], "before", "请先看金额。", chen)
    tasks.comment(house.engine.boards.case(asks, SYSTEM).head.id, "批次号是多少？", chen, task_id=signed,
                  mentions=["sun.lihua"])
    tasks.send_copy(plan, ["li.na"], "请知悉。", chen)
    tasks.urge(plan, "客户在等。", house.actor("zhou.min"))
    house.engine.connectors.add(Fails())
    house.engine.deployments.deploy(content("service"), SYSTEM)
    house.engine.instances.start("service", SYSTEM, variables={"n": 7}, unit="service")
    house.pass_time(timedelta(days=4))
    return {"task": fresh.next_task_id, "number": planned, "plan": plan, "sign": sign, "link": link,
            "returned": house.task(back, "record"), "lent": lent, "signed": signed, "signed_case": asks}


def serious(page: Any, within: str | None = None) -> list[Any]:
    """What axe-core finds on a page, or a part of it, that is serious or critical: the rule, and where."""
    violations = Axe().run(page, within).response["violations"]
    return [(finding["id"], [node["html"][:160] for node in finding["nodes"][:3]])
            for finding in violations if finding["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_no_serious_finding(screen: str, lang: str, places: dict[str, str], at_screen: Callable[..., Any]) -> None:
    """Given a screen, when axe-core looks at it, then it reports nothing serious or critical."""
    login, address = SCREENS[screen]
    page = at_screen(login, lang)
    page.goto(address.format(**places))
    page.wait_for_load_state("networkidle")
    assert serious(page) == []
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh-CN" else "en")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("screen", ["inbox", "task", "task with a table", "case", "cases", "start", "board", "sign in",
                                    "task with a signature", "what a customer sees", "workload", "cockpit",
                                    "cockpit of a process", "incidents", "notices", "channels", "phrases", "rules",
                                    "task that was returned", "task that was lent", "task with signers",
                                    "case with its talk"])
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


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_opens_over_a_screen_has_no_serious_finding(lang: str, width: int, places: dict[str, str],
                                                         at_screen: Callable[..., Any]) -> None:
    """Given each dialog and menu, when it is opened, wide and narrow, then axe-core finds nothing and it fits."""
    found, page, sitting = [], None, ""
    for name, (login, address, pressed, there) in DIALOGS.items():
        if login != sitting:
            page, sitting = at_screen(login, lang, width=width), login
        if not page.url.endswith(address.format(**places)):
            page.goto(address.format(**places))
        button = page.locator(pressed).first
        button.wait_for(state="attached")
        if "summary" not in pressed:
            button.evaluate("one => { const menu = one.closest('details.menu'); if (menu) menu.open = true }")
        button.click()
        page.locator(there).first.wait_for()
        if width > 1000:  # the words and colours are the same on a telephone
            found += [(name, *one) for one in serious(page, there.split("[")[0])]
        if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
            found.append((name, "sticks out"))
        page.keyboard.press("Escape")
    assert found == []
