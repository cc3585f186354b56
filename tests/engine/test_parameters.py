"""A process owner tunes a pack without publishing: for a unit or for all, checked, recorded, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import Invalid, NotFound, NotPermitted
from engine.models.history import HistoryEntry
from tests.engine.house import House


@pytest.fixture
def tuned(small_house: House) -> House:
    small_house.deploy("due", "note")
    return small_house


def in_unit(house: House, key: str) -> dict[str, Any]:
    with house.engine.database.reading() as connection:
        live = house.engine.live.at(connection)
        unit = next((one.id for one in live.units.values() if one.key == key), None)
        return live.parameters(house.engine.parameters.list(house("root"))[0].pack, unit)


def test_a_value_holds_in_its_unit_and_below(tuned: House) -> None:
    card = next(one for one in tuned.engine.parameters.list(tuned("root")) if one.type in ("int", "number"))
    before = in_unit(tuned, "south")[card.name]
    tuned.engine.parameters.save(card.pack, card.name, "7", tuned("root"), "north")
    assert in_unit(tuned, "north_desk")[card.name] == 7
    assert in_unit(tuned, "south")[card.name] == before
    [(unit, name, value, _at, by)] = next(
        one for one in tuned.engine.parameters.list(tuned("root")) if one.name == card.name).overrides
    assert (unit, name.zh, by) == ("north", "north", "root") and str(value) == "7"
    tuned.engine.parameters.reset(card.pack, card.name, tuned("root"), "north")
    assert in_unit(tuned, "north_desk")[card.name] == before
    verbs = [row.verb for row in tuned.rows(select(HistoryEntry.verb))]
    assert {"parameter_saved", "parameter_reset"} <= set(verbs)


def test_what_is_no_value_is_said_at_the_field(tuned: House) -> None:
    for card in tuned.engine.parameters.list(tuned("root")):
        for wrong in ("", "  ", "x" * 3000) if card.type == "text" else ("", "often", "NaN", "1e"):
            with pytest.raises(Invalid) as caught:
                tuned.engine.parameters.save(card.pack, card.name, wrong, tuned("root"))
            assert [error.path for error in caught.value.fields] == ["value"]
    assert all(one.overrides == () for one in tuned.engine.parameters.list(tuned("root")))


def test_only_owners_and_administrators_tune(tuned: House) -> None:
    card = tuned.engine.parameters.list(tuned("root"))[0]
    for login in ("li.na", "zhou.min", "xu.shen"):
        with pytest.raises(NotPermitted):
            tuned.engine.parameters.save(card.pack, card.name, "1", tuned(login))
    with pytest.raises(NotPermitted):
        tuned.engine.parameters.list(tuned("li.na"))
    assert tuned.engine.parameters.list(tuned("xu.shen")), "an auditor sees all and changes nothing"
    for act in (lambda: tuned.engine.parameters.save("none", "x", "1", tuned("root")),
                lambda: tuned.engine.parameters.save(card.pack, card.name, "1", tuned("root"), "moon"),
                lambda: tuned.engine.parameters.reset(card.pack, card.name, tuned("root"))):
        with pytest.raises((NotFound, Invalid)):
            act()
