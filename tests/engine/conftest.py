"""The house of these stories, on both databases or on the one that is quick to have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import MovableClock, ProcessEngine, Settings
from tests.engine.house import House


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
