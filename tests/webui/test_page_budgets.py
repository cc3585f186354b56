"""What opening a page costs: statements and bytes; and that no list parses a file, compiles or restores anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import SYSTEM, Bilingual, bpmn, definitions
from tests.browser.house import COMPLAINT, PASSWORD, TO_THE_PLAN, House
from tests.engine.test_statement_budget import Meter

BYTES = 300_000
PEOPLE = {"owner": ("process_owner", "gu.owner"), "administrator": ("system_admin", "tang.yu")}
PAGES = {
    "/inbox": ("zhou.min", 6), "/inbox?view=unclaimed": ("zhou.min", 6), "/board": ("zhou.min", 7),
    "/workload": ("zhou.min", 8), "/cockpit": ("zhou.min", 10), f"/cockpit/{COMPLAINT}": ("zhou.min", 13),
    "/incidents": ("zhou.min", 8), "/cases": ("zhou.min", 5), "/cases/{case}": ("zhou.min", 15),
    "/tasks/{task}": ("zhou.min", 11), "/reports/complaints": ("zhou.min", 7), "/reports/reception": ("zhou.min", 7),
    "/notices": ("zhou.min", 6), "/me": ("zhou.min", 5), "/absence": ("zhou.min", 8), "/start": ("zhou.min", 6),
    "/phrases": ("zhou.min", 5), "/registers": ("zhou.min", 5), "/registers/client": ("zhou.min", 9),
    "/registers/client/1": ("zhou.min", 13), "/studio": ("gu.owner", 8), "/admin/rules": ("gu.owner", 6),
    f"/studio/processes/{COMPLAINT}/versions": ("gu.owner", 6), "/admin/people": ("tang.yu", 9),
    "/admin/people/li.na": ("tang.yu", 11), "/admin/units": ("tang.yu", 6), "/admin/roles": ("tang.yu", 4),
    "/admin/audit": ("tang.yu", 5), "/admin/privacy": ("tang.yu", 7)}
"""Address → who opens it, and the statements it may take."""
LISTS = ("/inbox", "/inbox?view=unclaimed", "/board", "/workload", "/cockpit", "/incidents", "/cases", "/notices",
         "/registers", "/registers/client", "/reports/complaints", "/admin/people", "/studio")


@pytest.fixture
def lively(house: House) -> House:
    """A complaint with a plan to approve, one just begun, and a customer."""
    for role, login in PEOPLE.values():
        house.engine.identity.create_person(login, Bilingual(login), SYSTEM, unit="company",
                                            roles=[(role, "company")], password=PASSWORD)
    house.engine.registers.save("client", {"code": "KH-1", "name": "王先生", "kind": "person", "phone": "13812346621",
                                           "address": "苏州市姑苏区仓街 58 号"}, SYSTEM)
    house.case = house.come_to(TO_THE_PLAN)  # type: ignore[attr-defined]
    house.engine.instances.start(COMPLAINT, house.actor("li.na"))
    house.pass_time(timedelta(days=3))
    return house


def opened(screen: Any, address: str) -> Any:
    answer = screen.get(address)
    assert answer.status_code == 200, address
    return answer


def test_no_page_takes_more_statements_or_bytes_than_it_may(lively: House, signed_in: Any) -> None:
    meter, screens, over = Meter(), {}, {}
    meter.attach(lively.engine.database.engine)
    waiting = next(one.task_id for one in lively.engine.boards.case(lively.case, SYSTEM).waiting if one.task_id)
    for address, (login, most) in PAGES.items():
        screen = screens.setdefault(login, None) or signed_in(login)
        screens[login] = screen
        address = address.format(case=lively.case, task=waiting)
        opened(screen, address)  # what is kept afterwards is read
        with meter.measured() as cost:
            answer = opened(screen, address)
        if len(cost.statements) > most or len(answer.data) > BYTES:
            over[address] = (len(cost.statements), most, len(answer.data), cost.statements)
    assert over == {}
    assert max(most for _, most in PAGES.values()) <= 15


def test_more_cases_cost_no_more_statements(lively: House, signed_in: Any) -> None:
    meter, screen = Meter(), signed_in("zhou.min")
    meter.attach(lively.engine.database.engine)

    def costs() -> dict[str, int]:
        found = {}
        for address in ("/inbox", "/board", "/cases", "/workload", "/notices", "/cockpit"):
            opened(screen, address)
            with meter.measured() as cost:
                opened(screen, address)
            found[address] = len(cost.statements)
        return found

    before = costs()
    for _ in range(5):
        lively.complaint()
    assert costs() == before


def test_no_list_parses_compiles_or_restores_anything(lively: House, signed_in: Any,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    screens = {login: signed_in(login) for login in ("zhou.min", "gu.owner", "tang.yu")}
    for screen in screens.values():
        opened(screen, "/me")  # packs and registers are live data, read when they change
    opened(screens["zhou.min"], "/registers/client")

    def refused(*_: Any, **__: Any) -> Any:
        raise AssertionError("a list did this")

    lively.engine.definitions._kept.clear()
    monkeypatch.setattr(definitions, "_compile", refused)
    monkeypatch.setattr(definitions, "read_models", refused)
    monkeypatch.setattr(bpmn.ProcessRun, "restore", refused)
    for address in LISTS:
        opened(screens[PAGES[address][0]], address)
