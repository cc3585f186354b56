"""Drafts: begun, changed with revisions, edited by one at a time, handed over, branched, given up."""

from __future__ import annotations

import pytest

from engine import Conflict, Invalid, NotFound, NotPermitted, Refused
from engine.bpmn import check_models
from tests.studio.conftest import Workshop

NOTE = "t/note.bpmn"


def test_a_draft_lies_over_the_live_files_and_changes_none_of_them(workshop: Workshop) -> None:
    draft = workshop.studio.open("note", workshop.owner)
    assert (draft.title, draft.state, draft.base_version, draft.files) == ("note", "open", 1, 0)
    before = workshop.studio.read(draft.id, NOTE, workshop.owner)
    assert (before.revision, before.live) == (0, True)
    workshop.edit(draft.id, NOTE, 'name="approve"', 'name="decide"')
    after = workshop.studio.read(draft.id, NOTE, workshop.second)
    assert after.revision == 1 and b'name="decide"' in after.content and after.changed_by.en == "Zheng Yawen"
    assert workshop.engine.deployments.files(workshop.owner)[NOTE] == before.content
    files = workshop.studio.files_of(draft.id, workshop.owner)
    assert files[NOTE] == after.content and {"t/pack.yaml", "forms/t/note_form.yaml"} <= files.keys()
    assert "t/due.bpmn" not in files
    lines = {line.path: line.change for line in workshop.studio.draft(draft.id, workshop.owner).files}
    assert lines[NOTE] == "changed" and lines["forms/t/note_form.yaml"] == ""


def test_opening_twice_without_a_change_is_one_draft(small_workshop: Workshop) -> None:
    first = small_workshop.studio.open("note", small_workshop.owner)
    assert small_workshop.studio.open("note", small_workshop.owner).id == first.id
    small_workshop.edit(first.id, NOTE, 'name="approve"', 'name="decide"')
    assert small_workshop.studio.open("note", small_workshop.owner).id != first.id
    assert {one.id for one in small_workshop.studio.drafts(small_workshop.owner)} > {first.id}
    with pytest.raises(NotFound):
        small_workshop.studio.open("nothing", small_workshop.owner)


def test_a_stale_window_overwrites_nothing_and_keeps_its_text_as_a_branch(workshop: Workshop) -> None:
    draft = workshop.studio.open("note", workshop.owner)
    raw = workshop.studio.read(draft.id, NOTE, workshop.owner).content
    first, late = raw.replace(b"approve", b"decide"), raw.replace(b"approve", b"judge")
    workshop.studio.write(draft.id, NOTE, first, 0, workshop.owner)
    with pytest.raises(Conflict) as told:
        workshop.studio.write(draft.id, NOTE, late, 0, workshop.owner)
    assert told.value.params["revision"] == 1 and "郑雅文" in told.value.sentence("zh")
    assert workshop.studio.read(draft.id, NOTE, workshop.owner).content == first
    branch = workshop.studio.branch(draft.id, {NOTE: late}, workshop.owner)
    assert workshop.studio.read(branch.id, NOTE, workshop.owner).content == late
    assert workshop.studio.read(draft.id, NOTE, workshop.owner).content == first


def test_one_person_edits_at_a_time_and_hands_over_when_asked(workshop: Workshop) -> None:
    draft = workshop.studio.open("note", workshop.owner)
    workshop.edit(draft.id, NOTE, 'name="approve"', 'name="decide"')
    with pytest.raises(Conflict) as told:
        workshop.edit(draft.id, NOTE, 'name="decide"', 'name="judge"', by="zhou.ping")
    assert "郑雅文" in told.value.sentence("zh") and "Zheng Yawen" in told.value.sentence("en")
    assert workshop.studio.take(draft.id, workshop.second).editing is False
    asked = workshop.studio.here(draft.id, workshop.owner)
    assert (asked.editing, asked.wanted_login) == (True, "zhou.ping")
    workshop.studio.hand_over(draft.id, workshop.owner)
    assert workshop.studio.here(draft.id, workshop.second).editing
    workshop.edit(draft.id, NOTE, 'name="decide"', 'name="judge"', by="zhou.ping")
    with pytest.raises(Conflict):
        workshop.edit(draft.id, NOTE, 'name="judge"', 'name="other"')


def test_who_went_away_is_not_waited_for(workshop: Workshop) -> None:
    draft = workshop.studio.open("note", workshop.owner)
    workshop.after(minutes=6)
    assert workshop.studio.draft(draft.id, workshop.second).free
    workshop.edit(draft.id, NOTE, 'name="approve"', 'name="decide"', by="zhou.ping")
    assert workshop.studio.draft(draft.id, workshop.second).editing


