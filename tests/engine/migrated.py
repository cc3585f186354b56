"""The words of stories about cases that move to another version of their process."""

from __future__ import annotations

from typing import Any

from engine import SYSTEM
from engine.migrating.rows import read
from tests.engine.house import House
from tests.engine.sketch import Sketch, files
from tests.engine.test_invariants import keep_the_rules


def publish(house: House, *drawings: Sketch, forms: dict[str, bytes] | None = None) -> None:
    house.engine.deployments.deploy(files(*drawings, forms=forms), SYSTEM)


def move(house: House, mapping: Any = None, key: str = "moved") -> Any:
    """All cases to the newest version; what became of them."""
    verbs, by = house.engine.migrations, house("root")
    versions = verbs.versions(key, by)
    plan = verbs.begin(key, by, sources=[one.version for one in versions[1:]], target=versions[0].version,
                       mapping=mapping, note="新版本")
    house.work()
    keep_the_rules(house)
    return verbs.progress(plan, by)


def rows_of(house: House, case: str) -> Any:
    with house.engine.database.reading() as connection:
        found = read(connection, [case])[case]
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def take_back(house: House, view: Any) -> Any:
    house.engine.migrations.take_back(view.card.id, house("root"))
    house.work()
    keep_the_rules(house)
    return house.engine.migrations.progress(view.card.id, house("root"))
