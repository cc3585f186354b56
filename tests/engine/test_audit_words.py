"""The audit log tells everything in words: no verb, step or field shows its identifier."""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import engine
from engine.boards import audit
from engine.operations import OPERATION
from tests.engine.house import House

ENGINE = Path(engine.__file__).parent
WRITERS = ("parts.note", "_parts.note", "record.tell", "enter_history", "tell")
"""Functions that write an entry of the history; its verb is the first text among their arguments."""


def written() -> set[str]:
    """Every verb that some module of the engine writes by name, and those of the table of operations."""
    found = {one.history for one in OPERATION.values() if one.history}
    for file in ENGINE.rglob("*.py"):
        if "def tell(" in file.read_text() and "tasks" not in file.parts or file.name == "demo.py":
            continue  # what they tell is no entry
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ".".join(ast.unparse(node.func).split(".")[-2:]) in WRITERS:
                texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                found |= set(texts[:1])
    return found


def test_every_verb_that_is_written_has_words_in_both_languages():
    known = audit.verbs()
    assert len(written()) > 60, "the search finds what is written"
    assert sorted(written() - set(known)) == []
    assert [verb for verb, words in known.items() if words.zh == verb or "_" in words.en or "{" in words.en] == []


@pytest.fixture
def house(small_house: House) -> House:
    small_house.deploy("note")
    return small_house


def test_steps_stand_with_their_names(house: House):
    # given a case whose first step was escalated by its supervisor, and done
    made = house.start("note")
    house.engine.tasks.escalate(house.task(made, "write"), "客户催得急", house("zhou.min"))
    house.complete(made, "write", "li.na", {"customer": "恒泰"})
    # when the auditor reads the log
    lines = house.engine.boards.audit(house("xu.shen"), case=house.row(made).case_number).lines
    told = {line.verb: (line.sentence.zh, line.sentence.en) for line in lines}
    # then every entry is a sentence with the name of the step in it
    assert told["completed"][1] == "completed “write a note”"
    assert "升级到第 1 级" in told["escalated"][0] and "to level 1" in told["escalated"][1]
    assert not [line for line in lines if line.verb in (line.sentence.zh, line.sentence.en)]


def test_a_changed_parameter_tells_what_it_was_and_is(house: House):
    house.engine.parameters.save("engine_tests", "limit", "7", house("root"))
    line = house.engine.boards.audit(house("xu.shen"), kind="parameter_saved").lines[0]
    assert (line.before, line.after, line.sentence.en) == ({"value": 3}, {"value": 7}, "changed the parameter “limit”")


def test_an_extension_tells_the_old_and_the_new_deadline(house: House):
    house.deploy("due")
    task = house.task(house.start("due"), "by_duration")
    before, due = next(one for one in house.tasks() if one.id == task).due_at, house.clock.now() + timedelta(hours=9)
    house.engine.tasks.extend(task, due, "等材料", house("zhou.min"))
    line = house.engine.boards.audit(house("xu.shen"), kind="extended").lines[0]
    assert [datetime.fromisoformat(str(one["value"])) for one in (line.before, line.after)] == [before, due]
