"""The people of a simulation: who may take which task, who is at work, and the queue in front of them (simpy)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import simpy

from engine.simulation.hours import WorkHours

Pool = tuple[str, str]
"""A role in a unit: those who may take a task that is offered there."""
LAST = float("inf")
"""Where tasks without a deadline stand in the queue, as in the inbox."""


@dataclass
class Clerk:
    """One person: does one piece of work at a time, within the hours kept; ``busy`` counts working seconds by role.
    ``stands_in``: from, until, whose tasks the person takes as well, and the pools of that one."""

    key: str
    pools: frozenset[Pool]
    hours: WorkHours
    at_work: bool = False
    busy: dict[str, float] = field(default_factory=dict)
    stands_in: tuple[tuple[float, float, str, frozenset[Pool]], ...] = ()


@dataclass(order=True)
class Request:
    """A task that waits for somebody: first those due first, then the oldest."""

    due: float
    number: int
    pools: frozenset[Pool] = field(compare=False)
    only: str = field(compare=False, default="")
    taken: Any = field(compare=False, default=None)


class Desks:
    """Gives waiting tasks to free people who may take them and are at work."""

    def __init__(self, env: simpy.Environment, clerks: Iterable[Clerk]):
        self._env = env
        self.clerks = {clerk.key: clerk for clerk in clerks}
        self._queue: list[Request] = []
        self._number = 0
        self._wakes: set[float] = set()
        for since in sorted({one[0] for clerk in self.clerks.values() for one in clerk.stands_in}):
            if since > env.now:
                self._wake(since)

    def can(self, pools: Collection[Pool], only: str = "") -> bool:
        """Whether anybody at all may take a task."""
        return only in self.clerks or any(not clerk.pools.isdisjoint(pools) for clerk in self.clerks.values())

    def ask(self, pools: Collection[Pool], due: float | None, only: str = "") -> Request:
        """Put a task into the queue; ``request.taken`` happens with the clerk who takes it."""
        self._number += 1
        request = Request(LAST if due is None else due, self._number, frozenset(pools),
                          only if only in self.clerks else "", self._env.event())
        insort(self._queue, request)
        self._match()
        return request

    def withdraw(self, request: Request) -> None:
        """The task is gone before anybody took it."""
        if request in self._queue:
            self._queue.remove(request)

    def free(self, clerk: Clerk) -> None:
        """The clerk is done and takes the next."""
        clerk.at_work = False
        self._match()

    def _match(self) -> None:
        now = self._env.now
        idle = [clerk for clerk in self.clerks.values() if not clerk.at_work]
        if not idle or not self._queue:
            return
        here = sorted((clerk for clerk in idle if clerk.hours.is_open(now)), key=lambda one: (len(one.pools), one.key))
        closed = False
        for request in list(self._queue):
            clerk = next((one for one in here if _may(one, request, now)), None)
            if clerk is None:
                closed = closed or len(here) < len(idle)
                continue
            self._queue.remove(request)
            here.remove(clerk)
            idle.remove(clerk)
            clerk.at_work = True
            request.taken.succeed(clerk)
        if closed:
            self._wake(min(one.hours.opening(now) for one in idle if not one.hours.is_open(now)))

    def _wake(self, at: float) -> None:
        """Look again when the next of them comes to work."""
        if at not in self._wakes:
            self._wakes.add(at)
            self._env.process(self._opening(at))

    def _opening(self, at: float) -> Any:
        yield self._env.timeout(at - self._env.now)
        self._wakes.discard(at)
        self._match()


def _may(clerk: Clerk, request: Request, now: float) -> bool:
    if clerk.key == request.only if request.only else not clerk.pools.isdisjoint(request.pools):
        return True
    return any(since <= now < until and (key == request.only if request.only else not pools.isdisjoint(request.pools))
               for since, until, key, pools in clerk.stands_in)


def staffed(clerks: Iterable[Clerk], wanted: Mapping[str, int], load: Mapping[Pool, float],
            hours: Mapping[str, WorkHours]) -> list[Clerk]:
    """The people as last month, with as many for each role as ``wanted`` says.

    More: new people who hold that role alone, in the units where most of its work waits. Fewer: those leave the role
    first who have other work besides; whoever has none left is gone. ``load`` is working time by pool.
    """
    kept = {clerk.key: set(clerk.pools) for clerk in clerks}
    known = {clerk.key: clerk for clerk in clerks}
    for role, number in sorted(wanted.items()):
        holding = sorted((key for key, pools in kept.items() if any(pool[0] == role for pool in pools)),
                         key=lambda key: (len(kept[key]), key))
        for key in holding[number:][::-1] if number < len(holding) else ():
            kept[key] = {pool for pool in kept[key] if pool[0] != role}
        shares = {pool: weight for pool, weight in load.items() if pool[0] == role} or {(role, ""): 1.0}
        given = {pool: sum(pool in pools for pools in kept.values()) for pool in shares}
        for index in range(len(holding), number):
            pool = max(sorted(shares), key=lambda one: shares[one] / (given[one] + 1))
            given[pool] += 1
            key = f"+{role}-{index}"
            kept[key] = {pool}
            known[key] = Clerk(key, frozenset({pool}), hours[role])
    return [Clerk(key, frozenset(pools), known[key].hours, stands_in=known[key].stands_in)
            for key, pools in sorted(kept.items()) if pools]
