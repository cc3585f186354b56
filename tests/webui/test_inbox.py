"""The list of tasks is exact: it is asked again, answers 304 when nothing changed, and says who took what left."""

from __future__ import annotations

import re

import pytest

from webui.shell import VIEWS


@pytest.fixture
def open_tasks(house):
    by = house.actor("chen.siyuan")
    return [house.engine.instances.start("complaint-handling-manufacturer", by).next_task_id for _ in range(3)]


def ids(text: str) -> list[str]:
    return re.findall(r'class="item[^"]*" data-id="([^"]+)"', text)


def test_the_unclaimed_view_lists_what_may_be_claimed(signed_in, open_tasks):
    page = signed_in("li.na").get("/inbox?view=unclaimed")
    assert sorted(ids(page.text)) == sorted(open_tasks)


def test_nothing_changed_costs_a_304(signed_in, open_tasks):  # noqa: ARG001
    screen = signed_in("li.na")
    first = screen.get("/inbox/rows?view=unclaimed")
    again = screen.get("/inbox/rows?view=unclaimed", **{"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


def test_a_line_that_left_says_who_took_it(signed_in, open_tasks):
    watching, fast = signed_in("li.na"), signed_in("chen.siyuan")
    etag = watching.get("/inbox/rows?view=unclaimed").headers["ETag"]
    fast.post(f"/tasks/{open_tasks[0]}/claim")
    answer = watching.get("/inbox/rows?view=unclaimed", **{"If-None-Match": etag, "X-Had": ",".join(open_tasks)})
    assert answer.status_code == 200
    assert open_tasks[0] not in ids(answer.text)
    assert "陈思远 0 秒前已认领" in answer.text


@pytest.mark.parametrize("view", [key for key, _ in VIEWS])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_view_opens_in_both_languages(signed_in, open_tasks, view, lang):  # noqa: ARG001
    assert signed_in("chen.siyuan", lang).get(f"/inbox?view={view}").status_code == 200


def test_a_view_that_does_not_exist_is_not_found(signed_in):
    assert signed_in("li.na").get("/inbox?view=secret").status_code == 404


def test_filters_stay_in_the_address(signed_in, open_tasks):  # noqa: ARG001
    page = signed_in("li.na").get("/inbox?view=unclaimed&severity=critical")
    assert ids(page.text) == []
    assert "没有符合筛选" in page.text
