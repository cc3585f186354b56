"""What a simulated case waits for, and how it comes: people at desks, customers, connectors, messages, choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import simpy

from engine import deadlines, task_rules
from engine.bpmn import Wait
from engine.errors import BihuanError
from engine.simulation import answers
from engine.simulation.past import Ending, Place, Work

if TYPE_CHECKING:
    from engine.simulation.case import Member, SimulatedCase
    from engine.simulation.replication import Replication

AT_ONCE = 1.0
"""Seconds that a connector takes."""


def waiting(world: Replication, case: SimulatedCase, member: Member, wait: Wait) -> Any:
    """The process of the simulation that stands for a wait."""
    kinds = {"user": _task, "service": _service, "message": _event, "signal": _event, "adhoc": _choice}
    return world.env.process(_guarded(case, kinds[wait.kind](world, case, member, wait)))


def _guarded(case: SimulatedCase, course: Any) -> Any:
    """What goes wrong in one case sets that case aside and none other."""
    try:
        yield from course
    except simpy.Interrupt:
        return
    except BihuanError as error:
        case.fail(error)


def _finish(case: SimulatedCase, member: Member, wait: Wait) -> bool:
    """Take a wait off the list of its instance; false if it is gone."""
    if case.over or member.closed:
        return False
    return member.waiting.pop((wait.id, wait.index), None) is not None


# --- people

def _task(world: Replication, case: SimulatedCase, member: Member, wait: Wait) -> Any:
    place = (member.definition.key, wait.element_id)
    case.tasks[place] += 1
    member.turns[wait.element_id] += 1
    number, ending = case.tasks[place], _ending(member, wait.element_id)
    if ending.kind == "skipped":
        yield world.env.timeout(0)
        if _finish(case, member, wait):
            answers.submit(world, case, member, wait, number, ending.outcome)
            case.settle(member)
        return
    opened, due = world.env.now, _due(world, case, member, wait)
    if ending.rest:  # signers were at it, or the case was suspended: as long as last month
        yield world.env.timeout(ending.rest)
    task = _Task(world, case, place, due=due and due + ending.stood)
    pools, only, external = _offered(world, case, member, wait)
    task.open()
    try:
        if world.left_alone(place, case.arrival.number, number):
            yield world.env.event()  # nobody comes: the drawing takes it back
        work = world.work(place, case.arrival.number, number)
        if external or not world.desks.can(pools, only):
            task.begin(None)
            yield world.env.timeout(work.elapsed)
        else:
            yield from task.served(pools, only, work)
    except simpy.Interrupt:
        task.withdrawn()
        return
    if not _finish(case, member, wait) or (ending.kind == "returned" and case.send_back(member, wait, ending)):
        return
    task.done(world.env.now - opened)
    answers.submit(world, case, member, wait, number)
    case.settle(member)


def _ending(member: Member, element_id: str) -> Ending:
    """How the task goes: as in the same case last month; otherwise it is completed."""
    own = member.past.endings.get(element_id, ()) if member.past is not None else ()
    turn = member.turns[element_id]
    return own[turn - 1] if turn <= len(own) else Ending()


class _Task:
    """A task at the desks, with what is counted of it."""

    def __init__(self, world: Replication, case: SimulatedCase, place: Place, due: float | None):
        self.world, self.place, self.due = world, place, due
        self.counted = case.arrival.counted
        self.opened = world.env.now
        self.request: Any = None
        self.clerk: Any = None
        self.begun = False

    def open(self) -> None:
        self.world.tally.opened(self.place, self.opened)

    def begin(self, waited: float | None) -> None:
        self.begun = True
        self.world.tally.taken(self.place, self.world.env.now, waited if self.counted else None)

    def served(self, pools: frozenset[tuple[str, str]], only: str, work: Work) -> Any:
        """Noticed after a while, taken by somebody free, worked on within that person's hours."""
        env, desks = self.world.env, self.world.desks
        hours = self.world.hours_of(pools, only)
        yield env.timeout(hours.after(env.now, work.reaction) - env.now)
        self.request = desks.ask(pools, self.due, only)
        self.clerk = yield self.request.taken
        self.begin(env.now - self.opened)
        held = [pool for pool in sorted(pools) if pool in self.clerk.pools] or sorted(pools)
        role, since = held[0][0] if held else "", env.now
        try:
            yield env.timeout(self.clerk.hours.after(since, work.service) - since)
        finally:
            self.world.busy(self.clerk, role, since)
        clerk, self.clerk = self.clerk, None
        desks.free(clerk)

    def withdrawn(self) -> None:
        """It went away: nobody works on it any longer."""
        if not self.begun:
            self.world.tally.taken(self.place, self.world.env.now, None)
        if self.clerk is not None:
            self.world.desks.free(self.clerk)
        elif self.request is not None:
            taken = self.request.taken
            if taken.triggered:  # somebody had just reached for it
                self.world.desks.free(taken.value)
            else:
                self.world.desks.withdraw(self.request)

    def done(self, stay: float) -> None:
        if self.counted:
            self.world.tally.done(self.place, stay, self.world.env.now, self.due)


