"""What a form refers to must be there: registers and their columns, roles, tasks."""

from __future__ import annotations

from pathlib import Path

from engine import feel
from engine.forms import check_references, read_form
from engine.registers import read_register
from engine.yaml import read_yaml

ROOT = Path(__file__).parents[2]


def told(problems):
    assert all(one.zh and one.en for one in problems)
    return [(one.code, one.element, one.line, one.severity) for one in problems]


def test_what_is_not_there_is_told_at_the_field(declare):
    form = declare(
        "id: name, type: text",
        "id: customer, type: ref, register: client, fill: {name: title}",
        "id: gift, type: ref, register: gift",
        "id: case, type: ref, register: case",
        "id: boss, type: user, role: king",
        "id: t, type: table, columns: [{id: agent, type: user, role: queen, label: {zh: 一, en: One}}]",
        rest="tasks:\n  nowhere: {name: read}\n  here: {name: read}\n",
    )
    assert told(check_references(form, {"client": ["name"]}, ["complaint_agent"], ["here"])) == [
        ("register_column_unknown", "customer", 8, "error"),
        ("register_unknown", "gift", 9, "error"),
        ("unknown_role", "boss", 11, "error"),
        ("unknown_role", "t.agent", 12, "error"),
        ("task_unknown", "nowhere", 0, "warning"),
    ]
    assert told(check_references(form, {"client": ["title"], "gift": []})) == []


def test_the_shipped_forms_refer_to_what_is_there(groups):
    registers = {}
    for path in ROOT.glob("forms/registers/*.yaml"):
        register = read_register(path.read_bytes(), path.name, groups, feel.compile)
        registers[register.key] = register.fields
    for pack in ROOT.glob("processes/*/pack.yaml"):
        roles = read_yaml(pack.read_bytes(), pack.name)["roles"]
        for path in sorted(ROOT.glob(f"forms/{pack.parent.name}/*.yaml")):
            form = read_form(path.read_bytes(), str(path.relative_to(ROOT)), groups)
            assert [str(one) for one in check_references(form, registers, roles)] == []
