"""Reading a form file: every mistake is told with file, field, line, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import feel
from engine.errors import Refused
from engine.forms import check_form, form_schema, read_form, read_groups, type_names
from engine.forms.schema import _file

ROOT = Path(__file__).parents[2]
HEAD = "form: f\ntitle: {zh: 表, en: Form}\nsections:\n  - id: s\n    title: {zh: 节, en: Section}\n    fields:\n"


def told(text: str, groups=None, analyse=feel.compile, file: str = "forms/x/f.yaml") -> list[tuple[str, str, int]]:
    problems = check_form(text, file, groups, analyse)
    assert all(one.zh and one.en and one.file == file for one in problems)
    return [(one.code, one.element, one.line) for one in problems]


def field(text: str) -> str:
    return HEAD + f"      - {{label: {{zh: 一, en: One}}, {text}}}\n"


def test_a_form_without_mistakes_is_read_whole(groups):
    form = read_form(
        field("id: no, type: enum, values: [yes, {id: 1, zh: 一, en: One}], outcome: true")
        + "      - use: period\nsets: {kind: '=period_type'}\ntasks:\n  t1: {'*': read, s: hide, no: edit}\n",
        "f.yaml",
        groups,
        feel.compile,
    )
    assert list(form.fields) == ["no", "period_type", "period_start", "period_end"]
    assert [option.id for option in form.fields["no"].options] == ["yes", 1]
    assert form.outcome_field is form.fields["no"]
    assert [form.permissions("t1").of(name) for name in ("no", "period_end", "other")] == ["edit", "hide", "read"]
    assert form.permissions("t2").of("no") == "edit"
    assert [rule.field for rule in form.rules] == ["period_end"], "a group brings its rules along"
    assert form.sets["kind"].text == "period_type"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("form: f\n", [("schema_required", "", 1)]),
        (field("id: a, type: txt"), [("schema_enum", "sections.0.fields.0.type", 7)]),
        (field("id: 1a, type: text"), [("schema_pattern", "sections.0.fields.0.id", 7)]),
        (field("id: a, type: text, requierd: true"), [("schema_additionalProperties", "sections.0.fields.0", 7)]),
        (field("id: a, type: text, max: 3"), [("attribute_unknown", "a", 7)]),
        (field("id: a, type: enum"), [("values_missing", "a", 7)]),
        (field("id: a, type: enum, values: [x, x]"), [("values_repeated", "a", 7)]),
        (field("id: a, type: ref"), [("register_missing", "a", 7)]),
        (field("id: a, type: table"), [("columns_missing", "a", 7)]),
        (field("id: a, type: file, accept: [exe]"), [("accept_unknown", "a", 7)]),
        (field("id: a, type: text, pattern: '('"), [("pattern_broken", "a", 7)]),
        (field("id: a, type: int, default: x"), [("constant", "a", 7)]),
        (field("id: a, type: date, min: x"), [("constant", "a", 7)]),
        (field("id: a, type: int, default: 1, compute: '=2'"), [("compute_and_default", "a", 7)]),
        (field("id: if, type: int"), [("field_id_keyword", "if", 7)]),
        (
            field("id: a, type: int") + "      - {id: a, type: int, label: {zh: 一, en: One}}\n",
            [("field_repeated", "a", 8)],
        ),
        (
            field("id: a, type: table, columns: [{id: b, type: table, columns: [], label: {zh: 一, en: One}}]"),
            [("schema_minItems", "sections.0.fields.0.columns.0.columns", 7)],
        ),
        (
            field(
                "id: a, type: table, columns: [{id: b, type: text, label: {zh: 一, en: One}, "
                "default: '=next number(\"X\")'}]"
            ),
            [("number_in_table", "a.b", 7)],
        ),
        (field("id: a, type: int, required: '=a >'"), [("feel", "a", 7)]),
        (
            field("id: a, type: int, compute: '=b + 1'")
            + "      - {id: b, type: int, label: {zh: 一, en: One}, compute: '=a'}\n",
            [("compute_cycle", "a", 7), ("compute_cycle", "b", 8)],
        ),
        (field("id: a, type: ref, register: client, fill: {b: name}"), [("field_unknown", "b", 7)]),
        (
            field("id: a, type: text") + "rules:\n  - {field: b, refuse_if: '=true', message: {zh: 一, en: One}}\n",
            [("field_unknown", "b", 9)],
        ),
        (field("id: a, type: text") + "tasks:\n  t:\n    b: read\n", [("field_unknown", "b", 10)]),
        (field("id: a, type: text") + "sets:\n  case: '=a'\n", [("sets_reserved", "case", 9)]),
        (field("id: a, type: text") + "      - {use: nothing}\n", [("group_unknown", "nothing", 8)]),
        (
            HEAD.replace("form: f", "form: g") + "      - {id: a, type: text, label: {zh: 一, en: One}}\n",
            [("form_key", "", 1)],
        ),
        ("form: f\nform: g\n", [("yaml_duplicate_key", "", 2)]),
    ],
)
def test_a_mistake_is_told_where_it_stands(text, expected):
    assert told(text) == expected


def test_a_form_with_mistakes_is_refused_with_all_of_them():
    with pytest.raises(Refused) as caught:
        read_form(field("id: a, type: enum") + "sets: {case: '=a'}\n", "f.yaml")
    assert [one.code for one in caught.value.problems] == ["values_missing", "sets_reserved"]


def test_without_an_analyser_formulas_are_not_judged():
    assert told(field("id: a, type: int, required: '=a >'"), analyse=None) == []


def test_a_field_may_hide_a_reserved_variable_but_its_own_formula_is_warned_of():
    assert told(field("id: case, type: text")) == []
    assert told(field("id: case, type: text, default: '=case.number'")) == [("reserved_name", "case", 7)]
    assert check_form(field("id: case, type: text, default: '=case.number'"), "f.yaml")[0].severity == "warning"


def test_a_group_is_expanded_with_prefix_changes_and_omissions(groups):
    form = read_form(
        HEAD + "      - {use: approval, prefix: boss_, without: [approved_at], "
        "override: {opinion: {required: true, max_length: 9}}}\n      - use: approval\n        override: "
        "{decision: {outcome: null}}\n",
        "f.yaml",
        groups,
        feel.compile,
    )
    assert list(form.fields) == [
        "boss_decision",
        "boss_opinion",
        "boss_approver",
        "decision",
        "opinion",
        "approver",
        "approved_at",
    ]
    assert form.fields["boss_opinion"].required is True
    assert form.fields["boss_opinion"].attribute("max_length") == 9
    assert form.outcome_field.id == "boss_decision"
    assert form.fields["opinion"].line == 8, "what a group brings stands on the line of its use"


def test_a_prefix_reaches_the_formulas_of_the_group_but_not_texts_in_quotes(groups):
    form = read_form(HEAD + "      - {use: scope, prefix: x_}\n", "f.yaml", groups, feel.compile)
    assert form.fields["x_scope_id"].required.text == 'x_scope_type in ("store", "region")'


def test_a_change_to_a_field_the_group_has_not_is_told(groups):
    assert told(HEAD + "      - {use: approval, without: [nobody]}\n", groups) == [("group_field_unknown", "nobody", 7)]


def test_groups_are_checked_when_they_are_read():
    with pytest.raises(Refused) as caught:
        read_groups("groups:\n  g:\n    title: {zh: 一, en: One}\n    fields:\n      - {id: a}\n", "groups.yaml")
    assert [(one.code, one.line) for one in caught.value.problems] == [("schema_required", 5)]


def test_the_schema_on_disk_knows_exactly_the_built_in_types_and_attributes():
    on_disk = _file()["$defs"]["field"]["properties"]
    assert set(on_disk["type"]["enum"]) == set(type_names())
    assert form_schema()["$defs"]["field"]["properties"].keys() == on_disk.keys()


def test_what_a_form_refers_to_can_be_listed_for_a_deployment(groups):
    form = read_form(
        field("id: a, type: ref, register: client") + "      - {id: b, type: user, role: cs_supervisor, "
        "label: {zh: 一, en: One}, visible: '=a != null'}\nsets: {x: '=b'}\n",
        "f.yaml",
        groups,
    )
    assert (form.registers, form.roles) == ({"client"}, {"cs_supervisor"})
    assert [(one.field, one.attribute) for one in form.expressions] == [("b", "visible"), ("x", "sets")]


@pytest.mark.parametrize("path", sorted(ROOT.glob("forms/[!_r]*/*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_form_is_read_without_a_problem(path, groups):
    assert [str(one) for one in check_form(path.read_bytes(), str(path.relative_to(ROOT)), groups, feel.compile)] == []
