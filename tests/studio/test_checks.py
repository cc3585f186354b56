"""Checking a draft: the same problems as a check of everything, in the time of a keystroke, with fixes that mend."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from engine import SYSTEM
from engine.checking.files import check_content, read_content
from engine.content import shipped
from engine.studio.checking import FixPassed
from tests.studio.conftest import Workshop

NOTE = "t/note.bpmn"


def draft_of(house: Workshop, path: str, *changes: tuple[str, str], key: str = "note") -> str:
    draft = house.studio.open(key, house.owner).id
    for old, new in changes:
        house.edit(draft, path, old, new)
    return draft


def codes(house: Workshop, draft: str, unsaved: Mapping[str, bytes] | None = None) -> set[tuple[str, str]]:
    return {(one.problem.code, one.problem.element) for one in house.studio.check(draft, house.owner, unsaved)}


def test_what_is_not_saved_yet_is_checked(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    clean = codes(house, draft)
    raw = house.studio.read(draft, NOTE, house.owner).content
    broken = codes(house, draft, {NOTE: raw.replace(b'formKey="note_form"', b'formKey="note_from"')})
    assert ("unknown_form", "write") in broken - clean
    assert codes(house, draft) == clean


@pytest.mark.parametrize(("old", "new", "code", "element"), [
    ('formKey="note_form"', 'formKey="note_from"', "unknown_form", "write"),
    ('name="bihuan:role" value="supervisor"', 'name="bihuan:role" value="supervisr"', "unknown_role", "approve"),
    ('name="bihuan:role" value="agent"', 'name="bihuan:roles" value="agent"', "unknown_property", "write"),
    ('default="judged_end"', "", "bpmn_condition_missing", "judged_end"),
    ("note_verdict.decision =", "note_verdict.decison =", "feel_unknown_entry_nearest", "judged_write"),
    ('name="bihuan:role" value="agent"', 'name="bihuan:other" value="agent"', "no_role", "write"),
])
def test_a_fix_makes_its_problem_go_away(small_workshop: Workshop, old: str, new: str, code: str, element: str) -> None:
    house = small_workshop
    draft = draft_of(house, NOTE, (old, new))
    found = next(one for one in house.studio.check(draft, house.owner)
                 if (one.problem.code, one.problem.element) == (code, element))
    assert found.fixes and all(fix.label.zh and fix.label.en for fix in found.fixes)
    mended = house.studio.mend(draft, found.fixes[0].name, house.owner)
    assert (code, element) not in codes(house, draft, {mended.path: mended.content})
    house.studio.write(draft, mended.path, mended.content, house.studio.read(draft, mended.path, house.owner).revision,
                       house.owner)
    assert (code, element) not in codes(house, draft)


def test_a_form_that_is_missing_can_be_made(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = draft_of(house, NOTE, ('formKey="note_form"', 'formKey="brand_new"'))
    fixes = next(one.fixes for one in house.studio.check(draft, house.owner) if one.problem.code == "unknown_form")
    made = house.studio.mend(draft, next(fix.name for fix in fixes if fix.path.endswith("brand_new.yaml")), house.owner)
    assert made.path.endswith("brand_new.yaml")
    assert not {code for code, _ in codes(house, draft, {made.path: made.content})} & {"unknown_form", "yaml_broken"}


def test_every_fix_that_is_offered_can_be_made(small_workshop: Workshop) -> None:
    house = small_workshop
    raw = house.studio.read(house.studio.open("note", house.owner).id, NOTE, house.owner).content
    draft = draft_of(house, NOTE, ('default="judged_end"', ""))
    for broken in (raw.replace(b"bihuan:role", b"bihuan:rolle"), raw.replace(b'default="judged_end"', b""),
                   raw.replace(b'formKey="note', b'formKey="noet'), raw.replace(b'"bihuan:role"', b'"bihuan:other"')):
        names = [fix.name for one in house.studio.check(draft, house.owner, {NOTE: broken}) for fix in one.fixes]
        assert names and len(set(names)) == len(names)
        for name in names:
            assert house.studio.mend(draft, name, house.owner, {NOTE: broken}).content != broken


def test_a_fix_for_a_text_that_has_changed_is_refused(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = draft_of(house, NOTE, ('formKey="note_form"', 'formKey="note_from"'))
    name = next(fix.name for one in house.studio.check(draft, house.owner) for fix in one.fixes
                if one.problem.code == "unknown_form" and fix.label.en == "Use note_form")
    drawn = house.studio.read(draft, NOTE, house.owner).content.replace(b'name="write"', b'name="x"', 1)
    for files in ({NOTE: drawn}, {NOTE: b"<a/>"}, {NOTE: b""}):
        with pytest.raises(FixPassed):
            house.studio.mend(draft, name, house.owner, files)
    with pytest.raises(FixPassed):
        house.studio.mend(draft, "no such fix", house.owner)
    assert b'formKey="note_form"' in house.studio.mend(draft, name, house.owner).content


def test_a_step_without_deadline_is_a_hint_unless_none_is_meant(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    assert ("deadline_missing", "approve") in codes(house, draft)
    assert ("deadline_missing", "write") not in codes(house, draft)  # whoever starts the case does it at once
    role = '<camunda:property name="bihuan:role" value="supervisor"/>'
    house.edit(draft, NOTE, role, role + '<camunda:property name="bihuan:deadline" value=""/>')
    assert ("deadline_missing", "approve") not in codes(house, draft)


@pytest.mark.parametrize("raw", [
    b'<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>', b"<a>" * 5000 + b"</a>" * 5000, b"<a>" + b"<b/>" * 60_000 + b"</a>",
    b"x" * 6_000_000, b"", b"<a/>", b"<a><!-- " + b"<process " * 200_000 + b" --></a>",
    b"<a>" + b"<b/>" * 9000 + b"</a>", b"<a " + b" " * 400_000 + b"b='" + b"&quot; " * 50_000 + b"'/>",
], ids=lambda raw: f"{raw[:12]!r} {len(raw)}")
def test_a_hostile_drawing_is_told_in_under_a_second(small_workshop: Workshop, raw: bytes) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner).id
    began = time.perf_counter()
    found = small_workshop.studio.check(draft, small_workshop.owner, {NOTE: raw})
    assert found[0].problem.severity == "error" and found[0].problem.zh and time.perf_counter() - began < 1


def test_the_check_of_a_draft_tells_what_a_check_of_everything_tells(small_workshop: Workshop) -> None:
    house, files = small_workshop, shipped()
    key, path = "complaint-handling-manufacturer", "processes/complaint/complaint-handling-manufacturer.bpmn"
    house.engine.deployments.deploy(files, SYSTEM)
    draft = house.studio.open(key, house.owner).id
    raw = files[path].replace(b"bihuan:deadline", b"bihuan:deadlien", 1).replace(b"_plan", b"_paln", 1)
    house.studio.write(draft, path, raw, 0, house.owner)
    own = {path} | {one for one in house.studio.files_of(draft, house.owner) if one.startswith("forms/complaint/")}
    whole = [str(one) for one in check_content(read_content(files | {path: raw})) if one.file in own]
    found = [str(one.problem) for one in house.studio.check(draft, house.owner) if one.problem.file in own]
    assert whole and found == [one for one in whole if one in found] and set(found) >= {
        one for one in whole if one.startswith(path)}
