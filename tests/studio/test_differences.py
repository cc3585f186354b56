"""What a draft changes, told as people read it; versions, and an old one restored."""

from __future__ import annotations

import pytest

from engine import NotFound
from engine.content import ROOT
from engine.studio.comparing import compare
from tests.studio.conftest import Workshop
from tests.studio.test_publishing import accepted, renamed

NOTE, FORM = "t/note.bpmn", "forms/t/note_form.yaml"
TABLE = "processes/complaint/complaint_authority.dmn"


def test_elements_added_changed_and_removed_are_told_with_what_changed(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    house.edit(draft, NOTE, 'name="approve"', 'name="decide"')
    house.edit(draft, NOTE, '<sequenceFlow id="write_approve" sourceRef="write" targetRef="approve"/>',
               '<userTask id="ask" name="问"/><sequenceFlow id="write_ask" sourceRef="write" targetRef="ask"/>'
               '<sequenceFlow id="ask_approve" sourceRef="ask" targetRef="approve"/>')
    house.edit(draft, NOTE, "&quot;return&quot;", "&quot;again&quot;")
    found = house.studio.differences(draft, house.owner)
    assert (found.before.zh, found.after.en, len(found.files)) == ("在用 v1", "Draft", 1)
    parts = {one.id: one for one in found.files[0].parts}
    assert {key: one.change for key, one in parts.items()} == {
        "approve": "changed", "ask": "added", "write_ask": "added", "ask_approve": "added", "write_approve": "removed",
        "judged_write": "changed"}
    name = parts["approve"].details[0]
    assert (name.label.zh, name.label.en, name.before, name.after) == ("名称", "Name", "approve", "decide")
    condition = parts["judged_write"].details[0]
    assert condition.label.en == "Condition" and "return" in condition.before and "again" in condition.after
    assert (parts["approve"].what.zh, parts["write_ask"].what.en) == ("用户任务", "sequence flow")
    assert (found.count("added"), found.count("changed"), found.count("removed")) == (3, 2, 1)


def test_a_form_is_told_field_by_field_and_line_by_line(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    house.edit(draft, FORM, "id: phone, label", "id: phone, required: true, label")
    file = house.studio.differences(draft, house.owner).files[0]
    assert [(one.id, one.kind, one.change) for one in file.parts] == [("phone", "field", "changed")]
    assert [(one.label.zh, one.before, one.after) for one in file.parts[0].details] == [("必填", "", "True")]
    assert [line.change for line in file.lines if line.change] == ["removed", "added"]


def test_a_decision_table_is_told_row_by_row() -> None:
    raw = (ROOT / TABLE).read_bytes()
    first = raw.index(b"<rule"), raw.index(b"</rule>") + len(b"</rule>")
    rule = raw[first[0]:first[1]]
    more = raw.replace(rule, rule + rule.replace(b'id="', b'id="copy_').replace(b"<text>", b"<text>not(1) and ", 1))
    added = [one for one in compare(TABLE, raw, more).rows if one.after_number]
    assert [(one.change, one.before_number, one.after_number) for one in added] == [("added", 0, 2)]
    less = compare(TABLE, raw, raw.replace(rule, b""))
    assert [(one.change, one.before_number) for one in less.rows if one.before_number] == [("removed", 1)]
    assert less.rows[0].before == less.rows[0].after and less.rows[0].before[0] in ("UNIQUE", "FIRST", "COLLECT")


def test_a_drawing_that_was_only_laid_out_anew_differs_in_no_element() -> None:
    path = "processes/complaint/complaint-execution.bpmn"
    raw = (ROOT / path).read_bytes()
    moved = compare(path, raw, raw.replace(b'x="', b'x="1', 1))
    assert (moved.parts, moved.moved) == ((), True)


def test_what_cannot_be_read_is_compared_as_text() -> None:
    file = compare("forms/t/x.yaml", b"form: x\n", b"form: [x\n")
    assert file.kind == "text" and [line.text for line in file.lines if line.change] == ["form: x", "form: [x"]
    assert compare("t/x.bpmn", None, b"<broken").kind == "text"
    assert compare("forms/t/x.yaml", None, b"form: x\n").change == "added"


def test_versions_are_listed_and_compared(small_workshop: Workshop) -> None:
    house = small_workshop
    house.start("note")
    draft = renamed(house)
    house.studio.publish(draft, "更清楚", house.owner, accepted(house, draft))
    found = house.studio.versions("note", house("xu.shen"))
    assert [(one.version, one.note, one.open_cases, one.draft_id) for one in found] == [
        (2, "更清楚", 0, draft), (1, "", 1, None)]
    assert found[0].by.en == "Zheng Yawen"
    parts = house.studio.compare("note", 1, 2, house.owner).files[0].parts
    assert [(one.id, one.details[0].after) for one in parts] == [("approve", "decide")]
    for wrong in (lambda: house.studio.versions("nothing", house.owner),
                  lambda: house.studio.compare("note", 1, 9, house.owner)):
        with pytest.raises(NotFound):
            wrong()


def test_an_old_version_comes_back_as_a_draft(small_workshop: Workshop) -> None:
    house = small_workshop
    old = house.engine.deployments.files(house.owner)[NOTE]
    draft = renamed(house)
    house.studio.publish(draft, "x", house.owner, accepted(house, draft))
    back = house.studio.restore("note", 1, house.owner)
    assert back.title == "note · v1" and house.studio.read(back.id, NOTE, house.owner).content == old
    house.studio.publish(back.id, "恢复", house.owner, accepted(house, back.id))
    assert [one.version for one in house.studio.versions("note", house.owner)] == [3, 2, 1]
    assert house.engine.deployments.files(house.owner)[NOTE] == old


def test_what_an_editor_leaves_out_because_it_holds_anyway_is_no_difference(small_workshop: Workshop) -> None:
    drawing = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" name="查">'
               '<userTask id="a"/><boundaryEvent id="late" attachedToRef="a" cancelActivity="true"/>'
               '</process></definitions>').encode()
    shorter = drawing.replace(b' cancelActivity="true"', b"")
    same = compare(NOTE, drawing, shorter)
    assert (same.parts, same.moved) == ((), True)
    assert same.title is not None and same.title.zh == "查"
    other = compare(NOTE, shorter, drawing.replace(b'"true"', b'"false"')).parts[0].details
    assert [(one.label.en, one.before, one.after) for one in other] == [("Interrupting", "true", "false")]
