"""A running house for browser tests: the content of the repository, people in units, pages served on a free port."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.serving import make_server

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings
from engine.models.identity import SentMessage
from webui import create_app

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password of tests"
PEOPLE = {
    "li.na": ("李娜", "Li Na", "service", ("complaint_agent",)),
    "chen.siyuan": ("陈思远", "Chen Siyuan", "service", ("complaint_agent",)),
    "zhou.min": ("周敏", "Zhou Min", "service", ("cs_supervisor",)),
    "sun.lihua": ("孙丽华", "Sun Lihua", "quality", ("dept_quality",)),
    "wang.qiang": ("王强", "Wang Qiang", "quality", ("department_manager",)),
    "liu.jianguo": ("刘建国", "Liu Jianguo", "company", ("leader_in_charge",)),
}
"""login → Chinese name, English name, unit, roles."""
COMPLAINT = "complaint-handling-manufacturer"
Steps = Iterable[tuple[str, str, Mapping[str, Any]]]
"""Element, person, form."""


class House:
    """An engine with people and processes, and the address of its pages."""

    def __init__(self, database_url: str):
        self.clock = MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))
        self.engine = ProcessEngine(
            Settings(database_url=database_url, secret_key="for tests only", demo=True, idle_minutes=0),
            self.clock)  # the clock jumps; browsers stay
        self.url = ""
        self.sessions: dict[tuple[str, str], Any] = {}
        """Cookies of those who signed in: (login, language)."""

    def furnish(self) -> None:
        """Units, people, and the complaint processes with their forms."""
        identity = self.engine.identity
        identity.create_unit("company", Bilingual("江南木业", "Jiangnan Timber"), SYSTEM, kind="company")
        identity.create_unit("service", Bilingual("客户服务部", "Customer service"), SYSTEM, parent="company")
        identity.create_unit("quality", Bilingual("质量管理部", "Quality"), SYSTEM, parent="company")
        self.engine.deployments.deploy(content(), SYSTEM, "for browser tests")
        for login, (zh, en, unit, roles) in PEOPLE.items():
            identity.create_person(login, Bilingual(zh, en), SYSTEM, unit=unit, password=PASSWORD,
                                   roles=[(role, unit) for role in roles])

    def actor(self, login: str) -> Any:
        return self.engine.identity.actor_by_login(login)

    def complaint(self, by: str = "chen.siyuan") -> Any:
        """A new complaint whose first step its starter has claimed."""
        started = self.engine.instances.start(COMPLAINT, self.actor(by))
        self.engine.tasks.claim(started.next_task_id, self.actor(by))
        return started

    def complete(self, case: str, element: str, by: str, form: Mapping[str, Any]) -> None:
        """One step of a case, done without a browser."""
        actor = self.actor(by)
        task = self.task(case, element)
        self.engine.tasks.claim(task, actor)
        self.engine.tasks.complete(task, form, actor)
        self.run_jobs()

    def come_to(self, steps: Steps, case: str = "") -> str:
        """A complaint (a new one unless given) carried through ``steps``; its number."""
        case = case or self.complaint().case_number
        for element, by, form in steps:
            self.complete(case, element, by, form)
        return case

    def link_to_sign(self) -> tuple[str, str]:
        """The path of a link that a customer was sent to sign, and the number of the case."""
        case = self.come_to((*TO_THE_PLAN, *TO_THE_SIGNATURE))
        with self.engine.database.reading() as connection:
            texts = connection.scalars(select(SentMessage.text).where(SentMessage.connector == "sms")).all()
        found = [match[1] for match in (re.search(r"(/p/[0-9a-f]+)", text) for text in texts) if match]
        return found[-1], case

    def task(self, case: str, element: str) -> str:
        """The id of the open task at ``element`` of a case."""
        waiting = self.engine.boards.case(case, SYSTEM).waiting
        return next(item.task_id for item in waiting if item.element_id == element and item.task_id)

    def run_jobs(self) -> None:
        """Whatever is due: notices, look-ups, timers."""
        for _ in range(50):
            if not self.engine.jobs.run_due():
                return
        raise AssertionError("jobs never came to rest")

    def pass_time(self, span: timedelta) -> None:
        self.clock.move(span)
        self.run_jobs()


def content() -> dict[str, bytes]:
    """The complaint pack and its forms, and of the training that it calls what belongs to it."""
    files = [*(ROOT / "processes" / "complaint").glob("*.bpmn"), *(ROOT / "processes" / "complaint").glob("*.dmn"),
             ROOT / "processes" / "complaint" / "pack.yaml", *(ROOT / "forms" / "complaint").glob("*.yaml"),
             *(ROOT / "forms" / "registers").glob("*.yaml"), ROOT / "forms" / "groups.yaml",
             ROOT / "processes" / "tobacco" / "staff-training.bpmn", ROOT / "processes" / "tobacco" / "pack.yaml",
             *(ROOT / "forms" / "tobacco").glob("training_*.yaml")]
    return {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in files}


@contextmanager
def running(database_url: str) -> Iterator[House]:
    """A furnished house whose pages are served until the block ends."""
    house = House(database_url)
    house.furnish()
    server = make_server("127.0.0.1", 0, create_app(house.engine), threaded=True)
    house.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        thread.join()
        house.engine.close()


TO_THE_PLAN = (
    ("listen", "chen.siyuan", {"channel": "phone", "customer_name": "苏州恒泰装饰工程有限公司",
                               "contact": "13862156621", "emotion": "upset",
                               "key_points": "客厅地板起翘，约八十六平方米，要求换货。"}),
    ("apologise", "chen.siyuan", {"apologised": True}),
    ("record", "chen.siyuan", {"business_address": "苏州市工业园区星湖街 328 号",
                               "reason": "三月底安装的实木复合地板，客厅有十多块起翘，边缘发黑。",
                               "demand": "更换起翘的地板并承担安装费用。", "severity": "normal",
                               "order_no": "DD20260310",
                               "agent_signature": {"method": "witness", "signer": "陈思远"}}),
    ("judge", "chen.siyuan", {"responsible_party": "company", "evidence_complete": True, "main_cause": "quality",
                              "severity": "normal", "claimed_loss": 860}),
    ("assign_department", "zhou.min", {"department": ["dept_quality"]}),
    ("investigate", "sun.lihua", {"ours": True, "facts": "B2610-07 批含水率 14.6%，超出标准。",
                                  "cause": "quality",
                                  "cause_detail": "出厂检验漏检。", "suggestion": "更换同批地板，补贴安装费。"}),
    ("give_opinion", "wang.qiang", {"decision": "approve", "opinion": "属实，同意更换。"}),
)
"""How a complaint comes to its plan: step, person, form."""

TO_THE_SIGNATURE = (
    ("form_plan", "chen.siyuan", {"method": "compensation", "amount": "860", "needed_time": "72",
                                  "effect": "恢复平整。",
                                  "steps": [{"action": "更换地板八十六平方米", "owner": "sun.lihua",
                                             "due": "2026-04-12"}],
                                  "agent_opinion": "同意质量管理部意见。"}),
    ("approve_plan", "liu.jianguo", {"decision": "approve", "opinion": "按方案实施，三天内完成。"}),
    ("seek_agreement", "chen.siyuan", {"decision": "agree", "customer_opinion": "同意换货。"}),
    ("execute_plan", "chen.siyuan", {"done": [{"action": "更换地板", "done_at": "2026-04-07T09:00", "result": "完成"}],
                                     "paid_amount": "860", "result": "已更换地板八十六平方米并补贴安装费。"}),
)
"""… and from there to the customer's signature."""
