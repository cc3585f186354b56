"""One run of the simulation: last month's arrivals through a process, with so many people, under one seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import simpy

from engine.bpmn import Wait
from engine.errors import BihuanError, NotFound
from engine.messages import fits
from engine.simulation.case import SimulatedCase
from engine.simulation.content import Processes
from engine.simulation.desks import Clerk, Desks, Pool, staffed
from engine.simulation.draws import Draws
from engine.simulation.failures import told
from engine.simulation.hours import WorkHours
from engine.simulation.past import Past, PastPerson, Place, Work
from engine.simulation.tally import Tally
from engine.simulation.waiting import waiting

if TYPE_CHECKING:
    from engine.simulation.case import Member

LATER = timedelta(milliseconds=1)
"""Added to moments at which a timer rings, so that it is due by then whatever is lost in counting seconds."""
CHECK = 50
"""Cases between two looks at whether somebody wants to stop."""


@dataclass(frozen=True)
class Wishes:
    """What is set by hand: ``people`` by role, ``minutes`` of work by step, weights of decisions by step."""

    people: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[Place, float] = field(default_factory=dict)
    outcomes: Mapping[Place, Mapping[str, float]] = field(default_factory=dict)


DEFAULT_MINUTES = 15.0
"""Work on a step of which nothing is known."""


class Replication:
    """The world of one run. ``functions`` are what expressions may look up; ``zone`` that of units without one."""

    def __init__(self, past: Past, processes: Processes, seed: int, *, zone: str,
                 functions: Mapping[str, Callable[..., Any]] | None = None, wishes: Wishes | None = None):
        self.past, self.processes, self.zone = past, processes, zone
        self.wishes = wishes or Wishes()
        self.functions = dict(functions or {})
        self.draws = Draws(seed)
        self.env = simpy.Environment()
        self.tally = Tally(self.seconds(past.since), self.seconds(past.until))
        self._hours = {role: WorkHours(calendar, past.begin, past.until + timedelta(days=30))
                       for role, calendar in past.calendars.items()}
        self._boxes: list[tuple[Wait, Any]] = []
        self._logins = {person.login: person.key for person in past.people}
        self.desks = Desks(self.env, self._clerks())

    # --- time

    def moment(self) -> datetime:
        """The simulated moment."""
        return self.past.begin + timedelta(seconds=self.env.now)

    def seconds(self, moment: datetime) -> float:
        """A moment in seconds since the beginning."""
        return (moment - self.past.begin).total_seconds()

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Do something at a moment; at once where it is past."""
        self.env.process(self._at(max(0.0, self.seconds(moment + LATER) - self.env.now), act))

    def _at(self, delay: float, act: Callable[[], None]) -> Any:
        yield self.env.timeout(delay)
        act()

    # --- the run

    def run(self, goes_on: Callable[[float], bool] | None = None) -> dict[str, Any]:
        """Everything from the first arrival to the end of the period; ``goes_on`` is told the share that is done and
        says whether to go on. Returns the figures of :class:`~engine.simulation.tally.Tally` with people's."""
        definition = self.processes.get(self.past.process_key)
        if definition is None:
            raise NotFound(what="process")
        for arrival in self.past.arrivals:
            self.at(arrival.at, partial(SimulatedCase(self, arrival).begin, definition))
            self.tally.cases += arrival.counted
        for person in self.past.people:
            for opened, begun, seconds in person.other_work if person.key in self.desks.clerks else ():
                self.env.process(self._other(person, opened, begun, seconds))
        end = self.seconds(self.past.until)
        for share in range(1, CHECK + 1):
            if end * share / CHECK > self.env.now:
                self.env.run(until=end * share / CHECK)
            if goes_on is not None and not goes_on(share / CHECK):
                break
        return self.tally.figures() | {"roles": self._roles(end)}

    def _clerks(self) -> list[Clerk]:
        pools = {person.key: person.pools for person in self.past.people}
        own = [Clerk(person.key, person.pools, self._of_person(person).without(person.away), stands_in=tuple(
            (since, until, other, pools.get(other, frozenset())) for since, until, other in person.stands_in))
            for person in self.past.people]
        return staffed(own, self.wishes.people, self.past.load,
                       {role: self._of_role(role) for role in self.wishes.people})

    def _of_person(self, person: PastPerson) -> WorkHours:
        """The hours of the role in which the person's colleagues did most."""
        load = self.past.load
        role = max(sorted(person.pools), key=lambda pool: load.get(pool, 0.0))[0] if person.pools else ""
        return self._of_role(role)

    def _of_role(self, role: str) -> WorkHours:
        found = self._hours.get(role)
        return found if found is not None else self._hours[""]

    def hours_of(self, pools: frozenset[Pool], only: str) -> WorkHours:
        """The hours in which a task is noticed."""
        clerk = self.desks.clerks.get(only)
        return clerk.hours if clerk is not None else self._of_role(min((role for role, _ in pools), default=""))

    def _other(self, person: PastPerson, opened: float, begun: float, seconds: float) -> Any:
        """Work of another process: it takes its person's time when it did last month, or as soon as possible then."""
        yield self.env.timeout(begun)
        request = self.desks.ask((), opened, person.key)
        clerk = yield request.taken
        since = self.env.now
        yield self.env.timeout(clerk.hours.after(since, seconds) - since)
        self.busy(clerk, "", since)
        self.desks.free(clerk)

    def busy(self, clerk: Clerk, role: str, since: float) -> None:
        """Note the working time of a clerk since a moment, within the period."""
        start, end = max(since, self.tally.since), min(self.env.now, self.tally.until)
        clerk.busy[role] = clerk.busy.get(role, 0.0) + clerk.hours.between(start, end)

    def _roles(self, end: float) -> dict[str, dict[str, float]]:
        """Of each role: people, and the share of their working time that is taken by tasks (of any role)."""
        found: dict[str, dict[str, float]] = {}
        for role in sorted({role for clerk in self.desks.clerks.values() for role, _ in clerk.pools}):
            having = [one for one in self.desks.clerks.values() if any(pool[0] == role for pool in one.pools)]
            there = sum(one.hours.between(self.tally.since, end) for one in having)
            taken = sum(sum(one.busy.values()) for one in having)
            found[role] = {"people": len(having), "busy": taken / there if there else 0.0,
                           "hours": sum(one.busy.get(role, 0.0) for one in having) / 3600}
        return found

    # --- what cases ask for

    def wait_for(self, case: SimulatedCase, member: Member, wait: Wait) -> Any:
        """Let what a case waits for come."""
        return waiting(self, case, member, wait)

    def give_up(self, process: Any) -> None:
        """A case waits for this no longer."""
        if process.is_alive and process is not self.env.active_process:
            process.interrupt()

    def left_alone(self, place: Place, arrival: int, number: int) -> bool:
        """Whether nobody does a task, because last month tasks of that step were as often taken back."""
        step = self.past.steps.get(place)
        return bool(step and step.left_alone and place not in self.wishes.minutes
                    and self.draws.of(arrival, *place, number, "alone").random() < step.left_alone)

    def work(self, place: Place, arrival: int, number: int) -> Work:
        """How one piece of work goes: drawn from last month's at that step, or as set by hand."""
        step = self.past.steps.get(place)
        drawn = self.draws.one(step.works, arrival, *place, number, "work") if step and step.works else None
        minutes = self.wishes.minutes.get(place)
        if drawn is None or (minutes is None and step is not None and step.measured):
            return drawn or self._assumed(place, arrival, number, minutes, 0.0, 0.0)
        stay = drawn.reaction + (0.0 if step is not None and step.measured else drawn.service)
        return self._assumed(place, arrival, number, minutes, stay, drawn.elapsed)

    def _assumed(self, place: Place, arrival: int, number: int, minutes: float | None, stay: float,
                 elapsed: float) -> Work:
        """Work of an assumed length, spread around it; where claims told nothing the whole stay was observed."""
        mean = 60 * (DEFAULT_MINUTES if minutes is None else minutes)
        service = self.draws.of(arrival, *place, number, "assumed").triangular(0.4 * mean, 2.0 * mean, 0.6 * mean)
        step = self.past.steps.get(place)
        if step is not None and step.works and not step.measured and minutes is None:
            service = min(service, stay)  # nobody works longer on a task than it is there
        reaction = stay if step is not None and step.measured else max(0.0, stay - service)
        return Work(reaction, service, elapsed or service)

    def chosen(self, place: Place, arrival: int, number: int) -> str | None:
        """A decision set by hand for a step."""
        weights = self.wishes.outcomes.get(place)
        if not weights or not any(weights.values()):
            return None
        luck = self.draws.of(arrival, *place, number, "outcome")
        return luck.choices(list(weights), list(weights.values()))[0]

    def event_after(self, case: SimulatedCase, member: Member, place: Place, number: int) -> float | None:
        """Seconds until something from outside comes: as in the same case last month, else as in another."""
        own = member.past.events.get(place[1], ()) if member.past is not None else ()
        if 0 < number <= len(own):
            return own[number - 1]
        others = self.past.events(place)
        return self.draws.one(others, case.arrival.number, *place, number, "event") if others else None

    def is_external(self, role: str) -> bool:
        """Whether a role is that of customers."""
        declared = self.processes.live.roles.get(role)
        return role in self.past.external or bool(declared and declared.external)

    def key_of(self, login: str | None) -> str:
        """The clerk with a login, if there."""
        return self._logins.get(login or "", "")

    def mailbox(self, wait: Wait) -> Any:
        """What happens when a message comes from within the simulation."""
        box = self.env.event()
        self._boxes.append((wait, box))
        return box

    def forget(self, box: Any) -> None:
        """Nobody waits at this mailbox any longer."""
        self._boxes = [one for one in self._boxes if one[1] is not box]

    def post(self, name: str, keys: Mapping[str, Any], payload: Mapping[str, Any]) -> None:
        """A message that a drawing sends: to the first that waits for it; to nobody where nobody does."""
        for wait, box in self._boxes:
            if wait.detail.get("name") == name and not box.triggered and fits(wait.detail.get("correlation") or {},
                                                                               keys):
                box.succeed(dict(payload))
                return

    def ended(self, case: SimulatedCase, *, completed: bool) -> None:
        """A case is over."""
        if case.arrival.counted:
            self.tally.ended += 1
            if completed:
                self.tally.leads.append(self.env.now - self.seconds(case.arrival.at))

    def stuck(self, error: BihuanError) -> None:
        """A case could not be carried on with the values it was given."""
        self.tally.stuck.append(told(error))
