"""Nothing that stands in a drawing is ever run as Python."""

from __future__ import annotations

import ast
import builtins
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import engine.bpmn
from engine.bpmn import ProcessRun, read_models

HERE = Path(__file__).parent
EVERYTHING = sorted(HERE.glob("*.bpmn"))
VALUES = {"n": 1, "x": 0, "members": ["an", "bo"], "bad": False, "stop": False, "again": False, "needed": 2, "a": 1,
          "number": "TS-1", "kind": "q", "price": 3}


@contextmanager
def poisoned():
    """Whoever evaluates, executes or compiles Python is found out."""

    def refuse(*_args, **_options):
        raise AssertionError("a drawing reached Python")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("eval", "exec", "compile"):
            patch.setattr(builtins, name, refuse)
        patch.setattr(ast, "parse", refuse)
        yield


def played(raw: bytes, name: str, world) -> int:
    """Read and run a drawing for a while; the number of works done."""
    model = read_models(raw, name)[0]
    run = ProcessRun.start(model, world, dict(VALUES), entry=model.start_events[0].element_id)
    for turn in range(6):
        run.advance(500)
        run = ProcessRun.restore(model, world, run.state(), run.variables)
        wait = next((wait for wait in run.waits() if wait.kind in ("user", "service", "call")), None)
        if run.ended or wait is None:
            return turn
        run.complete(wait.id)
    return 6


@pytest.mark.parametrize("file", EVERYTHING, ids=lambda file: file.stem)
def test_no_drawing_reaches_python(kept, file):
    raw = file.read_bytes() + b"<!-- read anew -->"
    kept.world.evaluate("1 + 1", {})
    with poisoned(), suppress(engine.bpmn.RunFailed):  # a budget or a missing value; Python was not asked
        assert played(raw, file.name, kept.world) >= 0


def test_python_in_a_script_task_is_not_run(kept):
    drawing = (HERE / "loop_without_end.bpmn").read_bytes().replace(b"n + 1", b"__import__('os').getpid()")
    model = engine.bpmn.parser.parse(engine.xml.read_xml(drawing), "python")[0]
    with pytest.raises(Exception) as failed:
        ProcessRun.start(model, kept.world, {"n": 1}).advance()
    assert not isinstance(failed.value, AssertionError)


def test_a_script_in_another_language_is_refused_and_fails(kept):
    drawing = (HERE / "loop_without_end.bpmn").read_bytes().replace(b'scriptFormat="feel"', b'scriptFormat="python"')
    with pytest.raises(engine.errors.Refused):
        read_models(drawing, "python")
    unchecked = engine.bpmn.parser.parse(engine.xml.read_xml(drawing), "python")[0]
    with pytest.raises(engine.bpmn.RunFailed) as failed:
        ProcessRun.start(unchecked, kept.world, {"n": 1}).advance()
    assert failed.value.reason == "not_runnable"


def test_no_module_of_the_seam_evaluates():
    for file in Path(engine.bpmn.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), file
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("SpiffWorkflow"):
                assert "script_engine" not in node.module, file
