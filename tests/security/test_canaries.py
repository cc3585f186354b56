"""A canary in every text of every shipped file: the file is refused, or runs, and the canary never goes off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine import dmn, feel
from engine.bpmn import read_models
from engine.checking.files import check_content, read_content
from engine.content import shipped
from engine.errors import BihuanError
from engine.forms import check_form, read_form, read_groups, validate, view
from engine.testing import Runner, read_scenarios
from tests.security.canaries import PYTHON, SPELLINGS, places, replaced, walk
from tests.security.trap import Trap

FILES = shipped()
NOW = datetime(2026, 4, 7, 1, tzinfo=UTC)
PACK = "processes/complaint/pack.yaml"
SCALAR = re.compile(r"(\w+): (?:'([^']*)'|\"([^\"]*)\"|([^\s,{}\[\]'\"][^,{}\[\]]*))")


@pytest.fixture
def cage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trap]:
    """An empty working directory, in which the canary would leave its file, and the trap around everything."""
    monkeypatch.chdir(tmp_path)
    trap = Trap()
    with trap.closed():
        yield trap
    assert trap.caught == []
    assert list(tmp_path.iterdir()) == []


def test_the_canary_goes_off_when_it_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cage would see it: otherwise the tests below could not fail."""
    monkeypatch.chdir(tmp_path)
    eval(PYTHON)
    assert [one.name for one in tmp_path.iterdir()] == ["CANARY"]


def drawings() -> list[str]:
    return sorted(name for name in FILES if name.endswith(".bpmn"))


def runs(raw: bytes, file: str) -> bool:
    """Whether a drawing is accepted; then every process of it is walked through."""
    try:
        models = read_models(raw, file)
    except BihuanError:
        return False
    for model in models:
        walk(model)
    return True


def kinds_of_places(files: list[str]) -> list[Any]:
    """Every kind of place in the library, each in the smallest file that has it, by file."""
    found: dict[str, list[list[tuple[int, str]]]] = {}
    known: set[str] = set()
    for file in sorted(files, key=lambda name: len(FILES[name])):
        for kind, where in places(FILES[file]):
            if kind not in known:
                known.add(kind)
                found.setdefault(file, []).append(where)
    return [pytest.param(file, kinds, id=Path(file).name) for file, kinds in found.items()]


@pytest.mark.parametrize(("file", "kinds"), kinds_of_places(drawings()))
def test_no_canary_goes_off_in_a_drawing(file: str, kinds: list[list[tuple[int, str]]], cage: Trap) -> None:
    """Given one kind of place after the other filled with a canary, in every spelling."""
    for where in kinds:
        for canary in SPELLINGS:
            runs(replaced(FILES[file], where, canary), file)
    assert cage.armed
    assert runs(FILES[file], file), "the drawing as it is runs: a canary is all that differs"


def test_no_canary_goes_off_in_the_whole_library(cage: Trap) -> None:  # noqa: ARG001
    """Given all canaries at once wherever a deployment takes them, when the stories are played, then none goes off."""
    refused: set[str] = set()
    filled = dict(FILES)
    for name in sorted((name for name in FILES if name.endswith((".bpmn", ".dmn"))), key=lambda one: len(FILES[one])):
        filled[name] = _filled(name, FILES[name], refused)
    assert sum(b"__import__" in raw for raw in filled.values()) >= len(drawings())
    runner = Runner(filled)
    for name, raw in sorted(FILES.items()):
        if name.endswith(".scenario.yaml"):
            runner.run(read_scenarios(raw, name).scenarios[0])  # it may fail; it may not sing
    runner.close()


def _filled(name: str, raw: bytes, refused: set[str]) -> bytes:
    """``raw`` with a canary in every kind of place where the deployment finds no new error; ``refused`` learns."""
    before = _errors(name, raw)
    kinds = [(kind, where) for kind, where in places(raw) if kind not in refused]

    def fill(into: bytes, some: list[tuple[str, list[tuple[int, str]]]]) -> bytes:
        tried = replaced(into, [place for _kind, where in some for place in where], SPELLINGS[3])
        if _errors(name, tried) <= before:
            return tried
        if len(some) == 1:
            refused.add(some[0][0])
            return into
        half = len(some) // 2
        return fill(fill(into, some[:half]), some[half:])

    return fill(raw, kinds)


def _errors(name: str, raw: bytes) -> set[str]:
    problems = check_content(read_content({PACK: FILES[PACK], name: raw}))
    return {str(problem) for problem in problems if problem.severity == "error"}


def decision_tables() -> list[str]:
    return sorted(name for name in FILES if name.endswith(".dmn"))


@pytest.mark.parametrize(("file", "kinds"), kinds_of_places(decision_tables()))
def test_no_canary_goes_off_in_a_decision_table(file: str, kinds: list[list[tuple[int, str]]], cage: Trap) -> None:
    for where in kinds:
        for canary in SPELLINGS:
            decides(replaced(FILES[file], where, canary), file)
    assert cage.armed
    assert decides(FILES[file], file)


def decides(raw: bytes, file: str) -> int:
    """How many decisions of a file were taken."""
    dmn.check(raw, file)
    taken = 0
    try:
        model = dmn.read_model(raw, file)
        for one in model.decisions:
            model.decide(one.id, {"channel": PYTHON, "severity": PYTHON}, clock=lambda: NOW)
            taken += 1
    except Exception as error:
        assert hasattr(error, "sentence"), error  # refused, or no answer: both with a sentence
    return taken


def form_files() -> list[str]:
    return sorted(name for name, raw in FILES.items()
                  if name.startswith("forms/") and re.search(rb"^form:", raw, re.M))


def scalars(files: list[str]) -> Iterator[tuple[str, str, str]]:
    """(file, scalar as it stands there, its text): each FEEL text once, and of each other kind the first."""
    seen = set()
    for file in files:
        for line in FILES[file].decode().splitlines():
            for found in SCALAR.finditer(line.partition(" #")[0]):
                key, text = found[1], next(filter(None, found.groups()[1:]), "")
                kind = text if text.startswith("=") else key
                if text and kind not in seen:
                    seen.add(kind)
                    yield file, found[0], text


def test_no_canary_goes_off_in_a_form(cage: Trap) -> None:
    groups = read_groups(FILES["forms/groups.yaml"])
    shown = 0
    for file, whole, text in scalars(form_files()):
        for canary in SPELLINGS:
            filled = FILES[file].decode().replace(whole, whole.partition(":")[0] + ": " + json.dumps(canary))
            check_form(filled, file, groups, analyse=feel.compile)
            try:
                form = read_form(filled, file, groups)
            except BihuanError:
                continue
            scope = {"user": {"login": PYTHON, "roles": [PYTHON]}, "case": {"number": PYTHON}, "parameters": {}}
            given: dict[str, Any] = {"variables": scope, "evaluate": _evaluate, "now": NOW}
            view(form, stored={}, **given)
            validate(form, dict.fromkeys(form.fields, PYTHON), **given)
            shown += PYTHON in filled.replace("\\", "") and bool(text)
    assert cage.armed
    assert shown > 50


def _evaluate(text: str, variables: Any) -> Any:
    return feel.evaluate(text, variables, clock=lambda: NOW)
