"""Changing YAML files by operations: one change is a difference of one line, and reads back as it was meant."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.studio.yaml_edits import Edit, EditFailed, edited, edits_of
from engine.studio.yaml_places import places
from engine.yaml import plain, read_yaml

ROOT = Path(__file__).resolve().parents[2]
FORMS = sorted((ROOT / "forms").rglob("*.yaml"))
PACKS = sorted((ROOT / "processes").rglob("pack.yaml"))
FORM = """# a form with remarks
form: plan
title: {zh: 方案, en: Plan}  # its name
sections:
  - id: basis
    title: {zh: 依据, en: "Basis"}
    fields:
      # first of all
      - id: method
        label: {zh: 方式, en: Method}
        type: enum
        values:
          - {id: pay, zh: 赔偿, en: Pay}
          - {id: other, zh: 其他,
             en: Other}

      - {id: amount, label: {zh: 金额, en: Amount}, type: money, required: '=method = "pay"'}
  - id: more
    title: {zh: 更多, en: More}
    fields:
    - id: note
      label: {zh: 备注, en: Note}
      type: longtext   # free text
      help: {zh: 说明,
        en: "What, when, where."}
sets:
  plan_amount: '=amount'
tasks:
  draft: {"*": edit, amount: read}
"""


def difference(old: str, new: str) -> tuple[int, int]:
    """Lines that went and lines that came."""
    steps = list(difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm=""))[2:]
    return sum(step[0] == "-" for step in steps), sum(step[0] == "+" for step in steps)


def leaves(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every scalar with its path."""
    if isinstance(data, dict):
        for name, one in data.items():
            yield from leaves(one, (*path, name))
    elif isinstance(data, list):
        for place, one in enumerate(data):
            yield from leaves(one, (*path, place))
    else:
        yield path, data


def changed(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, Decimal)):
        return value + 7
    return f"{value or ''} 又：a, b"


