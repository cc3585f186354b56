"""``docs/reference/dmn.md`` says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from dmn_drawings import decision, definitions

from engine.dmn import decide
from engine.dmn.decisions import MAX_STEPS
from engine.dmn.family import MAX_DEPTH
from engine.dmn.hits import HIT_POLICIES
from engine.dmn.reading import MAX_RULES, NAMESPACES
from engine.dmn.run import MAX_CALLS, MAX_FIRED, MAX_NOTES
from engine.dmn.types import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "dmn.md").read_text("utf-8")


def test_every_hit_policy_has_its_sentence():
    assert set(re.findall(r"^\| `([A-Z ]+)`", PAGE, re.M)) == set(HIT_POLICIES)


def test_the_versions_are_those_that_are_read():
    assert all(version in PAGE for version in NAMESPACES.values())


def test_the_limits_are_those_of_the_code():
    section = PAGE.partition("## Limits")[2].partition("## ")[0]
    for limit in (MAX_STEPS, MAX_RULES, MAX_DEPTH, MAX_CALLS, MAX_FIRED, MAX_NOTES):
        assert f"{limit:,}" in section


def test_the_types_that_are_named_exist():
    section = PAGE.partition("## Types")[2].partition("## ")[0].partition("item\ndefinitions")[0]
    named = set(re.findall(r"`([A-Za-z ]+)`", section.partition("; and")[0])) - {"Any"}
    assert named
    assert named <= set(KINDS)


def test_the_table_shown_is_taken():
    drawn = re.search(r"```xml\n(.*?)```", PAGE, re.S).group(1)
    file = definitions(decision("level", drawn))
    assert [decide(file, "level", {"amount": amount}) for amount in (999, 1000)] == ["C", "A"]
