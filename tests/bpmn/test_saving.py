"""Saving is invisible: on random structured processes the same happens whether a run is saved or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bpmn_story import World
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.bpmn import ProcessModel, ProcessRun
from engine.bpmn.parser import parse

HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://bihuan.example/tests">'
        '<message id="m" name="m"/><signal id="s" name="s"/><error id="E" errorCode="E"/>')

BLOCKS = st.recursive(
    st.sampled_from(["user", "task", "count", "timer", "message", "throw", "race"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["sequence", "parallel", "choice", "inclusive"]),
                  st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.sampled_from(["repeat", "sub", "guarded", "each", "one by one", "alarmed", "undone", "looped"]),
                  st.lists(inner, min_size=1, max_size=1))),
    max_leaves=10)


class Drawing:
    """Draws a tree of blocks; each block is entered at one node and left at one node."""

    def __init__(self) -> None:
        self.number = 0
        self.out: list[str] = []

    def name(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def node(self, tag: str, inner: str = "", attributes: str = "", name: str | None = None) -> str:
        name = name or self.name("n")
        self.out.append(f'<{tag} id="{name}" {attributes}>{inner}</{tag}>')
        return name

    def flow(self, source: str, target: str, condition: str | None = None) -> str:
        name = self.name("f")
        text = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        self.out.append(f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{text}</sequenceFlow>')
        return name

    def block(self, tree: Any) -> tuple[str, str]:
        """Draw a block; its first and last node."""
        kind, inner = tree if isinstance(tree, tuple) else (tree, [])
        return getattr(self, "_" + kind.replace(" ", "_"))(inner)

    def scope(self, tree: Any) -> str:
        """Draw a block with start and end, as the content of a sub-process."""
        outside, self.out = self.out, []
        start = self.node("startEvent")
        first, last = self.block(tree)
        end = self.node("endEvent")
        self.flow(start, first)
        self.flow(last, end)
        inside, self.out = "".join(self.out), outside
        return inside

    def _user(self, _: Any) -> tuple[str, str]:
        return (name := self.node("userTask")), name

    def _task(self, _: Any) -> tuple[str, str]:
        return (name := self.node("task")), name

    def _count(self, _: Any) -> tuple[str, str]:
        name = self.node("scriptTask", "<script>n + 1</script>", 'scriptFormat="feel" camunda:resultVariable="n"')
        return name, name

    def _timer(self, _: Any) -> tuple[str, str]:
        name = self.node("intermediateCatchEvent", "<timerEventDefinition><timeDuration>PT30S</timeDuration>"
                         "</timerEventDefinition>")
        return name, name

    def _message(self, _: Any) -> tuple[str, str]:
        return (name := self.node("intermediateCatchEvent", '<messageEventDefinition messageRef="m"/>')), name

    def _throw(self, _: Any) -> tuple[str, str]:
        return (name := self.node("intermediateThrowEvent", '<signalEventDefinition signalRef="s"/>')), name

    def _race(self, _: Any) -> tuple[str, str]:
        first, last = self.node("eventBasedGateway"), self.node("exclusiveGateway")
        for event in (self._timer(_)[0], self._message(_)[0]):
            self.flow(first, event)
            self.flow(event, last)
        return first, last

    def _sequence(self, inner: list[Any]) -> tuple[str, str]:
        ends = [self.block(tree) for tree in inner]
        for (_, source), (target, _) in zip(ends, ends[1:]):
            self.flow(source, target)
        return ends[0][0], ends[-1][1]

    def _fork(self, tag: str, inner: list[Any], conditions: list[str | None]) -> tuple[str, str]:
        first, last = self.node(tag), self.node(tag)
        for tree, condition in zip(inner, conditions):
            start, end = self.block(tree)
            self.flow(first, start, condition)
            self.flow(end, last)
        return first, last

    def _parallel(self, inner: list[Any]) -> tuple[str, str]:
        return self._fork("parallelGateway", inner, [None] * 3)

    def _choice(self, inner: list[Any]) -> tuple[str, str]:
        return self._fork("exclusiveGateway", inner, ["modulo(n, 2) = 0", "modulo(n, 2) = 1", "true"])

    def _inclusive(self, inner: list[Any]) -> tuple[str, str]:
        return self._fork("inclusiveGateway", inner, ["true", "modulo(n, 2) = 0", "modulo(n, 3) = 0"])

    def _repeat(self, inner: list[Any]) -> tuple[str, str]:
        merge, split = self.node("exclusiveGateway"), self.name("n")
        first, last = self.block(inner[0])
        own = self.name("c")
        count = self.node("scriptTask", f"<script>if {own} = null then 1 else {own} + 1</script>",
                          f'scriptFormat="feel" camunda:resultVariable="{own}"')
        out = self.node("task")
        self.flow(merge, first)
        self.flow(last, count)
        self.flow(count, split)
        self.flow(split, merge, f"modulo({own}, 2) != 0")
        default = self.flow(split, out)
        self.node("exclusiveGateway", attributes=f'default="{default}"', name=split)
        return merge, out

    def _sub(self, inner: list[Any]) -> tuple[str, str]:
        return (name := self.node("subProcess", self.scope(inner[0]))), name

    def _guarded(self, inner: list[Any]) -> tuple[str, str]:
        name = self.node("subProcess", self.scope(inner[0]))
        last = self.node("exclusiveGateway")
        event = self.node("boundaryEvent", '<signalEventDefinition signalRef="s"/>', f'attachedToRef="{name}"')
        self.flow(name, last)
        self.flow(event, last)
        return name, last

    def _alarmed(self, inner: list[Any]) -> tuple[str, str]:
        start = self.node("startEvent", '<signalEventDefinition signalRef="s"/>', 'isInterrupting="false"')
        handler = self.out.pop() + "".join(self._piece("task", start))
        inside = f'<subProcess id="{self.name("n")}" triggeredByEvent="true">{handler}</subProcess>'
        return (name := self.node("subProcess", self.scope(inner[0]) + inside)), name

    def _piece(self, tag: str, source: str) -> list[str]:
        outside, self.out = self.out, []
        self.flow(source, self.node(tag))
        inside, self.out = self.out, outside
        return inside

    def _many(self, inner: list[Any], mark: str) -> tuple[str, str]:
        return (name := self.node("subProcess", self.scope(inner[0]) + mark)), name

    def _each(self, inner: list[Any]) -> tuple[str, str]:
        return self._many(inner, '<multiInstanceLoopCharacteristics camunda:collection="items" '
                                 'camunda:elementVariable="item"/>')

    def _one_by_one(self, inner: list[Any]) -> tuple[str, str]:
        return self._many(inner, '<multiInstanceLoopCharacteristics isSequential="true" camunda:collection="items" '
                                 'camunda:elementVariable="item"/>')

    def _looped(self, inner: list[Any]) -> tuple[str, str]:
        return self._many(inner, "<standardLoopCharacteristics loopMaximum='2'><loopCondition>true</loopCondition>"
                                 "</standardLoopCharacteristics>")

    def _undone(self, inner: list[Any]) -> tuple[str, str]:
        name, event, handler = self.node("subProcess", self.scope(inner[0])), self.name("n"), self.name("n")
        self.node("boundaryEvent", "<compensateEventDefinition/>", f'attachedToRef="{name}"', event)
        self.node("task", attributes='isForCompensation="true"', name=handler)
        self.out.append(f'<association id="{self.name("a")}" sourceRef="{event}" targetRef="{handler}"/>')
        throw = self.node("intermediateThrowEvent", f'<compensateEventDefinition activityRef="{name}"/>')
        self.flow(name, throw)
        return name, throw


def drawn(tree: Any) -> ProcessModel:
    """The model of a tree of blocks."""
    body = Drawing().scope(tree)
    return parse(etree.fromstring(f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'))[0]


def story(model: ProcessModel, choices: list[int], saves: str) -> tuple[list[Any], str | None, dict[str, Any]]:
    """Run by always doing the waiting thing that is chosen; saved never, at each rest (also as if to
    another version), or after each step."""
    world, events = World(), []
    run = ProcessRun.start(model, world, {"n": 0, "items": ["a", None]})

    def reload(run: ProcessRun) -> ProcessRun:
        events.extend(run.take_events())
        return ProcessRun.restore(model, world, run.state(), run.variables)

    for turn in range(60):
        if saves == "steps":
            run = reload(run)
            while run.step():
                run = reload(run)
        else:
            run.advance(20_000)
            run = reload(run) if saves == "rests" else run
            if saves == "migrations":
                saved = run.state()
                events.extend(run.take_events())
                run = ProcessRun.migrate(model, model, world, saved, run.variables)
                assert run.state() == saved
        waits = run.waits()
        if run.ended or not waits:
            break
        wait = waits[choices[turn % len(choices)] % len(waits)]
        if wait.kind == "user":
            run.complete(wait.id, {"n": run.variables["n"] + turn % 2})
        elif wait.kind == "timer":
            world.clock.move(timedelta(seconds=31))
        else:
            run.deliver(wait.id, {}, wait.index)
    assert run.ended or run.waits(), "a structured process never gets stuck"
    events.extend(run.take_events())
    return events, run.outcome, run.variables


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=BLOCKS, choices=st.lists(st.integers(0, 7), min_size=1, max_size=8))
def test_saving_and_loading_changes_nothing(tree, choices):
    model = drawn(tree)
    plain = story(model, choices, "never")
    assert story(model, choices, "rests") == plain
    assert story(model, choices, "migrations") == plain
    assert story(model, choices, "steps") == plain
