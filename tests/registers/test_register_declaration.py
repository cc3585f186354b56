"""Reading a register file: what it declares, and every mistake with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import feel
from engine.errors import Refused
from engine.registers import check_register, read_register

ROOT = Path(__file__).parents[2]
HEAD = (
    "register: client\ntitle: {zh: 客户, en: Clients}\nsections:\n  - id: s\n"
    "    title: {zh: 节, en: Section}\n    fields:\n"
)
LABEL = "label: {zh: 一, en: One}"


def told(text: str) -> list[tuple[str, str, int]]:
    problems = check_register(text, "forms/registers/client.yaml", None, feel.compile)
    assert all(one.zh and one.en for one in problems)
    return [(one.code, one.element, one.line) for one in problems]


def test_a_register_knows_its_fields_key_and_what_is_searched():
    register = read_register(
        HEAD + f"      - {{id: code, {LABEL}, type: text, unique: true}}\n      - {{id: name, {LABEL}, type: text, "
        f"index: true}}\n      - {{id: spent, {LABEL}, type: money}}\nlabel: '=name'\nreadonly: '=spent > 3'\n",
        "client.yaml",
        None,
        feel.compile,
    )
    assert (register.keys, register.unique, register.indexed) == (("code",), ("code",), ("name",))
    assert register.search == ("code", "name")
    assert [one.attribute for one in register.expressions] == ["label", "readonly"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("register: client\n", [("schema_required", "", 1)]),
        (
            HEAD.replace("client", "Client") + f"      - {{id: a, {LABEL}, type: text}}\n",
            [("schema_pattern", "register", 1)],
        ),
        (
            HEAD.replace("r: client", "r: member") + f"      - {{id: a, {LABEL}, type: text}}\n",
            [("register_key", "", 1)],
        ),
        (HEAD + f"      - {{id: id, {LABEL}, type: text}}\n", [("column_name", "id", 7)]),
        (HEAD + f"      - {{id: row_x, {LABEL}, type: text}}\n", [("column_name", "row_x", 7)]),
        (HEAD + f"      - {{id: aB, {LABEL}, type: text}}\n", [("column_name", "aB", 7)]),
        (
            HEAD + f"      - {{id: a, {LABEL}, type: text}}\n      - {{id: a, {LABEL}, type: text}}\n",
            [("field_repeated", "a", 8)],
        ),
        (HEAD + f"      - {{id: a, {LABEL}, type: text}}\nkey: [b]\n", [("field_unknown", "b", 8)]),
        (HEAD + f"      - {{id: a, {LABEL}, type: text}}\nsearch: [a, b]\n", [("field_unknown", "b", 8)]),
        (HEAD + f"      - {{id: a, {LABEL}, type: text}}\nlabel: '=a +'\n", [("feel", "", 8)]),
        (
            HEAD + f"      - {{id: a, {LABEL}, type: text}}\nrules:\n"
            "  - {field: b, refuse_if: '=true', message: {zh: 一, en: A}}\n",
            [("field_unknown", "b", 9)],
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(text, expected):
    assert told(text) == expected


def test_a_register_with_mistakes_is_refused():
    with pytest.raises(Refused):
        read_register(HEAD + f"      - {{id: id, {LABEL}, type: text}}\n", "client.yaml")


def test_only_registers_know_unique_fields():
    from engine.forms import check_form

    text = (
        f"form: f\ntitle: {{zh: 表, en: F}}\nsections:\n  - id: s\n    title: {{zh: 节, en: S}}\n    fields:\n"
        f"      - {{id: a, {LABEL}, type: text, unique: true}}\n"
    )
    assert [one.code for one in check_form(text, "f.yaml")] == ["schema_additionalProperties"]


@pytest.mark.parametrize("path", sorted(ROOT.glob("forms/registers/*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_register_is_read_without_a_problem(path):
    assert [
        str(one) for one in check_register(path.read_bytes(), str(path.relative_to(ROOT)), None, feel.compile)
    ] == []
