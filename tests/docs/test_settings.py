"""The page of settings has a row for every field of the settings, with the default that the program has."""

from __future__ import annotations

import re
from dataclasses import fields

from engine import Settings
from tests.docs.places import DOCS, ROOT

PAGE = (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `BIHUAN_(\w+)` \| (.*?) \|", PAGE, re.MULTILINE))


def test_every_setting_is_listed_with_its_default():
    assert {name: default.strip("`–") for name, default in ROWS.items()} == {
        one.name.upper(): str(one.default) for one in fields(Settings)}


def test_every_setting_says_what_it_is_for():
    assert all(one.metadata.get("doc") for one in fields(Settings))
    assert not re.search(r"^\| `BIHUAN_\w+` \|.*\|\s*\|$", PAGE, re.MULTILINE)


def test_no_page_names_a_setting_that_does_not_exist():
    known = {"BIHUAN_" + one.name.upper() for one in fields(Settings)}
    tests_only = {"BIHUAN_REQUIRE_POSTGRESQL", "BIHUAN_REQUIRE_BROWSER", "BIHUAN_REQUIRE_NODE",
                  "BIHUAN_TEST_POSTGRESQL_URL", "BIHUAN_RANDOM_DRAWINGS"}
    for page in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        named = set(re.findall(r"\bBIHUAN_[A-Z][A-Z_]+[A-Z]\b", page.read_text(encoding="utf-8")))
        assert named <= known | tests_only, page.name