@pytest.mark.parametrize("file", [*FORMS, *PACKS], ids=lambda file: "/".join(file.parts[-2:]))
def test_any_single_value_of_a_shipped_file_changes_in_one_line(file):
    # given a form, register, list of groups or pack as it is shipped
    text = file.read_text()
    data = plain(read_yaml(text))
    found = list(leaves(data))
    for path, value in found[::max(1, len(found) // 12)]:  # about a dozen of each of 290 files
        # when one value is changed
        new = edited(text, [Edit("set", path, changed(value))])
        # then one line differs (the value itself may have stood on several), and what is read is what was meant
        place = _place(text, path)
        lines = text[place.start:place.end].count("\n") + 1
        assert difference(text, new) == (lines, 1), path
        wanted = copy.deepcopy(data)
        _inside(wanted, path[:-1])[path[-1]] = changed(value)
        assert plain(read_yaml(new)) == wanted


@pytest.mark.parametrize("file", FORMS, ids=lambda file: "/".join(file.parts[-2:]))
def test_a_property_is_added_to_any_field_in_one_line_and_taken_back_byte_for_byte(file):
    text = file.read_text()
    data = plain(read_yaml(text))
    attribute = "visible"
    for path in [path for path in _fields(data) if attribute not in _inside(data, path)][::4]:
        new = edited(text, [Edit("set", (*path, attribute), '=status = "a" or status = "b"')])
        gone, came = difference(text, new)
        assert came == 1 and gone <= 1, path
        assert edited(new, [Edit("remove", (*path, attribute))]) == text, path


@pytest.mark.parametrize("file", FORMS, ids=lambda file: "/".join(file.parts[-2:]))
def test_a_field_moves_down_and_up_again_byte_for_byte(file):
    text = file.read_text()
    for path in [path for path in _fields(plain(read_yaml(text))) if path[-1]][::4]:
        home, place = path[:-1], path[-1]
        new = edited(text, [Edit("move", path, index=place - 1)])
        before, after = (_inside(plain(read_yaml(one)), home) for one in (text, new))
        assert after[place - 1] == before[place] and after[place] == before[place - 1]
        assert edited(new, [Edit("move", (*home, place - 1), index=place)]) == text, path


@given(st.sampled_from([path for path, _value in leaves(plain(read_yaml(FORM)))]),
       st.one_of(st.text(max_size=40), st.booleans(), st.integers(-10**9, 10**9), st.none(),
                 st.sampled_from(["yes", "no", "~", "null", "1.0", "007", "- a", "a: b", "# no", "{a}", "[b", "&x",
                                  "*x", "!t", "%", "@", "`", "'", '"', "a #b", "a: ", "|", ">", "=", '="x"', "='",
                                  " a ", "\t", "a\nb", "…\u2028", "\u0085", "---", "...", "\x7f", "a,b", "}", "? x",
                                  "0x1f", "1e3"])))
@settings(max_examples=200, deadline=None)
def test_whatever_is_typed_reads_back_and_disturbs_nothing_else(path, value):
    try:
        new = edited(FORM, [Edit("set", path, value)])
    except EditFailed:
        assert isinstance(value, str) and not value.isprintable()  # what no YAML holds
        return
    wanted = plain(read_yaml(FORM))
    _inside(wanted, path[:-1])[path[-1]] = value
    assert plain(read_yaml(new)) == wanted
    assert difference(FORM, new)[1] <= 1


def test_a_new_field_comes_as_its_own_lines():
    new = edited(FORM, [Edit("insert", ("sections", 0, "fields"), {
        "id": "reason", "label": {"zh": "理由", "en": "Reason"}, "type": "longtext", "required": True,
        "visible": '=method = "other"'}, index=1)])
    assert difference(FORM, new) == (0, 5)
    assert """
      - id: reason
        label: {zh: 理由, en: Reason}
        type: longtext
        required: true
        visible: '=method = "other"'
      - {id: amount""" in new


def test_a_field_written_in_braces_stays_in_braces():
    new = edited(FORM, [Edit("set", ("sections", 0, "fields", 1, "min"), 0)])
    assert """- {id: amount, label: {zh: 金额, en: Amount}, type: money, required: '=method = "pay"', min: 0}""" in new
    assert difference(FORM, new) == (1, 1)


def test_comments_go_with_the_field_they_stand_above():
    new = edited(FORM, [Edit("move", ("sections", 0, "fields", 0), into=("sections", 1, "fields"), index=0)])
    assert """    fields:
    # first of all
    - id: method
      label: {zh: 方式, en: Method}
""" in new


def test_the_last_entry_leaves_an_empty_list_and_an_empty_mapping():
    text = "rules:\n  - a\nsets:\n  b: 1\nflow: {c: [d]}\n"
    assert edited(text, [Edit("remove", ("rules", 0))]).startswith("rules: []\n")
    assert "sets: {}\n" in edited(text, [Edit("remove", ("sets", "b"))])
    assert edited(text, [Edit("remove", ("flow", "c", 0))]).endswith("flow: {c: []}\n")


def test_an_empty_list_takes_its_first_rule_in_lines():
    rule = {"field": "a", "refuse_if": "=a > 1", "message": {"zh": "不", "en": "No"}}
    new = edited("form: x\nrules: []\n", [Edit("insert", ("rules",), rule)])
    assert new == "form: x\nrules:\n  - field: a\n    refuse_if: '=a > 1'\n    message: {zh: 不, en: No}\n"


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_byte_order_mark_stay(ending, mark):
    text = mark + FORM.replace("\n", ending)
    new = edited(text, [Edit("set", ("sections", 0, "fields", 0, "required"), True),
                        Edit("insert", ("sections", 1, "fields"), {"id": "x", "label": {"zh": "甲", "en": "X"},
                                                                   "type": "text"})])
    assert new.startswith(mark) and new.count("\n") == text.count("\n") + 4
    assert new.count("\r") == (new.count("\n") if ending == "\r\n" else 0)


def test_a_file_without_a_last_line_end_keeps_to_its_lines():
    assert edited("a: 1\nb: [x]", [Edit("set", ("c",), 2)]) == "a: 1\nb: [x]\nc: 2"
    assert edited("- a\n- b", [Edit("insert", (), "c")]) == "- a\n- b\n- c"


def test_a_key_gets_another_name():
    new = edited(FORM, [Edit("rename", ("tasks", "draft"), "draw_up"),
                        Edit("rename", ("tasks", "draw_up", "amount"), "sum")])
    assert 'draw_up: {"*": edit, sum: read}' in new and difference(FORM, new) == (1, 1)


@pytest.mark.parametrize("edit", [
    Edit("set", (), 1), Edit("set", ("nowhere", "x"), 1), Edit("remove", ("nowhere",)), Edit("remove", ("sections", 9)),
    Edit("insert", ("title",), 1), Edit("insert", ("sections",), 1, index=7), Edit("move", ("sections", 5), index=0),
    Edit("rename", ("sets", "plan_amount"), ""), Edit("rename", ("tasks", "no"), "x"),
    Edit("move", ("title", "zh"), index=0),
    Edit("set", ("sections", "x"), 1), Edit("move", ("sections", 0), index=9)])
def test_an_operation_that_does_not_fit_says_so(edit):
    with pytest.raises(EditFailed):
        edited(FORM, [edit])


@pytest.mark.parametrize("raw", [None, {}, [1], [{"do": "eval"}], [{"do": "set"}], [{"do": "set", "path": [1.5]}],
                                 [{"do": "set", "path": [True]}], [{"do": "move", "path": [1], "index": "a"}],
                                 [{"do": "set", "path": "a"}], [{"do": "set", "path": []}] * 501])
def test_operations_that_are_none_are_refused(raw):
    with pytest.raises(EditFailed):
        edits_of(raw)


def _place(text, path):
    place = places(text)
    for step in path:
        place = place.items[step] if isinstance(step, int) and place.kind == "list" else place.entry(step).value
    return place


def _inside(data, path):
    for step in path:
        data = data[step]
    return data


def _fields(data):
    homes = [("sections", place, "fields") for place in range(len(data.get("sections", [])))]
    homes += [("groups", name, "fields") for name in data.get("groups", {})]
    for home in homes:
        for place, one in enumerate(_inside(data, home)):
            if "id" in one:
                yield (*home, place)
