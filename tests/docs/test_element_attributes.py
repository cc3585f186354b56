"""The reference of attributes names what the code reads, and nothing it does not."""

from __future__ import annotations

import re

from tests.docs.places import DOCS, ROOT

PAGE = (DOCS / "reference" / "element-attributes.md").read_text(encoding="utf-8")
TABLES, UNREAD = PAGE.split("## Read by nobody")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "engine").rglob("*.py")))
DRAWINGS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "processes").rglob("*.bpmn")))
_READ = re.compile(r'attributes(?:\.get\(|\[)"(\w+)"|camunda\(\w+, "(\w+)"\)|CAMUNDA \+ "(\w+)"')
STRUCTURE = {"calledElement", "list", "map", "script", "property"}
"""BPMN's own, or what only gives form to another: explained where it is used."""
REFUSED = {"class", "expression", "delegateExpression"}


def first_cells(text: str, prefix: str) -> set[str]:
    return set(re.findall(rf"^\| `{prefix}([\w:]+?)(?::<name>)?`", text, re.MULTILINE))


def test_every_property_that_the_engine_reads_is_described():
    # given the names of properties in the code, a trailing colon marking a family of them
    read = {name.rstrip(":") for name in re.findall(r'"bihuan:([a-z_]+:?)"', CODE)}
    # then the page describes exactly these
    assert first_cells(TABLES, "bihuan:") == read


def test_every_property_of_the_shipped_drawings_is_described():
    used = set(re.findall(r'name="bihuan:([a-z_]+)', DRAWINGS))
    assert used - first_cells(TABLES, "bihuan:") == set(re.findall(r"`bihuan:(\w+)`", UNREAD))


def test_every_attribute_that_the_engine_reads_is_described():
    # given the attributes of Camunda that the seam and the verbs ask for
    bpmn = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "engine").rglob("*.py"))
                     if path.parent.name not in ("forms", "types", "layout", "registers", "schema", "models"))
    read = {next(filter(None, found)) for found in _READ.findall(bpmn)} - STRUCTURE - REFUSED
    # then each has its row
    assert read - first_cells(TABLES, "camunda:") == set()


def test_every_attribute_described_is_read():
    for name in first_cells(TABLES, "camunda:"):
        assert f'"{name}"' in CODE, f"camunda:{name} is described and read by nobody"


def test_what_is_said_to_be_read_by_nobody_is_not():
    for name in re.findall(r"`(\w+)`", UNREAD.split("Listeners")[0]):
        assert f'attributes.get("{name}")' not in CODE
        assert f'CAMUNDA + "{name}"' not in CODE
