"""A draft as a zip, files brought back, and zips that nobody should unpack."""

from __future__ import annotations

import io
import time
import zipfile

import pytest

from engine import Conflict, Invalid, Refused
from engine.studio.exchange import packed, unpacked
from tests.studio.conftest import Workshop

NOTE, FORM = "t/note.bpmn", "forms/t/note_form.yaml"


def test_a_draft_leaves_as_a_zip_and_comes_back_unchanged(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    house.edit(draft, NOTE, 'name="approve"', 'name="decide"')
    taken = house.studio.export(draft, house("xu.shen"))
    files = unpacked(taken)
    assert b"decide" in files[NOTE] and FORM in files and packed(files) == taken
    other = house.studio.open("note", house.owner).id
    brought = house.studio.bring(other, "draft.zip", taken, house.owner)
    assert brought.changed == (NOTE,) and brought.same == len(files) - 1
    assert b"decide" in house.studio.read(other, NOTE, house.owner).content
    again = house.studio.bring(other, "draft.zip", taken, house.owner)
    assert again.changed == () and house.studio.read(other, NOTE, house.owner).revision == 1


def test_a_single_file_goes_where_its_process_stands(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    raw = house.studio.read(draft, NOTE, house.owner).content.replace(b"approve", b"decide")
    assert house.studio.bring(draft, "from modeler (2).bpmn", raw, house.owner).changed == (NOTE,)
    house.studio.bring(draft, "again.bpmn", raw.replace(b"decide", b"judge"), house.owner)
    assert house.studio.read(draft, NOTE, house.owner).revision == 2
    with pytest.raises(Refused):
        house.studio.bring(draft, "strange.bpmn", raw.replace(b'process id="note"', b'process id="x"'), house.owner)


def test_folders_around_processes_and_forms_do_not_matter(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    raw = packed({"work/forms/t/more.yaml": b"form: more\n", "work/README.md": b"x", "work/run.py": b"x"})
    brought = house.studio.bring(draft, "x.zip", raw, house.owner)
    assert brought.changed == ("forms/t/more.yaml",) and len(brought.ignored) == 2


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("forms/a.yaml", b"\0" * 200_000_000)
    return buffer.getvalue()


MANY = packed({f"forms/{n}.yaml": b"" for n in range(1001)})


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 no zip", bomb(), MANY], ids=["empty", "broken", "bomb", "many"])
def test_a_zip_that_nobody_should_unpack_is_refused_in_under_a_second(small_workshop: Workshop, raw: bytes) -> None:
    draft, began = small_workshop.studio.open("note", small_workshop.owner).id, time.perf_counter()
    with pytest.raises(Invalid) as told:
        small_workshop.studio.bring(draft, "x.zip", raw, small_workshop.owner)
    assert told.value.sentence("zh") and time.perf_counter() - began < 1


def test_a_zip_leads_nowhere_else(small_workshop: Workshop) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner).id
    with pytest.raises((Invalid, Refused)):
        small_workshop.studio.bring(draft, "x.zip", packed({"forms/../../etc/x.yaml": b"form: x\n"}),
                                    small_workshop.owner)
    evil = packed({NOTE.replace("t/", "processes/t/"): b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})
    with pytest.raises(Refused):
        small_workshop.studio.bring(draft, "x.zip", evil, small_workshop.owner)
    assert small_workshop.studio.draft(draft, small_workshop.owner).card.files == 0


def test_only_who_edits_brings_files(small_workshop: Workshop) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner).id
    with pytest.raises(Conflict):
        small_workshop.studio.bring(draft, "x.zip", packed({"forms/t/more.yaml": b"form: x\n"}), small_workshop.second)


ENTITIES = b'<!DOCTYPE a [<!ENTITY b "c">]><definitions>&b;</definitions>'
MANY_ATTRIBUTES = b"<definitions " + b" ".join(b'a%d="x"' % number for number in range(200_000)) + b"/>"


@pytest.mark.parametrize(("hostile", "sentence"), [(ENTITIES, "实体"), (MANY_ATTRIBUTES, "属性太多")])
def test_a_hostile_file_is_told_as_that_and_at_once(small_workshop, hostile, sentence):
    studio, by = small_workshop.studio, small_workshop.owner
    draft = studio.open("note", by).id
    began = time.process_time()
    for act in (lambda: studio.bring(draft, "note.bpmn", hostile, by),
                lambda: studio.write(draft, "t/note.bpmn", hostile, 0, by)):
        with pytest.raises(Refused) as told:
            act()
        assert sentence in told.value.problems[0].zh
    assert sentence in studio.check(draft, by, {"t/note.bpmn": hostile})[0].problem.zh
    assert time.process_time() - began < 3  # three readings, each under a second


def test_an_import_that_nobody_could_check_is_refused_at_once(small_workshop):
    studio, by = small_workshop.studio, small_workshop.owner
    draft = studio.open("note", by).id
    drawing = b'<a xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">' + b"<task/>" * 3000 + b"</a>"
    began = time.process_time()
    with pytest.raises(Invalid) as told:
        studio.bring(draft, "x.zip", packed({f"processes/t/p{number}.bpmn": drawing for number in range(300)}), by)
    assert "太多" in told.value.sentence("zh") and time.process_time() - began < 2
    assert studio.draft(draft, by).card.files == 0
