"""Publishing a draft: what must be right first, the second pair of eyes, two owners at once."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from engine import SYSTEM, Conflict, Invalid, NotPermitted, Refused
from engine.models.identity import Notice
from engine.models.repository import ProcessDefinition
from engine.models.studio import DeploymentFile, Draft, LiveFile
from engine.studio.publishing import LiveMoved, NotJoined, NotReady, mark
from tests.engine.house import content
from tests.studio.conftest import Workshop

NOTE, PACK, FORM = "t/note.bpmn", "t/pack.yaml", "forms/t/note_form.yaml"


def versions(house: Workshop, key: str = "note") -> int:
    return len(house.rows(select(ProcessDefinition.id).where(ProcessDefinition.key == key)))


def accepted(house: Workshop, draft: str) -> list[str]:
    return [mark(one) for one in house.studio.readiness(draft, house.owner).warnings]


def renamed(house: Workshop, by: str = "zheng.yawen", name: str = "decide") -> str:
    """A draft that renames a step."""
    draft = house.studio.open("note", house(by)).id
    house.edit(draft, NOTE, 'name="approve"', f'name="{name}"', by=by)
    return draft


def test_a_draft_becomes_the_next_version_and_running_cases_keep_theirs(workshop: Workshop) -> None:
    case = workshop.start("note")
    draft = renamed(workshop)
    ready = workshop.studio.readiness(draft, workshop.owner)
    assert (ready.touched, ready.reasons, ready.may_publish, ready.changed) == ((("note", 1),), (), True, (NOTE,))
    card = workshop.studio.publish(draft, "更清楚", workshop.owner, accepted(workshop, draft))
    assert [(one.key, one.version) for one in card.definitions] == [("note", 2)]
    assert workshop.row(case).definition_id != card.definitions[0].id
    row = workshop.rows(select(Draft.state, Draft.deployment_id, Draft.note).where(Draft.id == draft))[0]
    assert tuple(row) == ("published", card.id, "更清楚")
    assert workshop.rows(select(DeploymentFile.path).where(DeploymentFile.deployment_id == card.id)) == [(NOTE,)]
    assert workshop.engine.deployments.deploy(
        workshop.engine.deployments.files(workshop.owner), SYSTEM).definitions == ()


def test_a_form_that_two_processes_show_gives_both_a_new_version(small_workshop: Workshop) -> None:
    house = small_workshop
    twin = content("note")[NOTE].replace(b'process id="note"', b'process id="twin"').replace(b"d_note", b"d_twin")
    house.engine.deployments.deploy(content("note") | {"t/twin.bpmn": twin}, SYSTEM)
    draft = house.studio.open("note", house.owner).id
    house.edit(draft, FORM, "id: phone, label", "id: phone, required: true, label")
    assert [key for key, _version in house.studio.readiness(draft, house.owner).touched] == ["note", "twin"]
    card = house.studio.publish(draft, "电话必填", house.owner, accepted(house, draft))
    assert {one.key for one in card.definitions} == {"note", "twin"}


def test_a_drawing_that_cannot_run_is_kept_and_never_published(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = renamed(house)
    house.edit(draft, NOTE, 'formKey="note_form"', 'formKey="no_such_form"')
    with pytest.raises(Refused) as told:
        house.studio.publish(draft, "x", house.owner, accepted(house, draft))
    assert {one.code for one in told.value.problems} == {"unknown_form"}
    assert versions(house) == 1 and house.studio.readiness(draft, house.owner).reasons
    assert b"no_such_form" in house.studio.read(draft, NOTE, house.owner).content


def test_what_is_live_is_not_taken_away(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    house.studio.remove(draft, NOTE, 0, house.owner)
    with pytest.raises(Refused) as told:
        house.studio.publish(draft, "x", house.owner)
    assert {one.code for one in told.value.problems} == {"drawing_removed"}
    house.studio.revert(draft, NOTE, 1, house.owner)
    house.studio.remove(draft, FORM, 0, house.owner)
    assert "unknown_form" in {one.problem.code for one in house.studio.check(draft, house.owner)}


def test_warnings_are_accepted_one_by_one_and_a_note_is_needed(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = renamed(house)
    house.edit(draft, NOTE, "note_verdict.decision =", "note_verdict.decison =")
    assert accepted(house, draft)
    with pytest.raises(NotReady) as told:
        house.studio.publish(draft, "x", house.owner)
    assert "警告" in told.value.sentence("zh") and "warnings" in told.value.sentence("en")
    for note in ("", "  ", "x" * 3000):
        with pytest.raises(Invalid):
            house.studio.publish(draft, note, house.owner, accepted(house, draft))
    assert house.studio.publish(draft, "知道了", house.owner, accepted(house, draft)).definitions


def test_an_unchanged_draft_is_no_version(small_workshop: Workshop) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner).id
    with pytest.raises(NotReady):
        small_workshop.studio.publish(draft, "x", small_workshop.owner)


def test_scenarios_that_fail_or_were_not_run_stand_in_the_way(small_workshop: Workshop) -> None:
    house = small_workshop
    draft = renamed(house)
    story = "format: 1\nscenarios:\n- name: {zh: 写, en: Write}\n  process: note\n  given:\n    people:\n" \
            "      li.na: {name: 李娜, roles: [agent]}\n  steps:\n  - start: note\n    by: li.na\n" \
            "  - expect:\n      tasks:\n      - {element: ELEMENT, role: agent}\n"
    path = "t/note.scenario.yaml"
    house.studio.write(draft, path, story.replace("ELEMENT", "wrong").encode(), 0, house.owner)
    for word in ("没有跑过", "没有通过"):
        with pytest.raises(NotReady) as told:
            house.studio.publish(draft, "x", house.owner, accepted(house, draft))
        assert word in told.value.sentence("zh")
        house.studio.scenarios.run(draft, house.owner, at_once=60)
    house.studio.write(draft, path, story.replace("ELEMENT", "write").encode(), 1, house.owner)
    house.studio.scenarios.run(draft, house.owner, at_once=60)
    assert house.studio.publish(draft, "x", house.owner, accepted(house, draft)).definitions


def test_two_owners_publish_the_same_process_and_one_is_told(workshop: Workshop) -> None:
    """Given two drafts of one process; when both are published at once; then one wins and the other loses nothing."""
    drafts = {renamed(workshop, by="zheng.yawen", name="decide"): workshop.owner,
              renamed(workshop, by="zhou.ping", name="judge"): workshop.second}
    marks = {draft: accepted(workshop, draft) for draft in drafts}
    barrier, told = threading.Barrier(2), []

    def publish(draft: str) -> None:
        barrier.wait()
        try:
            workshop.studio.publish(draft, "x", drafts[draft], marks[draft])
        except Conflict as error:
            told.append((draft, error))

    threads = [threading.Thread(target=publish, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert versions(workshop) == 2 and len(told) == 1
    loser, error = told[0]
    assert isinstance(error, LiveMoved) and error.params["name_en"] in ("Zheng Yawen", "Zhou Ping")
    actor, name = drafts[loser], b"decide" if drafts[loser] is workshop.owner else b"judge"
    assert name in workshop.studio.read(loser, NOTE, actor).content
    assert workshop.studio.readiness(loser, actor).moved == (NOTE,)
    workshop.studio.settle(loser, [NOTE], [], actor)
    assert workshop.studio.publish(loser, "仍用我的", actor, accepted(workshop, loser)).definitions[0].version == 3
    live = workshop.engine.deployments.files(actor)[NOTE]
    assert name in live


def test_who_lost_may_take_what_is_live(small_workshop: Workshop) -> None:
    house = small_workshop
    mine, theirs = renamed(house), renamed(house, by="zhou.ping", name="judge")
    house.studio.publish(theirs, "x", house.second, accepted(house, theirs))
    house.studio.settle(mine, [], [NOTE], house.owner)
    assert house.studio.draft(mine, house.owner).card.files == 0
    assert b"judge" in house.studio.read(mine, NOTE, house.owner).content


def test_a_second_pair_of_eyes_where_the_pack_asks_for_it(workshop: Workshop) -> None:
    house = workshop
    pack = content("note")[PACK] + b"publishing: {second_person: true}\n"
    house.engine.deployments.deploy(content("note") | {PACK: pack}, SYSTEM)
    draft = renamed(house)
    with pytest.raises(NotReady):
        house.studio.publish(draft, "x", house.owner, accepted(house, draft))
    house.studio.submit(draft, "请看改名", house.owner)
    with pytest.raises(Conflict):
        house.edit(draft, NOTE, 'name="decide"', 'name="judge"')
    with pytest.raises(NotPermitted):
        house.studio.publish(draft, "x", house.owner, accepted(house, draft))
    assert not house.studio.readiness(draft, house.owner).may_publish
    house.studio.send_back(draft, "名字不清楚", house.second)
    house.edit(draft, NOTE, 'name="decide"', 'name="judge"')
    house.studio.submit(draft, "改好了", house.owner)
    assert house.studio.readiness(draft, house.second).may_publish
    assert house.studio.publish(draft, "同意", house.second, accepted(house, draft)).definitions
    told = [row.code for row in house.rows(select(Notice.code).order_by(Notice.id))]
    assert told == ["draft_submitted", "draft_sent_back", "draft_submitted", "draft_published"]


def test_a_draft_cannot_switch_the_second_pair_of_eyes_off_for_itself(small_workshop: Workshop) -> None:
    house = small_workshop
    pack = content("note")[PACK] + b"publishing: {second_person: true}\n"
    house.engine.deployments.deploy(content("note") | {PACK: pack}, SYSTEM)
    draft = house.studio.open("note", house.owner).id
    house.edit(draft, PACK, "second_person: true", "second_person: false")
    with pytest.raises(NotReady):
        house.studio.publish(draft, "x", house.owner, accepted(house, draft))


def test_only_owners_publish(small_workshop: Workshop) -> None:
    draft = renamed(small_workshop)
    for login in ("xu.shen", "li.na"):
        with pytest.raises(NotPermitted):
            small_workshop.studio.publish(draft, "x", small_workshop(login))


def test_a_database_deployed_before_gets_its_live_files(small_workshop: Workshop) -> None:
    """Given a database whose live files were never kept; when it is upgraded; then drafts can begin."""
    house = small_workshop
    with house.engine.database.transaction() as connection:
        connection.execute(DeploymentFile.__table__.delete())
        connection.execute(LiveFile.__table__.delete())
    house.engine.upgrade()
    files = house.engine.deployments.files(house.owner)
    wanted = {path: raw for path, raw in content("note", "due").items() if path in files}
    assert {NOTE, PACK, FORM} <= files.keys() and files == wanted
    assert house.studio.publish(renamed(house), "x", house.owner, accepted(
        house, house.studio.drafts(house.owner)[0].id)).definitions


TWIN = """\
format: 1
scenarios:
- name: {zh: 同意, en: Approved}
  process: twin
  given: {people: {a: {name: 甲, roles: [agent, supervisor]}}}
  steps:
  - {start: twin, by: a}
  - {complete: write, by: a, form: {customer: 王芳}}
  - {complete: approve, by: a, form: {decision: approve}}
  - expect: {ended: true}
