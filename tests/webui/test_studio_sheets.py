"""What the editors' scripts ask over HTTP: operations on unsaved text, tables tried; bad input is told, never a 500."""

from __future__ import annotations

import difflib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, Bilingual
from tests.browser.house import PASSWORD, House
from tests.webui.conftest import Screen
from webui import create_app

PLAN, DEADLINE = "forms/complaint/complaint_plan.yaml", "processes/complaint/complaint_deadline.dmn"


@pytest.fixture(scope="module")
def studio_house(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One house for the module: nothing here is saved, and signing in is slow on purpose."""
    path = tmp_path_factory.mktemp("sheets") / "house.db"
    shutil.copy(furnished, path)
    made = House(f"sqlite:///{path}")
    for login, role in (("zheng.yawen", "process_owner"), ("an.ditor", "auditor")):
        made.engine.identity.create_person(login, Bilingual(login, login), SYSTEM, unit="company", password=PASSWORD,
                                           roles=[(role, "company")])
    made.app = create_app(made.engine)
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def screens(studio_house: House) -> Any:
    """``screens(login)``: the screen of a person, signed in once."""
    found: dict[str, Screen] = {}

    def sit_down(login: str) -> Screen:
        if login not in found:
            screen = found[login] = Screen(studio_house.app)
            screen.get("/sign-in")
            assert screen.post("/sign-in", {"login": login, "password": PASSWORD}).status_code == 302
            screen.get("/me")
        return found[login]

    return sit_down


@pytest.fixture
def owner(studio_house: House, screens: Any) -> Any:
    screen = screens("zheng.yawen")
    screen.lang = "zh"
    screen.studio = studio_house.engine.studio
    screen.me = studio_house.actor("zheng.yawen")
    screen.draft = screen.studio.open("complaint-handling-manufacturer", screen.me).id
    screen.plan = screen.studio.read(screen.draft, PLAN, screen.me).content.decode()
    return screen


def ask(screen: Any, path: str, sent: Any, draft: str = "", what: str = "sheet") -> Any:
    body = sent if isinstance(sent, (str, bytes)) else json.dumps(sent)
    return screen.client.post(f"/studio/drafts/{draft or screen.draft}/{what}/{path}", data=body, headers={
        "X-CSRFToken": screen.token, "Content-Type": "application/json", "Accept": "application/json",
        "Accept-Language": screen.lang})


def gone(old: str, new: str) -> list[str]:
    """Lines of ``old`` that ``new`` has not."""
    return [line for line in difflib.ndiff(old.split("\n"), new.split("\n")) if line.startswith("- ")]


def test_an_edit_answers_the_text_and_the_panes(owner):
    answer = ask(owner, PLAN, {"text": owner.plan, "chosen": ["sections", 1, "fields", 1], "edits": [
        {"do": "set", "path": ["sections", 1, "fields", 1, "label", "zh"], "value": "赔偿金额"}]})
    assert answer.status_code == 200
    assert answer.json["text"] == owner.plan.replace("{zh: 金额, en: Amount}", "{zh: 赔偿金额, en: Amount}")
    assert "赔偿金额" in answer.json["list"] and "赔偿金额" in answer.json["preview"]
    # and nothing was saved
    assert owner.studio.read(owner.draft, PLAN, owner.me).revision == 0


def test_a_field_of_every_type_is_added_whole(owner):
    types = owner.studio.field_types()
    assert len(types) == 22
    for kind in types:
        answer = ask(owner, PLAN, {"text": owner.plan, "add": {"kind": "field", "type": kind,
                                                               "near": ["sections", 1, "fields", 1]}})
        assert answer.status_code == 200, kind
        assert answer.json["chosen"] == ["sections", 1, "fields", 2] and answer.json["problems"] == [], kind
        assert "新字段" in answer.json["preview"] and gone(owner.plan, answer.json["text"]) == [], kind


@pytest.mark.parametrize(("kind", "begins"), [
    ("section", ["sections", 3]), ("rule", ["rules", 2]), ("set", ["sets", "new_variable"]), ("use", None)])
def test_other_entries_are_added_and_shown(owner, kind, begins):
    answer = ask(owner, PLAN, {"text": owner.plan, "add": {"kind": kind, "near": []}})
    assert answer.status_code == 200
    assert begins is None or answer.json["chosen"] == begins


def test_a_pack_takes_every_kind_of_entry(owner):
    path = "processes/complaint/pack.yaml"
    text = owner.studio.read(owner.draft, path, owner.me).content.decode()
    for kind in ("role", "deadline", "parameter", "message", "case_state", "customer_state", "number"):
        answer = ask(owner, path, {"text": text, "add": {"kind": kind, "near": []}})
        assert answer.status_code == 200 and answer.json["problems"] == [], kind
        assert gone(text, answer.json["text"]) == [], kind


def test_a_field_in_use_is_refused_in_the_reader_s_language(owner):
    remove = {"text": owner.plan, "edits": [{"do": "remove", "path": ["sections", 1, "fields", 4]}]}
    answer = ask(owner, PLAN, remove)
    assert answer.status_code == 422 and "使用，不能删除或改名" in answer.json["error"]
    owner.lang = "en"
    assert "cannot be removed or renamed" in ask(owner, PLAN, remove).json["error"]


@pytest.mark.parametrize("sent", [
    "", "[]", "{", "null", '{"text": 1}', '{"text": "a: 1", "chosen": 3}', "[" * 3000, b"\xff\xfe",
    '{"text": "form: x", "edits": {"do": "set"}}', '{"text": "form: x", "edits": [{"do": "set", "path": [[1]]}]}',
    '{"text": "form: x", "edits": [{"do": "eval", "path": ["x"], "value": 1}]}',
    '{"text": "form: x", "add": {"kind": "field", "near": [{}]}}', '{"text": "form: x", "add": {"kind": 7}}',
    '{"text": "form: x", "add": {"kind": "field", "type": "gold", "near": ["sections", "fields"]}}'])
def test_what_is_no_request_is_refused(owner, sent):
    assert ask(owner, PLAN, sent).status_code in (400, 413, 422)


@pytest.mark.parametrize("text", [
    "", "{", "- 1", "form: 1", "form: x\nsections: 3", "form: x\nsections: [1, {id: []}]",
    "form: x\nrules: [a]\nsets: []", "a: &x 1\nb: *x",
    "form: [x]\ntitle: 3\nsections:\n  - fields:\n      - {id: {}, type: [], label: 7}\n",
    "pack: x\nroles: {a: [b], c: 3, d: {zh: 1}}\nparameters: {p: 1}\ndeadlines: {t: [], u: {limit: []}}",
    "register: x\nsections:\n  - {fields: [{use: nothing}, {id: f, type: ref, register: [], fill: [1]}]}",
    "groups: {a: 1, b: {fields: 3}}",
    "form: x\ntitle: {zh: a, en: b}\nsections:\n  - id: s\n    title: {zh: a, en: b}\n"
    "    fields:\n      - {id: f, label: {zh: 甲, en: A}, type: enum, values: '=1 +'}\ntasks: {t: [], u: {f: fly}}",
    "form: <script>alert(1)</script>\ntitle: {zh: '<img src=x onerror=alert(1)>', en: '</script><script>'}"])
def test_whatever_a_file_holds_it_is_shown_or_refused(owner, text):
    for path in (PLAN, "forms/registers/client.yaml", "processes/complaint/pack.yaml", "forms/groups.yaml"):
        answer = ask(owner, path, {"text": text, "element": "*", "lang": "xx", "chosen": ["sections", 0, "fields", 0]})
        assert answer.status_code in (200, 422), path
        if answer.status_code == 200:
            panes = answer.json["list"] + answer.json["properties"] + answer.json["preview"]
            assert "<script>alert" not in panes and "<img src=x" not in panes


def test_a_number_typed_is_exact(owner):
    sent = json.dumps({"text": owner.plan, "edits": [
        {"do": "set", "path": ["sections", 1, "fields", 1, "max"], "value": "exact"}]})
    answer = ask(owner, PLAN, sent.replace('"exact"', "1234567.10"))
    assert "        max: 1234567.10\n" in answer.json["text"]


def test_those_who_only_look_see_and_change_nothing(owner, screens):
    auditor = screens("an.ditor")
    page = auditor.get(f"/studio/drafts/{owner.draft}/forms?file={PLAN}")
    assert page.status_code == 200 and "data-editable" not in page.text
    answer = auditor.client.post(f"/studio/drafts/{owner.draft}/forms", data={
        "csrf_token": auditor.token, "key": "mine", "zh": "我的", "en": "Mine"})
    assert answer.status_code == 403
    clerk = screens("li.na")
    for tab in ("forms", "tables", "registers", "roles"):
        assert clerk.get(f"/studio/drafts/{owner.draft}/{tab}").status_code == 403
    assert ask(clerk, PLAN, {"text": owner.plan}, owner.draft).status_code == 403
    assert ask(clerk, DEADLINE, {"text": "<a/>"}, owner.draft, "table").status_code == 403


@pytest.mark.parametrize("address", ["forms?file=nothing.yaml", "tables?file=../../etc/passwd", "roles?file=x",
                                     "registers?file=forms/registers/none.yaml"])
def test_a_file_the_draft_does_not_have_is_not_found(owner, address):
    assert owner.get(f"/studio/drafts/{owner.draft}/{address}").status_code == 404
    assert owner.get(f"/studio/drafts/nothing/{address}").status_code == 404


@pytest.mark.parametrize("text", ["", "<", "<a/>", "<!DOCTYPE x [<!ENTITY a 'b'>]><definitions>&a;</definitions>",
                                  "<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/'/>"])
def test_a_table_that_is_none_is_told(owner, text):
    answer = ask(owner, DEADLINE, {"text": text, "values": {"a": "(("}}, what="table")
    assert answer.status_code == 200 and (answer.json["problems"] or text.startswith("<definitions"))
    assert ask(owner, DEADLINE, "[]", what="table").status_code in (400, 422)


@pytest.mark.parametrize("entry", ["amount", "basis", "form_plan", "plan_amount", "approval", "nowhere"])
def test_every_kind_of_entry_has_a_panel(owner, entry):
    page = owner.get(f"/studio/drafts/{owner.draft}/forms?file={PLAN}&entry={entry}")
    assert page.status_code == 200 and "data-control" in page.text


def test_the_permissions_of_a_step_name_the_fields_of_groups_as_well(owner):
    # given a step that hides fields which a field group brings
    page = owner.get(f"/studio/drafts/{owner.draft}/forms?file={PLAN}&entry=form_plan").text
    # then each has its line, so that changing one loses none
    for name in ("decision", "opinion", "approver", "approved_at", "amount", "basis"):
        assert f'data-permission="{name}"' in page


def test_rules_of_a_field_group_have_panels_and_are_added_to_their_group(owner):
    groups = "forms/groups.yaml"
    text = owner.studio.read(owner.draft, groups, owner.me).content.decode()
    there = ["groups", "period", "rules", 0]
    panel = ask(owner, groups, {"text": text, "chosen": there}).json
    assert panel["chosen"] == there and "结束不能早于开始" in panel["list"]
    offered = re.search(r'data-name="field".*?</select>', panel["properties"], re.DOTALL)
    assert offered and 'value="period_end"' in offered[0] and 'value="decision"' not in offered[0]
    # one more goes to the group that was chosen, as its second; and the first of a group that had none
    more = ask(owner, groups, {"text": text, "add": {"kind": "rule", "near": ["groups", "period", "fields", 1]}}).json
    assert more["chosen"] == ["groups", "period", "rules", 1] and gone(text, more["text"]) == []
    first = ask(owner, groups, {"text": text, "add": {"kind": "rule", "near": ["groups", "approval"]}}).json
    assert first["chosen"] == ["groups", "approval", "rules", 0] and gone(text, first["text"]) == []
    # a field is still added behind the fields
    field = ask(owner, groups, {"text": text, "add": {"kind": "field", "type": "text", "near": ["groups", "period"]}})
    assert field.json["chosen"] == ["groups", "period", "fields", 3] and gone(text, field.json["text"]) == []


@pytest.mark.parametrize(("written", "how", "amount"), [
    ("PT24H", "duration", "24"), ("P7D", "days", "7"), ("{working: PT8H}", "working", "8"),
    ("{working_days: 5}", "working_days", "5"), ("{month_day: 5}", "month_day", "5"),
    ('{time: "18:00"}', "time", "18:00"), ('{time: "10:00", working_days: 1}', "day_time", "1 10:00"),
    ("'=promised_at'", "text", "=promised_at")])
def test_every_kind_of_limit_has_its_fields(owner, written, how, amount):
    text = ("pack: complaint\ndeadlines:\n  x: {title: {zh: 甲, en: A}, "
            f"limit: {written}, by_severity: {{major: {written}}}}}\n")
    panel = ask(owner, "processes/complaint/pack.yaml", {"text": text, "chosen": ["deadlines", "x"]}).json["properties"]
    boxes = [re.search(rf'data-name="{name}".*?(?=<div class="field wide"|\Z)', panel, re.DOTALL)[0]
             for name in ("limit", "by_severity")]
    boxes[1] = re.search(r'data-severity="major".*?</tr>', boxes[1], re.DOTALL)[0]
    for box in boxes:
        assert f'<option value="{how}" selected>' in box and f'data-amount value="{amount}"' in box
        assert "请在 YAML" not in box


def test_what_the_completion_says_of_keys_is_in_the_reader_s_language(owner):
    def told(data: Any) -> list[str]:
        inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
        own = [data["description"]] if isinstance(data, dict) and isinstance(data.get("description"), str) else []
        return own + [text for one in inner for text in told(one)]

    for tab, path in (("forms", PLAN), ("forms", "forms/groups.yaml"), ("registers", "forms/registers/client.yaml")):
        page = owner.get(f"/studio/drafts/{owner.draft}/{tab}?file={path}").text
        data = json.loads(re.search(r'id="sheet-data">(.*?)</script>', page, re.DOTALL)[1])
        texts = told(data["schema"])
        assert texts and [one for one in texts if not re.search("[\u4e00-\u9fff]", one)] == []
