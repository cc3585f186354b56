"""The whole story: the demonstration's people, workers beside the server, one complaint from call to archive.

Nobody calls the engine here but to move its clock: everything is done on the pages, by clicking and typing, in Chinese
by some and in English by others. One plan is returned, one is refused, and the customer signs on the pad.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from engine import demo, start_threads
from tests.browser.desk import Desk
from tests.browser.house import House
from webui import create_app

LANGUAGES = {"chen.siyuan": "zh-CN", "zhou.min": "en", "sun.lihua": "zh-CN", "wang.qiang": "en", "liu.jianguo": "en",
             "li.na": "zh-CN"}
PATIENCE = 20_000
"""Milliseconds in which workers bring a case to its next inbox."""
RECORD = {"business_address": "苏州市工业园区星湖街 328 号",
          "reason": "三月底安装的实木复合地板，客厅有十多块起翘，边缘发黑。",
          "demand": "更换起翘的地板并承担安装费用。", "severity": "normal", "order_no": "DD20260310",
          "agent_signature": {"method": "witness", "signer": "陈思远"}}
HEARD = {"channel": "phone", "customer_name": "苏州恒泰装饰工程有限公司", "contact": "13862156621",
         "emotion": "upset", "key_points": "客厅地板起翘，约八十六平方米，要求换货。"}
JUDGED = {"responsible_party": "company", "evidence_complete": True, "main_cause": "quality", "severity": "normal",
          "claimed_loss": "860"}
DONE = {"done": [{"action": "更换地板", "done_at": "2026-04-07T09:00", "result": "完成八十六平方米"}],
        "paid_amount": "860", "result": "已更换地板八十六平方米并补贴安装费。"}
REVISITED = {"channel": "phone", "reached": True, "attitude_score": "5", "result_score": "5", "solved": True}
INVESTIGATION = {"ours": True, "facts": "B2610-07 批含水率 14.6%，超出标准。", "cause": "quality",
                 "cause_detail": "出厂检验漏检。", "suggestion": "更换同批地板，补贴安装费。"}
PLAN = {"method": "compensation", "amount": "860",
        "steps": [{"action": "更换地板八十六平方米", "owner": "sun.lihua", "due": "2026-04-12"}],
        "needed_time": "72", "effect": "恢复平整，客户满意。", "agent_opinion": "同意质量管理部意见。"}


class DemoHouse(House):
    """The demonstration's organisation, without its cases."""

    def furnish(self) -> None:
        demo.found(self.engine, lambda _line: None)


