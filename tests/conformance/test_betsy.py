"""The half of the betsy suite at hand: every executable file runs as the standard says, every broken one is refused.

The suite lies beside the repository where people work on it; without it these tests are skipped.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

SUITE = Path(__file__).resolve().parents[2].parent / "shared" / "conformance" / "betsy"
ABSENT = not (SUITE / "manifest.json").exists()
pytestmark = pytest.mark.skipif(ABSENT, reason="the conformance suite is not beside the repository")


def _tests(constraints: bool) -> list[object]:
    if ABSENT:
        return [pytest.param(None, id="absent")]
    tests = json.loads((SUITE / "manifest.json").read_text())["tests"]
    notes = json.loads((SUITE / "annotations.json").read_text())
    chosen = []
    for test in tests:
        note = notes.get(test["id"]) or test.get("note") or {}
        if (test["group"] == "bpmn_constraints") == constraints and note.get("kind") != "beyond_standard":
            chosen.append(pytest.param({**test, **({"note": note} if note else {})}, id=test["id"]))
    return chosen


@pytest.fixture(scope="module")
def suite():
    """The modules of the suite and our adapter."""
    before = list(sys.path)
    sys.path[:0] = [str(SUITE), str(Path(__file__).parent)]
    try:
        import betsy_adapter
        import neutral
        import run_betsy

        yield run_betsy, neutral, betsy_adapter.ADAPTER
    finally:
        sys.path[:] = before


@pytest.mark.parametrize("test", _tests(constraints=False))
def test_an_executable_file_leaves_the_expected_trace(suite, test, tmp_path):
    runner, neutral, adapter_class = suite
    for case, edits in runner.plan(test, True):
        adapter = adapter_class([])
        path = tmp_path / Path(test["file"]).name
        path.write_bytes(neutral.transform((SUITE / "files" / test["file"]).read_bytes(), adapter.dialect,
                                           adapter.scripts, edits))
        trace = adapter.run(str(path), case)
        assert sorted(trace) == sorted(case["expect"]), f"case {case['n']}: {adapter.detail}"


@pytest.mark.parametrize("test", _tests(constraints=True))
def test_a_file_that_breaks_the_standard_is_refused_with_a_sentence(test):
    from engine.bpmn import read_models
    from engine.errors import Refused

    path = SUITE / "files" / test["file"]
    with pytest.raises(Refused) as refused:
        read_models(path.read_bytes(), path.name)
    for problem in refused.value.problems:
        assert problem.en.endswith((".", ")")) and problem.zh.endswith(("。", "）")) and problem.file == path.name
    assert any("BPMN 2.0.2 §" in problem.en for problem in refused.value.problems)