"""


def with_a_twin(house: Workshop) -> None:
    """Another process with the forms of ``note`` and a scenario of its own, live; ``due`` shares nothing."""
    twin = content("note")[NOTE].replace(b'process id="note"', b'process id="twin"').replace(b"d_note", b"d_twin")
    house.engine.deployments.deploy(content("note") | {
        "t/twin.bpmn": twin, "t/twin.scenario.yaml": TWIN.encode(),
        "t/due.scenario.yaml": TWIN.replace("twin", "due").encode()}, SYSTEM)


def test_the_scenarios_of_every_process_that_meets_the_change_must_pass(small_workshop: Workshop) -> None:
    house = small_workshop
    with_a_twin(house)
    draft = house.studio.open("note", house.owner).id
    assert house.studio.scenarios_pass(draft, house.owner).state == "none"
    house.edit(draft, FORM, "id: phone, label", "id: phone, required: true, label")
    verdict = house.studio.scenarios_pass(draft, house.owner)
    assert (verdict.state, verdict.others) == ("unknown", ("t/twin.scenario.yaml",))
    with pytest.raises(NotReady):
        house.studio.publish(draft, "电话必填", house.owner, accepted(house, draft))
    house.studio.scenarios.run(draft, house.owner)
    assert house.studio.scenarios_pass(draft, house.owner).state == "failed"
    house.edit(draft, "t/twin.scenario.yaml", "{customer: 王芳}", "{customer: 王芳, phone: '13800000001'}")
    house.studio.scenarios.run(draft, house.owner)
    card = house.studio.publish(draft, "电话必填", house.owner, accepted(house, draft))
    assert {one.key for one in card.definitions} == {"note", "twin"}


def test_a_change_of_the_pack_meets_all_its_processes(small_workshop: Workshop) -> None:
    house = small_workshop
    with_a_twin(house)
    draft = house.studio.open("note", house.owner).id
    house.edit(draft, PACK, "zh: 上限", "zh: 最多")
    assert house.studio.scenarios_pass(draft, house.owner).others == ("t/due.scenario.yaml", "t/twin.scenario.yaml")


def test_two_owners_who_change_different_things_of_one_file_both_get_their_way(workshop: Workshop) -> None:
    first, second = renamed(workshop, "zheng.yawen"), workshop.studio.open("note", workshop.second).id
    workshop.edit(second, NOTE, 'name="write"', 'name="take down"', by="zhou.ping")
    workshop.edit(second, FORM, "id: phone, label", "id: phone, required: true, label", by="zhou.ping")
    workshop.edit(first, FORM, "type: money, min: 0", "type: money, min: 1")
    workshop.studio.publish(first, "一", workshop.owner, accepted(workshop, first))
    with pytest.raises(LiveMoved):
        workshop.studio.publish(second, "二", workshop.second, accepted(workshop, second))
    joined = workshop.studio.merges(second, workshop.second)
    assert {path: one.content is not None for path, one in joined.items()} == {NOTE: True, FORM: True}
    workshop.studio.settle(second, [], [], workshop.second, [NOTE, FORM])
    assert workshop.studio.readiness(second, workshop.second).moved == ()
    workshop.studio.publish(second, "二", workshop.second, accepted(workshop, second))
    live = workshop.engine.deployments.files(workshop.owner)
    for path, texts in {NOTE: (b'name="decide"', b'name="take down"'), FORM: (b"required: true", b"min: 1")}.items():
        assert all(text in live[path] for text in texts)


def test_two_changes_of_one_step_are_told_and_not_joined(small_workshop: Workshop) -> None:
    house = small_workshop
    first, second = renamed(house, "zheng.yawen"), renamed(house, "zhou.ping", "judge")
    house.studio.publish(first, "一", house.owner, accepted(house, first))
    (overlap,) = house.studio.merges(second, house.second)[NOTE].overlaps
    assert [side.details[0].after for side in (overlap.mine, overlap.theirs)] == ["judge", "decide"]
    with pytest.raises(NotJoined):
        house.studio.settle(second, [], [], house.second, [NOTE])
    assert b'name="judge"' in house.studio.read(second, NOTE, house.second).content
