"""Whatever is submitted: an answer, never an exception, and only values that can be kept."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import feel
from engine.forms import draft, read_form, type_names, validate, view
from engine.values import dumps, loads

MORE = {
    "enum": ", values: [a, 1, no]",
    "multi": ", values: [a, 1, no]",
    "ref": ", register: client",
    "date": ", past: true, min: '2020-01-01'",
    "file": ", max_files: 2, accept: [image]",
    "number": ", min: 1, max: '=int'",
    "table": ", columns: [{id: x, type: money, label: {zh: 甲, en: A}}, {id: y, type: phone, label: {zh: 乙, en: B}, "
    "required: '=x > 1'}, {id: z, type: money, compute: '=x * 2', label: {zh: 丙, en: C}}]",
}
TEXTS = (
    "",
    "a",
    "1",
    "1.86万",
    "2026-04-07",
    "2026-04-07T09:00",
    "14:00",
    "13812346621",
    "a@b.cn",
    "{}",
    "{",
    "[]",
    "a" * 64,
    "是",
    "-",
    ".",
    ",",
    "+86",
    "9" * 30,
    "１",
    "\x00",
    "\ud800",
    "2026-02-30",
    "0" * 18,
    '{"id": 1}',
    '{"sha256": 1}',
    "null",
    "²",
    "٣",
    "9999-12-31T23:59",
    "0001-01-01T00:00Z",
    "1" * 5000,
    "a\nb",
    "0001-01-01",
)
ODD = (
    None,
    True,
    0,
    -1,
    10**30,
    0.1,
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    Decimal("1e400"),
    date(1, 1, 1),
    b"a",
    [],
    [[]],
    {},
    [None],
    {"id": {}},
    {"id": True},
    {"login": []},
    {"sha256": "a" * 64},
    {"sha256": "a" * 64, "size": -1},
    {"method": []},
    {"file": {}, "signer": {}},
    {"signed_at": "x", "signer": "y", "method": "link"},
    [{"x": {}}],
    [{"x": "1", "y": []}],
    [{1: 2}],
    {1: 2},
    {"register": "x" * 300, "id": "y" * 300},
)
KEYS = st.sampled_from([*type_names(), "x", "y", "id", "register", "login", "sha256", "file", "method", "signed_at"])
VALUES = st.recursive(
    st.one_of(st.sampled_from(TEXTS), st.sampled_from(ODD), st.text(max_size=20), st.floats(), st.dates()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
STORED = {"money": Decimal("5.00"), "date": date(2026, 1, 1), "phone": "13812346621"}


@cache
def every_type():
    fields = "\n".join(
        f"      - {{id: {name}, label: {{zh: 一, en: One}}, type: {name}, personal: true{MORE.get(name, '')}}}"
        for name in type_names()
    )
    return read_form(
        f"form: f\ntitle: {{zh: 表, en: F}}\nsections:\n  - id: s\n    title: {{zh: 节, en: S}}\n"
        f"    fields:\n{fields}\n"
        "rules:\n  - {field: table.x, refuse_if: '=x > money', message: {zh: 多, en: Much}}\n"
        "tasks:\n  t: {'*': read, money: edit, text: hide}\n",
        "f.yaml",
        analyse=feel.compile,
    )


@pytest.fixture(scope="module")
def world():
    moment = datetime(2026, 4, 7, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    return {
        "variables": {},
        "evaluate": lambda text, names: feel.evaluate(text, names, clock=lambda: moment),
        "now": moment,
    }


def answered(world, submitted, stored, task=None):
    """Submit; what was accepted must be kept whole and stay acceptable."""
    form = every_type()
    world = world | {"permissions": form.permissions(task)}
    outcome = validate(form, submitted, stored=stored, **world)
    dumps([[error.path, error.zh, error.en] for error in outcome.errors])
    if outcome.ok:
        assert loads(dumps(outcome.values)) == outcome.values
        again = validate(form, {}, stored=outcome.values, **world)
        assert (again.errors, again.values) == ((), outcome.values)
    return outcome


def shown(world, submitted, stored, errors, task=None):
    """Show it again with its errors, and as the draft that was kept of it."""
    form = every_type()
    world = world | {"permissions": form.permissions(task)}
    entered = submitted if isinstance(submitted, dict) else {}
    again = view(form, stored=stored, entered=entered, errors=errors, lang="en", unmask=False, **world)
    kept = loads(dumps(draft(form, submitted, now=world["now"])))
    return again, view(form, entered=kept, **world)


@pytest.mark.parametrize("name", type_names())
def test_every_type_answers_odd_input(world, name):
    for number, raw in enumerate((*TEXTS, *ODD)):
        answered(world, {name: raw}, STORED if number % 2 else {}, None if number % 3 else "t")
        if name == "table":
            answered(world, {"table": [{"x": raw, "y": raw}]}, {})


def test_a_form_full_of_odd_input_is_shown_again_and_kept_as_a_draft(world):
    for raw in (*TEXTS, *ODD):
        submitted = dict.fromkeys(type_names(), raw) | {"table": [{"x": raw, "y": raw}]}
        outcome = answered(world, submitted, STORED)
        again, drafted = shown(world, submitted, STORED, outcome.errors)
        assert {one.path for one in again.wrong} == {error.path for error in outcome.errors if error.path}
        assert len(drafted.fields) == len(type_names())


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    submitted=st.dictionaries(KEYS | st.text(max_size=5), VALUES, max_size=8) | VALUES,
    stored=st.sampled_from([{}, STORED]),
    task=st.sampled_from([None, "t"]),
)
def test_whatever_is_submitted_is_answered(world, submitted, stored, task):
    outcome = answered(world, submitted, stored, task)
    shown(world, submitted, stored, outcome.errors, task)
