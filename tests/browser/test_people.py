"""People, roles, signing in at the screen: the administrator adds somebody, who gets on with it; masks on request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from engine import SYSTEM, MovableClock, ProcessEngine, Settings
from tests.browser.house import PASSWORD, ROOT
from tests.engine.house import House, content
from webui import create_app

SCREENS = ("/admin/people", "/admin/people/new", "/admin/people/li.na", "/admin/roles", "/admin/units?key=south",
           "/admin/audit", "/admin/import", "/absence", "/absence/hand-over", "/me", "/me/password")
PHONE = "13862156621"


@pytest.fixture(scope="module")
def house(chromium: str, bundles: None, sqlite_template: Path,
          tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The small organisation of the engine's tests, served."""
    import shutil

    path = tmp_path_factory.mktemp("people") / "bihuan.db"
    shutil.copy(sqlite_template, path)
    clock = MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))
    settings = Settings(database_url=f"sqlite:///{path}", secret_key="for tests only")
    made = House(ProcessEngine(settings, clock), clock)
    files = content("note")
    form = files["forms/t/note_form.yaml"].replace(b"type: phone}", b"type: phone, personal: true}")
    platform = (ROOT / "processes" / "platform" / "pack.yaml").read_bytes()
    made.engine.deployments.deploy(files | {"forms/t/note_form.yaml": form, "platform/pack.yaml": platform}, SYSTEM)
    for login in ("li.na", "zhou.min", "root", "xu.shen"):
        made.engine.identity.set_password(login, PASSWORD, SYSTEM)
    made.engine.identity.substitute("li.na", "wang.fang", clock.now(), clock.now() + timedelta(days=3), None, "年假",
                                    made("root"))
    made.sessions = {}  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, create_app(made.engine), threaded=True)
    made.url = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    made.engine.close()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_pages_have_no_serious_finding_and_fit_a_telephone(house: House, at_screen: Callable[..., Any],
                                                              lang: str) -> None:
    """Given the administrator's pages, when axe-core looks at them, wide and narrow, then it finds nothing serious."""
    found = []
    for width in (1440, 390):
        page = at_screen("root", lang, width=width)
        for address in SCREENS:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            found += [(width, address, one["id"], one["nodes"][0]["html"][:160])
                      for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
            if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
                found.append((width, address, "sticks out", ""))
            if page.locator("h1").count() != 1:
                found.append((width, address, "headings", ""))
    assert found == []


def test_somebody_new_is_added_signs_in_and_chooses_a_password(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a new colleague, when the administrator adds her, then she gets in with the password told, and her own."""
    admin = at_screen("root")
    admin.goto("/admin/people")
    admin.get_by_role("link", name="新增人员").click()
    admin.fill("#login", "sun.li")
    admin.fill("#name", "孙丽")
    admin.select_option("#unit", "south")
    admin.locator("[name=role]").first.select_option("agent")
    admin.get_by_role("button", name="新增人员").click()
    password = admin.locator("#one-time").inner_text()
    page = at_screen(None)
    page.goto("/cases")
    page.fill("#login", "sun.li")
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_url("**/me/password")
    page.fill("#old", password)
    page.fill("#password", "hao-jiu-bu-jian")
    page.fill("#again", "hao-jiu-bu-jian")
    page.press("#again", "Enter")
    page.wait_for_url("**/me")
    assert page.locator("h1").inner_text() == "孙丽"
    admin.goto("/admin/audit?kind=people")
    assert "发放一次性密码" in admin.locator("main").inner_text()


def test_people_are_imported_after_a_preview(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a file with a good and a bad row, when it is imported, then the good one is in and the bad one is told."""
    page = at_screen("root", "en")
    page.goto("/admin/import")
    rows = "login,name,unit,roles\ntang.bo,唐波,north_desk,agent\nbad row,某人,nowhere,fly\n"
    page.set_input_files("#file", {"name": "people.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Preview").click()
    assert "There is no unit “nowhere”" in page.locator("main").inner_text()
    page.get_by_role("button", name="Import 1 row").click()
    page.wait_for_selector("code")
    assert house("tang.bo").roles == {"agent"}


def test_a_masked_number_is_shown_for_a_minute(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a case with one's open task, when its number is shown, then it is masked again after sixty seconds."""
    case = house.start("note")
    house.complete(case, "write", "li.na", {"customer": "恒泰", "phone": PHONE})
    house.engine.tasks.claim(house.task(case, "approve"), house("zhou.min"))
    page = at_screen("zhou.min")
    page.clock.install()
    page.goto(f"/cases/{house.row(case).case_number}")
    shown = page.locator(".masked").first
    assert shown.inner_text() == "138****6621"
    page.locator("[data-reveal]").first.click()
    expect(shown).to_have_text(PHONE)
    page.clock.fast_forward(61_000)
    expect(shown).to_have_text("138****6621")
    assert "revealed" in house.verbs(case)


def test_an_agent_lets_a_colleague_stand_in(house: House, at_screen: Callable[..., Any]) -> None:
    """Given a holiday, when Zhou Min appoints a substitute, then it stands in the list and can be ended."""
    page = at_screen("zhou.min")
    page.goto("/absence")
    page.select_option("#substitute", "chen.yu")
    page.fill("#from_at", "2026-04-08T09:00")
    page.fill("#until_at", "2026-04-10T18:00")
    page.get_by_role("button", name="设置代理").click()
    assert page.locator("#reason:invalid").count() == 1, "the browser asks for the reason already"
    page.fill("#reason", "出差")
    page.get_by_role("button", name="设置代理").click()
    page.wait_for_selector(".toast-line")
    page.get_by_role("button", name="结束代理 周敏").click()
    page.wait_for_selector(".toast-line")
    assert page.get_by_role("button", name="结束代理 周敏").count() == 0
