"""The same FEEL on both sides: what forms send to the browser is answered there as the server answers it.

The page's own module (``webui/assets/src/feel.js``) runs in node on npm ``feelin``. The differences are listed by the
failing assertions; there must be none.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import browser_rules, feel
from engine.content import shipped
from engine.feel import portable
from engine.forms import Form, field_type, read_form, read_groups, view
from engine.forms.field import Field
from engine.forms.frame import Frame
from engine.forms.words import NOTHING, Wrong
from engine.page_rules import FEEL_KINDS, NotToldAlike, encoded

ROOT = Path(__file__).resolve().parents[2]
ASSETS = ROOT / "webui" / "assets"
FILES = shipped()
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 4, 7, 9, 30, tzinfo=SHANGHAI)
CASES = json.loads((ROOT / "tests" / "feel" / "browser_cases.json").read_text("utf-8"), parse_float=Decimal)["cases"]

Page = Callable[..., dict[str, list[Any]]]


@pytest.fixture(scope="module")
def feelin() -> Page:
    """``feelin(asked=…, sheets=…, typings=…)``: what the page's module answers."""
    node = shutil.which("node")
    missing = "node is not installed" if node is None else "" if (ASSETS / "node_modules" / "feelin").is_dir() else \
        "the page's packages are not installed (npm ci in webui/assets)"
    if missing:
        if os.environ.get("BIHUAN_REQUIRE_NODE"):
            pytest.fail(missing)
        pytest.skip(missing)

    def run(**given: list[Any]) -> dict[str, list[Any]]:
        cases = {"asked": [], "sheets": [], "typings": []} | given
        ran = subprocess.run([str(node), str(Path(__file__).with_name("feel_in_browser.mjs")), str(ASSETS)],
                             input=json.dumps(cases), capture_output=True, text=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout, parse_float=Decimal)

    return run


def evaluate(text: str, variables: Any) -> Any:
    return feel.evaluate(text, variables, clock=lambda: NOW)


def kinds(values: dict[str, Any]) -> dict[str, Any]:
    return {name: kinds(value) if isinstance(value, dict) else feel.kind(value) for name, value in values.items()}


def test_the_shared_cases_are_answered_alike(feelin: Page) -> None:
    """All of them, also those that forms leave to the server."""
    answers = feelin(asked=[{"expression": case["expression"], "context": {
        name: encoded(value) for name, value in case["variables"].items()}} for case in CASES])["asked"]
    assert [f"{case['expression']} {case['variables']}: {case['result']} here, {answer} there"
            for case, answer in zip(CASES, answers, strict=True) if answer != case["result"]] == []
    assert sum(portable(case["expression"], kinds(case["variables"])) for case in CASES) > 30, "enough may be sent"


# --- the shipped forms
def forms() -> list[Form]:
    groups = read_groups(FILES["forms/groups.yaml"])
    return [read_form(raw, name, groups) for name, raw in sorted(FILES.items())
            if name.startswith("forms/") and re.search(rb"^form:", raw, re.M)]


def value_for(one: Field, dice: random.Random) -> Any:
    """A value that the field may hold, or none."""
    if dice.random() < 0.25:
        return None
    kind = one.type.name
    if kind == "enum" and one.options:
        return dice.choice(one.options).id
    if kind == "multi" and one.options:
        return dice.sample([option.id for option in one.options], 1)
    values = {"bool": dice.random() < 0.5, "int": dice.randint(0, 6), "number": Decimal(dice.randint(0, 60)) / 10,
              "money": Decimal(dice.randint(0, 900000)) / 100,
              "datetime": NOW + timedelta(minutes=dice.randint(-60, 60)),
              "date": NOW.date() + timedelta(days=dice.randint(-2, 2))}
    return values.get(kind, dice.choice(["", "甲", "phone", "letter", "a@b"]) if kind in FEEL_KINDS else None)


