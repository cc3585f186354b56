"""Random structured drawings: blocks within blocks, up to a number of elements, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:random"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">')
TIMER = ('<timerEventDefinition><timeDuration xsi:type="tFormalExpression">PT1H</timeDuration></timerEventDefinition>')
NAMES = tuple(f"v{number}" for number in range(6))
"""The variables that conditions look at; each is 0, 1 or 2."""


@dataclass
class Part:
    """What stands in one process or sub-process."""

    inside: list[str] = field(default_factory=list)


class Generator:
    """Writes one drawing; ``size`` is the largest number of flow nodes."""

    def __init__(self, seed: int, size: int = 40) -> None:
        self.random, self.left, self.number, self.messages = Random(seed), size - 2, 0, []

    def drawing(self) -> bytes:
        """The file."""
        part = Part()
        self.body(part, "s", "e")
        return (HEAD + "".join(self.messages) + '<process id="p" isExecutable="true">' + "".join(part.inside)
                + "</process></definitions>").encode()

    def body(self, part: Part, start: str, end: str) -> None:
        part.inside += [f'<startEvent id="{start}"/>', f'<endEvent id="{end}"/>']
        first, last = self.sequence(part, 0 if start == "s" else 2)
        self.flow(part, start, first)
        self.flow(part, last, end)

    # -- pieces

    def key(self, prefix: str) -> str:
        self.number += 1
        self.left -= 1
        return f"{prefix}{self.number}"

    def node(self, part: Part, kind: str, prefix: str, inside: str = "", attributes: str = "") -> str:
        key = self.key(prefix)
        part.inside.append(f'<{kind} id="{key}"{attributes}>{inside}</{kind}>')
        return key

    def flow(self, part: Part, source: str, target: str, condition: str = "") -> str:
        self.number += 1
        test = (f'<conditionExpression xsi:type="tFormalExpression">{condition}</conditionExpression>' if condition
                else "")
        part.inside.append(f'<sequenceFlow id="f{self.number}" sourceRef="{source}" targetRef="{target}">{test}'
                           "</sequenceFlow>")
        return f"f{self.number}"

    def condition(self) -> str:
        return f"{self.random.choice(NAMES)} = {self.random.randrange(3)}"

    def event(self) -> str:
        """A timer or a message of its own."""
        if self.random.random() < 0.4:
            return TIMER
        self.messages.append(f'<message id="m{self.number}" name="m{self.number}"/>')
        return f'<messageEventDefinition messageRef="m{self.number}"/>'

    # -- blocks: each returns its first and its last node

    def sequence(self, part: Part, depth: int) -> tuple[str, str]:
        first, last = self.block(part, depth)
        while self.left > 0 and self.random.random() < (0.85 if depth == 0 else 0.4):
            following, end = self.block(part, depth)
            self.flow(part, last, following)
            last = end
        return first, last

    def block(self, part: Part, depth: int) -> tuple[str, str]:
        choices = ["user"] * 3 + ["task"]
        if self.left > 5 and depth < 5:
            choices += ["exclusive", "parallel", "inclusive", "events", "loop", "sub", "many", "bounded", "failing",
                        "repeated", "parallel", "inclusive"]
        return getattr(self, self.random.choice(choices))(part, depth + 1)

    def user(self, part: Part, _: int) -> tuple[str, str]:
        key = self.node(part, "userTask", "u")
        return key, key

    def task(self, part: Part, _: int) -> tuple[str, str]:
        key = self.node(part, "task", "t")
        return key, key

    def split(self, part: Part, kind: str, depth: int, merge: str = "") -> tuple[str, str]:
        index, (one, two) = len(part.inside), (self.key("g"), self.node(part, merge or kind, "j"))
        default = ""
        branches = self.random.choice((2, 2, 3))
        for number in range(branches):
            conditional = kind != "parallelGateway" and number < branches - 1
            first, last = self.sequence(part, depth + 1)
            flow = self.flow(part, one, first, self.condition() if conditional else "")
            default = flow if kind != "parallelGateway" else ""
            self.flow(part, last, two)
        part.inside.insert(index, f'<{kind} id="{one}"' + (f' default="{default}"' if default else "") + "/>")
        return one, two

    def exclusive(self, part: Part, depth: int) -> tuple[str, str]:
        return self.split(part, "exclusiveGateway", depth)

    def parallel(self, part: Part, depth: int) -> tuple[str, str]:
        return self.split(part, "parallelGateway", depth)

    def inclusive(self, part: Part, depth: int) -> tuple[str, str]:
        return self.split(part, "inclusiveGateway", depth)

    def events(self, part: Part, depth: int) -> tuple[str, str]:
        one, two = self.node(part, "eventBasedGateway", "g"), self.node(part, "exclusiveGateway", "j")
        for _ in range(2):
            catch = self.node(part, "intermediateCatchEvent", "c", self.event())
            first, last = self.sequence(part, depth + 1)
            self.flow(part, one, catch)
            self.flow(part, catch, first)
            self.flow(part, last, two)
        return one, two

    def loop(self, part: Part, depth: int) -> tuple[str, str]:
        """Merge, user task, body, choice: back or on. The user task keeps it from running without end."""
        one, work = self.node(part, "exclusiveGateway", "j"), self.node(part, "userTask", "u")
        first, last = self.sequence(part, depth + 1)
        two, after = self.key("g"), self.node(part, "task", "t")
        for source, target in ((one, work), (work, first), (last, two)):
            self.flow(part, source, target)
        self.flow(part, two, one, self.condition())
        part.inside.append(f'<exclusiveGateway id="{two}" default="{self.flow(part, two, after)}"/>')
        return one, after

    def inner(self, depth: int, failing: bool = False) -> str:
        """The contents of a sub-process; some may end early, one way or the other."""
        part = Part()
        key = self.key("x")
        part.inside += [f'<startEvent id="{key}s"/>', f'<endEvent id="{key}e"/>']
        first, last = self.sequence(part, depth + 1)
        self.flow(part, key + "s", first)
        if failing or (self.left > 3 and self.random.random() < 0.3):
            choice, early = self.key("g"), "error" if failing else "terminate"
            definition = '<errorEventDefinition errorRef="failure"/>' if failing else "<terminateEventDefinition/>"
            part.inside.append(f'<endEvent id="{key}{early}">{definition}</endEvent>')
            self.flow(part, last, choice)
            self.flow(part, choice, key + early, self.condition())
            part.inside.append(f'<exclusiveGateway id="{choice}" default="{self.flow(part, choice, key + "e")}"/>')
        else:
            self.flow(part, last, key + "e")
        return "".join(part.inside)

    def sub(self, part: Part, depth: int) -> tuple[str, str]:
        key = self.node(part, "subProcess", "S", self.inner(depth))
        return key, key

    def many(self, part: Part, depth: int) -> tuple[str, str]:
        kind = self.random.choice(("userTask", "subProcess"))
        items = "1, 2, 3" if kind == "userTask" and self.random.random() < 0.5 else "1, 2"
        repeat = (f'<multiInstanceLoopCharacteristics isSequential="{self.random.choice(("true", "false"))}"'
                  f' camunda:collection="=[{items}]" camunda:elementVariable="i{self.number}"/>')
        inside = repeat + (self.inner(depth) if kind == "subProcess" else "")
        key = self.node(part, kind, "M", inside)
        return key, key

    def repeated(self, part: Part, _: int) -> tuple[str, str]:
        before = self.random.choice(("true", "false"))
        key = self.node(part, "userTask", "r", (
            f'<standardLoopCharacteristics testBefore="{before}" loopMaximum="{self.random.randrange(2, 4)}">'
            f'<loopCondition xsi:type="tFormalExpression">{self.condition()}</loopCondition>'
            "</standardLoopCharacteristics>"))
        return key, key

    def bounded(self, part: Part, depth: int) -> tuple[str, str]:
        """An activity with one or two boundary events; those that interrupt meet it again, the others end."""
        kind = self.random.choice(("user", "sub", "sub", "many"))
        host, _ = getattr(self, kind)(part, depth)
        join = self.node(part, "exclusiveGateway", "j")
        self.flow(part, host, join)
        for _ in range(self.random.choice((1, 1, 2))):
            interrupts = self.random.random() < 0.5
            event = self.node(part, "boundaryEvent", "b" if interrupts else "n", self.event(), (
                f' attachedToRef="{host}"' + ("" if interrupts else ' cancelActivity="false"')))
            first, last = self.sequence(part, depth + 2)
            self.flow(part, event, first)
            self.flow(part, last, join if interrupts else self.node(part, "endEvent", "e"))
        return host, join

    def failing(self, part: Part, depth: int) -> tuple[str, str]:
        """A sub-process that may end in an error, which its boundary event catches."""
        if not any("failure" in one for one in self.messages):
            self.messages.append('<error id="failure" errorCode="F"/>')
        host = self.node(part, "subProcess", "S", self.inner(depth, failing=True))
        event = self.node(part, "boundaryEvent", "b", '<errorEventDefinition errorRef="failure"/>',
                          f' attachedToRef="{host}"')
        join = self.node(part, "exclusiveGateway", "j")
        first, last = self.sequence(part, depth + 2)
        for source, target in ((host, join), (event, first), (last, join)):
            self.flow(part, source, target)
        return host, join
