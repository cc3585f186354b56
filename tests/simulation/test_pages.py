"""The page of a draft's effect: counts, a form that tells its mistakes, a simulation with progress and figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine.authorization import SYSTEM
from tests.simulation.conftest import Lived
from webui import create_app

PASSWORD = "correct horse battery staple"


class Browser:
    """What the owner's browser would send."""

    def __init__(self, house: Lived, login: str, lang: str = "zh"):
        house.engine.identity.set_password(login, PASSWORD, SYSTEM)
        self.client = create_app(house.engine).test_client()
        self.lang = lang
        self.post("/sign-in", login=login, password=PASSWORD)

    def get(self, address: str) -> Any:
        return self.client.get(address, headers={"Accept-Language": self.lang, "Accept": "text/html"})

    def post(self, address: str, **form: str) -> Any:
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.get("/sign-in").text + self.get("/me").text)
        assert found
        return self.client.post(address, data={"csrf_token": found[1], **form},
                                headers={"Accept-Language": self.lang, "Accept": "text/html"})


@pytest.fixture
def owner(lived_house: Lived) -> Iterator[Browser]:
    """The process owner at the screen."""
    return Browser(lived_house, "zheng.yawen")


def test_the_owner_sees_the_effect_and_simulates(lived_house: Lived, owner: Browser) -> None:
    # given a draft that changes nothing yet
    draft = lived_house.studio.open("order", lived_house.owner).id
    page = owner.get(f"/studio/drafts/{draft}/effect")
    assert page.status_code == 200
    assert "草稿和在用版本的环节没有差别。" in page.text
    assert "还没有模拟过。" in page.text
    # when nonsense is given for the people
    wrong = owner.post(f"/studio/drafts/{draft}/effect/run", **{"people.agent": "many", "people.supervisor": "0"})
    assert wrong.status_code == 422
    assert "请填写整数。" in wrong.text
    # and then two supervisors, twice over
    answer = owner.post(f"/studio/drafts/{draft}/effect/run", **{"people.agent": "2", "people.supervisor": "2",
                                                                  "seeds": "2"})
    assert answer.status_code == 302
    waiting = owner.get(f"/studio/drafts/{draft}/effect/run")
    assert "<progress" in waiting.text and "every 2s" in waiting.text
    lived_house.work()
    # then the figures are there, in both languages, and nothing is asked any more
    done = owner.get(f"/studio/drafts/{draft}/effect/run")
    assert "草稿，所填人手" in done.text and "every 2s" not in done.text
    owner.lang = "en"
    english = owner.get(f"/studio/drafts/{draft}/effect")
    assert "Draft, people as given" in english.text and 'data-chart="queue-data"' in english.text
    # and the queue of any step can be looked at
    owner.lang = "zh"
    assert "排队：decide" in owner.get(f"/studio/drafts/{draft}/effect?step=order|decide").text
    # and no value that anybody entered stands there
    assert "张三" not in english.text


def test_a_simulation_is_stopped_from_the_page(lived_house: Lived, owner: Browser) -> None:
    draft = lived_house.studio.open("order", lived_house.owner).id
    owner.post(f"/studio/drafts/{draft}/effect/run")
    run = lived_house.studio.simulations.progress(draft, lived_house.owner)
    assert run is not None
    assert owner.post(f"/studio/drafts/{draft}/effect/runs/{run.id}/stop").status_code == 302
    lived_house.work()
    assert "模拟已停止。" in owner.get(f"/studio/drafts/{draft}/effect").text


def test_a_draft_that_cannot_be_read_says_why(lived_house: Lived, owner: Browser) -> None:
    draft = lived_house.studio.open("order", lived_house.owner).id
    view = lived_house.studio.read(draft, "t/order.bpmn", lived_house.owner)
    lived_house.studio.write(draft, "t/order.bpmn", view.content.replace(b'targetRef="decided"', b'targetRef="gone"'),
                             view.revision, lived_house.owner)
    page = owner.get(f"/studio/drafts/{draft}/effect")
    assert page.status_code == 200
    assert "草稿里有错误" in page.text
    assert owner.post(f"/studio/drafts/{draft}/effect/run").status_code == 422


def test_a_process_that_is_not_live_yet_touches_nothing(lived_house: Lived, owner: Browser) -> None:
    draft = lived_house.studio.create("engine_tests", "brand-new", "新流程", "Brand new", lived_house.owner).id
    page = owner.get(f"/studio/drafts/{draft}/effect?step=nothing|there")
    assert page.status_code == 200 and "新增" in page.text
    assert owner.post(f"/studio/drafts/{draft}/effect/run").status_code == 302
    lived_house.work()
    assert "不足 20 件" in owner.get(f"/studio/drafts/{draft}/effect").text


def test_the_page_is_not_for_agents(lived_house: Lived) -> None:
    draft = lived_house.studio.open("order", lived_house.owner).id
    assert Browser(lived_house, "li.na").get(f"/studio/drafts/{draft}/effect").status_code == 403
    assert Browser(lived_house, "zheng.yawen").get("/studio/drafts/nothing/effect").status_code == 404