BENEATH: dict[str, Callable[[random.Random], Any]] = {
    "parameters": lambda dice: {"back_dating": timedelta(minutes=dice.choice([0, 15, 90]))},
    "case": lambda dice: {"number": "TS20260407001"},  # noqa: ARG005
    "channel_rules": lambda dice: {"requires": dice.sample(
        ["phone_number", "recording", "chat_record", "store_form", "read_back", "closing_deadline"], 3)},
    "promised_at": lambda dice: NOW + timedelta(hours=dice.randint(-3, 3)),
    "disagreements": lambda dice: dice.randint(0, 2), "reopenings": lambda dice: Decimal(dice.randint(0, 2)),
}


def sheets(form: Form) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The form as it stands with many values: (its view, everything its FEEL sees)."""
    dice = random.Random(form.key)
    for _ in range(60):
        stored = {name: value_for(one, dice) for name, one in form.fields.items()}
        variables = {name: None if dice.random() < 0.2 else make(dice) for name, make in BENEATH.items()
                     if name in ("parameters", "case") or dice.random() < 0.8}
        shown = view(form, variables=variables, evaluate=evaluate, now=NOW, stored=stored, entered=None)
        yield shown, {**variables, **{one.id: one.value for one in shown.fields}}


SHOWN = {form.key: list(sheets(form)) for form in forms()}
SENT = {key: [json.loads(json.dumps(browser_rules(sheet))) for sheet, _ in shown] for key, shown in SHOWN.items()}


@pytest.fixture(scope="module")
def told(feelin: Page) -> dict[str, list[Any]]:
    """What the browser makes of every form, by its key."""
    answers = iter(feelin(sheets=[rules for sent in SENT.values() for rules in sent])["sheets"])
    return {key: [next(answers) for _ in sent] for key, sent in SENT.items()}


@pytest.mark.parametrize("key", SHOWN)
def test_what_a_shipped_form_asks_is_answered_alike(told: dict[str, list[Any]], key: str) -> None:
    """Given a form with generated values, what the browser would show and require is what the server does."""
    differences = []
    for (_, scope), sent, there in zip(SHOWN[key], SENT[key], told[key], strict=True):
        for rule in sent["fields"]:
            for what in {"visible", "required"} & rule.keys():
                here, answer = evaluate(rule[what], scope), there[rule["id"]].get(what)
                if answer is not (here if isinstance(here, bool) else None):
                    differences.append(f"{rule['id']}.{what} {rule[what]}: {here} here, {answer} there, {scope}")
    assert differences == []


@pytest.mark.parametrize("key", SHOWN)
def test_every_question_of_a_shipped_form_reaches_the_browser(key: str) -> None:
    """None of them has to wait for the server: each is sent for some values."""
    asks = ("visible", "required")
    wanted = {(one.id, what) for sheet, _ in SHOWN[key] for one in sheet.fields for what in one.formulas
              if what in asks}
    sent = {(rule["id"], what) for rules in SENT[key] for rule in rules["fields"] for what in asks if what in rule}
    assert wanted - sent == set()


# --- what people type
TYPINGS = {
    "int": ["3", "-3", "1,200", "2.5", "x", "12345678901234567890", "１２"],
    "number": ["1.5", "1.86万", "1e3", ".5", "007"],
    "money": ["18,600.00", "1.86万", "¥5", "0.1", "99999999999999.99"], "bool": ["true", "false", "yes", "on"],
    "date": ["2026-04-07", "2026-02-30", "4/7"], "datetime": ["2026-04-07T09:00", "2026-04-07T09:00:05", "2026-04-07"],
    "text": ["甲", " a ", "true", "1"], "percent": ["5", "5%"], "time": ["09:00"], "month": ["2026-04"]}


@pytest.mark.parametrize("kind", TYPINGS)
def test_what_is_typed_is_read_alike_or_left_to_the_server(feelin: Page, kind: str) -> None:
    one = Field("f", NOTHING, field_type(kind))
    rules = {"now": NOW.isoformat(), "zone": "Asia/Shanghai"}
    answers = feelin(typings=[{"kind": kind, "raw": raw, "rules": rules} for raw in TYPINGS[kind]])["typings"]
    differences = []
    for raw, there in zip(TYPINGS[kind], answers, strict=True):
        if there == {"unknown": True}:
            continue
        try:
            here = one.type.parse(raw, one, Frame(NOW))
        except Wrong:
            continue  # the server will say so; what the page shows meanwhile is not kept
        same = here == there if not isinstance(here, (date, datetime)) else here.isoformat() == there
        if not same:
            differences.append(f"{raw!r} is {here!r} here and {there!r} there")
    assert differences == []


def test_a_moment_typed_where_clocks_change_is_left_to_the_server(feelin: Page) -> None:
    rules = {"now": "2026-04-07T09:30:00+02:00", "zone": "Europe/Berlin"}
    assert feelin(typings=[{"kind": "datetime", "raw": "2026-01-07T09:00", "rules": rules}])["typings"] == [
        {"unknown": True}]


# --- anything that may be sent
LEAVES = ["n", "m", "t", "u", "b", "c", "d", "d2", "at", "at2", "long", "none", "k.n", "k.t", "k.no", "gone", "1",
          "2.5", '"甲"', '"a"', "true", "null", "now()", "today()", '@"PT1H"', '@"2026-04-07"', "many"]
SHAPES = ["({} and {})", "({} or {})", "not({})", "({} = {})", "({} != {})", "({} < {})", "({} <= {})", "({} > {})",
          "({} >= {})", "({} + {})", "({} - {})", "({} between {} and {})", "(if {} then {} else {})",
          '({} in ("a", "甲"))', "({} in (1, 2))", "list contains({}, {})", "contains({}, {})", "starts with({}, {})",
          "string length({})", "count({})"]


def grown(dice: random.Random, deep: int = 2) -> str:
    """A random text of the language that forms may use in a browser, and a little beyond it."""
    if deep == 0 or dice.random() < 0.2:
        return dice.choice(LEAVES)
    shape = dice.choice(SHAPES)
    return shape.format(*(grown(dice, deep - 1) for _ in range(shape.count("{}"))))


def test_whatever_may_be_sent_is_answered_alike(feelin: Page) -> None:
    """Given thousands of random texts over values of every kind, those that may be sent have one answer."""
    dice = random.Random(7)
    values = {"n": Decimal("2.5"), "m": 1, "t": "甲", "u": "a", "b": True, "c": False, "d": date(2026, 4, 7),
              "d2": date(2026, 4, 8), "at": NOW,
              "at2": NOW.astimezone(UTC) + timedelta(hours=1), "long": timedelta(hours=1), "none": None,
              "k": {"n": 2, "t": "b", "no": None}, "many": ["a", "甲"]}
    names = kinds(values)
    texts = [text for text in {grown(dice) for _ in range(40_000)} if portable(text, names)]
    assert len(texts) > 500
    context = {name: encoded(value) for name, value in values.items()}
    asked = [{"expression": f"({text}) = true", "context": context} for text in texts]
    moment = NOW.isoformat()
    for one in asked:
        one["expression"] = one["expression"].replace("now()", f'@"{moment}"').replace("today()", f'@"{moment[:10]}"')
    answers = feelin(asked=asked)["asked"]
    here = [evaluate(one["expression"], values) for one in asked]
    assert [f"{one['expression']}: {a} here, {b} there" for one, a, b in zip(asked, here, answers, strict=True)
            if (a is True) is not (b is True)][:20] == []


def test_numbers_that_would_change_on_the_way_are_not_sent() -> None:
    with pytest.raises(NotToldAlike):
        encoded(Decimal("12345678901234567.89"))


@pytest.mark.parametrize("text", ['0.1 + 0.2 = 0.3', 't < "b"', 'd < at', "any < 3", "if t then true else false",
                                  "count(for i in many return i) > 1", "is defined(t)", "matches(t, \"a\")", "n >"])
def test_what_differs_is_never_sent(text: str) -> None:
    names = {"t": "string", "d": "date", "at": "date and time", "any": "any", "many": "list", "n": "number"}
    assert not portable(text, names)
