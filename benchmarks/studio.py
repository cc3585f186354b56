"""The studio with a process of 150 elements and all shipped content live: open, check, save, refuse, publish.

    python benchmarks/studio.py [rounds]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from engine import SYSTEM, BihuanError, Bilingual, ProcessEngine, Settings
from engine.content import shipped
from engine.studio.publishing import mark

HEAD = ('<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'id="d" targetNamespace="urn:bench"><process id="bench-large" name="大" isExecutable="true">'
        '<startEvent id="s"/>'
        '<sequenceFlow id="first" sourceRef="s" targetRef="t0"/>')
STEP = ('<userTask id="t{n}" name="步骤{n}" camunda:formKey="complaint_plan"><extensionElements><camunda:properties>'
        '<camunda:property name="bihuan:role" value="complaint_agent"/></camunda:properties></extensionElements>'
        '</userTask>'
        '<exclusiveGateway id="g{n}" default="b{n}"/><sequenceFlow id="a{n}" sourceRef="t{n}" targetRef="g{n}"/>'
        '<sequenceFlow id="b{n}" sourceRef="g{n}" targetRef="{after}"/>'
        '<sequenceFlow id="c{n}" sourceRef="g{n}" targetRef="t{before}"><conditionExpression '
        'xsi:type="tFormalExpression">complaint_plan.amount &gt; {n}</conditionExpression></sequenceFlow>')
HOSTILE = {"entities": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
           "deep": b"<a>" * 100_000 + b"</a>" * 100_000, "many": b"<a>" + b"<b/>" * 200_000 + b"</a>",
           "gigantic": b"x" * 50_000_000}


def large(steps: int = 75) -> bytes:
    """A drawing of two elements a step."""
    body = "".join(STEP.format(n=n, before=max(0, n - 1), after=f"t{n + 1}" if n + 1 < steps else "end")
                   for n in range(steps))
    return (HEAD + body + '<endEvent id="end"/></process></definitions>').encode()


def timed(act: Callable[[int], Any], rounds: int) -> tuple[float, float, float]:
    """Median and worst by the clock, and the median of what the processor worked, in milliseconds."""
    took, worked = [], []
    for number in range(rounds):
        began, busy = time.perf_counter(), time.process_time()
        act(number)
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    return median(took), max(took), median(worked)


def refused(act: Callable[[], Any]) -> None:
    """What is hostile must be refused."""
    try:
        act()
    except BihuanError:
        return
    raise SystemExit("a hostile file was kept")


def main(rounds: int) -> None:
    """Print one line per act."""
    with tempfile.TemporaryDirectory() as folder:
        engine = ProcessEngine(Settings(database_url=f"sqlite:///{Path(folder) / 'bench.db'}", secret_key="bench"))
        engine.upgrade()
        engine.identity.create_unit("hq", Bilingual("总部"), SYSTEM)
        engine.identity.create_person("owner", Bilingual("负责人"), SYSTEM, unit="hq", roles=[("process_owner", "hq")])
        engine.deployments.deploy(shipped(), SYSTEM)
        studio, owner = engine.studio, engine.identity.actor_by_login("owner")
        draft = studio.create("complaint", "bench-large", "大", "Large", owner).id
        path, raw = studio.draft(draft, owner).drawing, large()
        studio.write(draft, path, raw, 1, owner)
        revision = [2]

        def save(number: int) -> None:
            studio.write(draft, path, raw + b"\n" * (number + 1), revision[0], owner)
            revision[0] += 1

        acts: list[tuple[str, Callable[[int], Any], int]] = [
            ("open (draft with its files)", lambda _n: studio.draft(draft, owner), rounds),
            ("check after a change", lambda n: studio.check(draft, owner, {path: raw + b" " * (n + 1)}), rounds),
            ("autosave", save, rounds),
            ("differences", lambda _n: studio.differences(draft, owner), rounds),
            ("readiness", lambda _n: studio.readiness(draft, owner), rounds)]
        acts += [(f"refuse: {name}", lambda _n, bad=bad: refused(
            lambda: studio.write(draft, path, bad, revision[0], owner)), 3) for name, bad in HOSTILE.items()]
        acts.append(("publish", lambda _n: studio.publish(
            draft, "bench", owner, [mark(one) for one in studio.readiness(draft, owner).warnings]), 1))
        print(f"{'150 elements, all shipped content live':44}{'median ms':>10}{'worst ms':>10}{'CPU ms':>10}")
        for name, act, count in acts:
            middle, worst, worked = timed(act, count)
            print(f"{name:44}{middle:10.1f}{worst:10.1f}{worked:10.1f}")
        engine.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
