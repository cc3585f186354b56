"""What a process remembers of people, units and parameters: nothing that was rolled back."""

from __future__ import annotations

from threading import Thread

from sqlalchemy import event

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings
from engine.live import changed
from engine.models.identity import OrgUnit
from tests.engine.house import House


class Trouble(Exception):
    """Something went wrong after a change was made."""


def test_a_change_that_was_rolled_back_is_not_remembered(small_house: House) -> None:
    """Given two processes, when one's change fails and the other then makes one, then both know the second alone."""
    mine = small_house.engine
    theirs = ProcessEngine(Settings(database_url=str(mine.settings.database_url), secret_key="x"), MovableClock(
        mine.clock.now()))
    before = _units(mine)
    try:
        with mine.database.transaction() as connection:
            connection.execute(OrgUnit.__table__.update().where(OrgUnit.key == "hq").values(name="没有成的名字"))
            changed(connection)
            assert "没有成的名字" in {unit.name.zh for unit in mine.live.at(connection).units.values()}
            raise Trouble
    except Trouble:
        pass
    theirs.identity.create_unit("new", Bilingual("新部门", "New"), SYSTEM)
    theirs.close()
    assert _units(mine) == before | {"新部门"}


def test_one_look_rests_on_one_version_and_the_next_sees_what_changed(small_house: House) -> None:
    """Given a page that looks several times, when somebody changes a unit between its looks, then its parts agree, a
    verb within it knows better, and the next page sees the change."""
    engine, asked = small_house.engine, []
    before = _units(engine)
    event.listen(engine.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with engine.live.one_look():
        assert _units(engine) == before
        engine.identity.create_unit("new", Bilingual("新部门", "New"), SYSTEM)
        with engine.database.transaction() as connection:
            assert "新部门" in {unit.name.zh for unit in engine.live.at(connection).units.values()}
        asked.clear()
        assert _units(engine) >= before
        assert [one for one in asked if "live_version" in one] == []
    assert _units(engine) == before | {"新部门"}


def test_a_look_that_is_behind_does_not_bring_the_old_back_for_others(small_house: House) -> None:
    """Given a page that began before a change, when it ends after, then nobody is shown the old units again."""
    engine = small_house.engine
    with engine.live.one_look():
        _units(engine)
        engine.identity.create_unit("new", Bilingual("新部门", "New"), SYSTEM)
        _units(engine)
        found: list[set[str]] = []
        other = Thread(target=lambda: found.append(_units(engine)))
        other.start()
        other.join()
    assert "新部门" in found[0]


def _units(engine: ProcessEngine) -> set[str]:
    with engine.database.reading() as connection:
        return {unit.name.zh for unit in engine.live.at(connection).units.values()}
