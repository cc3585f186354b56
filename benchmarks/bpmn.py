"""What we claim about the speed and size of the seam, on a process as large as a complaint.

    python benchmarks/bpmn.py [--json] [--rounds N]

The drawing has 16 user tasks, 12 of them with a boundary timer, a parallel block, a sub-process with an event
sub-process, and a rework loop. ``parse_ms``: reading it, past the cache. ``step_cpu_ms``: CPU of restoring a saved
run, completing one user task, running to the next rest, listing the waits and saving; median over all steps.
``state_bytes``: the largest saved state on the way. ``loop_400_ratio``: CPU of the 400th rework, in units of the first
ten; ``loop_400_state_ratio``: the same of its saved state. ``automatic_step_us``: one step of an automatic loop of 300
passes. ``wide_200_ms``: one completion among 200 instances, ``wide_200_bytes`` their saved state.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.bpmn import ProcessModel, ProcessRun  # noqa: E402
from engine.bpmn.parser import parse  # noqa: E402
from engine.clock import MovableClock  # noqa: E402
from engine.feel import evaluate  # noqa: E402
from engine.xml import read_xml  # noqa: E402

HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="http://bihuan.example/benchmark">'
        '<message id="m" name="customer_wrote"/>')


class World:
    """Clock and expressions of the benchmark."""

    def __init__(self) -> None:
        self.clock = MovableClock(datetime(2026, 4, 7, 1, 0, tzinfo=UTC))
        self.now = self.clock.now

    def evaluate(self, text: str, variables: Any) -> Any:
        return evaluate(text, variables)

    def condition(self, text: str, variables: Any) -> bool:
        return evaluate(text, variables) is True


def flow(*names: str, condition: str = "") -> str:
    """Sequence flows along ``names``."""
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return "".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}">{inner}</sequenceFlow>'
                   for a, b in zip(names, names[1:]))


def task(name: str, timer: bool = True) -> str:
    """A user task, with a boundary timer that reminds."""
    reminder = (f'<boundaryEvent id="late_{name}" attachedToRef="{name}" cancelActivity="false"><timerEventDefinition>'
                f"<timeDuration>P2D</timeDuration></timerEventDefinition></boundaryEvent>"
                f'<task id="remind_{name}"/>' + flow(f"late_{name}", f"remind_{name}")) if timer else ""
    return f'<userTask id="{name}" camunda:formKey="{name}"/>{reminder}'


def complaint() -> ProcessModel:
    """A process as large as the complaint."""
    line = [f"t{number}" for number in range(1, 9)]
    block = [f"b{number}" for number in range(1, 4)]
    inside = '<startEvent id="ss"/>' + task("s1") + task("s2") + flow("ss", "s1", "s2")
    handler = ('<subProcess id="written" triggeredByEvent="true"><startEvent id="ws" isInterrupting="false">'
               '<messageEventDefinition messageRef="m"/></startEvent><userTask id="answer"/>' + flow("ws", "answer")
               + "</subProcess>")
    body = ['<startEvent id="start"/>', *(task(name) for name in line), *(task(name, name == "b1") for name in block),
            f'<subProcess id="sub">{inside}{handler}</subProcess>', task("approve"), task("last", False),
            '<parallelGateway id="fork"/><parallelGateway id="join"/><exclusiveGateway id="merge"/>',
            '<exclusiveGateway id="good" default="good_last"/>',
            flow("start", *line, "merge", "fork"), *(flow("fork", name, "join") for name in block),
            flow("join", "sub", "approve", "good", "last"), flow("good", "merge", condition="again")]
    return model("".join(body))


def model(body: str) -> ProcessModel:
    """The model of the content of a process."""
    xml = f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'
    return parse(read_xml(xml), "benchmark")[0]


def step(drawing: ProcessModel, world: World, saved: str, variables: dict[str, Any]) -> tuple[str, float, bool]:
    """Complete the oldest user task: the new state, the CPU it took in ms, and whether the run is over."""
    start = time.process_time()
    run = ProcessRun.restore(drawing, world, saved, variables)
    run.complete(next(wait.id for wait in run.waits() if wait.kind == "user"), {"n": variables.get("n", 0) + 1})
    run.advance()
    run.waits()
    run.take_events()
    saved = run.state()
    return saved, (time.process_time() - start) * 1000, run.ended


def begun(drawing: ProcessModel, world: World, variables: dict[str, Any]) -> str:
    """The state of a new run at its first rest."""
    run = ProcessRun.start(drawing, world, variables)
    run.advance()
    return run.state()


def through(rounds: int) -> dict[str, float]:
    """The way through the whole process, several times."""
    drawing, world, cpu, sizes = complaint(), World(), [], []
    for _ in range(rounds):
        variables: dict[str, Any] = {"again": False}
        saved, over = begun(drawing, world, variables), False
        while not over:
            sizes.append(len(saved))
            saved, spent, over = step(drawing, world, saved, variables)
            cpu.append(spent)
    return {"step_cpu_ms": statistics.median(cpu), "state_bytes": max(sizes)}


def rework() -> dict[str, float]:
    """400 reworks of the block."""
    drawing, world, variables = complaint(), World(), {"again": True}
    saved, passes, sizes = begun(drawing, world, variables), [], []
    for _ in range(8):
        saved, _, _ = step(drawing, world, saved, variables)
    for _ in range(400):
        spent = 0.0
        for _ in range(6):
            saved, cpu, _ = step(drawing, world, saved, variables)
            spent += cpu
        passes.append(spent)
        sizes.append(len(saved))
    return {"loop_400_ratio": statistics.median(passes[-10:]) / statistics.median(passes[:10]),
            "loop_400_state_ratio": sizes[-1] / sizes[0]}


def automatic() -> dict[str, float]:
    """An automatic loop of 300 passes through a parallel block."""
    body = ('<startEvent id="s"/><exclusiveGateway id="m"/><parallelGateway id="f"/><task id="a"/>'
            '<scriptTask id="k" scriptFormat="feel" camunda:resultVariable="n"><script>n + 1</script></scriptTask>'
            '<parallelGateway id="j"/><exclusiveGateway id="x" default="x_e"/><endEvent id="e"/>'
            + flow("s", "m", "f", "a", "j", "x", "e") + flow("f", "k", "j") + flow("x", "m", condition="n &lt; 300"))
    run = ProcessRun.start(model(body), World(), {"n": 0})
    start = time.process_time()
    steps = run.advance(10_000)
    return {"automatic_step_us": (time.process_time() - start) / steps * 1e6}


def wide() -> dict[str, float]:
    """One completion among 200 instances of a sub-process."""
    body = ('<startEvent id="s"/><subProcess id="S"><startEvent id="i"/><userTask id="u"/>' + flow("i", "u")
            + '<multiInstanceLoopCharacteristics camunda:collection="items" camunda:elementVariable="item"/>'
            + "</subProcess>" + flow("s", "S"))
    drawing, world, variables = model(body), World(), {"items": list(range(200))}
    saved, cpu = begun(drawing, world, variables), []
    size = len(saved)
    for _ in range(20):
        saved, spent, _ = step(drawing, world, saved, variables)
        cpu.append(spent)
    return {"wide_200_ms": statistics.median(cpu), "wide_200_bytes": size}


def parsing(rounds: int) -> dict[str, float]:
    """Reading the drawing."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        complaint()
        spent.append((time.process_time() - start) * 1000)
    return {"parse_ms": statistics.median(spent)}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    options.add_argument("--rounds", type=int, default=20)
    chosen = options.parse_args()
    found = parsing(chosen.rounds) | through(chosen.rounds) | rework() | automatic() | wide()
    if chosen.json:
        print(json.dumps({name: round(value, 4) for name, value in found.items()}))
    else:
        for name, value in found.items():
            print(f"{name:22} {value:10.3f}")


if __name__ == "__main__":
    main()
