"""One page of the inbox with three business filters and all counts, at a million open and ten million finished tasks.

    python benchmarks/inbox.py [--json] [--tasks 1000000] [--finished 10000000] [--sqlite-tasks 100000]

The databases make the rows themselves (see ``inbox_rows.py``). Then random people of twenty departments turn to random
views, narrowed by channel, products and an amount; four views are shared with everybody, and counted on every page.
``p95_ms`` is the wall clock of the engine's own call, ``bare_p95_ms`` that of the same statements sent again by the
driver alone. Facets are what the filter panel asks for besides. One JSON object for each database.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from both import on_both  # noqa: E402
from inbox_rows import CHANNELS, NOW, PEOPLE, PRODUCTS, seed  # noqa: E402
from sqlalchemy import event  # noqa: E402

from engine import MovableClock, ProcessEngine, Settings  # noqa: E402

WARM, ROUNDS = 20, 300
VIEWS = ("mine", "unclaimed")


def measure(url: str, tasks: int, finished: int) -> dict[str, Any]:
    """The figures on one database."""
    engine = ProcessEngine(Settings(database_url=url, secret_key="benchmark"), MovableClock(NOW))
    seeded = seed(engine, tasks, finished)
    chance = random.Random(7)
    actors = [engine.identity.actor_by_login(f"p{number}") for number in range(PEOPLE)]
    for place, (view, filters) in enumerate(TEAM):
        engine.boards.save_view(f"view {place}", view, filters, actors[-1], shared=True)
    recorder = Recorder(engine)
    took: dict[str, list[float]] = {view: [] for view in VIEWS}
    bare, facets, done = [], [], []
    for number in range(WARM + ROUNDS):
        view, by = chance.choice(VIEWS), chance.choice(actors)
        filters = wanted(chance)
        page, spent = clocked(engine.boards.inbox, by, view, filters)
        assert page.view == view
        sent = recorder.take()
        again = recorder.send(sent)
        if number >= WARM:  # the first rounds warm the caches up
            took[view].append(spent)
            bare.append(again)
            if number % 4 == 0:
                facets.append(clocked(engine.boards.facets, by, view, filters)[1])
                done.append(clocked(engine.boards.inbox, by, "done")[1])
            recorder.take()
    every = [spent for times in took.values() for spent in times]
    found = {"database": engine.database.url.get_backend_name(), "open_tasks": tasks, "finished_tasks": finished,
             "pages": len(every), "p50_ms": share(every, 50), "p95_ms": share(every, 95),
             "bare_p50_ms": share(bare, 50), "bare_p95_ms": share(bare, 95)}
    found |= {f"{view}_p95_ms": share(times, 95) for view, times in took.items()}
    engine.close()
    return found | {"facets_p95_ms": share(facets, 95), "done_p95_ms": share(done, 95),
                    "seed_seconds": round(seeded, 1)}


TEAM = (("mine", {"severity": "critical,major"}), ("unclaimed", {"f.channel": CHANNELS[0], "severity": "major"}),
        ("mine", {"f.product": "|".join(PRODUCTS[:3]), "due": "today"}),
        ("unclaimed", {"f.amount": "10000..", "f.channel": CHANNELS[1]}))
"""Views that everybody shares."""


def wanted(chance: random.Random) -> dict[str, str]:
    """Three business filters: one channel of six, five products of twenty, a quarter of the amounts."""
    low = chance.randrange(0, 30_000)
    return {"f.channel": chance.choice(CHANNELS), "f.product": "|".join(chance.sample(PRODUCTS, 5)),
            "f.amount": f"{low}..{low + 10_000}"}


class Recorder:
    """Keeps the statements that the engine sends, to send them again by the driver alone."""

    def __init__(self, engine: ProcessEngine):
        self._engine = engine.database.engine
        self._sent: list[tuple[str, Any]] = []
        event.listen(self._engine, "before_cursor_execute", lambda *told: self._sent.append((told[2], told[3])))

    def take(self) -> list[tuple[str, Any]]:
        """What was sent since the last time."""
        sent, self._sent = self._sent, []
        return [(text, parameters) for text, parameters in sent if not text.startswith("BEGIN")]

    def send(self, sent: list[tuple[str, Any]]) -> float:
        """Send statements again and fetch their rows; the milliseconds it took."""
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            began = time.perf_counter()
            for text, parameters in sent:
                cursor.execute(text, parameters)
                cursor.fetchall()
            return (time.perf_counter() - began) * 1000
        finally:
            connection.rollback()
            connection.close()


def clocked(act: Any, *told: Any) -> tuple[Any, float]:
    """What ``act`` gave, and its milliseconds."""
    began = time.perf_counter()
    given = act(*told)
    return given, (time.perf_counter() - began) * 1000


def share(times: list[float], percent: int) -> float:
    """A percentile, in milliseconds."""
    return round(statistics.quantiles(times, n=100)[percent - 1], 1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--tasks", type=int, default=1_000_000, help="open tasks on PostgreSQL")
    options.add_argument("--finished", type=int, default=10_000_000, help="finished tasks on PostgreSQL")
    options.add_argument("--sqlite-tasks", type=int, default=100_000, help="open tasks on SQLite")
    chosen = options.parse_args()
    on_both(lambda url: measure(url, chosen.sqlite_tasks, chosen.sqlite_tasks),
            lambda url: measure(url, chosen.tasks, chosen.finished), chosen.json)


if __name__ == "__main__":
    main()
