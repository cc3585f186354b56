"""The editors' verbs over a draft: what a file holds, who uses it, how it looks, what a table answers."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, Bilingual, Conflict, Invalid, NotPermitted
from engine.studio.editing import InUse
from engine.studio.yaml_edits import Edit
from tests.browser.house import PASSWORD, House

RECORD, PLAN = "forms/complaint/complaint_record.yaml", "forms/complaint/complaint_plan.yaml"
PACK, DEADLINE = "processes/complaint/pack.yaml", "processes/complaint/complaint_deadline.dmn"


class Desk:
    """An owner with a draft of the complaint process."""

    def __init__(self, house: House):
        self.studio = house.engine.studio
        self.me = house.actor("zheng.yawen")
        self.clerk = house.actor("li.na")
        self.draft = self.studio.open("complaint-handling-manufacturer", self.me).id

    def text(self, path: str) -> str:
        return self.studio.read(self.draft, path, self.me).content.decode()

    def sheet(self, path: str, *edits: Edit, text: str = "", **how: Any) -> Any:
        return self.studio.sheet(self.draft, path, text or self.text(path), self.me, edits=list(edits), **how)


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    import shutil

    path = tmp_path_factory.mktemp("editing") / "bihuan.db"
    shutil.copy(sqlite_template, path)
    house = House(f"sqlite:///{path}")
    house.furnish()
    house.engine.identity.create_person("zheng.yawen", Bilingual("郑雅文", "Zheng Yawen"), SYSTEM, unit="company",
                                        password=PASSWORD, roles=[("process_owner", "company")])
    yield Desk(house)
    house.engine.close()


def changes(old: str, new: str) -> list[str]:
    return list(difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm=""))[2:]


def at(sheet: Any, key: str, kind: str = "field") -> tuple[Any, ...]:
    return next(one.path for part in sheet.outline.parts for entry in part.entries for one in entry.walk()
                if one.key == key and one.kind == kind)


def test_a_field_that_a_drawing_uses_stays_and_the_drawing_is_named(desk):
    path = at(desk.sheet(PLAN), "effect")
    with pytest.raises(InUse) as told:
        desk.sheet(PLAN, Edit("remove", path))
    assert "流程“客户投诉处理（制造厂）”的“实施与签字”" in told.value.sentence("zh")
    assert "“Effect” is used by process “Complaint handling (manufacturer)”" in told.value.sentence("en")


def test_a_field_that_its_own_form_uses_names_the_formula(desk):
    path = at(desk.sheet(RECORD), "disputed")
    with pytest.raises(InUse) as told:
        desk.sheet(RECORD, Edit("remove", path))
    assert "写入变量 disputed" in told.value.sentence("zh")


def test_a_field_that_nobody_uses_goes_with_its_permissions(desk):
    sheet = desk.sheet(RECORD)
    steps = changes(desk.text(RECORD), desk.sheet(RECORD, Edit("remove", at(sheet, "emotion"))).text)
    assert any(line.startswith("-  apologise:") for line in steps)
    assert not any("emotion" in line for line in steps if line.startswith("+"))


def test_a_new_id_goes_wherever_the_form_names_the_field(desk):
    sheet = desk.sheet(RECORD)
    new = desk.sheet(RECORD, Edit("set", (*at(sheet, "back_dating_reason"), "id"), "why_earlier")).text
    assert [line for line in changes(desk.text(RECORD), new) if line.startswith("+")] == [
        "+      - id: why_earlier",
        "+  listen: {\"*\": hide, channel: edit, received_at: edit, why_earlier: edit, customer: edit, "
        "customer_name: edit, contact: edit,",
        "+  record: {\"*\": edit, channel: read, disputed: read, received_at: read, why_earlier: read, "
        "letter_notice_at: read, key_points: read,"]


def test_a_new_id_of_a_field_used_elsewhere_is_refused(desk):
    with pytest.raises(InUse):
        desk.sheet(RECORD, Edit("set", (*at(desk.sheet(RECORD), "contact"), "id"), "reach"))


def test_a_group_and_its_fields_are_held_by_the_forms_that_take_them(desk):
    # given the group of fields for approvals, whose decision the plan asks for in a rule
    groups = "forms/groups.yaml"
    with pytest.raises(InUse) as told:
        desk.sheet(groups, Edit("remove", at(desk.sheet(groups), "decision")))
    assert "流程“投诉通报”的“退回”" in told.value.sentence("zh")
    with pytest.raises(InUse):
        desk.sheet(groups, Edit("remove", ("groups", "approval")))
    with pytest.raises(InUse):
        desk.sheet(groups, Edit("rename", ("groups", "approval"), "consent"))


def test_a_field_of_a_group_is_renamed_in_its_group_only(desk):
    text = """groups:
  a:
    title: {zh: 甲, en: A}
    fields:
      - {id: x, label: {zh: 甲, en: A}, type: int}
      - {id: y, label: {zh: 乙, en: B}, type: int, required: '=x > 1'}
    rules: [{field: x, refuse_if: '=x < 0', message: {zh: 不, en: No}}]
  b:
    title: {zh: 乙, en: B}
    fields:
      - {id: x, label: {zh: 甲, en: A}, type: int, required: '=x > 1'}
