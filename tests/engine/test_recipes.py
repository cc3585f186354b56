"""Recipes of the demonstration: side by side in time, cases that the calendar starts, texts in braces."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.models.identity import OrgUnit
from engine.models.runtime import ProcessInstance
from engine.testing.recipe import Recipe
from engine.testing.replay import Replay
from engine.testing.world import DOT, value_of
from tests.engine.house import House

ZONE = ZoneInfo("Asia/Shanghai")
WRITE = {"stage": "write", "after": "PT2H", "complete": "write", "by": "li.na",
         "form": {"customer": "{who}", "phone": "13800000000", "severity": "normal"}}


def notes(name: str, day: int, time: str, **row: Any) -> dict[str, Any]:
    return {"recipe": name, "script": [{"stage": "start", "start": "note", "by": "li.na"}, WRITE],
            "cases": [{"day": day, "time": time, **row}]}


def test_cases_of_all_recipes_happen_in_the_order_of_time(house: House) -> None:
    house.deploy("note")
    now = house.clock.now() + timedelta(days=3)
    recipes = [notes("late", -1, "10:00", who="B"), notes("early", -2, "10:00", who="A"),
               notes("to come", 1, "10:00", who="C")]
    replay = Replay(house.engine, house.clock, recipes, {}, {})
    assert replay.run(now) == 2
    rows = house.rows(select(ProcessInstance.id, ProcessInstance.started_at).order_by(ProcessInstance.id))
    assert [house.variables(row.id)["note_form"]["customer"] for row in rows] == ["A", "B"]
    assert [row.started_at.astimezone(ZONE).hour for row in rows] == [10, 10]
    assert house.clock.now() == now and replay.refused == []


def test_a_case_that_the_calendar_started_is_adopted_once(house: House) -> None:
    house.deploy("monthly")
    recipe = {"recipe": "monthly", "cases": [{"days": [-40, 0], "time": "09:30"}],
              "script": [{"stage": "begin", "adopt": "monthly"}, {"stage": "look", "complete": "look", "by": "li.na"}]}
    begun = Replay(house.engine, house.clock, [recipe], {}, {}).run(house.clock.now() + timedelta(days=40))
    states = house.rows(select(ProcessInstance.state))
    assert begun == 1 and [row.state for row in states] == ["completed"], "the fifth of May"


def test_a_case_of_a_unit_is_adopted_for_that_unit(house: House) -> None:
    house.deploy("each_unit")
    recipe = {"recipe": "north", "cases": [{"day": 0, "time": "08:30"}],
              "script": [{"stage": "begin", "adopt": "each-unit", "unit": "north"},
                         {"stage": "look", "complete": "look", "by": "li.na"}]}
    Replay(house.engine, house.clock, [recipe], {}, {}).run(house.clock.now() + timedelta(days=1))
    units = {row.unit: row.state for row in house.rows(select(OrgUnit.key.label("unit"), ProcessInstance.state).join(
        OrgUnit, OrgUnit.id == ProcessInstance.unit_id))}
    assert units == {"north": "completed", "south": "active"}


def test_a_case_that_a_row_started_is_not_adopted_by_another(house: House) -> None:
    house.deploy("note")
    adopting = {"recipe": "adopts", "cases": [{"day": -1, "time": "11:00"}],
                "script": [{"stage": "a", "adopt": "note"}]}
    now = house.clock.now() + timedelta(days=1)
    assert Replay(house.engine, house.clock, [notes("own", -1, "10:00", who="A"), adopting], {}, {}).run(now) == 1


def test_a_refused_step_leaves_its_case_and_is_told(house: House) -> None:
    house.deploy("note")
    replay = Replay(house.engine, house.clock, [notes("nameless", -1, "10:00", who=None)], {}, {})
    replay.run(house.clock.now() + timedelta(days=3))
    assert len(replay.refused) == 1 and replay.refused[0].startswith("nameless -1 10:00 write")


def test_a_row_with_days_is_a_case_for_each_working_day() -> None:
    recipe = Recipe({"recipe": "r", "script": [{"stage": "a", "start": "note"}],
                     "cases": [{"days": [-6, 0], "workdays": True, "time": "08:30"}]}, ZONE, {}, {})
    days = [at.date() for at, _ in recipe.rows(date(2026, 4, 7))]
    assert days == [date(2026, 4, day) for day in (1, 2, 3, 6, 7)], "Saturday and Sunday are left out"


def test_texts_in_braces_take_records_people_and_moments() -> None:
    declared = {"recipe": "r", "script": [{"stage": "a", "start": "note"}], "cases": [], "people": {"boss": "liu"},
                "matters": {"m": {"words": "{retailer.name}货", "score": 5}}}
    recipe = Recipe(declared, ZONE, {"retailer": {"R1": {"name": "顺丰烟店"}}}, {"liu": "刘军"})
    row, now = {"matter": "m", "retailer": "R1"}, datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
    form = {"a": "{words}", "b": "{score}", "c": "{boss.name}", "d": "{day+1}", "e": "{month+1}", "f": "{nothing}"}
    assert recipe.filled(form, row, now) == {"a": "顺丰烟店货", "b": 5, "c": "刘军", "d": "2027-01-01", "e": "2027-01"}


def test_a_form_of_a_story_brings_its_file(house: House) -> None:
    values = value_of(house.engine, {"evidence": {"upload": "现场照片.png"}, "papers": [{"upload": "许可证.pdf"}]})
    assert (values["evidence"]["name"], values["evidence"]["type"]) == ("现场照片.png", "image/png")
    assert values["papers"][0]["type"] == "application/pdf"
    assert house.engine.files.put("又一张.png", DOT, None)["sha256"] == values["evidence"]["sha256"]
