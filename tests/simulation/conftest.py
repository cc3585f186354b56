"""Five weeks of orders, made once and copied for each story."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings
from tests.engine.house import House
from tests.simulation.month import Month

BEGIN = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)
DAYS, PER_DAY = 34, 7


@pytest.fixture(scope="session")
def lived(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """A database in which five weeks of orders have happened, and the moment it is there."""
    path = tmp_path_factory.mktemp("month") / "month.db"
    shutil.copy(sqlite_template, path)
    clock = MovableClock(BEGIN)
    engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), clock)
    house = House(engine, clock)
    engine.identity.create_person("zheng.yawen", Bilingual("郑雅文", "Zheng Yawen"), SYSTEM, unit="hq",
                                  roles=[("process_owner", "hq")])
    house.deploy("order", "note")
    Month(house, DAYS, PER_DAY).happen()
    engine.close()
    return path, clock.now()


@pytest.fixture
def house(engine: ProcessEngine, clock: MovableClock) -> House:
    """People in units on an engine without processes; on both databases."""
    return House(engine, clock)


@pytest.fixture
def small_house(sqlite_url: str, clock: MovableClock) -> Iterator[House]:
    """The same where the database plays no part."""
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"), clock)
    yield House(engine, clock)
    engine.close()


class Lived:
    """The house after its five weeks, without making the people anew."""

    def __init__(self, engine: ProcessEngine, clock: MovableClock):
        self.engine, self.clock = engine, clock
        self.studio = engine.studio
        self.owner = engine.identity.actor_by_login("zheng.yawen")

    def work(self) -> int:
        """A worker does all that is due."""
        done = 0
        while taken := self.engine.jobs.run_due(limit=1):
            done += taken
        return done


@pytest.fixture
def lived_house(lived: tuple[Path, datetime], tmp_path: Path) -> Iterator[Lived]:
    """A copy of its own for each story."""
    path = tmp_path / "month.db"
    shutil.copy(lived[0], path)
    clock = MovableClock(lived[1])
    engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), clock)
    yield Lived(engine, clock)
    engine.close()
