"""Running cases go on under another version of their process: looked at, tried, moved, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine import SYSTEM
from engine.migrating.rows import read
from tests.engine.house import House
from tests.engine.sketch import Sketch, files, line
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


# -- one case


def test_a_case_goes_on_in_the_new_drawing_and_its_history_says_so(house: House) -> None:
    # given a case at the first of two steps, and a version with a step between them
    publish(house, line("a", "b"))
    case = house.start("moved")
    publish(house, line("a", "b").then("a", "between"))
    # when it is moved
    view = move(house)
    # then it goes the new way
    assert (view.card.moved, view.card.refused, view.card.state) == (1, 0, "done")
    assert house.row(case).definition_id == house.engine.deployments.definitions(house("root"))[0].id
    house.complete(case, "a")
    assert house.open(case) == ["between"]
    told = house.engine.boards.case(case, house("root")).timeline
    assert [one.sentence.zh for one in told if one.verb == "migrated"] == ["由 v1 迁到 v2：新版本"]
    assert [one.sentence.en for one in told if one.verb == "migrated"] == ["moved from v1 to v2: 新版本"]


def test_migrated_and_taken_back_everything_stands_as_before(house: House) -> None:
    publish(house, line("a", "b").changed("a", deadline="D-2H").add(
        "slow", "boundaryEvent", on="a", timer="P1D", beside=True).way("slow", "b"))
    case = house.start("moved")
    house.engine.tasks.claim(house.task(case, "a"), house("li.na"))
    house.clock.move(timedelta(minutes=5))
    before = rows_of(house, case)
    newer = line("a", "b").changed("a", name="新名字", role="supervisor").add(
        "fresh", "boundaryEvent", on="a", timer="PT3H").way("fresh", "b")
    publish(house, newer)
    view = move(house)
    assert rows_of(house, case) != before
    assert house.tasks(case)[0].due_at is None, "the new drawing has no deadline there"
    after = take_back(house, view)
    assert (after.card.taken_back, after.card.kept, after.card.state) == (1, 0, "taken_back")
    assert rows_of(house, case) == before
    assert house.verbs(case)[-2:] == ["migrated", "migration_taken_back"]
    house.after(hours=2.5)
    assert [one[1] for one in house.escalations(case)] == [0, 1], "its clock runs on"
