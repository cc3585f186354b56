"""Random people do random operations of the whole table, and the rules of the house hold after each.

The drawing has parallel branches, a repeated step, a called process, a timer and deadlines. Refusals are welcome: each
must have its sentence and leave nothing half done.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from engine import BihuanError, ProcessEngine, Settings
from tests.engine import random_house as rules
from tests.engine.house import House
from tests.engine.test_invariants import CLOCK

numbers = count()


@pytest.fixture(scope="module")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, ProcessEngine]]:
    """A database with people and the drawing, to be copied for each story."""
    path = tmp_path_factory.mktemp("random") / "house.db"
    shutil.copy(sqlite_template, path)
    engine = ProcessEngine(Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), CLOCK())
    house = House(engine, CLOCK())
    house.deploy("many_ways", "asked")
    engine.close()
    yield path, engine


def machine(furnished: tuple[Path, ProcessEngine], folder: Path) -> type[RuleBasedStateMachine]:
    class RandomOperations(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.path = folder / f"{next(numbers)}.db"
            shutil.copy(furnished[0], self.path)
            house = object.__new__(House)
            house.clock = CLOCK()
            house.engine = ProcessEngine(
                Settings(database_url=f"sqlite:///{self.path}", secret_key="for tests only"), house.clock)
            house.engine.definitions = furnished[1].definitions
            self.house, self.acts = house, rules.Random(house)
            house.clock.move(timedelta(minutes=1))  # ids sort by time
            house.start("many_ways")

        @rule(seed=some.integers(0, 2**32 - 1))
        def somebody_does_something(self, seed: int) -> None:
            self.act(*rules.chosen(self.house, seed))

        def act(self, verb: str, login: str, number: int) -> None:
            before, known = rules.snapshot(self.house), rules.entries(self.house)
            try:
                self.acts.do(verb, login, number)
            except rules.Stranger:
                return
            except BihuanError as error:
                assert error.http_status < 500 and error.sentence("zh") and error.sentence("en"), error.code
                if verb not in ("work", "hand_over"):
                    assert rules.snapshot(self.house) == before, "a refusal leaves nothing half done"
            rules.history_tells(self.house, before, known)
            rules.all_holds(self.house, login)

        def teardown(self) -> None:
            self.house.engine.close()
            self.path.unlink()

    return RandomOperations


def test_whatever_people_do_the_rules_hold(furnished: tuple[Path, ProcessEngine], tmp_path: Path) -> None:
    run_state_machine_as_test(machine(furnished, tmp_path), settings=settings(
        max_examples=12, stateful_step_count=35, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]))