@pytest.fixture(scope="module")
def house(chromium: str, bundles: None, sqlite_template: Path,  # noqa: ARG001 - needed, not used
          tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Pages on a free port, and two workers beside them."""
    path = tmp_path_factory.mktemp("demo") / "bihuan.db"
    shutil.copy(sqlite_template, path)
    house = DemoHouse(f"sqlite:///{path}")
    house.furnish()
    workers = start_threads(house.engine, 2)
    server = make_server("127.0.0.1", 0, create_app(house.engine), threaded=True)
    house.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield house
    for worker, thread in workers:
        worker.stop()
        thread.join()
    server.shutdown()
    serving.join()
    house.engine.close()


class Person(Desk):
    """Somebody who signed in by the button of the demonstration and looks again until the work is there."""

    def __init__(self, page: Any, login: str):
        super().__init__(page)
        self.login = login
        self.sign_in()

    def sign_in(self) -> None:
        """Come in; on another day one does so again."""
        self.page.goto("/")
        self.page.click(f"button[name=demo][value='{self.login}']")
        self.page.wait_for_selector("nav.side")

    def open(self, case: str, name: str) -> None:
        """Open a task as soon as the workers have brought it here."""
        self.page.goto("/inbox?view=unclaimed")
        line = f".item:has-text('{case}'):has-text('{name}')"
        for _ in range(PATIENCE // 250):
            for view in ("mine", "unclaimed"):
                self.page.goto(f"/inbox?view={view}")
                if self.page.locator(line).count():
                    super().open(case, name)
                    return
            self.page.wait_for_timeout(250)
        raise AssertionError(f"{case}: {name!r} never came to this inbox")

    def _sign(self, name: str, value: Mapping[str, Any]) -> None:
        super()._sign(name, value)
        if value["method"] == "pad":
            draw(self.page, f"#pane [data-field='{name}']")


def draw(page: Any, within: str) -> None:
    """Write something on the pad with the mouse, and see that it was kept."""
    pad = page.locator(f"{within} canvas")
    pad.scroll_into_view_if_needed()
    frame = pad.bounding_box()
    page.mouse.move(frame["x"] + 30, frame["y"] + frame["height"] / 2)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(frame["x"] + 30 + step * (frame["width"] - 60) / 12,
                        frame["y"] + frame["height"] * (0.3 if step % 2 else 0.7))
    page.mouse.up()


def test_six_people_take_a_complaint_from_the_telephone_to_the_archive(
        house: House, at_screen: Callable[..., Any]) -> None:
    """Given the demonstration, when six people do what reaches their inboxes, then the case is closed and filed."""
    people = {login: Person(at_screen(None, lang), login) for login, lang in LANGUAGES.items()}
    agent = people["chen.siyuan"].page
    agent.click("nav.side a.start")
    agent.click("a.start-card:has-text('客户投诉处理（制造厂）')")
    agent.click("button[data-main]")
    agent.wait_for_selector("form[data-task]")
    case = agent.locator(".crumb a.num").inner_text()
    assert re.fullmatch(r"TS-20260407-\d{3}", case)

    def does(login: str, name: str, values: Mapping[str, Any]) -> None:
        people[login].does(case, name, values)

    does("chen.siyuan", "倾听投诉", HEARD)
    does("chen.siyuan", "道歉致谢", {"apologised": True})
    does("chen.siyuan", "填写投诉记录单", RECORD | {"agent_signature": {"method": "pad", "signer": "陈思远"}})
    does("chen.siyuan", "判断责任", JUDGED)
    does("zhou.min", "Assign the department", {"department": ["dept_quality"]})
    does("sun.lihua", "调查原因", INVESTIGATION)
    does("wang.qiang", "Give the manager", {"decision": "approve", "opinion": "True; replace the boards."})
    does("chen.siyuan", "拟定处理方案", PLAN | {"amount": "18600"})
    does("liu.jianguo", "Approve the plan", {"decision": "return", "opinion": "Too much; talk to the customer again."})
    people["chen.siyuan"].open(case, "拟定处理方案")
    assert agent.locator("#pane").get_by_text("Too much; talk to the customer again.").count(), "why it came back"
    does("chen.siyuan", "拟定处理方案", PLAN | {"amount": "9000"})
    does("liu.jianguo", "Approve the plan", {"decision": "reject", "opinion": "The cause is not found. Look again."})
    does("sun.lihua", "调查原因", INVESTIGATION)
    does("wang.qiang", "Give the manager", {"decision": "approve", "opinion": "Looked at again: true."})
    does("chen.siyuan", "拟定处理方案", PLAN)
    does("liu.jianguo", "Approve the plan", {"decision": "approve", "opinion": "Carry it out within three days."})
    does("chen.siyuan", "征求客户意见", {"decision": "agree", "customer_opinion": "同意换货。"})
    does("chen.siyuan", "实施方案", DONE)
    does("chen.siyuan", "请客户签字", {"sign_outcome": "signed",
                                  "customer_signature": {"method": "pad", "signer": "王芳"}})
    house.clock.move(timedelta(days=2))
    for login in ("li.na", "zhou.min"):
        people[login].sign_in()
    does("li.na", "电话回访", REVISITED)

    closed(people["zhou.min"].page, case)


def closed(page: Any, case: str) -> None:
    """The case page tells that it is over, who did what, and draws the way it took."""
    for _ in range(PATIENCE // 250):  # filing is the workers' business
        page.goto(f"/cases/{case}")
        if "Closed" in page.locator(".page-head").inner_text():
            break
        page.wait_for_timeout(250)
    assert "Closed" in page.locator(".page-head").inner_text()
    told = page.locator(".timeline").first.inner_text()
    for name in ("Chen Siyuan", "Zhou Min", "Sun Lihua", "Wang Qiang", "Liu Jianguo", "Li Na"):
        assert name in told
    page.wait_for_selector("[data-diagram][data-drawn=yes]")
    assert page.locator("[data-diagram] .djs-shape.is-done").count() >= 8, "the way it took"
    assert page.locator("[data-diagram] svg").get_by_text("Investigation").count(), "the drawing speaks English as well"
    assert page.locator("[data-diagram] .djs-shape.is-now").count() == 0, "nothing goes on"
    page.goto(f"/cases/{case}/print/complaint_handling")
    assert page.locator("main img").count(), "the signature stands on the paper"
    assert "Unsigned draft" not in page.locator("main").inner_text()
