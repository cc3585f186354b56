"""What a click of an owner costs: at most twelve statements, and one commit where something is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.test_statement_budget import COMMITS, STATEMENTS, Meter
from tests.studio.conftest import Workshop

NOTE = "t/note.bpmn"
Act = Callable[[Workshop, str, bytes], Any]
SAVES: dict[str, Act] = {
    "open": lambda house, _draft, _raw: house.studio.open("due", house.owner),
    "create": lambda house, _draft, _raw: house.studio.create("engine_tests", "thanks", "感谢", "Thanks", house.owner),
    "autosave": lambda house, draft, raw: house.studio.write(draft, NOTE, raw + b"\n", 1, house.owner),
    "here": lambda house, draft, _raw: house.studio.here(draft, house.owner),
    "take": lambda house, draft, _raw: house.studio.take(draft, house.second),
    "hand over": lambda house, draft, _raw: house.studio.hand_over(draft, house.owner),
    "branch": lambda house, draft, raw: house.studio.branch(draft, {NOTE: raw}, house.owner),
    "discard": lambda house, draft, _raw: house.studio.discard(draft, house.owner),
    "submit": lambda house, draft, _raw: house.studio.submit(draft, "x", house.owner),
    "restore": lambda house, _draft, _raw: house.studio.restore("note", 1, house.owner),
    "settle": lambda house, draft, _raw: house.studio.settle(draft, [NOTE], [], house.owner),
}
LOOKS: dict[str, Act] = {
    "list": lambda house, _draft, _raw: house.studio.drafts(house.owner),
    "view": lambda house, draft, _raw: house.studio.draft(draft, house.owner),
    "read": lambda house, draft, _raw: house.studio.read(draft, NOTE, house.owner),
    "check": lambda house, draft, raw: house.studio.check(draft, house.owner, {NOTE: raw + b" "}),
    "differences": lambda house, draft, _raw: house.studio.differences(draft, house.owner),
    "readiness": lambda house, draft, _raw: house.studio.readiness(draft, house.owner),
    "versions": lambda house, _draft, _raw: house.studio.versions("note", house.owner),
    "compare": lambda house, _draft, _raw: house.studio.compare("note", 1, 1, house.owner),
    "files": lambda house, draft, _raw: house.studio.files_of(draft, house.owner),
}


def measured(house: Workshop, act: Act) -> Meter:
    """An act on a draft that has one change, all contents read before."""
    draft = house.studio.open("note", house.owner).id
    house.edit(draft, NOTE, 'name="approve"', 'name="decide"')
    raw = house.studio.read(draft, NOTE, house.owner).content
    house.studio.check(draft, house.owner)
    meter = Meter()
    meter.attach(house.engine.database.engine)
    with meter.measured() as found:
        act(house, draft, raw)
    return found


@pytest.mark.parametrize("name", SAVES)
def test_a_save_is_one_transaction_of_few_statements(small_workshop: Workshop, name: str) -> None:
    found = measured(small_workshop, SAVES[name])
    assert len(found.statements) <= STATEMENTS, found.statements
    assert found.commits == COMMITS


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_takes_few_statements_and_commits_nothing(small_workshop: Workshop, name: str) -> None:
    found = measured(small_workshop, LOOKS[name])
    assert len(found.statements) <= STATEMENTS, found.statements
    assert found.commits == 0
