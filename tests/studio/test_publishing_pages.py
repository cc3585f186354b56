"""Publishing, versions and differences as pages."""

from __future__ import annotations

import io

import pytest

from engine import SYSTEM
from tests.engine.house import content
from tests.studio.conftest import Workshop
from tests.studio.test_draft_pages import Desk
from tests.studio.test_publishing import NOTE, PACK, accepted, renamed


@pytest.fixture
def owner(small_workshop: Workshop) -> Desk:
    return Desk(small_workshop, "zheng.yawen")


def test_an_owner_publishes_and_finds_the_version(small_workshop: Workshop, owner: Desk) -> None:
    house, draft = small_workshop, renamed(small_workshop)
    page = owner.get(f"/studio/drafts/{draft}/publish")
    assert page.status_code == 200 and "note v1 → v2" in page.text and NOTE in page.text
    missing = owner.post(f"/studio/drafts/{draft}/publish", {"accepted": accepted(house, draft)})
    assert missing.status_code == 422 and 'aria-invalid="true"' in missing.text
    done = owner.post(f"/studio/drafts/{draft}/publish", {"note": "更清楚", "accepted": accepted(house, draft)})
    assert done.headers["Location"] == "/studio/processes/note/versions"
    versions = owner.get("/studio/processes/note/versions").text
    assert "v2" in versions and "更清楚" in versions and "恢复为草稿" in versions
    compared = owner.get("/studio/processes/note/differences?before=1&after=2")
    assert "decide" in compared.text and '"changed"' in compared.text
    back = owner.post("/studio/processes/note/restore", {"version": "1"})
    assert back.headers["Location"].endswith("/differences")
    assert "note · v1" in owner.get(back.headers["Location"]).text


def test_what_stands_in_the_way_is_said_and_nothing_typed_is_lost(small_workshop: Workshop, owner: Desk) -> None:
    draft = renamed(small_workshop)
    small_workshop.edit(draft, NOTE, 'formKey="note_form"', 'formKey="no_such_form"')
    page = owner.get(f"/studio/drafts/{draft}/publish")
    assert "有 1 个错误" in page.text and "disabled" in page.text
    refused = owner.post(f"/studio/drafts/{draft}/publish", {"note": "我写的说明"})
    assert refused.status_code == 422 and "no_such_form" in refused.text and "我写的说明" in refused.text


def test_the_one_who_came_second_chooses_file_by_file(small_workshop: Workshop, owner: Desk) -> None:
    house = small_workshop
    mine, theirs = renamed(house), renamed(house, by="zhou.ping", name="judge")
    house.studio.publish(theirs, "x", house.second, accepted(house, theirs))
    told = owner.post(f"/studio/drafts/{mine}/publish", {"note": "x", "accepted": accepted(house, mine)})
    assert told.status_code == 409 and "周平" in told.text and f"file:{NOTE}" in told.text
    owner.post(f"/studio/drafts/{mine}/settle", {f"file:{NOTE}": "mine"})
    assert house.studio.readiness(mine, house.owner).moved == ()


def test_a_second_person_approves_or_sends_back(small_workshop: Workshop, owner: Desk) -> None:
    house = small_workshop
    pack = content("note")[PACK] + b"publishing: {second_person: true}\n"
    house.engine.deployments.deploy(content("note") | {PACK: pack}, SYSTEM)
    draft = renamed(house)
    assert "提交审核" in owner.get(f"/studio/drafts/{draft}/publish").text
    owner.post(f"/studio/drafts/{draft}/submit", {"note": "请看"})
    second = Desk(house, "zhou.ping")
    assert "退回修改" in second.get(f"/studio/drafts/{draft}/publish").text
    blank = second.post(f"/studio/drafts/{draft}/send-back", {"reason": " "})
    assert blank.status_code == 422 and "请写明原因" in blank.text
    second.post(f"/studio/drafts/{draft}/send-back", {"reason": "再想想"})
    assert house.studio.draft(draft, house.owner).card.state == "open"
    notices = owner.get("/notices")
    assert "再想想" in notices.text
    one = house.engine.notices.page(house.owner).notices[0]
    assert owner.get(f"/notices/{one.id}").headers["Location"] == f"/studio/drafts/{draft}/publish"


