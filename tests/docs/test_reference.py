"""The references of packs and scenario files: their examples are real, their tables complete."""

from __future__ import annotations

import re

import pytest

from engine.content import shipped
from engine.packs import PARAMETER_TYPES, read_pack
from engine.testing import Runner, read_scenarios
from engine.testing.reader import scenario_schema
from engine.testing.runner import Story
from tests.docs.places import DOCS, blocks, first_column

PACK, SCENARIO = DOCS / "reference" / "pack.md", DOCS / "reference" / "scenario-files.md"


def test_the_example_of_a_pack_is_one():
    # given the example of the page
    (example,) = blocks(PACK, "yaml")
    # when it is read
    pack = read_pack(example, "pack.yaml")
    # then everything of it is there
    assert pack.numbers and pack.roles and pack.parameters and pack.deadlines and pack.messages and pack.texts


def test_every_key_of_a_pack_has_its_row():
    (example,) = blocks(PACK, "yaml")
    keys = set(re.findall(r"^(\w+):", example, re.MULTILINE))
    assert keys <= first_column(PACK)
    shipped_keys = set(re.findall(r"^(\w+):", shipped()["processes/complaint/pack.yaml"].decode(), re.MULTILINE))
    assert shipped_keys <= first_column(PACK)


def test_every_type_of_parameter_is_described():
    page = PACK.read_text(encoding="utf-8")
    types = page.split("## Parameters")[1].split("## Deadlines")[0]
    assert all(f"`{name}`" in types for name in PARAMETER_TYPES)


def steps_of(defs: dict) -> list[str]:
    """The steps that can be told."""
    return [one["required"][0] for one in defs["step"]["oneOf"] if hasattr(Story, "_" + one["required"][0])]


@pytest.mark.parametrize(("part", "names"), [
    ("What is given", lambda defs: defs["given"]["properties"]),
    ("Steps", steps_of),
    ("What is expected", lambda defs: defs["expect"]["properties"]),
])
def test_every_word_of_a_scenario_is_described(part, names):
    # given the part of the page, and the words that the schema knows there
    text = SCENARIO.read_text(encoding="utf-8").split(f"## {part}")[1].split("\n## ")[0]
    # then each is named
    assert [name for name in names(scenario_schema()["$defs"]) if f"`{name}`" not in text] == []


def test_the_example_of_a_scenario_comes_true():
    # given the example of the page and the process it is about
    (example,) = blocks(SCENARIO, "yaml")
    (scenario,) = read_scenarios(example, "example.scenario.yaml").scenarios
    # when it is run
    runner = Runner(shipped())
    outcome = runner.run(scenario)
    runner.close()
    # then it passes
    assert outcome.ok, outcome.message