def test_files_are_added_removed_and_become_live_again(small_workshop: Workshop) -> None:
    house, path = small_workshop, "forms/t/more.yaml"
    draft = house.studio.open("note", house.owner)
    house.studio.write(draft.id, path, b"form: more\n", 0, house.owner)
    house.studio.remove(draft.id, NOTE, 0, house.owner)
    lines = {line.path: line.change for line in house.studio.draft(draft.id, house.owner).files}
    assert (lines[path], lines[NOTE]) == ("added", "removed")
    with pytest.raises(NotFound):
        house.studio.read(draft.id, NOTE, house.owner)
    house.studio.revert(draft.id, NOTE, 1, house.owner)
    house.studio.revert(draft.id, path, 1, house.owner)
    assert house.studio.read(draft.id, NOTE, house.owner).revision == 0
    with pytest.raises(NotFound):
        house.studio.read(draft.id, path, house.owner)


@pytest.mark.parametrize(("path", "raw"), [
    ("t/note.bpmn", b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'),
    ("t/note.bpmn", b"<a>" * 5000 + b"</a>" * 5000),
    ("t/note.bpmn", b"<a>" + b"<b/>" * 60_000 + b"</a>"),
    ("t/note.bpmn", b"x" * 6_000_000),
    ("t/note.bpmn", b""),
    ("forms/t/note_form.yaml", b"a: 1\n" * 200_000),
    ("forms/t/note_form.yaml", b"\xff\xfe\x00"),
], ids=lambda one: f"{one[:12]!r} {len(one)}")
def test_a_hostile_file_is_refused_with_a_sentence_and_changes_nothing(
        small_workshop: Workshop, path: str, raw: bytes) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    with pytest.raises(Refused) as told:
        small_workshop.studio.write(draft.id, path, raw, 0, small_workshop.owner)
    assert told.value.sentence("zh") and told.value.sentence("en")
    assert small_workshop.studio.read(draft.id, path, small_workshop.owner).revision == 0


@pytest.mark.parametrize("path", ["../note.bpmn", "/etc/x.bpmn", "t/../../x.yaml", "x.bpmn", "t/x.py", "t/x\n.bpmn",
                                  "t/" + "x" * 400 + ".bpmn"])
def test_a_draft_holds_files_of_the_content_alone(small_workshop: Workshop, path: str) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    with pytest.raises(Invalid):
        small_workshop.studio.write(draft.id, path, b"form: x\n", 0, small_workshop.owner)


def test_unfinished_text_is_kept(small_workshop: Workshop) -> None:
    house, path = small_workshop, "forms/t/note_form.yaml"
    draft = house.studio.open("note", house.owner)
    house.studio.write(draft.id, path, b"form: [note", 0, house.owner)
    assert house.studio.read(draft.id, path, house.owner).content == b"form: [note"


def test_a_new_process_begins_as_a_drawing_that_runs(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.create("engine_tests", "thanks", "感谢", "Thanks", house.owner)
    view = house.studio.draft(draft.id, house.owner)
    assert (view.drawing, view.card.base_version) == ("t/thanks.bpmn", 0)
    drawing = house.studio.read(draft.id, view.drawing, house.owner).content
    assert check_models(drawing, view.drawing) == []
    for pack, key, name in (("engine_tests", "thanks", "再谢"), ("engine_tests", "note", "x"), ("none", "x1", "x"),
                            ("engine_tests", "Bad Key", "x"), ("engine_tests", "good", " ")):
        with pytest.raises(Invalid) as wrong:
            house.studio.create(pack, key, name, "", house.owner)
        assert all(one.zh and one.en for one in wrong.value.fields)


def test_a_draft_given_up_is_read_and_never_changed(small_workshop: Workshop) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    small_workshop.edit(draft.id, NOTE, 'name="approve"', 'name="decide"')
    small_workshop.studio.discard(draft.id, small_workshop.owner)
    assert b"decide" in small_workshop.studio.read(draft.id, NOTE, small_workshop.owner).content
    assert draft.id not in {one.id for one in small_workshop.studio.drafts(small_workshop.owner)}
    assert draft.id in {one.id for one in small_workshop.studio.drafts(small_workshop.owner, ended=True)}
    with pytest.raises(Conflict):
        small_workshop.edit(draft.id, NOTE, 'name="decide"', 'name="judge"')


def test_auditors_look_and_clerks_do_not(small_workshop: Workshop) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    auditor, clerk = small_workshop("xu.shen"), small_workshop("li.na")
    raw = small_workshop.studio.read(draft.id, NOTE, auditor).content
    assert small_workshop.studio.drafts(auditor) and not small_workshop.studio.draft(draft.id, auditor).may_edit
    for act in (lambda: small_workshop.studio.write(draft.id, NOTE, raw, 0, auditor),
                lambda: small_workshop.studio.open("note", auditor), lambda: small_workshop.studio.drafts(clerk),
                lambda: small_workshop.studio.read(draft.id, NOTE, clerk)):
        with pytest.raises(NotPermitted):
            act()
