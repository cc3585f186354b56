"""Moving running cases over HTTP: looked at, tried, moved, taken back; by those who may, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine import SYSTEM, Bilingual
from tests.browser.house import COMPLAINT, PASSWORD, House, content

DRAWING = f"processes/complaint/{COMPLAINT}.bpmn"
MIGRATE = f"/studio/processes/{COMPLAINT}/migrate"


@pytest.fixture
def owned(house: House) -> House:
    """A process owner, an auditor, three complaints and a newer version of the process."""
    for login, role in (("owner", "process_owner"), ("xu.shen", "auditor")):
        house.engine.identity.create_person(login, Bilingual(login), SYSTEM, unit="company", password=PASSWORD,
                                            roles=[(role, "company")])
    house.cases = [house.complaint().case_number for _ in range(3)]
    files = content()
    renamed = files[DRAWING].replace('"分派责任部门"'.encode(), '"确定责任部门"'.encode())
    house.engine.deployments.deploy(files | {DRAWING: renamed}, SYSTEM)
    return house


def moved(screen: Any, **more: Any) -> Any:
    screen.get(MIGRATE)
    return screen.post(MIGRATE, {"from": "1", "to": "2", "do": "move", "note": "改名"} | more)


@pytest.mark.parametrize(("lang", "words"), [("zh", "环节对应"), ("en", "Which step becomes which")])
def test_the_page_tells_what_would_become_of_all_cases(owned: Any, signed_in: Any, lang: str, words: str) -> None:
    page = signed_in("owner", lang).get(MIGRATE)
    assert page.status_code == 200 and words in page.text
    assert re.search(r'class="t-ok">3<', page.text) and re.search(r'"text": "[^"]*3', page.text)


def test_a_dry_run_writes_nothing(owned: Any, signed_in: Any) -> None:
    screen = signed_in("owner")
    screen.get(MIGRATE)
    page = screen.post(MIGRATE, {"from": "1", "to": "2", "do": "try"})
    assert page.status_code == 200 and "已试运行" in page.text
    assert owned.engine.migrations.listed(COMPLAINT, owned.actor("owner")) == ()
    assert all(one.running in (0, 3) for one in owned.engine.migrations.versions(COMPLAINT, owned.actor("owner")))


def test_cases_are_moved_and_taken_back(owned: Any, signed_in: Any) -> None:
    # given an owner who moves three cases
    screen = signed_in("owner")
    answer = moved(screen)
    assert answer.status_code == 302
    address = answer.headers["Location"]
    waiting = screen.get(address)
    assert "0 / 3" in waiting.text and 'hx-trigger="every 1s"' in waiting.text
    assert "HX-Refresh" not in screen.get(f"{address}/progress").headers
    # when the job has done it
    owned.run_jobs()
    assert screen.get(f"{address}/progress").headers["HX-Refresh"] == "true"
    done = screen.get(address)
    assert "3 / 3" in done.text and owned.cases[0] in done.text and "撤回迁移" in done.text
    case = screen.get(f"/cases/{owned.cases[0]}")
    assert "04-07 由 v1 迁到 v2" in case.text and "由 v1 迁到 v2：改名" in case.text
    # and one of them goes on before all is taken back
    owned.complete(owned.cases[1], "listen", "chen.siyuan", {
        "channel": "phone", "customer_name": "恒泰", "contact": "13862156621", "emotion": "calm", "key_points": "起翘"})
    assert screen.post(f"{address}/take-back").status_code == 302
    owned.run_jobs()
    back = screen.get(f"{address}?state=kept")
    assert owned.cases[1] in back.text and owned.cases[0] not in back.text and "案件在迁移后已往下进行" in back.text
    assert "04-07 由 v1" not in screen.get(f"/cases/{owned.cases[0]}").text
    assert screen.post(f"{address}/take-back").status_code == 409


def test_without_a_note_the_page_says_so_at_the_field(owned: Any, signed_in: Any) -> None:
    answer = moved(signed_in("owner"), note="")
    assert answer.status_code == 422 and "请写明为什么迁移。" in answer.text and 'id="note-told"' in answer.text


@pytest.mark.parametrize("mapping", [{"map.1.assign_department": "complaint_raised"}, {"map.1.nowhere": "judge"},
                                     {"map.1.assign_department": "no-such"}, {"map.9.x": "y"}, {"map.x.y": "z"}])
def test_a_mapping_that_does_not_fit_is_refused_or_ignored_and_never_fails(owned: Any, signed_in: Any,
                                                                          mapping: dict[str, str]) -> None:
    answer = moved(signed_in("owner"), **mapping)
    assert answer.status_code in (302, 422)
    assert answer.status_code == (422 if "map.1" in next(iter(mapping)) else 302)


@pytest.mark.parametrize("address", [f"{MIGRATE}?from=x", f"{MIGRATE}?to=99", f"{MIGRATE}?from=77",
                                     "/studio/processes/none/migrate", "/studio/migrations/none",
                                     "/studio/migrations/none?state=odd"])
def test_an_address_that_means_nothing_is_not_found(owned: Any, signed_in: Any, address: str) -> None:
    assert signed_in("owner").get(address).status_code == 404


def test_an_auditor_looks_and_moves_nothing(owned: Any, signed_in: Any) -> None:
    address = moved(signed_in("owner")).headers["Location"]
    screen = signed_in("xu.shen")
    page = screen.get(MIGRATE)
    assert page.status_code == 200 and 'value="move"' not in page.text and "<select class=\"input\" name=\"map" \
        not in page.text
    assert moved(screen).status_code == 403 and screen.post(MIGRATE, {"do": "try"}).status_code == 403
    owned.run_jobs()
    assert "撤回迁移" not in screen.get(address).text
    assert screen.post(f"{address}/take-back").status_code == 403


def test_others_see_nothing_of_it(owned: Any, signed_in: Any) -> None:
    address = moved(signed_in("owner")).headers["Location"]
    screen = signed_in("li.na")
    assert [screen.get(one).status_code for one in (MIGRATE, address, f"{address}/progress")] == [403, 403, 403]


def test_nothing_to_move_is_said(owned: Any, signed_in: Any) -> None:
    screen = signed_in("owner")
    moved(screen)
    owned.run_jobs()
    assert "没有需要迁移的案件。" in screen.get(MIGRATE).text
    assert moved(screen).status_code == 409
