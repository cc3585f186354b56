"""The import rules of ``docs/explanation/architecture.md``, read off the source: arrows point down."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import engine

ROOT = Path(__file__).resolve().parent.parent

LEAVES = ("feel", "dmn", "forms", "registers", "bpmn", "calendar", "connectors", "models")
GROUND = ("errors", "xml", "values", "yaml", "clock", "ids", "cards", "column_types", "sealing")
"""Modules without a layer: what a leaf may share with another."""
LEAF_MAY = {
    "feel": set(), "calendar": {"errors"}, "connectors": {"errors"}, "models": {"values", "column_types"},
    "bpmn": {"errors", "xml", "values", "yaml"}, "forms": {"errors", "values", "yaml"},
    "registers": {"errors", "values", "yaml", "forms", "column_types", "sealing"},
    "dmn": {"errors", "xml", "values", "yaml", "feel", "clock"},
}
VERBS = ("deployments", "instances", "tasks", "jobs", "incidents", "boards", "identity", "files",
         "public", "rules", "studio")
"""What hangs on the front door; a verb never calls another verb."""
VERB_MAY: dict[tuple[str, str], str] = {
    ("boards", "incidents"): "words a failure for the page of a case",
    ("boards", "tasks"): "tells why a task is gone",
    ("incidents", "instances"): "the error that asks for a reason",
    ("identity", "instances"): "the error that asks for a reason",
    ("studio", "public"): "a sandbox signs its links as real ones are signed",
}
COMPOSED = ("process_engine", "demo", "testing", "worker", "connecting", "job_kinds")
"""What puts the engine together, works on it from above, or does for jobs what connectors ask."""
WEB_MAY = {
    "cli": {"content", "demo", "testing", "checking"}, "running": {"content", "demo", "testing", "checking"},
    "auth": {"demo"},
}
LONGEST, LONG = 400, 300
LONG_NOW = {"engine/cards.py", "engine/forms/filling.py"}
"""Modules above 300 lines, each known: cards are one list of frozen lines; filling is a few lines over."""


@cache
def modules(*folders: str) -> tuple[tuple[str, Path], ...]:
    """(dotted name, file) of every module."""
    return tuple(_modules(folders))


def _modules(folders: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" in path.parts or "versions" in path.parts:
                continue
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


@cache
def imports(path: Path, *, inner: bool = True) -> frozenset[str]:
    """Dotted names that a module imports; ``from a import b`` counts as ``a.b`` where that is a module."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set() if inner else {id(node) for scope in ast.walk(tree) if isinstance(scope, _LATER)
                                   for node in ast.walk(scope)} | _for_types(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            home = path.relative_to(ROOT).parts[:-1]
            near = ".".join(home[:len(home) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, (near, node.module)))
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                found.add(whole if _is_module(whole) else base)
    return frozenset(found)


_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _for_types(tree: ast.Module) -> set[int]:
    guards = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    return {id(node) for guard in guards for node in ast.walk(guard)}


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def part(name: str) -> str:
    """The second word: ``engine.bpmn.loop`` -> ``bpmn``."""
    return name.split(".")[1] if name.count(".") else ""


def arrows(*folders: str) -> Iterator[tuple[str, str]]:
    for name, path in modules(*folders):
        for other in sorted(imports(path)):
            yield name, other


def test_only_the_seam_knows_the_library_that_executes() -> None:
    assert {part(name) for name, other in arrows("engine", "webui") if other.startswith("SpiffWorkflow")} == {"bpmn"}


def test_the_engine_knows_no_web() -> None:
    assert [arrow for arrow in arrows("engine") if arrow[1].split(".")[0] in ("webui", "flask")] == []


def test_the_web_knows_the_engine_by_its_front_door() -> None:
    public = set(engine.__all__)
    wrong = []
    for name, path in modules("webui"):
        allowed = WEB_MAY.get(name.rpartition(".")[2], set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "engine":
                wrong += [(name, alias.name) for alias in node.names if alias.name not in public | allowed]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("engine."):
                wrong += [(name, node.module)] if part(node.module or "") not in allowed else []
            elif isinstance(node, ast.Import):
                wrong += [(name, alias.name) for alias in node.names if alias.name.startswith("engine.")]
    assert wrong == []


def test_the_expression_language_knows_nothing_of_ours() -> None:
    assert [(name, other) for name, other in arrows("engine/feel")
            if other.startswith("engine") and not other.startswith("engine.feel")] == []


def test_leaves_know_neither_each_other_nor_what_is_above() -> None:
    wrong = []
    for leaf in LEAVES:
        for name, other in arrows(f"engine/{leaf}"):
            target = part(other)
            if other.startswith("engine.") and target != leaf and target not in LEAF_MAY[leaf]:
                wrong.append((name, other))
            assert other != "engine", f"{name} imports the front door"
    assert wrong == []


def test_what_leaves_share_stands_on_nothing_else() -> None:
    allowed = set(GROUND) | {"feel"}  # values are saved with the durations of FEEL, whose class stands there
    assert [(name, other) for name, other in arrows("engine") if name.count(".") == 1 and part(name) in GROUND
            and other.startswith("engine.") and part(other) not in allowed] == []


def test_a_verb_calls_no_other_verb() -> None:
    wrong = [(name, other) for name, other in arrows("engine")
             if part(name) in VERBS and other.startswith("engine.") and part(other) in VERBS
             and part(name) != part(other) and (part(name), part(other)) not in VERB_MAY]
    assert wrong == []


def test_the_mechanism_knows_no_verb() -> None:
    above = {*VERBS, *COMPOSED, ""}
    wrong = [(name, other) for name, other in arrows("engine")
             if part(name) not in above and part(name) not in LEAVES and other.startswith("engine.")
             and part(other) in set(VERBS) - {"public"}]
    assert wrong == []


def test_one_module_reads_the_clock_of_the_machine() -> None:
    readers = set()
    for _, path in modules("engine", "webui"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today") and isinstance(
                    node.value, ast.Name) and node.value.id in ("datetime", "date"):
                readers.add(path.relative_to(ROOT).as_posix())
    assert readers == {"engine/clock.py"}


def test_modules_are_of_a_length_one_can_read() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
               for _, path in modules("engine", "webui")}
    assert {file: length for file, length in lengths.items() if length > LONGEST} == {}
    assert {file for file, length in lengths.items() if length > LONG} <= LONG_NOW


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {name: {other for other in imports(path, inner=False) if other.split(".")[0] in ("engine", "webui")}
             for name, path in modules("engine", "webui")}
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 5000))
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        if name in way:
            pytest.fail(" -> ".join((*way[way.index(name):], name)))
        if name in done:
            return
        for other in sorted(graph.get(name, ())):
            # a package's own __init__ gathers its modules; they reach it only through their siblings
            if not name.startswith(other + "."):
                visit(other, (*way, name))
        done.add(name)

    for name in sorted(graph):
        visit(name, ())


def test_content_holds_no_python_and_the_tests_no_sleep() -> None:
    assert [path for folder in ("processes", "forms") for path in (ROOT / folder).rglob("*.py")] == []
    sleepers = [path.relative_to(ROOT).as_posix() for name, path in modules("tests")
                if name != "tests.test_architecture" and "time.sleep(" in path.read_text(encoding="utf-8")]
    assert [file for file in sleepers if not file.startswith(("tests/browser", "tests/support"))] == []