def _due(world: Replication, case: SimulatedCase, member: Member, wait: Wait) -> float | None:
    element = member.definition.model.elements[wait.element_id]
    clock = deadlines.clock_of(case, member, element, member.run.scope_variables(wait.id))  # type: ignore[arg-type]
    return None if clock.due_at is None else world.seconds(clock.due_at)


def _offered(world: Replication, case: SimulatedCase, member: Member,
             wait: Wait) -> tuple[frozenset[tuple[str, str]], str, bool]:
    """The pools that a task is offered to, the person it is for, and whether customers do it."""
    element = member.definition.model.elements[wait.element_id]
    scope = member.run.scope_variables(wait.id)
    roles = task_rules.roles_of(member, element, scope)  # type: ignore[arg-type]
    login = task_rules.login_of(member, element, scope)  # type: ignore[arg-type]
    if roles and all(world.is_external(role) for role in roles):
        return frozenset(), "", True
    pools = frozenset((role, unit) for role in roles
                      if (unit := case.live.offered_at(role, case.arrival.unit_id)) is not None)
    return pools, world.key_of(login), False


# --- what comes from outside

def _service(world: Replication, case: SimulatedCase, member: Member, wait: Wait) -> Any:
    """A connector answers at once; what it wrote last month stands for its answer."""
    try:
        yield world.env.timeout(AT_ONCE)
    except simpy.Interrupt:
        return
    if _finish(case, member, wait):
        answers.answered(member, wait)
        case.settle(member)


def _event(world: Replication, case: SimulatedCase, member: Member, wait: Wait) -> Any:
    """A message comes when it came last month, or never; one that the drawing itself sends comes by the post."""
    place = (member.definition.key, wait.element_id)
    delay = world.event_after(case, member, place, case.visits[place])
    box = world.mailbox(wait) if wait.kind == "message" else world.env.event()
    try:
        first = box if delay is None else box | world.env.timeout(delay)
        yield first
    except simpy.Interrupt:
        world.forget(box)
        return
    world.forget(box)
    if _finish(case, member, wait):
        payload: Mapping[str, Any] = box.value if box.triggered else answers.received(member)
        member.run.deliver(wait.id, payload, wait.index)
        case.settle(member)


def _choice(world: Replication, case: SimulatedCase, member: Member, wait: Wait) -> Any:
    """In an ad-hoc sub-process people begin what they began last month, one after the other, and then it is done."""
    try:
        yield world.env.timeout(AT_ONCE)
    except simpy.Interrupt:
        return
    if not _finish(case, member, wait):
        return
    following = next((one for one in member.to_begin() if one in wait.detail["choices"]), None)
    if following is None:
        member.run.complete(wait.id)
    else:
        member.begun.append(following)
        member.run.start_adhoc(wait.id, following)
    case.settle(member)