def test_differences_show_both_drawings_and_files_go_out_and_in(small_workshop: Workshop, owner: Desk) -> None:
    draft = renamed(small_workshop)
    page = owner.get(f"/studio/drafts/{draft}/differences")
    assert 'data-side="before"' in page.text and 'data-shows="approve"' in page.text
    zipped = owner.get(f"/studio/drafts/{draft}/export.zip")
    assert zipped.data[:2] == b"PK" and "note.zip" in zipped.headers["Content-Disposition"]
    form = {"csrf_token": owner.token, "file": (io.BytesIO(zipped.data), "note.zip")}
    sent = owner.client.post(f"/studio/drafts/{draft}/import", data=form, content_type="multipart/form-data")
    assert sent.status_code == 302
    bad = {"csrf_token": owner.token, "file": (io.BytesIO(b"no zip"), "note.zip")}
    assert owner.client.post(f"/studio/drafts/{draft}/import", data=bad,
                             content_type="multipart/form-data").status_code == 422


@pytest.mark.parametrize("address", [
    "/studio/processes/nothing/versions", "/studio/processes/note/differences?before=1&after=7",
    "/studio/processes/note/differences?before=x&after=1", "/studio/processes/note/differences",
    "/studio/drafts/nothing/publish", "/studio/drafts/nothing/differences"])
def test_what_does_not_exist_is_not_found(owner: Desk, address: str) -> None:
    assert owner.get(address).status_code == 404


def test_an_auditor_sees_all_of_it_without_a_button(small_workshop: Workshop) -> None:
    draft, auditor = renamed(small_workshop), Desk(small_workshop, "xu.shen", "en")
    for address in (f"/studio/drafts/{draft}/publish", f"/studio/drafts/{draft}/differences",
                    "/studio/processes/note/versions"):
        page = auditor.get(address)
        assert page.status_code == 200 and "Publish v2" not in page.text and "Restore" not in page.text
    assert auditor.post(f"/studio/drafts/{draft}/publish", {"note": "x"}).status_code == 403


def test_what_was_published_meanwhile_is_joined_or_shown_side_by_side(small_workshop: Workshop, owner: Desk) -> None:
    house = small_workshop
    first, mine = renamed(house, "zhou.ping"), house.studio.open("note", house.owner).id
    house.edit(mine, NOTE, 'name="write"', 'name="take down"')
    house.studio.publish(first, "一", house.second, accepted(house, first))
    page = owner.get(f"/studio/drafts/{mine}/publish").text
    assert 'value="both" required checked' in page and "合并两边的改动" in page
    house.edit(mine, NOTE, 'name="approve"', 'name="judge"')
    page = owner.get(f"/studio/drafts/{mine}/publish").text
    assert "两边都改了" in page and "<ins>judge</ins>" in page and "<ins>decide</ins>" in page
    answer = owner.post(f"/studio/drafts/{mine}/settle", {f"file:{NOTE}": "both"})
    assert answer.status_code == 409 and "不能合并" in answer.text and "两边都改了" in answer.text


def test_a_draft_that_is_published_says_what_became_of_it_and_asks_for_nothing(
        small_workshop: Workshop, owner: Desk) -> None:
    house = small_workshop
    house.start("note")
    draft = renamed(house)
    house.studio.publish(draft, "名称更清楚。", house.owner, accepted(house, draft))
    page = owner.get(f"/studio/drafts/{draft}/publish").text
    assert "名称更清楚。" in page and "/studio/processes/note/migrate" in page
    assert "还没有跑" not in page and "没有差别" not in page and "基于 v2" not in page
    other = house.studio.open("note", house.owner).id
    house.studio.discard(other, house.owner)
    assert "这份草稿已放弃" in owner.get(f"/studio/drafts/{other}/publish").text
