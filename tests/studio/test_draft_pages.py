"""Drafts in the browser's eyes: the list, the head of a draft, files for scripts, handing over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.studio.conftest import Workshop
from tests.studio.test_publishing import accepted
from tests.webui.conftest import Screen
from webui import create_app

NOTE = "t/note.bpmn"
REGISTER = """register: friend
title: {zh: 朋友, en: Friends}
label: '=name'
key: [name]
sections:
  - id: who
    title: {zh: 朋友, en: Friend}
    fields:
      - {id: name, label: {zh: 姓名, en: Name}, type: text, required: true}
""".encode()


class Desk(Screen):
    """A screen whose person has signed in; ``ask`` is what scripts send."""

    def __init__(self, workshop: Workshop, login: str, lang: str = "zh"):
        super().__init__(create_app(workshop.engine), lang)
        with self.client.session_transaction() as session:
            session["secret"] = workshop.engine.identity.begin_session(workshop(login).person_id)
        self.get("/me")

    def ask(self, method: str, address: str, body: Any = None) -> Any:
        return self.client.open(address, method=method, data=None if body is None else json.dumps(body), headers={
            "X-CSRFToken": self.token, "Accept": "application/json", "Content-Type": "application/json",
            "Accept-Language": self.lang})


@pytest.fixture
def owner(small_workshop: Workshop, tmp_path: Path) -> Iterator[Desk]:  # noqa: ARG001 - the house lies there
    yield Desk(small_workshop, "zheng.yawen")


def test_an_owner_begins_a_draft_from_the_list(small_workshop: Workshop, owner: Desk) -> None:
    page = owner.get("/studio")
    assert page.status_code == 200 and "note" in page.text and "设计台" in owner.get("/").text + page.text
    answer = owner.post("/studio/open", {"process": "note"})
    draft = small_workshop.studio.drafts(small_workshop.owner)[0]
    assert answer.headers["Location"] == f"/studio/drafts/{draft.id}"
    assert f"/studio/drafts/{draft.id}" in owner.get("/studio").text
    assert Desk(small_workshop, "zheng.yawen", "en").get("/studio").text.count("Studio") > 1


def test_a_new_process_that_cannot_be_is_told_at_its_field(small_workshop: Workshop, owner: Desk) -> None:
    wrong = owner.post("/studio/create", {"pack": "engine_tests", "key": "Bad Key", "name_zh": "x"})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.text
    right = owner.post("/studio/create", {"pack": "engine_tests", "key": "thanks", "name_zh": "感谢"})
    assert right.status_code == 302 and small_workshop.studio.drafts(small_workshop.owner)[0].process_key == "thanks"


def test_scripts_read_and_save_files_and_are_told_of_conflicts(small_workshop: Workshop, owner: Desk) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    address = f"/studio/drafts/{draft.id}/files/{NOTE}"
    told = owner.ask("GET", address).json
    assert (told["revision"], told["live"]) == (0, True)
    body = {"content": told["content"].replace("approve", "decide"), "revision": 0}
    assert owner.ask("PUT", address, body).json["revision"] == 1
    late = owner.ask("PUT", address, body | {"content": told["content"]})
    assert late.status_code == 409 and late.json["revision"] == 1 and "郑雅文" in late.json["error"]
    kept = owner.ask("POST", f"/studio/drafts/{draft.id}/branch", {"files": {NOTE: told["content"]}})
    assert kept.status_code == 200 and kept.json["url"] != f"/studio/drafts/{draft.id}"
    assert owner.ask("DELETE", address + "?revert=1", {"revision": 1}).status_code == 200
    assert owner.ask("GET", address).json["revision"] == 0


@pytest.mark.parametrize("body", [None, [], {}, {"content": 3, "revision": 0}, {"content": "x", "revision": "y"}, "x"])
def test_a_strange_request_is_refused_with_a_sentence(small_workshop: Workshop, owner: Desk, body: Any) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    answer = owner.ask("PUT", f"/studio/drafts/{draft.id}/files/{NOTE}", body)
    assert answer.status_code == 422 and answer.json["sentence"]
    hostile = {"content": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "revision": 0}
    refused = owner.ask("PUT", f"/studio/drafts/{draft.id}/files/{NOTE}", hostile)
    assert refused.status_code == 422 and "实体" in refused.json["error"]


def test_the_one_who_edits_is_asked_and_hands_over(small_workshop: Workshop, owner: Desk) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    second = Desk(small_workshop, "zhou.ping")
    assert second.ask("POST", f"/studio/drafts/{draft.id}/take").json["editing"] is False
    told = owner.ask("POST", f"/studio/drafts/{draft.id}/here").json
    assert (told["editing"], told["wanted"]) == (True, "周平")
    owner.ask("POST", f"/studio/drafts/{draft.id}/hand-over")
    assert second.ask("POST", f"/studio/drafts/{draft.id}/here").json["editing"] is True


def test_an_auditor_sees_the_studio_and_a_clerk_does_not(small_workshop: Workshop) -> None:
    draft = small_workshop.studio.open("note", small_workshop.owner)
    auditor, clerk = Desk(small_workshop, "xu.shen"), Desk(small_workshop, "li.na")
    page = auditor.get("/studio")
    assert page.status_code == 200 and "改这个流程" not in page.text
    body = {"content": "<a/>", "revision": 0}
    assert auditor.ask("PUT", f"/studio/drafts/{draft.id}/files/{NOTE}", body).status_code == 403
    assert auditor.ask("POST", f"/studio/drafts/{draft.id}/here").status_code == 200
    assert clerk.get("/studio").status_code == 403
    assert clerk.ask("GET", f"/studio/drafts/{draft.id}/files/{NOTE}").status_code == 403
    assert "/studio" not in clerk.get("/").text


def test_the_head_names_a_next_version_only_where_there_will_be_one(small_workshop: Workshop, owner: Desk) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    head = f"/studio/drafts/{draft}/publish"
    assert "草稿 v" not in owner.get(head).text and "发布 v" not in owner.get(head).text
    house.edit(draft, "t/pack.yaml", "zh: 上限", "zh: 最多")
    assert house.studio.draft(draft, house.owner).next_version is None and "草稿 v" not in owner.get(head).text
    house.edit(draft, "forms/t/note_form.yaml", "id: phone, label", "id: phone, required: true, label")
    assert "草稿 v2" in owner.get(head).text and "发布 v2" in owner.get(head).text
    assert [key for key, _version in house.studio.readiness(draft, house.owner).touched] == ["note"]


def test_the_tab_counts_the_registers_that_the_process_uses(small_workshop: Workshop, owner: Desk) -> None:
    house = small_workshop
    draft = house.studio.open("note", house.owner).id
    assert f'href="/studio/drafts/{draft}/registers"' in owner.get(f"/studio/drafts/{draft}/publish").text
    assert house.studio.draft(draft, house.owner).of("register") == ()
    house.studio.write(draft, "forms/registers/friend.yaml", REGISTER, 0, house.owner)
    house.edit(draft, "forms/t/note_form.yaml", "type: phone", "type: ref, register: friend")
    house.studio.publish(draft, "登记朋友", house.owner, accepted(house, draft))
    again = house.studio.open("note", house.owner).id
    assert [line.keys for line in house.studio.draft(again, house.owner).of("register")] == [("friend",)]


def test_the_list_finds_a_process_by_name_or_key(owner: Desk) -> None:
    found = owner.get("/studio?q=DUE").text
    assert "/studio/processes/due/versions" in found and "/studio/processes/note/versions" not in found
    assert "没有这样的流程" in owner.get("/studio?q=%00nothing").text
