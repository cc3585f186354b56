"""The demonstration holds a case of everything that the packs deliver, running or ended."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, MovableClock, ProcessEngine, Settings, demo
from engine.models.history import FormFilled, HistoryEntry
from engine.models.runtime import ProcessInstance
from tests.docs.packs_page import PACKS, features, models
from tests.processes.catalogue import CATALOGUE

NOW = datetime(2026, 11, 18, 7, 0, tzinfo=UTC)
ROWS = [f"M-{number:03}" for number in (*range(1, 47), *range(80, 99), *range(131, 138))]
BY_THE_ENGINE = {"M-134", "M-135", "M-136", "M-137"}
"""Rows that no process delivers: forms, reports, calendar starts, the audit log."""


def processes_of(row: str) -> list[str]:
    """The processes that deliver a row, as the packs say."""
    return [key for pack in PACKS for key, rows in features(pack).items() if row in rows and key != pack]


@pytest.fixture(scope="module")
def furnished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
              ) -> Iterator[tuple[ProcessEngine, list[str]]]:
    """The demonstration as it is at its first start, and what its start told."""
    path = tmp_path_factory.mktemp("demo") / "bihuan.db"
    shutil.copy(sqlite_template, path)
    settings, told = Settings(database_url=f"sqlite:///{path}", secret_key="for tests only"), []
    demo.furnish(settings, MovableClock(NOW), told.append)
    engine = ProcessEngine(settings, MovableClock(NOW))
    yield engine, told
    engine.close()


@pytest.fixture(scope="module")
def cases(furnished: tuple[ProcessEngine, list[str]]) -> dict[str, int]:
    """Process → how many cases there are of it, running or ended, as cases or called by others."""
    with furnished[0].database.reading() as connection:
        return dict(tuple(row) for row in connection.execute(
            select(ProcessInstance.process_key, func.count()).group_by(ProcessInstance.process_key)))


def test_no_case_of_the_demonstration_was_left_where_it_should_not_be(furnished) -> None:
    assert [sentence for sentence in furnished[1] if sentence.startswith("left where it is")] == []


@pytest.mark.parametrize("row", [row for row in ROWS if row not in BY_THE_ENGINE])
def test_each_row_of_the_feature_table_has_living_cases(cases: dict[str, int], row: str) -> None:
    """Given a row, when its processes are looked up, then the demonstration holds a case of each."""
    delivered = processes_of(row)
    assert delivered, f"no pack says that it delivers {row}"
    assert [key for key in delivered if not cases.get(key)] == []


def test_each_process_of_the_packs_has_living_cases(cases: dict[str, int]) -> None:
    assert [model.key for pack in PACKS for model in models(pack) if not cases.get(model.key)] == []


def test_what_the_engine_delivers_is_seen_in_the_demonstration(furnished) -> None:
    """Rows M-134 to M-137: forms with signatures, figures in reports, cases begun by the calendar, an audit log."""
    engine = furnished[0]
    assert {row for row in ROWS if not processes_of(row)} == BY_THE_ENGINE
    assert set(features("platform")["platform"]) >= BY_THE_ENGINE
    with engine.database.reading() as connection:
        filled = connection.scalars(select(FormFilled.values).where(FormFilled.form_key == "complaint_handling")).all()
        by_calendar = set(connection.scalars(select(ProcessInstance.process_key).where(
            ProcessInstance.started_by.is_(None), ProcessInstance.parent_id.is_(None))))
        verbs = set(connection.scalars(select(HistoryEntry.verb).distinct()))
    assert any("signature" in str(values) for values in filled)
    assert {"daily-work-log", "complaint-mailbox-watch", "reception-readiness-check"} <= by_calendar
    assert {"started", "completed", "claimed", "escalated"} <= verbs
    assert engine.boards.complaint_statistics(SYSTEM, "2026-11").count > 10
    assert engine.boards.reception_statistics(SYSTEM, "2026-11").count > 3


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue of the trade is not here")
@pytest.mark.parametrize("row", ROWS)
def test_the_packs_deliver_what_the_catalogue_names(row: str) -> None:
    """The first process that a row of the catalogue names is one that delivers it here."""
    line = next(text for text in (CATALOGUE / "features.md").read_text("utf-8").splitlines()
                if text.startswith(f"| {row} "))
    named = [word.partition("#")[0] for word in line.split("|")[3].split("`")[1::2]]
    known = {model.key for pack in PACKS for model in models(pack)}
    assert {word for word in named if word in known} <= set(processes_of(row))


LISTS = {"chen.siyuan": {"asked", "copies", "delegated", "represented"},
         "he.xiaotong": {"mine", "snoozed"}, "wang.qiang": {"mine"}, "zhou.min": {"overdue", "mine"}}
"""Whose list holds something to look at, besides what is late or unclaimed."""


@pytest.mark.parametrize("login", LISTS)
def test_every_list_of_the_inbox_holds_something(furnished, login: str) -> None:
    """Given what people did beside their tasks, when they look at their lists, then there is something in each."""
    engine = furnished[0]
    shown = engine.boards.sidebar(engine.identity.actor_by_login(login))
    assert {name for name in LISTS[login] if not shown.counts.get(name)} == set()


def test_operations_on_tasks_have_left_their_traces(furnished) -> None:
    engine = furnished[0]
    with engine.database.reading() as connection:
        verbs = set(connection.scalars(select(HistoryEntry.verb).distinct()))
    assert {"commented", "copied", "urged", "transferred", "delegated", "signers_added", "extended", "clock_paused",
            "snoozed", "substituted", "hold_set"} <= verbs


def test_supervisors_find_an_incident_and_a_customer_who_is_there_twice(furnished) -> None:
    engine = furnished[0]
    supervisor, agent = (engine.identity.actor_by_login(one) for one in ("tang.yu", "chen.siyuan"))
    incident, = engine.incidents.list(supervisor)
    assert (incident.process_name.zh, incident.sentence.zh) == (
        "来访后回访", "流程在“12 小时”处无法继续：无法理解的时间：None。"), "which case could not begin"
    assert len(engine.registers.duplicates("client", agent)[2]) == 1
    assert [view.name.zh for view in engine.boards.sidebar(agent).saved] == ["严重和重大", "本部门逾期"]
    assert len(engine.tasks.phrases(agent)) == 2
