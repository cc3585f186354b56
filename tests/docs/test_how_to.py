"""What the how-to pages show is true: stories pass, refusals read as printed, programs name what exists."""

from __future__ import annotations

import ast
import importlib

import pytest
from sqlalchemy import inspect

from engine import SYSTEM, Bilingual, ProcessEngine, Settings
from engine.content import gather
from engine.testing import Runner, read_scenarios
from tests.docs.places import DOCS, OWN_PAGES, blocks

STORY = DOCS / "how-to" / "write-a-scenario.md"


@pytest.fixture(scope="module")
def runner():
    made = Runner(gather([DOCS / "tutorial" / "first-process" / name for name in ("processes", "forms")]))
    yield made
    made.close()


def test_the_straight_path_passes(runner):
    (example,) = blocks(STORY, "yaml")
    (scenario,) = read_scenarios(example, "example.scenario.yaml").scenarios
    assert runner.run(scenario).ok


def test_a_failure_reads_as_the_page_shows(runner):
    # given the same story without the answer that was given
    (example,) = blocks(STORY, "yaml")
    (scenario,) = read_scenarios(example.replace("reply: 晚上九点。, ", ""), "example.scenario.yaml").scenarios
    # when it is run
    outcome = runner.run(scenario)
    # then it fails with the printed words
    assert not outcome.ok
    assert outcome.message in STORY.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OWN_PAGES, ids=lambda path: path.stem)
def test_programs_on_the_pages_import_what_exists(path):
    for block in blocks(path, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("engine"):
                module = importlib.import_module(node.module)
                for name in node.names:
                    assert hasattr(module, name.name) or importlib.util.find_spec(f"{node.module}.{name.name}")


def test_roles_are_changed_by_the_program_shown(sqlite_url):
    # given a person of the page
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="how-to"))
    engine.identity.create_unit("quality", Bilingual("质量管理部"), SYSTEM)
    engine.identity.create_person("wang.qiang", Bilingual("王强"), SYSTEM, unit="quality")
    # when the page's last line is run
    page = blocks(DOCS / "how-to" / "add-people-and-roles.md", "python")[0]
    exec(page.splitlines()[-1], {"engine": engine, "SYSTEM": SYSTEM})  # noqa: S102 - our own page
    # then the person holds the role
    assert engine.identity.actor_by_login("wang.qiang").roles == {"department_manager"}
    engine.close()


def test_the_table_of_recorded_messages_is_called_so(sqlite_url):
    engine = ProcessEngine(Settings(database_url=sqlite_url))
    assert "sent_message" in inspect(engine.database.engine).get_table_names()
    engine.close()
