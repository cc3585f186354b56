"""Publishing: versions, what is frozen and what is live, what is refused."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from engine import SYSTEM, NotFound, NotPermitted, Refused
from engine.models.repository import DefinitionPart, Deployment, ProcessDefinition, StartSubscription
from tests.engine.house import House, content

NOTE = {"customer": "恒泰装饰"}


def changed(files: dict[str, bytes], file: str, old: str, new: str) -> dict[str, bytes]:
    """The same files with one text replaced."""
    assert old.encode() in files[file]
    return files | {file: files[file].replace(old.encode(), new.encode())}


def versions(house: House, key: str) -> list[int]:
    return [row.version for row in house.rows(select(ProcessDefinition.version).where(ProcessDefinition.key == key)
                                              .order_by(ProcessDefinition.version))]


def test_only_what_changed_gets_a_version(house: House) -> None:
    first = house.deploy("note", "timed")
    assert [(card.key, card.version) for card in first.definitions] == [("note", 1), ("timed", 1)]
    again = house.deploy("note", "timed")
    assert (again.definitions, again.unchanged) == ((), ("note", "timed"))
    files = changed(content("note", "timed"), "t/note.bpmn", 'name="approve"', 'name="decide"')
    third = house.engine.deployments.deploy(files, SYSTEM, note="renamed")
    assert [(card.key, card.version) for card in third.definitions] == [("note", 2)]
    assert third.unchanged == ("timed",)
    newest = {card.key: (card.version, card.open_cases) for card in house.engine.deployments.definitions(SYSTEM)}
    assert newest == {"note": (2, 0), "timed": (1, 0)}


def test_a_changed_form_is_a_new_version_and_open_cases_keep_the_old_one(house: House) -> None:
    house.deploy("note")
    old = house.start("note")
    files = changed(content("note"), "forms/t/note_form.yaml", "id: phone, label", "id: phone, required: true, label")
    assert [card.version for card in house.engine.deployments.deploy(files, SYSTEM).definitions] == [2]
    new = house.start("note")
    house.complete(old, "write", values=NOTE)
    with pytest.raises(Exception) as refused:
        house.complete(new, "write", values=NOTE)
    assert [field.path for field in refused.value.fields] == ["phone"]


def test_the_drawing_comes_back_byte_for_byte(house: House) -> None:
    files = changed(content("note"), "t/note.bpmn", '<process id="note"', """<process xmlns:mine='urn:x' mine:odd="1"
       id="note\"""")
    files["t/note.bpmn"] = files["t/note.bpmn"].replace(
        b"<startEvent id=\"start\"/>",
        b"<startEvent id=\"start\">\r\n<extensionElements><mine:thing a='1'  b=\"2\"/></extensionElements>"
        b"</startEvent>")
    card = house.engine.deployments.deploy(files, SYSTEM).definitions[0]
    assert house.engine.deployments.diagram(card.id) == files["t/note.bpmn"]
    with pytest.raises(NotFound):
        house.engine.deployments.diagram("0" * 26)


def test_a_deployment_is_refused_as_a_whole_and_says_everything_that_is_wrong(house: House) -> None:
    files = content("note", "timed")
    files = changed(files, "t/note.bpmn", 'formKey="note_form"', 'formKey="no_such_form"')
    files = changed(files, "t/note.bpmn", 'value="supervisor"', 'value="no_such_role"')
    files = changed(files, "t/timed.bpmn", "nudges + 1", "nudges + (1")
    with pytest.raises(Refused) as refused:
        house.engine.deployments.deploy(files, SYSTEM)
    problems = refused.value.problems
    assert {("t/note.bpmn", "write", "unknown_form"), ("t/note.bpmn", "approve", "unknown_role")} <= {
        (problem.file, problem.element, problem.code) for problem in problems}
    assert any(problem.file == "t/timed.bpmn" and problem.element == "count" for problem in problems)
    assert all(problem.zh and problem.en and problem.severity == "error" for problem in problems)
    assert refused.value.http_status == 422 and refused.value.sentence("zh") and refused.value.sentence("en")
    assert house.count(Deployment) == house.count(ProcessDefinition) == house.count(DefinitionPart) == 0


@pytest.mark.parametrize(("raw", "code"), [
    (b"<definitions", "xml_broken"),
    (b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>', "xml_doctype"),
    (b"<a>" * 300 + b"</a>" * 300, None),
    (b"", "xml_broken"),
])
def test_hostile_files_are_refused(small_house: House, raw: bytes, code: str | None) -> None:
    with pytest.raises(Refused) as refused:
        small_house.engine.deployments.deploy({"t/x.bpmn": raw}, SYSTEM)
    assert code is None or code in {problem.code for problem in refused.value.problems}
    assert small_house.count(ProcessDefinition) == 0


@pytest.mark.parametrize(("file", "raw"), [
    ("t/pack.yaml", b"pack: x\npack: y\n"), ("t/pack.yaml", b"pack: &a [*a]\n"),
    ("forms/t/f.yaml", b"form: f\nsections: 3\n"),
    ("t/pack.yaml", b"title: x\n"), ("t/x.dmn", b"<no"),
])
def test_broken_yaml_and_tables_are_refused(small_house: House, file: str, raw: bytes) -> None:
    with pytest.raises(Refused) as refused:
        small_house.engine.deployments.deploy({file: raw}, SYSTEM)
    assert {problem.file for problem in refused.value.problems} <= {file, ""}


def test_only_process_owners_publish(small_house: House) -> None:
    for login in ("li.na", "xu.shen", "liu.jun"):
        with pytest.raises(NotPermitted):
            small_house.engine.deployments.deploy(content("note"), small_house(login))
    assert small_house.engine.deployments.deploy(content("note"), small_house("root")).definitions


def test_the_pack_is_live_the_drawing_is_not(house: House) -> None:
    house.deploy("due")
    early = house.start("due")
    files = changed(content("due"), "t/pack.yaml", "limit: PT2H", "limit: PT8H")
    assert house.engine.deployments.deploy(files, SYSTEM).definitions == ()
    late = house.start("due")
    hours = {case: (row.due_at - row.created_at).total_seconds() / 3600
             for case in (early, late) for row in house.tasks(case) if row.element_id == "by_duration"}
    assert hours == {early: 2.0, late: 8.0}


def test_starts_by_message_belong_to_the_newest_version(house: House) -> None:
    house.deploy("by_message")
    files = changed(content("by_message"), "t/by_message.bpmn", 'name="letter-came"', 'name="parcel-came"')
    house.engine.deployments.deploy(files, SYSTEM)
    assert [row.name for row in house.rows(select(StartSubscription.name))] == ["parcel-came"]
    assert house.engine.instances.correlate("letter-came", {}, {}, SYSTEM) == "buffered"
    assert house.engine.instances.correlate("parcel-came", {}, {}, SYSTEM) == "started"


def test_two_people_publish_at_once(house: House) -> None:
    house.deploy("note")
    files = [changed(content("note"), "t/note.bpmn", 'name="approve"', f'name="decide {number}"')
             for number in range(4)]
    errors: list[BaseException] = []
    barrier = threading.Barrier(4)

    def publish(mine: dict[str, bytes]) -> None:
        barrier.wait()
        try:
            house.engine.deployments.deploy(mine, SYSTEM)
        except BaseException as error:  # noqa: BLE001 - told below
            errors.append(error)

    threads = [threading.Thread(target=publish, args=(mine,)) for mine in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert versions(house, "note") == [1, 2, 3, 4, 5]
