"""A worker in a process of its own that dies by SIGKILL at a chosen point of a chosen job.

Run as a program it is a nursery: for every line of JSON on its input it forks a worker, waits for its death and answers
with the signal that ended it. So twenty workers cost the start of one program.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine import MovableClock, ProcessEngine, Settings, jobs
from engine.connectors import Connector

ROUNDS = 50
"""Looks at the job table before a worker that should not die goes home."""


class Calling(Connector):
    """Calls the receiver over HTTP, under the job's key."""

    name = "probe"

    def __init__(self, url: str, dies: Any):
        self.url, self.dies = url, dies

    def call(self, inputs: Mapping[str, Any], key: str, context: Any) -> dict[str, Any]:  # noqa: ARG002
        headers = {"Idempotency-Key": key, "X-Case": context.case_number, "X-Element": context.element_id}
        if self.dies("calling"):
            headers["X-Kill"] = str(os.getpid())  # the receiver does it, before it answers
        with urllib.request.urlopen(urllib.request.Request(self.url, b"{}", headers), timeout=20) as answer:
            return {"status": answer.status}


class Fate:
    """When this worker dies: at the ``skip``-th time after which it passes its ``point``."""

    def __init__(self, point: str, skip: int):
        self.point, self.left = point, skip

    def meets(self, point: str) -> bool:
        """Whether the moment has come."""
        if point != self.point:
            return False
        self.left -= 1
        return self.left < 0

    def at(self, point: str) -> None:
        if self.meets(point):
            os.kill(os.getpid(), signal.SIGKILL)


def work(order: Mapping[str, Any]) -> None:
    """Be a worker until nothing is due any more, or until death."""
    fate = Fate(order["point"], order["skip"])
    clock = MovableClock(datetime.fromisoformat(order["now"]))
    engine = ProcessEngine(Settings(database_url=order["database"], secret_key="for tests only"), clock)
    engine.connectors.add(Calling(order["receiver"], fate.meets))
    advance, perform = jobs.job_kinds.advance, engine.jobs._perform

    def advance_and_die(*arguments: Any) -> None:
        advance(*arguments)
        fate.at("before commit")

    def perform_and_die(*arguments: Any) -> None:
        perform(*arguments)
        fate.at("after commit")

    jobs.job_kinds.advance, engine.jobs._perform = advance_and_die, perform_and_die  # type: ignore[method-assign]
    for number in range(ROUNDS):
        taken = engine.jobs.acquire(f"worker {os.getpid()} {number}", 4)
        if not taken:
            break
        fate.at("acquired")
        for job in taken:
            engine.jobs.run(job, f"worker {os.getpid()} {number}")
    engine.close()


def nursery() -> None:
    """Fork a worker for every line; answer how each ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(json.loads(line))
            finally:
                os._exit(0 if sys.exc_info()[0] is None else 1)
        _, status = os.waitpid(child, 0)
        ended = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        print(ended, flush=True)


if __name__ == "__main__":
    nursery()
