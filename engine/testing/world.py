"""What a scenario is given: an empty database, the content deployed, people, units, parameters, records."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete

from engine import calendar_starts, feel
from engine.authorization import SYSTEM
from engine.cards import Bilingual
from engine.clock import MovableClock
from engine.live import changed
from engine.models.identity import ParameterValue
from engine.models.runtime import Job
from engine.packs import bilingual
from engine.testing.reader import Scenario
from engine.yaml import plain

if TYPE_CHECKING:
    from engine.process_engine import ProcessEngine

DEFAULT_CLOCK = "2026-04-07T09:00:00+08:00"
HOME = "hq"
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==")
PAGE = b"%PDF-1.4\n%%EOF\n"


def moment(text: str, zone: str) -> datetime:
    """A moment of a scenario; without a zone it is one of the organisation's clocks."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def furnish(engine: ProcessEngine, clock: MovableClock, scenario: Scenario) -> None:
    """Set up what the scenario is given."""
    given = scenario.given
    clock.set(moment(given.get("clock", DEFAULT_CLOCK), engine.settings.zone))
    engine.identity.create_unit(HOME, Bilingual("总部", "Headquarters"), SYSTEM)
    for key, unit in (given.get("units") or {}).items():
        engine.identity.create_unit(key, bilingual(unit.get("name"), key), SYSTEM, parent=unit.get("parent", HOME),
                                    kind=unit.get("kind", "department"), calendar=plain(unit.get("calendar")),
                                    zone=unit.get("zone", ""))
    for login, person in (given.get("people") or {}).items():
        home = person.get("unit", HOME)
        roles = [(role.partition("@")[0], role.partition("@")[2] or home) for role in person.get("roles") or ()]
        engine.identity.create_person(login, bilingual(person.get("name"), login), SYSTEM, unit=home, roles=roles)
    _parameters(engine, given.get("parameters") or {})
    for register, records in (given.get("registers") or {}).items():
        for record in records:
            engine.registers.save(register, value_of(engine, record), SYSTEM)


def _parameters(engine: ProcessEngine, parameters: Mapping[str, Any]) -> None:
    if not parameters:
        return
    with engine.database.transaction() as connection:
        live = engine.live.at(connection)
        for pack in live.packs.values():
            for name in pack.parameters.keys() & parameters.keys():
                connection.execute(engine.database.insert(ParameterValue.__table__).values(
                    pack=pack.key, name=name, unit_id="", value=plain(parameters[name]), changed_at=engine.clock.now(),
                    changed_by="scenario"))
        changed(connection)


def only_own_calendar(engine: ProcessEngine, process: str) -> None:
    """Of all calendar starts only those of the story's process count, and from the moment at which it begins."""
    with engine.database.transaction() as connection:
        connection.execute(delete(Job.__table__).where(Job.kind == "start"))
        model = engine.definitions.newest(connection, process).model
        calendar_starts.arm(engine, connection, engine.clock.now(), model)


def value_of(engine: ProcessEngine, raw: Any, variables: Mapping[str, Any] | None = None) -> Any:
    """A value of a scenario: text with a leading ``=`` is FEEL, at any depth."""
    if isinstance(raw, Mapping):
        if raw.keys() == {"upload"}:
            return attached(engine, str(raw["upload"]))
        return {str(key): value_of(engine, value, variables) for key, value in raw.items()}
    if isinstance(raw, list):
        return [value_of(engine, value, variables) for value in raw]
    if isinstance(raw, str) and raw.startswith("="):
        zone = ZoneInfo(engine.settings.zone)
        return feel.evaluate(raw[1:], dict(variables or {}), clock=lambda: engine.clock.now().astimezone(zone))
    return raw


def attached(engine: ProcessEngine, name: str) -> dict[str, Any]:
    """The value of an uploaded file of this name: a picture of one dot, or an empty page where it ends in ``.pdf``."""
    return engine.files.put(name, PAGE if name.endswith(".pdf") else DOT, None)
