"""The notice names every package that Bihuan asks for, and whom it owes the mark on diagrams."""

from __future__ import annotations

import json
import re
import tomllib

import pytest

from tests.docs.places import ROOT

NOTICE = (ROOT / "NOTICE").read_text(encoding="utf-8")


def part(title: str) -> set[str]:
    """The names at the head of the lines of one part."""
    body = re.search(rf"^{title}\n-+\n(.*?)(?=^\S[^\n]*\n[-=]+\n|\Z)", NOTICE, re.MULTILINE | re.DOTALL)[1]
    return set(re.findall(r"^  ([@a-z][\w./@-]+)  ", body, re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {re.match(r"[\w.-]+", one)[0].lower().replace(".", "-") for one in requirements}


def test_every_python_package_is_named():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert part("Python packages the program needs") == names(project["dependencies"])
    assert part("Packages for tests alone") == names(project["optional-dependencies"]["test"])


def test_every_browser_package_is_named():
    package = json.loads((ROOT / "webui" / "assets" / "package.json").read_text(encoding="utf-8"))
    assert part("Browser packages") == set(package["dependencies"]) | set(package["devDependencies"])


def test_the_condition_of_bpmn_io_is_quoted_as_it_stands():
    licence = ROOT / "webui" / "assets" / "node_modules" / "bpmn-js" / "LICENSE"
    if not licence.exists():
        pytest.skip("the npm packages are not installed here")
    condition = licence.read_text(encoding="utf-8").split("\n\n")[3]
    assert " ".join(condition.split()) in " ".join(NOTICE.split())