"""
    new = desk.sheet("forms/groups.yaml", Edit("set", ("groups", "a", "fields", 0, "id"), "z"), text=text).text
    first, second = new.split("  b:")
    assert "'=z > 1'" in first and "{field: z, refuse_if: '=z < 0'" in first and second == text.split("  b:")[1]


def test_the_preview_is_the_form_at_the_task_that_was_chosen(desk):
    drawn_up, approved = (desk.sheet(PLAN, element=element).preview.sheet for element in ("form_plan", "approve_plan"))
    assert "decision" not in {one.id for one in drawn_up.fields}
    assert {one.id: one.readonly for one in approved.fields}["method"]
    assert {showing.element for showing in desk.sheet(PLAN).showings} == {"form_plan", "approve_plan"}
    assert desk.sheet(PLAN, lang="en").preview.sheet.title == "Complaint handling plan"


def test_a_file_that_is_not_finished_still_shows_what_it_holds(desk):
    text = desk.text(PLAN)
    half = desk.sheet(PLAN, text=text.replace("type: money", "type: gold"))
    assert half.preview.sheet is None or half.problems
    assert any(one.key == "amount" for one in half.outline.fields) and half.problems[0].line
    broken = desk.sheet(PLAN, text=text.replace("form: complaint_plan", "form: [complaint_plan"))
    assert broken.outline is None and broken.problems[0].code == "yaml_broken"


def test_roles_parameters_and_deadlines_of_a_pack_know_who_uses_them(desk):
    sheet = desk.sheet(PACK)
    with pytest.raises(InUse):
        desk.sheet(PACK, Edit("remove", ("roles", "leader_in_charge")))
    with pytest.raises(InUse):
        desk.sheet(PACK, Edit("rename", ("deadlines", "T-50"), "T-50b"))
    assert sheet.used["parameters.back_dating"][0].words.zh == "表单“客户投诉记录单”的“受理时间前移原因”"
    new = desk.sheet(PACK, Edit("set", ("deadlines", "T-50", "limit", "working"), "PT4H")).text
    assert changes(desk.text(PACK), new)[1:] == ["-    limit: {working: PT8H}", "+    limit: {working: PT4H}"]


def test_a_table_tells_the_row_that_answers(desk):
    content = desk.text(DEADLINE).encode()
    (head,), problems = desk.studio.table(desk.draft, DEADLINE, content, desk.me)
    assert [one.name for one in head.inputs] == ["severity", "safety_or_media", "batch_problem", "claimed_loss"]
    assert problems == []
    given = {"severity": '"normal"', "batch_problem": "true", "claimed_loss": "100"}
    trial = desk.studio.try_table(desk.draft, DEADLINE, content, head.id, given, desk.me)
    assert trial.chosen == ("complaint_deadline_row_5",) and 'severity: "major"' in trial.result
    wrong = desk.studio.try_table(desk.draft, DEADLINE, content, head.id, {"claimed_loss": "(1"}, desk.me)
    assert wrong.wrong[0][0] == "claimed_loss"


def test_a_row_that_hides_another_is_found(desk):
    content = desk.text(DEADLINE).replace("<text>\"critical\"</text></inputEntry>", "<text>-</text></inputEntry>", 1)
    _heads, problems = desk.studio.table(desk.draft, DEADLINE, content.encode(), desk.me)
    assert problems


@pytest.mark.parametrize("kind", ["form", "register", "table"])
def test_a_new_file_is_without_errors_and_its_key_is_taken_once(desk, kind):
    made = desk.studio.create_file(desk.draft, kind, f"large_{kind}", "大额", "Large", desk.me)
    if kind == "table":
        assert desk.studio.table(desk.draft, made.path, made.content, desk.me)[1] == []
    else:
        assert desk.sheet(made.path).problems == ()
    with pytest.raises(Conflict):
        desk.studio.create_file(desk.draft, kind, f"large_{kind}", "大额", "Large", desk.me)


def test_a_bad_key_is_told_at_its_field(desk):
    with pytest.raises(Invalid) as told:
        desk.studio.create_file(desk.draft, "form", "Bad Key", "", "x", desk.me)
    assert {one.path for one in told.value.fields} == {"key", "zh"}


def test_clerks_neither_look_nor_make(desk):
    with pytest.raises(NotPermitted):
        desk.studio.sheet(desk.draft, PLAN, desk.text(PLAN), desk.clerk)
    with pytest.raises(NotPermitted):
        desk.studio.create_file(desk.draft, "form", "mine", "我的", "Mine", desk.clerk)
    with pytest.raises(NotPermitted):
        desk.studio.try_table(desk.draft, DEADLINE, b"", "x", {}, desk.clerk)
