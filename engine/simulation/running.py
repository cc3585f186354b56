"""The pieces of a simulation run: one replication each, live first; judged before anything is promised."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from engine import live_files
from engine.definitions import Definition
from engine.errors import BihuanError
from engine.live import Live
from engine.models.studio import Draft
from engine.simulation.content import Processes, of_files
from engine.simulation.past import Past, Period, Place
from engine.simulation.reading import read_past
from engine.simulation.replication import Replication, Wishes
from engine.simulation.study import DRAFT, ENOUGH, LIVE, STAFFED, bottleneck, judge, numbers, summed_up
from engine.simulation.surroundings import Look, remembered

_kept: OrderedDict[str, tuple[Past, Processes]] = OrderedDict()
"""What the last runs of this process read, so that not every piece reads it again."""
KEPT = 2
PIECE = 100
"""What one piece counts in a run's ``done`` and ``total``."""
FORMAT = 1
"""Of the result: one that was kept by an older program is not shown."""
Done = tuple[dict[str, Any], int, int]
"""The result so far, pieces done, pieces in all."""


class Changed(BihuanError):
    """The draft changed while it was simulated."""

    code, http_status = "draft_changed_meanwhile", 409
    zh = "试算期间草稿有改动，请重新试算。"
    en = "The draft was changed meanwhile; please run the simulation again."


def plan(inputs: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The pieces in their order: (variant, seed)."""
    variants = [LIVE, DRAFT] + ([STAFFED] if inputs.get("people") else [])
    return [(variant, seed) for variant in variants for seed in range(inputs["seeds"])]


def wishes(inputs: Mapping[str, Any], variant: str) -> Wishes:
    """What is set by hand counts for every variant, decisions for the draft alone, people for the last."""
    minutes = {_place(key): float(value) for key, value in (inputs.get("minutes") or {}).items()}
    outcomes = {_place(key): dict(value) for key, value in (inputs.get("outcomes") or {}).items()}
    return Wishes(dict(inputs.get("people") or {}) if variant == STAFFED else {}, minutes,
                  outcomes if variant != LIVE else {})


def _place(text: str) -> Place:
    key, _, element = text.partition("|")
    return key, element


def step(parts: Any, run: Row[Any], goes_on: Callable[[float], bool]) -> Done:
    """One replication; after the last of the live version the verdict, and without a good one the end."""
    pieces, result = plan(run.inputs), numbers(dict(run.result or {}))
    found: dict[str, list[Any]] = {name: list(some) for name, some in (result.get("replications") or {}).items()}
    past, draft = _material(parts, run)
    number = sum(len(some) for some in found.values())
    total = len(pieces)
    if len(past.leads) >= ENOUGH and number < total:
        variant, seed = pieces[number]
        processes = Processes(_live(parts), _find(parts)) if variant == LIVE else draft
        replication = Replication(past, processes, seed, zone=parts.settings.zone, functions=_functions(parts),
                                  wishes=wishes(run.inputs, variant))
        found.setdefault(variant, []).append(replication.run(goes_on))
        number += 1
    result = _result(past, found, run.inputs) | {
        "names": _names(past, found, draft, _find(parts)),
        "role_names": {role: [name.zh, name.en] for role in {one for person in past.people for one, _ in person.pools}
                       if (name := draft.live.role_name(role))}}
    verdict = result.get("verdict")
    if verdict and verdict["code"] != "reproduced":
        total = number
    if number >= total:
        del result["replications"]  # summed up by now
    return result, number, total


def _result(past: Past, found: Mapping[str, list[Any]], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that the page tells, and what the next piece needs."""
    result: dict[str, Any] = {
        "format": FORMAT, "since": past.since.isoformat(), "until": past.until.isoformat(), "replications": dict(found),
        "people": {role: sum(any(pool[0] == role for pool in one.pools) for one in past.people)
                   for role in sorted({pool[0] for one in past.people for pool in one.pools})},
        "past_steps": {"|".join(place): {"done": len(one.works), "measured": one.measured, "people": one.people}
                       for place, one in sorted(past.steps.items())}}
    if len(past.leads) < ENOUGH or len(found.get(LIVE, ())) == inputs["seeds"]:
        verdict = judge(past, found.get(LIVE, ()))
        result["verdict"] = asdict(verdict)
    result["variants"] = {name: (told := summed_up(some)) | {"bottleneck": bottleneck(told)}
                          for name, some in found.items() if len(some) == inputs["seeds"]}
    return result


def _names(past: Past, found: Mapping[str, list[Any]], draft: Processes,
           find: Callable[[str], Definition | None]) -> dict[str, list[str]]:
    """What the steps are called, as the draft calls them or else the live version."""
    places = {place for some in found.values() for one in some for place in (*one["steps"], *one["unclear"])}
    names = {}
    for place in sorted(places | {"|".join(one) for one in past.steps}):
        key, element = _place(place)
        definition = next((one for one in (draft.get(key), find(key)) if one and element in one.model.elements), None)
        name = definition.element_name(element) if definition else None
        names[place] = [name.zh, name.en] if name else [element, element]
    return names


def _material(parts: Any, run: Row[Any]) -> tuple[Past, Processes]:
    """The past and the draft of a run; read once by each process that works on it."""
    if run.id in _kept:
        return _kept[run.id]
    with parts.database.reading() as connection:
        live = parts.live.at(connection)
        files = live_files.files_of(connection, run.draft_id)
        if live_files.fingerprint(files) != run.files:
            raise Changed()
        key = connection.scalar(Draft.__table__.select().with_only_columns(Draft.process_key)
                                .where(Draft.id == run.draft_id))
        past = read_past(parts, connection, live, key, Period.ending(run.asked_at, run.inputs["days"]))
    _kept[run.id] = past, of_files(files, live, _find(parts))
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return _kept[run.id]


def _live(parts: Any) -> Live:
    with parts.database.reading() as connection:
        return parts.live.at(connection)


def _find(parts: Any) -> Callable[[str], Definition | None]:
    """Processes as they are live now."""
    kept: dict[str, Definition | None] = {}

    def find(key: str) -> Definition | None:
        if key not in kept:
            with parts.database.reading() as connection:
                newest = parts.live.at(connection).newest.get(key)
                kept[key] = parts.definitions.get(connection, newest) if newest else None
        return kept[key]

    return find


def _functions(parts: Any) -> dict[str, Look]:
    """Look-ups in registers and of people, each in a connection of its own."""
    def asking(name: str) -> Look:
        def ask(*arguments: Any) -> Any:
            with parts.database.reading() as connection:
                return parts.functions(connection)[name](*arguments)

        return remembered(ask)

    with parts.database.reading() as connection:
        names = list(parts.functions(connection))
    return {name: asking(name) for name in names}
