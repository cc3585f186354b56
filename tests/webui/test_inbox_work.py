"""The inbox over HTTP: narrowing, saved views, several tasks at once, what follows, who is looking."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

HEARD = {"channel": "phone", "customer_name": "王芳", "contact": "13862156621", "key_points": "地板起翘，要求换货。"}


@pytest.fixture
def claimed(house):
    """Three complaints whose first step li.na has."""
    by = house.actor("li.na")
    tasks = [house.engine.instances.start("complaint-handling-manufacturer", by).next_task_id for _ in range(3)]
    for task in tasks:
        house.engine.tasks.claim(task, by)
    return tasks


def lines(text: str) -> list[str]:
    return re.findall(r'class="item[^"]*" data-id="([^"]+)"', text)


def test_facets_lead_to_narrower_lists(signed_in, claimed, house):
    screen = signed_in("li.na")
    panel = screen.get("/inbox/facets?view=mine").text
    assert "due=" not in panel, "one value is nothing to choose from"
    house.engine.tasks.complete(claimed[0], HEARD, house.actor("li.na"))
    house.run_jobs()
    page = screen.get("/inbox?view=unclaimed&f.channel=phone&lo.amount=1&hi.amount=")
    assert page.status_code == 200 and "电话投诉" in page.text.replace("电话", "电话投诉", 1) and "≥ 1" in page.text
    assert lines(page.text) == []


def test_a_panel_of_a_list_without_tasks_is_not_found(signed_in):
    assert signed_in("li.na").get("/inbox/facets?view=done").status_code == 404


def test_a_filter_that_is_none_is_a_sentence(signed_in):
    screen = signed_in("li.na")
    assert screen.get("/inbox?view=mine&f.x=' or 1=1").status_code == 200
    assert screen.get("/inbox?view=mine&after=nonsense").status_code == 404
    assert screen.get("/inbox?view=mine&sort=password").status_code == 200, "an order that is none is the usual one"


def test_a_view_is_saved_opened_changed_and_deleted(signed_in, claimed):  # noqa: ARG001
    screen = signed_in("li.na")
    answer = screen.post("/views", {"name": "严重的", "view": "mine", "severity": "critical", "sort": "-since"})
    assert answer.status_code == 302
    where = answer.headers["Location"]
    page = screen.get(where).text
    assert "严重的" in page and "更新视图" in page and 'value="-since" selected' in page
    kept = re.search(r"saved=(\w+)", where)[1]
    changed = screen.post("/views", {"name": "全部", "view": "mine", "saved": kept, "change": "1", "shared": "1"})
    assert f"saved={kept}" in changed.headers["Location"]
    assert "全部" in signed_in("chen.siyuan").get("/inbox").text, "shared with the unit"
    assert screen.post(f"/views/{kept}/delete").status_code == 302
    assert "全部</span>" not in screen.get("/inbox").text


def test_a_view_without_a_name_says_so(signed_in):
    answer = signed_in("li.na").post("/views", {"name": " ", "view": "mine"}, Accept="application/json")
    assert answer.status_code == 422 and answer.json["fields"][0]["path"] == "name"


def test_several_tasks_are_given_away_with_a_result_for_each(signed_in, claimed, house):
    screen = signed_in("li.na")
    query = "&".join(f"task={task}" for task in claimed)
    asked = screen.get(f"/inbox/bulk?verb=transfer&{query}", **{"HX-Request": "true"})
    assert asked.status_code == 200 and "3 件" in asked.text
    house.engine.tasks.release(claimed[0], house.actor("li.na"))
    house.engine.tasks.claim(claimed[0], house.actor("chen.siyuan"))
    done = screen.post("/inbox/bulk", {"verb": "transfer", "task": claimed, "to": "chen.siyuan", "reason": "夜班交接"},
                       Accept="application/json")
    assert [row["ok"] for row in done.json["rows"]] == [False, True, True]
    assert done.json["rows"][0]["sentence"] and done.json["rows"][0]["number"].startswith("TS-")
    assert set(lines(signed_in("chen.siyuan").get("/inbox").text)) == set(claimed)


def test_several_tasks_are_claimed_in_english(signed_in, house):
    by = house.actor("li.na")
    tasks = [house.engine.instances.start("complaint-handling-manufacturer", by).next_task_id for _ in range(2)]
    done = signed_in("li.na", "en").post("/inbox/bulk", {"verb": "claim", "task": [*tasks, "nothing"]},
                                         Accept="application/json")
    assert [row["ok"] for row in done.json["rows"]] == [True, True, False]
    assert "not found" in done.json["rows"][2]["sentence"]


def test_one_form_for_several_says_where_it_does_not_fit(signed_in, claimed):
    screen = signed_in("li.na")
    query = "&".join(f"task={task}" for task in claimed)
    assert "f.channel" in screen.get(f"/inbox/bulk?verb=complete&{query}").text
    done = screen.post("/inbox/bulk", {"verb": "complete", "task": claimed, "f.channel": "phone"},
                       Accept="application/json")
    assert [row["ok"] for row in done.json["rows"]] == [False] * 3
    heard = {f"f.{name}": value for name, value in HEARD.items()}
    done = screen.post("/inbox/bulk", {"verb": "complete", "task": claimed} | heard, Accept="application/json")
    assert [row["ok"] for row in done.json["rows"]] == [True] * 3


@pytest.mark.parametrize(("address", "status"), [("verb=deploy&task=x", 404), ("verb=claim", 400),
                                                 ("verb=reassign&task=x", 404), ("verb=complete&task=x", 404)])
def test_what_cannot_be_done_in_bulk(signed_in, address, status):
    assert signed_in("li.na").get(f"/inbox/bulk?{address}").status_code == status


def test_what_follows_names_the_people(signed_in, claimed):
    screen = signed_in("li.na")
    assert "陈思远" in screen.get(f"/tasks/{claimed[0]}/next").text
    assert signed_in("sun.lihua").get(f"/tasks/{claimed[0]}/next").status_code == 404


def test_who_else_is_looking_is_told(signed_in, claimed):
    first, second = signed_in("li.na"), signed_in("chen.siyuan", "en")
    assert first.post(f"/tasks/{claimed[0]}/seen", Accept="application/json").json == {"words": "", "editing": False}
    assert second.post(f"/tasks/{claimed[0]}/seen", {"editing": "1"}, Accept="application/json").json["words"] == \
        "Li Na also looking"
    told = first.post(f"/tasks/{claimed[0]}/seen", Accept="application/json").json
    assert told == {"words": "陈思远 正在填写", "editing": True}


def test_copies_questions_and_done_ones_have_their_act(signed_in, claimed, house):
    screen, chen = signed_in("li.na"), house.actor("chen.siyuan")
    case = house.engine.boards.task(claimed[0], house.actor("li.na")).row.case_id
    house.engine.tasks.send_copy(case, ["li.na"], "请知悉", house.actor("zhou.min"))
    house.engine.tasks.comment(case, "几点回电？", house.actor("zhou.min"), mentions=["li.na"])
    copies, asked = screen.get("/inbox?view=copies").text, screen.get("/inbox?view=asked").text
    assert "请知悉" in copies and "几点回电" in asked and 'class="item is-none unread"' in copies
    for view, text, act in (("copies", copies, "read"), ("asked", asked, "answered")):
        ref = re.search(r'name="ref" value="(\w+)"', text)[1]
        assert screen.post(f"/inbox/{act}?view={view}", {"ref": ref}).status_code == 302
        assert f'action="/inbox/{act}' not in screen.get(f"/inbox?view={view}").text
    house.engine.tasks.complete(claimed[0], HEARD, house.actor("li.na"))
    assert 'action="/inbox/take-back' in screen.get("/inbox?view=done").text
    assert screen.post("/inbox/take-back?view=done", {"task": claimed[0]}).status_code == 302
    assert claimed[0] in lines(screen.get("/inbox?view=mine").text)
    assert house.engine.boards.inbox(chen, "copies").rows == ()


def test_the_sidebar_tells_whom_one_represents(signed_in, claimed, house):  # noqa: ARG001
    now = house.clock.now()
    house.engine.identity.substitute("li.na", "chen.siyuan", now, now + timedelta(days=2), None, "休假",
                                     house.actor("li.na"))
    page = signed_in("chen.siyuan").get("/inbox").text
    assert "代理 李娜 的待办" in page and "3 项" in page and page.count("代理 李娜</span>") == 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_keys_can_be_changed(signed_in, lang):
    page = signed_in("li.na", lang).get("/me")
    assert page.status_code == 200 and 'data-own-key="j"' in page.text and "data-letters" in page.text
