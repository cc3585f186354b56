"""Scenario files (``*.scenario.yaml``): read, checked against their schema, with the line of every step."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.cards import Bilingual
from engine.errors import Problem, Refused
from engine.packs import bilingual
from engine.yaml import check_schema, line_of, read_yaml

SCHEMA = Path(__file__).with_name("scenario.schema.json")


@dataclass(frozen=True)
class Scenario:
    """One story: what is given, and its steps with their lines."""

    name: Bilingual
    process: str
    given: dict[str, Any]
    steps: tuple[tuple[int, dict[str, Any]], ...]
    file: str
    line: int


@dataclass(frozen=True)
class ScenarioFile:
    """The stories of one file."""

    file: str
    scenarios: tuple[Scenario, ...]


@cache
def scenario_schema() -> dict[str, Any]:
    """The JSON schema of scenario files, for completion and messages."""
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


@cache
def step_names() -> frozenset[str]:
    """The words by which a step says what it does."""
    return frozenset(one["required"][0] for one in scenario_schema()["$defs"]["step"]["oneOf"])


def verb_of(step: Mapping[str, Any]) -> str:
    """What a step does: the one of :func:`step_names` that it holds."""
    return next(key for key in step if key in step_names())


def read_scenarios(text: str | bytes, file: str) -> ScenarioFile:
    """Read a scenario file. Raises :class:`~engine.errors.Refused` with a line for every fault."""
    data = read_yaml(text, file)
    problems = check_schema(data, scenario_schema(), file)
    if problems:
        raise Refused(problems)
    found = []
    for number, one in enumerate(data["scenarios"]):
        steps = one["steps"]
        found.append(Scenario(bilingual(one["name"]), one["process"], dict(one.get("given") or {}),
                              tuple((line_of(steps, index), dict(step)) for index, step in enumerate(steps)), file,
                              line_of(data["scenarios"], number)))
    return ScenarioFile(file, tuple(found))


def scenario_problems(files: Mapping[str, bytes]) -> list[Problem]:
    """What is wrong with the scenario files among ``files``, each by itself; nothing is run."""
    found: list[Problem] = []
    for path in sorted(files):
        if path.endswith(".scenario.yaml"):
            try:
                read_scenarios(files[path], path)
            except Refused as refused:
                found += refused.problems
    return found
