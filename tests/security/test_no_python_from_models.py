"""No text of a model is ever run as Python: the whole library is deployed and run with every way to do so in a trap."""

from __future__ import annotations

import types
from collections.abc import Iterator

import pytest
from lxml import etree

from engine.content import shipped
from engine.feel import expression
from engine.testing import Runner, Scenario, read_scenarios
from engine.yaml import read_yaml
from tests.security.trap import Caught, Trap

FILES = shipped()


def texts_of(files: dict[str, bytes]) -> Iterator[str]:
    """Every attribute, text and scalar of the deployed files, FEEL also without its leading ``=``."""
    for name, raw in files.items():
        found = _of_xml(raw) if name.endswith((".bpmn", ".dmn")) else _of_data(read_yaml(raw, name))
        for text in found:
            yield text
            yield text.removeprefix("=")


def _of_xml(raw: bytes) -> Iterator[str]:
    for node in etree.fromstring(raw).iter(etree.Element):
        yield from node.attrib.values()
        yield node.text or ""


def _of_data(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from _of_data(value)
    elif isinstance(data, list):
        for value in data:
            yield from _of_data(value)
    elif isinstance(data, str):
        yield data


def a_story_for_every_process() -> list[Scenario]:
    """The first scenario of each file, and more until every process is started or called by one."""
    found = []
    for name, raw in sorted(FILES.items()):
        if name.endswith(".scenario.yaml"):
            found += read_scenarios(raw, name).scenarios[:1]
    return found


def forget_what_is_compiled() -> None:
    """What other tests compiled must be compiled again, under the eyes of the trap."""
    expression._expression.cache_clear()
    expression._unary.cache_clear()


def test_the_library_runs_without_any_text_becoming_python() -> None:
    """Deploying and running every process: nothing is evaluated, compiled, imported by name or handed to a shell."""
    forget_what_is_compiled()
    trap = Trap(texts_of(FILES))
    stories = a_story_for_every_process()
    with trap.closed():
        runner = Runner(FILES)
        outcomes = [runner.run(story) for story in stories]
    runner.close()
    assert trap.caught == []
    assert [f"{one.scenario.file}: {one.message}" for one in outcomes if not one.ok] == []
    drawn = {name.rpartition("/")[2].removesuffix(".bpmn") for name in FILES if name.endswith(".bpmn")}
    assert drawn <= runner.coverage.elements.keys()
    assert runner.coverage.rules, "decision tables were taken, too"


def module(name: str, body: str) -> types.SimpleNamespace:
    """A module ``name`` with the functions of ``body``."""
    scope: dict[str, object] = {"__name__": name}
    exec(body, scope)
    return types.SimpleNamespace(**scope)


@pytest.mark.parametrize("call", [
    "eval(text)", "exec(text)", "compile(text, 'x', 'eval')", "__import__('ast').parse(text)",
    "__import__('ast').literal_eval(text)", "exec(compile(text, 'x', 'exec'))"])
@pytest.mark.parametrize("name", ["SpiffWorkflow.bpmn.script_engine", "engine.bpmn.anything"])
def test_the_trap_catches_our_own_and_spiffworkflow_whatever_the_text(name: str, call: str) -> None:
    """Given a module of ours or of SpiffWorkflow, when it makes Python of any text, then it is caught."""
    guilty = module(name, f"def run(text):\n    return {call}")
    trap = Trap()
    with trap.closed(), pytest.raises(Caught):
        guilty.run("1 + 1")
    assert name in trap.caught[0]


@pytest.mark.parametrize("call", ["eval(text)", "exec(text)", "compile(text, 'x', 'eval')",
                                  "__import__('ast').literal_eval(text)"])
def test_the_trap_catches_a_library_only_with_a_text_of_a_deployed_file(call: str) -> None:
    library = module("jinja2.environment", f"def run(text):\n    return {call}")
    trap = Trap(["amount > 1000 and done"])
    with trap.closed():
        library.run("1")
        with pytest.raises(Caught):
            library.run("1 if (amount > 1000 and done) else 2")
    assert len(trap.caught) == 1


def test_the_trap_catches_modules_named_by_a_deployed_file_and_commands() -> None:
    library = module("somebody", "import importlib, os, subprocess\n"
                                 "def by_name(text): return importlib.import_module(text)\n"
                                 "def command(text): return subprocess.run(['true'])\n"
                                 "def shell(text): return os.system('true')\n")
    trap = Trap(["this_module_is_not_there"])
    with trap.closed():
        for function in (library.by_name, library.command, library.shell):
            with pytest.raises(Caught):
                function("this_module_is_not_there")
    assert len(trap.caught) == 3
