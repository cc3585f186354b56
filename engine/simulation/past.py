"""What history says of a process over a period, as plain values: what came, how it was worked on, who did it.

Nothing here is shown: values that people entered are only given back to the engine to decide by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Place = tuple[str, str]
"""An element of a process: (process key, element id)."""


@dataclass(frozen=True, slots=True)
class Period:
    """What is replayed: the cases that began from ``since`` to ``until``, and those of the ``run_up`` before."""

    since: datetime
    until: datetime
    run_up: timedelta

    @classmethod
    def ending(cls, now: datetime, days: int) -> Period:
        """The ``days`` before now, with half as many to fill the desks first."""
        return cls(now - timedelta(days=days), now, timedelta(days=max(1, days // 2)))

    @property
    def begin(self) -> datetime:
        """The moment zero of the simulation."""
        return self.since - self.run_up


@dataclass(frozen=True, slots=True)
class Filling:
    """A form as it was submitted at a step."""

    form_key: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ending:
    """How one task went: ``completed``, ``returned`` (to another step, perhaps to come straight back), or ``skipped``
    by a rule with an outcome. ``rest`` are the seconds in which nobody could work on it, for signers or because its
    case was suspended; ``stood`` of them the latter."""

    kind: str = "completed"
    to: str = ""
    straight: bool = False
    outcome: str = ""
    rest: float = 0.0
    stood: float = 0.0


@dataclass(frozen=True, slots=True)
class PastInstance:
    """One instance of a case: its process, and what its variables were at last."""

    process_key: str
    parent: str | None
    variables: Mapping[str, Any]
    fillings: Mapping[str, tuple[Filling, ...]] = field(default_factory=dict)
    """By element, in the order in which they were submitted."""
    events: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    """By element that waits for something from outside: seconds until it came, ``None`` where it never did."""
    endings: Mapping[str, tuple[Ending, ...]] = field(default_factory=dict)
    """By step, how its tasks went, in order."""
    choices: tuple[str, ...] = ()
    """Elements that people began in ad-hoc sub-processes, in order."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A case as it came. ``instances`` are those of its family by their place in it: (parent, element, number)."""

    number: int
    at: datetime
    unit_id: str | None
    starter: Mapping[str, str] | None
    entry: str | None
    variables: Mapping[str, Any]
    instances: tuple[PastInstance, ...]
    ended_at: datetime | None
    completed: bool
    counted: bool = True
    """Whether it came within the period; those before it only fill the desks."""


@dataclass(frozen=True, slots=True)
class Work:
    """How one piece of work went, in working seconds: until somebody turned to it while there was somebody free, and
    from then to its completion. ``elapsed`` is the whole stay on the clock."""

    reaction: float
    service: float
    elapsed: float


@dataclass(frozen=True, slots=True)
class PastStep:
    """How a step was worked on. ``measured`` says whether claims tell when work began; ``people`` whether people did
    it (else customers: then only ``elapsed`` counts); ``left_alone`` is the share of tasks that nobody completed,
    because the drawing took them back."""

    works: tuple[Work, ...]
    measured: bool
    people: bool
    waits: tuple[float, ...] = ()
    """Seconds on the clock from the opening of a task to the beginning of work."""
    with_deadline: int = 0
    kept: int = 0
    left_alone: float = 0.0


@dataclass(frozen=True, slots=True)
class PastPerson:
    """Somebody who did work in the period: the pools (role, unit) worked for and the calendar kept."""

    key: str
    login: str
    pools: frozenset[tuple[str, str]]
    other_work: tuple[tuple[float, float, float], ...] = ()
    """Tasks of other processes: (opened at, begun at, working seconds), moments in seconds since the beginning."""
    away: tuple[tuple[float, float], ...] = ()
    """When the person was away, from and until."""
    stands_in: tuple[tuple[float, float, str], ...] = ()
    """For whom the person acted: from, until, the other's key."""


@dataclass(frozen=True)
class Past:
    """A period of a process. ``begin`` is the moment zero: ``since`` less the run-up that fills the desks."""

    process_key: str
    begin: datetime
    since: datetime
    until: datetime
    arrivals: tuple[Arrival, ...]
    steps: Mapping[Place, PastStep]
    people: tuple[PastPerson, ...]
    calendars: Mapping[str, Any]
    """By role: the :class:`~engine.calendar.WorkingCalendar` that it keeps."""
    load: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """By pool (role, unit): the tasks it completed."""
    external: frozenset[str] = frozenset()
    """Roles of customers: nobody queues for them."""
    _fillings: dict[Place, tuple[Filling, ...]] = field(default_factory=dict, compare=False, repr=False)
    _events: dict[Place, tuple[float | None, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def counted(self) -> list[Arrival]:
        """The cases that came within the period."""
        return [one for one in self.arrivals if one.counted]

    @property
    def leads(self) -> list[float]:
        """Seconds from beginning to end of the cases that came within the period and are completed."""
        return [(one.ended_at - one.at).total_seconds() for one in self.counted
                if one.completed and one.ended_at is not None]

    def fillings(self, place: Place, form_key: str) -> tuple[Filling, ...]:
        """All that was submitted at a step with a form."""
        if place not in self._fillings:
            self._fillings[place] = tuple(
                filling for one in self.arrivals for instance in one.instances
                if instance.process_key == place[0] for filling in instance.fillings.get(place[1], ()))
        return tuple(one for one in self._fillings[place] if one.form_key == form_key)

    def events(self, place: Place) -> tuple[float | None, ...]:
        """All waits of an element for something from outside."""
        if place not in self._events:
            self._events[place] = tuple(
                wait for one in self.arrivals for instance in one.instances
                if instance.process_key == place[0] for wait in instance.events.get(place[1], ()))
        return self._events[place]
