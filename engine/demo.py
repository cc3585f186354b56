"""The demonstration: an organisation, its registers, and two weeks of cases that really happened in the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine import content
from engine.authorization import SYSTEM
from engine.clock import Clock, MovableClock
from engine.demo_deeds import Deeds
from engine.models.identity import Person
from engine.packs import bilingual
from engine.process_engine import ProcessEngine
from engine.settings import Settings
from engine.testing.replay import Replay
from engine.testing.world import value_of
from engine.yaml import plain, read_yaml

FOLDER = content.ROOT / "processes" / "demo"
WEEKS, LATELY = timedelta(days=16), timedelta(minutes=20)
"""How long its cases go back; how long ago people did the deeds of ``deeds.yaml``."""
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
        replay = Replay(engine, moved, recipes(), records, people)
        told = -1

        def progress(done: int, whole: int) -> None:
            nonlocal told
            share = 100 * done // whole if whole else 100
            if share // 10 > told:
                told = share // 10
                tell(f"two weeks of cases: {share} %")

        started = replay.run(clock.now() - LATELY, progress)
        for sentence in [*replay.refused, *Deeds(engine, moved).run(_read("deeds.yaml"), clock.now())]:
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
    return people, {register: _records(engine, register) for register in _registers(engine)}


@cache
def sign_in_people() -> tuple[str, ...]:
    """Logins that the sign-in page of the demonstration offers, in order."""
    return tuple(_read("organisation.yaml").get("sign_in") or ())


@cache
def titles() -> dict[str, Any]:
    """Login -> what the person does, in both languages."""
    return {person["login"]: bilingual(person.get("title")) for person in _read("organisation.yaml")["people"]}


def _read(name: str) -> Any:
    return plain(read_yaml((FOLDER / name).read_bytes(), name))


def _files(folder: str) -> list[str]:
    return [f"{folder}/{file.name}" for file in sorted((FOLDER / folder).glob("*.yaml"))]


def recipes() -> list[Any]:
    """The recipes of every file of ``cases``: a file is one recipe, or holds several as ``recipes``."""
    files = [_read(name) for name in _files("cases")]
    return [recipe for data in files for recipe in data.get("recipes", [data])]


def _registers(engine: ProcessEngine) -> list[str]:
    """The registers that the demonstration fills, each after those that its records refer to."""
    filled = [Path(name).stem for name in _files("registers")]
    with engine.database.reading() as connection:
        fields = {key: engine.registers.store(connection, key).register.fields.values() for key in filled}
    needs = {key: {field.attribute("register") for field in fields[key]} & set(filled) - {key} for key in filled}
    return list(TopologicalSorter(needs).static_order())


def _people(engine: ProcessEngine, organisation: Any) -> dict[str, str]:
    calendars = organisation.get("calendars") or {}
    for unit in organisation["units"]:
        engine.identity.create_unit(unit["key"], bilingual(unit["name"]), SYSTEM, parent=unit.get("parent"),
                                    kind=unit.get("kind", "department"), calendar=calendars.get(unit.get("calendar")))
    for person in organisation["people"]:
        roles = [(role["role"], role.get("unit", person["unit"])) for role in person["roles"]]
        if "auditor" not in dict(roles):  # who looks only is nothing besides
            roles += [(role, person["unit"]) for role in organisation.get("everybody", ())]
        engine.identity.create_person(person["login"], bilingual(person["name"]), SYSTEM, unit=person["unit"],
                                      roles=roles)
    return {person["login"]: bilingual(person["name"]).zh for person in organisation["people"]}


def _records(engine: ProcessEngine, register: str) -> dict[str, Any]:
    data = _read(f"registers/{register}.yaml")
    rows = [value_of(engine, dict(row)) for row in data["rows"]]
    for row in rows:
        engine.registers.save(register, row, SYSTEM)
    with engine.database.reading() as connection:
        keys = engine.registers.store(connection, register).register.keys
    return {"/".join(str(row.get(key)) for key in keys) or str(number): row for number, row in enumerate(rows)}
