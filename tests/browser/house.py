"""A running house for browser tests: the content of the repository, people in units, pages served on a free port."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings
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


class House:
    """An engine with people and processes, and the address of its pages."""

    def __init__(self, database_url: str):
        self.clock = MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))
        self.engine = ProcessEngine(
            Settings(database_url=database_url, secret_key="for tests only", demo=True), self.clock)
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
    """The complaint pack and its forms."""
    files = [*(ROOT / "processes" / "complaint").glob("*.bpmn"), *(ROOT / "processes" / "complaint").glob("*.dmn"),
             ROOT / "processes" / "complaint" / "pack.yaml", *(ROOT / "forms" / "complaint").glob("*.yaml"),
             *(ROOT / "forms" / "registers").glob("*.yaml"), ROOT / "forms" / "groups.yaml"]
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
