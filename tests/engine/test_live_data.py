"""What a process remembers of people, units and parameters: nothing that was rolled back."""

from __future__ import annotations

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


def _units(engine: ProcessEngine) -> set[str]:
    with engine.database.reading() as connection:
        return {unit.name.zh for unit in engine.live.at(connection).units.values()}
