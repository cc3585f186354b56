"""What open inboxes cost a web process: each asks every 30 seconds whether its list has changed.

    python benchmarks/polling.py [--json] [--tasks 50000] [--polls 300]

People of twenty departments have their inbox open, with three saved views beside it. A poll is a request through the
whole web application: session, person, list, counts; nine in ten find nothing new and are answered 304. Measured is
the CPU time of the web process (and of SQLite within it); on PostgreSQL the server's time comes on top.
``cores_percent`` is what 500 open inboxes take of two cores; ``with_presence_percent`` the same where each has a task
open and says so every 50 seconds.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog  # noqa: E402
from both import on_both  # noqa: E402
from inbox import TEAM  # noqa: E402
from inbox_rows import NOW, PEOPLE, seed  # noqa: E402

from engine import SYSTEM, MovableClock, ProcessEngine, Settings  # noqa: E402
from webui import create_app  # noqa: E402

INBOXES, EVERY, PRESENT_EVERY, CORES = 500, 30, 50, 2
SCREENS = 20
PASSWORD = "a password of benchmarks"


def measure(url: str, tasks: int, polls: int) -> dict[str, Any]:
    """The figures on one database."""
    engine = ProcessEngine(Settings(database_url=url, secret_key="benchmark"), MovableClock(NOW))
    seed(engine, tasks, tasks)
    for place, (view, filters) in enumerate(TEAM[:3]):
        engine.boards.save_view(f"view {place}", view, filters, engine.identity.actor_by_login(f"p{PEOPLE - 1}"),
                                shared=True)
    app = create_app(engine)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    screens = [Screen(app, engine, f"p{number}") for number in range(SCREENS)]
    chance = random.Random(7)
    spent, unchanged, seen = [], 0, []
    for number in range(polls + 20):
        screen = chance.choice(screens)
        if number % 10 == 0:
            screen.etag = ""
        cost, status = screen.poll()
        if number >= 20:
            spent.append(cost)
            unchanged += status == 304
            seen.append(screen.present())
    mean, presence = statistics.fmean(spent), statistics.fmean(seen)
    found = {"database": engine.database.url.get_backend_name(), "open_tasks": tasks, "polls": len(spent),
             "unchanged": unchanged, "cpu_ms_a_poll": round(mean, 2), "cpu_ms_a_presence": round(presence, 2),
             "cores_percent": share(mean), "with_presence_percent": share(mean + presence * EVERY / PRESENT_EVERY)}
    engine.close()
    return found


def share(milliseconds: float) -> float:
    """What 500 inboxes that each cost so much every 30 seconds take of two cores, in percent."""
    return round(milliseconds / 1000 * INBOXES / EVERY / CORES * 100, 1)


class Screen:
    """A browser with an inbox open."""

    def __init__(self, app: Any, engine: ProcessEngine, login: str):
        engine.identity.set_password(login, PASSWORD, SYSTEM)
        self.client, self.etag = app.test_client(), ""
        page = self.client.get("/sign-in").text
        token = page.split('name="csrf-token" content="')[1].split('"')[0]
        answer = self.client.post("/sign-in", data={"login": login, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 302, answer.text
        page = self.client.get("/inbox").text
        self.token = page.split('name="csrf-token" content="')[1].split('"')[0]
        self.task = page.split('data-id="')[1].split('"')[0]

    def poll(self) -> tuple[float, int]:
        """Ask for the list; milliseconds of CPU, and the status."""
        began = time.process_time()
        answer = self.client.get("/inbox/rows?view=mine", headers={"If-None-Match": self.etag})
        spent = (time.process_time() - began) * 1000
        self.etag = answer.headers.get("ETag", self.etag)
        return spent, answer.status_code

    def present(self) -> float:
        """Say that one looks at a task; milliseconds of CPU."""
        began = time.process_time()
        answer = self.client.post(f"/tasks/{self.task}/seen", data={"csrf_token": self.token},
                                  headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return (time.process_time() - began) * 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--tasks", type=int, default=50_000, help="open tasks")
    options.add_argument("--polls", type=int, default=300)
    chosen = options.parse_args()
    on_both(lambda url: measure(url, min(chosen.tasks, 20_000), chosen.polls),
            lambda url: measure(url, chosen.tasks, chosen.polls), chosen.json)


if __name__ == "__main__":
    main()
