"""The tutorial's files are real: they pass the check, their stories come true, and the page quotes them."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Bilingual, MovableClock, ProcessEngine, Settings
from engine.content import gather
from engine.testing import Runner, read_scenarios
from tests.docs.places import DOCS, blocks

FOLDER = DOCS / "tutorial" / "first-process"
PAGE = DOCS / "tutorial" / "first-process.md"
STORY = "processes/frontdesk/visitor-question.scenario.yaml"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return gather([FOLDER / "processes", FOLDER / "forms"])


def test_the_files_lie_where_the_tutorial_says(files):
    # given the tree of the first step
    tree = blocks(PAGE)[0]
    # then every file of it is there
    names = {line.split()[0] for line in tree.splitlines() if "." in line.split()[0]}
    assert {name.rpartition("/")[2] for name in files} == names


def test_the_check_finds_nothing(files, sqlite_url):
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="tutorial"))
    assert engine.deployments.check(files) == []
    engine.close()


def test_a_wrong_role_is_told_as_the_tutorial_shows(files, sqlite_url):
    # given a drawing whose lane names a role that nobody declared
    drawing = "processes/frontdesk/visitor-question.bpmn"
    wrong = files[drawing].replace(b'name="bihuan:role" value="specialist"', b'name="bihuan:role" value="specialists"')
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="tutorial"))
    # when it is checked
    found = engine.deployments.check(files | {drawing: wrong})
    engine.close()
    # then it is the line that the page prints
    (problem,) = found
    shown = f"{problem.file}:{problem.line}: {problem.element}: {problem.severity}: {problem.en} / {problem.zh}"
    assert shown in PAGE.read_text(encoding="utf-8")


def test_every_story_comes_true_and_takes_every_flow(files):
    # given the tutorial's stories
    runner = Runner(files)
    scenarios = read_scenarios(files[STORY], STORY).scenarios
    # when they are run
    outcomes = [runner.run(scenario) for scenario in scenarios]
    taken = runner.coverage.flows["visitor-question"]
    runner.close()
    # then all of them pass, and no flow is left out
    assert [one.message for one in outcomes] == [""] * 2
    assert len(taken) == 6


def test_the_page_shows_the_files_as_they_are(files):
    # given what the page quotes: whole forms and the pack, and one story
    quoted = blocks(PAGE, "yaml")
    # then each stands in a file, letter by letter
    texts = [raw.decode() for raw in files.values()]
    for block in quoted:
        assert any(block.strip() in text for text in texts), block.splitlines()[0]


def test_a_case_is_worked_as_the_tutorial_tells(files, sqlite_url, clock: MovableClock):
    # given the published process and its people
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="tutorial"), clock)
    assert [card.version for card in engine.deployments.deploy(files, SYSTEM).definitions] == [1]
    engine.identity.create_unit("hq", Bilingual("总部", "Headquarters"), SYSTEM)
    for login, role in (("mei.lin", "receptionist"), ("guo.tao", "specialist")):
        engine.identity.create_person(login, Bilingual(login), SYSTEM, unit="hq", roles=[(role, "hq")])
    mei, guo = (engine.identity.actor_by_login(login) for login in ("mei.lin", "guo.tao"))
    # when the receptionist records a question and passes it on, and the specialist answers
    started = engine.instances.start("visitor-question", mei)
    assert started.case_number == "LF-20260407-001"
    engine.tasks.claim(started.next_task_id, mei)
    engine.tasks.complete(started.next_task_id, {"visitor": "王芳", "phone": "13862156621", "question": "？",
                                                 "outcome": "pass_on"}, mei)
    (row,) = engine.boards.inbox(guo, view="unclaimed").rows
    engine.tasks.claim(row.id, guo)
    engine.tasks.complete(row.id, {"answer": "可以。"}, guo)
    engine.jobs.run_due()
    # then the case is closed
    assert engine.boards.case(started.case_number, mei).head.state == "completed"
    # and changing a limit alone publishes no version
    pack = "processes/frontdesk/pack.yaml"
    again = engine.deployments.deploy(files | {pack: files[pack].replace(b"PT4H", b"PT6H")}, SYSTEM)
    assert (again.definitions, again.unchanged) == ((), ("visitor-question",))
    engine.close()
