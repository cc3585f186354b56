"""The demonstration: an organisation, its registers, and two weeks of cases that really happened in the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import func, select

from engine import content
from engine.authorization import SYSTEM
from engine.clock import Clock, MovableClock
from engine.models.identity import Person
from engine.packs import bilingual
from engine.process_engine import ProcessEngine
from engine.settings import Settings
from engine.testing.recipe import Recipe
from engine.testing.world import value_of
from engine.yaml import plain, read_yaml

FOLDER = content.ROOT / "processes" / "demo"
WEEKS = timedelta(days=16)
Tell = Callable[[str], None]


def is_furnished(engine: ProcessEngine) -> bool:
    """Whether the demonstration's people are there already."""
    with engine.database.reading() as connection:
        return bool(connection.scalar(select(func.count()).select_from(Person)))


def furnish(settings: Settings, clock: Clock, tell: Tell) -> None:
    """Fill an empty database; the clock of the seeding engine runs from two weeks ago to now."""
    moved = MovableClock(clock.now() - WEEKS)
    engine = ProcessEngine(settings, moved)
    try:
        people, records = found(engine, tell)
        recipe = Recipe(engine, moved, _read("cases.yaml"), records, people)
        told = -1

        def progress(done: int, whole: int) -> None:
            nonlocal told
            share = 100 * done // whole if whole else 100
            if share // 10 > told:
                told = share // 10
                tell(f"two weeks of cases: {share} %")

        started = recipe.run(clock.now(), progress)
        for sentence in recipe.refused:
            tell(f"left where it is: {sentence}")
        tell(f"{started} cases are there, in all stages")
    finally:
        engine.close()


def found(engine: ProcessEngine, tell: Tell) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """The processes, the people (login -> name) and the registers' rows by their codes, without any case."""
    tell("deploying processes and forms …")
    engine.deployments.deploy(content.shipped(), SYSTEM, note="demo")
    people = _people(engine, _read("organisation.yaml"))
    tell(f"{len(people)} people; filling the registers …")
    return people, {register: _records(engine, register) for register in ("client", "product", "complaint_archive")}


@cache
def sign_in_people() -> tuple[str, ...]:
    """Logins that the sign-in page of the demonstration offers, in order."""
    return tuple(_read("organisation.yaml").get("sign_in") or ())


def titles() -> dict[str, Any]:
    """Login -> what the person does, in both languages."""
    return {person["login"]: bilingual(person.get("title")) for person in _read("organisation.yaml")["people"]}


def _read(name: str) -> Any:
    return plain(read_yaml((FOLDER / name).read_bytes(), name))


def _people(engine: ProcessEngine, organisation: Any) -> dict[str, str]:
    calendars = organisation.get("calendars") or {}
    for unit in organisation["units"]:
        engine.identity.create_unit(unit["key"], bilingual(unit["name"]), SYSTEM, parent=unit.get("parent"),
                                    kind=unit.get("kind", "department"), calendar=calendars.get(unit.get("calendar")))
    for person in organisation["people"]:
        roles = [(role["role"], role.get("unit", person["unit"])) for role in person["roles"]]
        engine.identity.create_person(person["login"], bilingual(person["name"]), SYSTEM, unit=person["unit"],
                                      roles=roles)
    return {person["login"]: bilingual(person["name"]).zh for person in organisation["people"]}


def _records(engine: ProcessEngine, register: str) -> dict[str, Any]:
    data = _read(f"registers/{register}.yaml")
    rows = [value_of(engine, dict(row)) for row in data["rows"]]
    for row in rows:
        engine.registers.save(register, row, SYSTEM)
    return {str(row.get("code", number)): row for number, row in enumerate(rows)}
