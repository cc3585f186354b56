"""A counter with one queue: the smallest process there is to simulate, and a past of it that is made up.

Arrivals are a Poisson stream, service times exponential and round the clock, so that queueing theory knows the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import factorial
from random import Random
from typing import Any

from engine.calendar import WorkingCalendar
from engine.cards import Bilingual
from engine.live import Live, Unit
from engine.packs import read_pack
from engine.simulation.content import Processes, of_files
from engine.simulation.past import Arrival, Filling, Past, PastInstance, PastPerson, PastStep, Work
from engine.simulation.replication import Replication, Wishes

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
ALWAYS = WorkingCalendar.from_declaration({"hours": {"daily": "00:00-24:00"}, "holidays": "none"})
OFFICE = WorkingCalendar.from_declaration({"hours": {"mon-fri": "09:00-18:00"}, "holidays": "none"})

PACK = b"""
pack: counter
title: {zh: Counter, en: Counter}
roles: {clerk: {zh: Clerk, en: Clerk}, boss: {zh: Boss, en: Boss}}
deadlines: {D-1: {title: {zh: One hour, en: One hour}, limit: PT1H}}
"""
FORM = b"""
form: paper
title: {zh: Paper, en: Paper}
sections:
  - id: all
    title: {zh: All, en: All}
    fields:
      - {id: amount, type: int, label: {zh: Amount, en: Amount}}
"""
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  id="d" targetNamespace="http://bihuan.example/tests"><process id="counter" name="counter" isExecutable="true">
  <startEvent id="start"/>"""
ROLE = """<extensionElements><camunda:properties><camunda:property name="bihuan:role" value="{role}"/>{more}
  </camunda:properties></extensionElements>"""
DEADLINE = '<camunda:property name="bihuan:deadline" value="D-1"/>'


def task(element: str, role: str = "clerk", more: str = "", within: str = "") -> str:
    """A user task with the form."""
    return (f'<userTask id="{element}" name="{element}" camunda:formKey="paper">'
            f'{ROLE.format(role=role, more=more)}{within}</userTask>')


def flow(source: str, target: str, condition: str = "") -> str:
    """A sequence flow."""
    inner = f"<conditionExpression>={condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def drawing(body: str) -> bytes:
    """The drawing of the counter."""
    return f"{HEAD}{body}</process></definitions>".encode()


ONE_STEP = drawing(
    task("serve", more=DEADLINE) + '<endEvent id="end"/>' + flow("start", "serve") + flow("serve", "end"))
WITH_APPROVAL = drawing(
    task("serve") + '<exclusiveGateway id="dear" default="dear_end"/>' + task("approve", "boss")
    + '<endEvent id="end"/>' + flow("start", "serve") + flow("serve", "dear")
    + flow("dear", "approve", "paper.amount &gt; 100") + flow("dear", "end") + flow("approve", "end"))


def live() -> Live:
    """One unit, everybody in it."""
    hall = Unit("hall", "hall", Bilingual("hall", "hall"), ("hall",), None, "Asia/Shanghai")
    pack = read_pack(PACK)
    return Live(1, {"hall": hall}, {"clerk": frozenset({"hall"}), "boss": frozenset({"hall"})}, {"counter": pack}, {},
                {}, {})


def processes(content: bytes = ONE_STEP) -> Processes:
    """The counter, ready to run."""
    files = {"processes/counter/counter.bpmn": content, "processes/counter/pack.yaml": PACK,
             "forms/counter/paper.yaml": FORM}
    return of_files(files, live(), lambda _key: None)


def past(*, gap: float, service: float, clerks: int, days: float = 60, amounts: tuple[int, ...] = (50, 500),
         calendar: WorkingCalendar = ALWAYS, seed: int = 1) -> Past:
    """A past with exponential gaps between arrivals and exponential service, means in seconds."""
    chance = Random(seed)
    until, arrivals, at = days * 86400, [], 0.0
    while (at := at + chance.expovariate(1 / gap)) < until:
        number = len(arrivals)
        paper = Filling("paper", {"amount": amounts[number % len(amounts)]})
        arrivals.append(Arrival(number, BEGIN + timedelta(seconds=at), "hall", None, None, {},
                                (PastInstance("counter", None, {}, {"serve": (paper,)}),), None, False))
    works = tuple(Work(0.0, chance.expovariate(1 / service), 0.0) for _ in range(5000))
    people = [PastPerson(f"p{number}", f"p{number}", frozenset({("clerk", "hall")})) for number in range(clerks)]
    people.append(PastPerson("boss", "boss", frozenset({("boss", "hall")})))
    return Past("counter", BEGIN, BEGIN, BEGIN + timedelta(seconds=until), tuple(arrivals),
                {("counter", "serve"): PastStep(works, True, True)}, tuple(people),
                {"": calendar, "clerk": calendar, "boss": calendar}, {("clerk", "hall"): 1.0, ("boss", "hall"): 1.0})


def simulate(told: Past, seed: int = 1, content: bytes = ONE_STEP, wishes: Wishes | None = None) -> Mapping[str, Any]:
    """One replication."""
    return Replication(told, processes(content), seed, zone="Asia/Shanghai", wishes=wishes).run()


def mean_wait(gap: float, service: float, clerks: int) -> float:
    """Erlang's formula: the mean wait of M/M/c in seconds."""
    load = service / gap
    busy = load / clerks
    waiting = load ** clerks / factorial(clerks) / (1 - busy)
    all_busy = waiting / (sum(load ** n / factorial(n) for n in range(clerks)) + waiting)
    return all_busy * service / (clerks * (1 - busy))
