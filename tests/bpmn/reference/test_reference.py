"""The engine and a plain interpreter pass the same flows and wait for the same things, on random structured drawings.

A few hundred in every run; ``BIHUAN_RANDOM_DRAWINGS=10000 pytest tests/bpmn/reference`` for ten thousand.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from generator import NAMES, Generator
from interpreter import Interpreter

from engine.bpmn import ProcessRun, Wait, read_models
from engine.feel import evaluate
from engine.values import dumps, loads

HOW_MANY = int(os.environ.get("BIHUAN_RANDOM_DRAWINGS", "240"))
MOST_STEPS = 60
NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


class World:
    """The environment of a run whose clock stands."""

    def now(self) -> datetime:
        return NOW

    def evaluate(self, text: str, variables: Mapping[str, Any]) -> Any:
        return evaluate(text, variables)

    def condition(self, text: str, variables: Mapping[str, Any]) -> bool:
        return self.evaluate(text, variables) is True

    def decide(self, element: Any, variables: Mapping[str, Any]) -> tuple[Any, Any]:
        raise NotImplementedError(element)


class Engine:
    """The engine behind the interface of the interpreter, saved and restored at each rest or not."""

    def __init__(self, xml: bytes, variables: dict[str, int], saved: bool) -> None:
        self.world, self.saved, self.flows = World(), saved, []
        (model,) = read_models(xml, "random.bpmn")
        self.run = ProcessRun.start(model, self.world, variables)
        self.settle()

    def settle(self) -> None:
        self.run.advance()
        self.flows = [event.data["flow"] for event in self.run.take_events() if event.kind == "flow"]
        if self.saved and not self.run.ended:
            self.run = ProcessRun.restore(self.run.model, self.world, self.run.state(),
                                          loads(dumps(self.run.variables)))

    @property
    def ended(self) -> bool:
        return self.run.ended

    def waits(self) -> dict[tuple, Wait]:
        return {self.label(wait): wait for wait in self.run.waits()}

    def label(self, wait: Wait) -> tuple:
        """The element and the items of the instances around it, outermost first (their names hold a number)."""
        seen = self.run.scope_variables(wait.id)
        names = sorted((name for name in seen if re.fullmatch(r"i\d+", name)), key=lambda name: int(name[1:]))
        return (wait.element_id, *(seen[name] for name in names))

    def act(self, label: tuple, values: dict[str, int]) -> None:
        wait = self.waits()[label]
        self.run.set_variables(values)
        if wait.kind == "user":
            self.run.complete(wait.id)
        elif wait.kind == "timer":
            self.run.fire(wait.id, wait.index)
        else:
            self.run.deliver(wait.id, {}, wait.index)
        self.settle()


def played(seed: int, machine: Callable[[bytes, dict[str, int]], Any]) -> list[Any]:
    """The trace of a drawing and a series of decisions, both drawn from ``seed``: flows and waits of each step."""
    random = Random(seed)
    run = machine(Generator(seed).drawing(), {name: random.randrange(3) for name in NAMES})
    trace, told = [(sorted(run.flows), sorted(run.waits()))], set()
    for _ in range(MOST_STEPS):
        open_ = [label for label in sorted(run.waits()) if label not in told]
        if run.ended or not open_:
            break
        label = random.choice(open_)
        if label[0].startswith("n"):                       # twice at once its branches could not be told apart
            told.add(label)
        run.act(label, {name: random.randrange(3) for name in random.sample(NAMES, 2)})
        trace.append((label, sorted(run.flows), sorted(run.waits())))
    return [*trace, run.ended]


@pytest.mark.parametrize("block", range(10))
def test_the_engine_plays_random_drawings_as_the_plain_interpreter_does(block):
    for seed in range(block, HOW_MANY, 10):
        expected = played(seed, Interpreter)
        assert played(seed, lambda xml, values: Engine(xml, values, saved=False)) == expected, f"seed {seed}, kept"
        assert played(seed, lambda xml, values: Engine(xml, values, saved=True)) == expected, f"seed {seed}, saved"


def test_the_drawings_are_large_and_of_every_kind():
    drawings = [Generator(seed).drawing().decode() for seed in range(200)]
    assert max(len(re.findall(r"<(?!sequenceFlow)\w+ id=", one)) for one in drawings) > 30
    for kind in ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "subProcess",
                 "boundaryEvent", "multiInstanceLoopCharacteristics", "standardLoopCharacteristics",
                 "errorEventDefinition", "terminateEventDefinition", "timerEventDefinition", 'cancelActivity="false"'):
        assert sum(kind in one for one in drawings) > 20, kind
