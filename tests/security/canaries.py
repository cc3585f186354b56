"""Canaries: a text that would touch a file if it were ever run as Python, put where a model holds text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import etree

from engine import feel
from engine.bpmn import ProcessModel, ProcessRun
from engine.errors import BihuanError

PYTHON = '__import__("pathlib").Path("CANARY").touch()'
SPELLINGS = (PYTHON, "=" + PYTHON, "${" + PYTHON + "}", '="" + ' + PYTHON, f"=[{PYTHON}][1]")
"""As Python, as FEEL, as JUEL, and as FEEL in which Python stands where a value is wanted."""
MOST_STEPS = 40


def places(raw: bytes) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """(kind, where: (number of the element, attribute or ``text()``)) for every kind of place with text."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for number, node in enumerate(etree.fromstring(raw).iter(etree.Element)):
        if "/DI" in node.tag or "/DC" in node.tag or "/DMNDI" in node.tag:
            continue  # coordinates
        name = node.get("name", "") if etree.QName(node).localname in ("property", "inputParameter") else ""
        for attribute in node.attrib:
            found.setdefault((f"{node.tag} {name}", attribute), []).append((number, attribute))
        if (node.text or "").strip():
            found.setdefault((f"{node.tag} {name}", "text()"), []).append((number, "text()"))
    for (tag, attribute), where in found.items():
        yield f"{tag} {attribute}", where


def replaced(raw: bytes, where: list[tuple[int, str]], canary: str) -> bytes:
    """The file with ``canary`` at each of the places."""
    root = etree.fromstring(raw)
    nodes = list(root.iter(etree.Element))
    for number, attribute in where:
        if attribute == "text()":
            nodes[number].text = canary
        else:
            nodes[number].set(attribute, canary)
    return etree.tostring(root)


class World:
    """An environment that answers every question as the engine's does, and goes on whatever is wrong."""

    zone = UTC

    def __init__(self) -> None:
        self.time = datetime(2026, 4, 7, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def evaluate(self, text: str, variables: Any) -> Any:
        try:
            return feel.evaluate(text, variables, clock=self.now)
        except feel.FeelError:
            return None

    def condition(self, text: str, variables: Any) -> bool:
        return self.evaluate(text, variables) is not False

    def decide(self, element: Any, variables: Any) -> tuple[Any, Any]:
        return self.evaluate(element.attributes.get("decisionRef", "").removeprefix("="), variables), []

    def next_tick(self, text: str, after: datetime) -> datetime:  # noqa: ARG002
        return after + timedelta(days=1)


def walk(model: ProcessModel) -> int:
    """Run a process, doing whatever waits; how many steps went well."""
    world = World()
    entry = next((one.element_id for one in model.start_events if one.kind != "none"), None)
    kinds = {one.kind for one in model.start_events}
    steps = 0
    try:
        run = ProcessRun.start(model, world, {}, entry=None if "none" in kinds or not kinds else entry)
        while steps < MOST_STEPS:
            run.advance()
            steps += 1
            if run.ended or not run.waits():
                break
            run = ProcessRun.restore(model, world, run.state(), run.variables)
            _do(run, world)
    except BihuanError:
        pass  # a sentence: what a canary deserves
    return steps


def _do(run: ProcessRun, world: World) -> None:
    wait = run.waits()[0]
    if wait.kind in ("user", "service", "call"):
        run.complete(wait.id, {"done": PYTHON})
    elif wait.kind == "timer":
        world.time = max(world.time, wait.detail["due"])
    elif wait.kind == "message":
        run.deliver(wait.id, {"done": PYTHON}, wait.index)
    elif wait.kind == "signal":
        run.signal(wait.detail["name"], {})
    else:
        run.cancel("cancelled")
