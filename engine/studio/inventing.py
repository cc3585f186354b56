"""What a sandbox is given: people invented for every role that its processes know, the rest from their scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.bpmn import ProcessModel
from engine.deploying import startable_by
from engine.errors import NotFound, Refused
from engine.packs import PackContent
from engine.reading import Content, read_content
from engine.testing.ground import SCENARIO
from engine.testing.reader import Scenario, read_scenarios
from engine.yaml import plain

OPENS = 9
"""The hour at which an invented day begins."""


def scenarios_of(files: Mapping[str, bytes], process: str) -> Iterator[Scenario]:
    """The scenarios of a process among ``files``; those that cannot be read are left out."""
    for path in sorted(files):
        if path.endswith(SCENARIO):
            try:
                found = read_scenarios(files[path], path).scenarios
            except Refused:
                continue
            yield from (one for one in found if one.process == process)


def model_of(content: Content, process: str) -> ProcessModel:
    """The drawing of a process. Raises NotFound."""
    for model in content.models:
        if model.key == process:
            return model
    raise NotFound(what=process)


def given_for(files: Mapping[str, bytes], process: str, now: datetime, zone: str) -> dict[str, Any]:
    """What a case of ``process`` is given, as in a scenario file: the clock at nine today, one person for each role,
    and the units, parameters and records of the scenario of this process that has most of them."""
    content = read_content(files)
    model_of(content, process)
    begin = now.astimezone(ZoneInfo(zone)).replace(hour=OPENS, minute=0, second=0, microsecond=0)
    like = max(scenarios_of(files, process), key=_records, default=None)
    given = plain(dict(like.given)) if like is not None else {}
    people = dict(given.get("people") or {})
    held = {role.partition("@")[0] for person in people.values() for role in person.get("roles") or ()}
    for role, (zh, en) in roles_of(content, process).items():
        if role not in held:
            people[role] = {"name": {"zh": zh, "en": en}, "roles": [role]}
    return given | {"clock": begin.isoformat(), "people": people}


def _records(scenario: Scenario) -> int:
    return sum(len(rows) for rows in (scenario.given.get("registers") or {}).values())


def roles_of(content: Content, process: str) -> dict[str, tuple[str, str]]:
    """The roles that work on a process, start it or are told of its deadlines, with their names."""
    found: dict[str, tuple[str, str]] = {}
    for model in _called(content, process):
        pack = content.pack_of(model)
        for role in _roles(model, pack) if pack is not None else ():
            known = pack.roles.get(role) if pack is not None else None
            if known is not None and not known.external:
                found.setdefault(role, (known.name.zh, known.name.en))
    return found


def _called(content: Content, process: str) -> list[ProcessModel]:
    """A process with all that it calls, itself first."""
    models = {model.key: model for model in content.models}
    order, todo = [], [process]
    while todo:
        key = todo.pop(0)
        if key in models and models[key] not in order:
            order.append(models[key])
            todo += models[key].called_elements
    return order


def _roles(model: ProcessModel, pack: PackContent) -> Iterable[str]:
    """The roles that a drawing names; all of the pack where a formula chooses them, or where it names none."""
    named = [role.strip() for role in startable_by(model)[1].split(",")]
    for element in model.elements.values():
        roles = element.attributes.get("candidateGroups") or element.property("bihuan:role") or ""
        named += list(pack.roles) if roles.startswith("=") else [role.strip() for role in roles.split(",")]
        rule = pack.deadlines.get(element.properties.get("bihuan:deadline", ""))
        named += rule.escalation if rule is not None else ()
    named += list(model.roles)
    known = [role for role in dict.fromkeys(named) if role in pack.roles] or list(pack.roles)
    return dict.fromkeys([*known, *(above for role in known for above in pack.roles[role].escalation)])
