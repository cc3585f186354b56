"""The reference pages describe every type, attribute, group and topic, and their examples are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import feel
from engine.forms import check_form, form_schema, read_form, type_names
from engine.registers import check_register

PAGES = Path(__file__).parents[2] / "docs" / "reference"
FIELDS = (PAGES / "form-fields.md").read_text("utf-8")
TYPES = dict(re.findall(r"^### `(\w+)` .*?\n(.*?)(?=^##)", FIELDS, re.MULTILINE | re.DOTALL))
FRAME = "form: f\ntitle: {zh: 表, en: F}\nsections:\n  - id: s\n    title: {zh: 节, en: S}\n    fields:\n"


def blocks(page: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)


def test_every_type_and_no_other_is_described():
    assert sorted(TYPES) == sorted(type_names())


@pytest.mark.parametrize("name", type_names())
def test_the_example_of_a_type_is_a_field_of_that_type(name):
    (example,) = blocks(TYPES[name])
    names = ("customer_name", "customer_phone") if name == "ref" else ()
    filled = "".join(f"      - {{id: {one}, label: {{zh: 一, en: One}}, type: text}}\n" for one in names)
    text = FRAME + "      - " + example.strip().replace("\n", "\n        ") + "\n" + filled
    assert [str(one) for one in check_form(text, "f.yaml", None, feel.compile)] == []
    assert next(iter(read_form(text, "f.yaml").fields.values())).type.name == name


def test_every_attribute_is_named():
    attributes = set(form_schema()["$defs"]["field"]["properties"])
    named = set(re.findall(r"`(\w+)(?:: \w+)?`|^(\w+):", FIELDS, re.MULTILINE))
    assert attributes - {word for pair in named for word in pair} == set()


def test_every_group_is_described_with_its_fields(groups):
    for name, group in groups.items():
        row = next(line for line in FIELDS.splitlines() if line.startswith(f"| `{name}` |"))
        assert [one["id"] for one in group.fields if f"`{one['id']}`" not in row] == []


def test_the_form_on_top_of_the_page_can_be_read(groups):
    text = next(one for one in blocks(FIELDS) if one.startswith("form: complaint_plan"))
    assert [str(one) for one in check_form(text, "complaint_plan.yaml", groups, feel.compile)] == []


def test_the_register_on_the_page_can_be_read():
    (text,) = blocks((PAGES / "registers.md").read_text("utf-8"))
    assert [str(one) for one in check_register(text, "client.yaml", None, feel.compile)] == []
