"""The loop of a worker: run what is due, sleep until the next is. Any number of threads and machines."""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import Any

SWEEP_SECONDS = 600.0
"""Between two rounds of cleaning up."""


class Worker:
    """Runs due jobs until it is told to stop. ``wake`` shortens its sleep when something new was written here."""

    def __init__(self, engine: Any, name: str = ""):
        self._engine = engine
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._swept = 0.0

    def run(self) -> None:
        """Work until :meth:`stop`."""
        while not self._stop.is_set():
            try:
                done = self._engine.jobs.run_due(owner=self.name)
            except Exception:  # noqa: BLE001 - a database that is away for a while must not end the worker
                self._engine.log.exception("worker round failed", worker=self.name)
                done = 0
            if not done:
                self._sweep()
                self._wake.wait(self._engine.settings.worker_idle_seconds)
                self._wake.clear()

    def _sweep(self) -> None:
        """Clean up now and then, when there is nothing else to do."""
        if time.monotonic() < self._swept + SWEEP_SECONDS:
            return
        self._swept = time.monotonic()
        try:
            self._engine.jobs.sweep()
        except Exception:  # noqa: BLE001 - it can wait
            self._engine.log.exception("sweep failed", worker=self.name)

    def wake(self) -> None:
        """Look at the table now."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the round and return from :meth:`run`."""
        self._stop.set()
        self._wake.set()


def start_threads(engine: Any, count: int) -> list[tuple[Worker, threading.Thread]]:
    """Start ``count`` workers in threads of this process."""
    started = []
    for number in range(count):
        worker = Worker(engine, f"{socket.gethostname()}:{os.getpid()}:{number}")
        thread = threading.Thread(target=worker.run, name=f"worker-{number}", daemon=True)
        thread.start()
        started.append((worker, thread))
    return started
