"""Twenty workers die by SIGKILL in the middle of their jobs; nothing happens twice and nothing is left out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.engine.house import House

POINTS = ("acquired", "calling", "before commit", "after commit")
DEATHS = 20
CASES = 8


class Receiver:
    """A service outside: it keeps the key of every call and does what is asked once for each key."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.effects: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        receiver = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(self.headers["Idempotency-Key"], self.headers["X-Case"], self.headers["X-Element"])
                if self.headers["X-Kill"]:
                    os.kill(int(self.headers["X-Kill"]), signal.SIGKILL)
                    return
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def take(self, key: str, case: str, element: str) -> None:
        with self._lock:
            self.arrived[key] += 1
            if self.arrived[key] == 1:
                self.effects.append((case, element))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def nursery() -> Iterator[subprocess.Popen[str]]:
    """The program that forks the workers."""
    program = subprocess.Popen([sys.executable, "-m", "tests.engine.dying_worker"], stdin=subprocess.PIPE, text=True,
                               stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[2])
    yield program
    program.stdin.close()
    program.wait(timeout=20)


@pytest.mark.slow
def test_twenty_workers_are_killed_in_mid_job(
        house: House, receiver: Receiver, nursery: subprocess.Popen[str]) -> None:
    house.deploy("killed")
    cases = [house.start("killed") for _ in range(CASES)]
    numbers = {house.row(case).case_number for case in cases}

    def worker(point: str, skip: int) -> int:
        """A worker at the present moment of the story; each comes after the locks of the dead have run out."""
        house.clock.move(timedelta(minutes=10))
        nursery.stdin.write(json.dumps({
            "point": point, "skip": skip, "now": house.clock.now().isoformat(), "receiver": receiver.url,
            "database": house.engine.settings.database_url}) + "\n")
        nursery.stdin.flush()
        return int(nursery.stdout.readline())

    ended = [worker(POINTS[number % 4], 0 if POINTS[number % 4] == "acquired" else number // 4 % 2)
             for number in range(DEATHS)]
    assert ended == [-signal.SIGKILL] * DEATHS
    assert {house.row(case).state for case in cases} != {"completed"}, "they died in the middle of it"
    for _ in range(3):
        assert worker("never", 0) == 0

    assert [house.row(case).state for case in cases] == ["completed"] * CASES
    assert house.jobs() == [] and house.incidents() == []
    for case in cases:
        assert house.visits(case) == ["start", "call_1", "pause", "call_2", "end"], "every case advanced once"
        assert house.verbs(case) == ["started", "called", "timer_fired", "called", "ended"], "every timer fired once"
    assert sorted(receiver.effects) == sorted((number, call) for number in numbers for call in ("call_1", "call_2"))
    assert len(receiver.arrived) == 2 * CASES, "one key for each call, however often it was made"
    assert sum(receiver.arrived.values()) > 2 * CASES, "some were made again after a death"
