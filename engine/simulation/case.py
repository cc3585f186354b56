"""A case of the replay: its runs in the real engine, in memory, on simulated time.

It does what :mod:`engine.wait_state` does with a database: runs every instance to its next wait state, starts called
processes, tells their callers of their ends. What the runs wait for is given to :mod:`engine.simulation.waiting`.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.bpmn import ProcessRun, RunEvent, RunFailed, Wait
from engine.decisions import CaseEnvironment
from engine.definitions import Definition
from engine.errors import BihuanError
from engine.expressions import ExpressionFailed
from engine.simulation import answers
from engine.simulation.failures import NotThere, Turning
from engine.simulation.past import Arrival, Ending, PastInstance
from engine.simulation.surroundings import surroundings

if TYPE_CHECKING:
    from engine.simulation.replication import Replication

MOST_VISITS = 400
"""Visits of elements in one case; more is a case that turns in a circle with the values it was given."""
MOST_CALLS = 20


@dataclass
class Member:
    """One instance of a simulated case. ``past`` is the instance whose values it is given."""

    number: int
    definition: Definition
    run: ProcessRun
    environment: CaseEnvironment
    past: PastInstance | None
    parent: tuple[Member, str] | None = None
    waiting: dict[tuple[str, int], Any] = field(default_factory=dict)
    """What stands for each wait: a process of the simulation that can be interrupted."""
    turns: Counter[str] = field(default_factory=Counter)
    """Tasks by step."""
    completed: Counter[str] = field(default_factory=Counter)
    """Those that were submitted."""
    left: list[str] = field(default_factory=list)
    """Elements that were left, in order."""
    begun: list[str] = field(default_factory=list)
    """What was begun in its ad-hoc sub-processes."""
    timer: datetime | None = None
    closed: bool = False

    def to_begin(self) -> list[str]:
        """What people still begin in its ad-hoc sub-processes: what they began last month, else each activity once."""
        wanted = self.past.choices if self.past is not None else tuple(
            element.id for element in self.definition.model.elements.values() if element.parent is not None)
        rest = list(wanted)
        for one in self.begun:
            if one in rest:
                rest.remove(one)
        return rest


class SimulatedCase:
    """One arrival on its way; :func:`engine.deadlines.clock_of` asks for its ``live``, ``root_row`` and ``now``."""

    def __init__(self, world: Replication, arrival: Arrival):
        self.world, self.arrival = world, arrival
        self.live = world.processes.live
        self.root_row: dict[str, Any] = {"unit_id": arrival.unit_id, "severity": ""}
        self.members: list[Member] = []
        self.visits: Counter[tuple[str, str]] = Counter()
        self.tasks: Counter[tuple[str, str]] = Counter()
        self._of_key: Counter[str] = Counter()
        self.over = False

    @property
    def now(self) -> datetime:
        """The simulated moment."""
        return self.world.moment()

    def begin(self, definition: Definition) -> None:
        """Start the case as it came."""
        at = self.now
        case = {"number": f"SIM-{self.arrival.number}", "id": f"sim-{self.arrival.number}", "business_key": None,
                "process": definition.key, "unit": None, "started_at": at, "starter": self.arrival.starter}
        try:
            root = self._create(definition, dict(self.arrival.variables) | {"case": case},
                                entry=_entry(definition, self.arrival.entry))
            answers.at_start(root)
        except BihuanError as error:
            self.fail(error)
            return
        self.settle(root)

    def settle(self, *touched: Member) -> None:
        """Run the touched instances until all wait or have ended; a case that cannot go on is set aside and told."""
        try:
            self._settle(deque(touched))
        except BihuanError as error:
            self.fail(error)

    def _create(self, definition: Definition, variables: dict[str, Any], entry: str | None = None,
                parent: tuple[Member, str] | None = None) -> Member:
        environment = surroundings(self.world.moment, self.live, self.arrival.unit_id, self.world.zone, definition,
                                   self.world.functions)
        run = ProcessRun.start(definition.model, environment, variables, entry=entry)
        member = Member(len(self.members), definition, run, environment, self._past(definition.key), parent)
        self.members.append(member)
        return member

    def _past(self, key: str) -> PastInstance | None:
        """The instance of the past whose place this one takes: of its process the how-manieth of the case."""
        number = self._of_key[key]
        self._of_key[key] += 1
        alike = [one for one in self.arrival.instances if one.process_key == key]
        return alike[number] if number < len(alike) else None

    def _settle(self, queue: deque[Member]) -> None:
        while queue and not self.over:
            member = queue.popleft()
            if member.closed:
                continue
            if not member.run.ended:
                member.run.advance()
            thrown: dict[str, Any] = {}
            for event in member.run.take_events():
                self._note(member, event)
                queue.extend(self._back(event))
                if event.kind == "error_uncaught":
                    thrown = event.data.get("payload") or {}
                elif event.kind == "escalation_uncaught" and member.parent is not None and not member.parent[0].closed:
                    parent, wait = member.parent
                    parent.run.escalate(wait, event.data.get("code"), event.data.get("payload") or {})
                    queue.append(parent)
            self._severity(member)
            queue.extend(self._waits(member))
            if member.run.ended and not member.closed:
                queue.extend(self._end(member, thrown))

    def _note(self, member: Member, event: RunEvent) -> None:
        if event.kind == "entered":
            self.visits[member.definition.key, event.element_id] += 1
            if self.visits.total() > MOST_VISITS:
                raise Turning()
        elif event.kind == "left" and event.data.get("outcome", "completed") == "completed":
            member.left.append(event.element_id)
        elif event.kind == "unclear":
            self.world.tally.unclear[member.definition.key, event.element_id] += 1
        elif event.kind == "message_thrown":
            self.world.post(event.data["name"], event.data.get("correlation") or {}, event.data.get("payload") or {})

    def _back(self, event: RunEvent) -> list[Member]:
        """A step that was returned straight is done again: the task that returned it waits again, unless it is gone."""
        if event.kind != "left" or "back" not in event.data:
            return []
        number, element_instance_id = event.data["back"]
        member = self.members[int(number)]
        return [member] if not member.run.ended and member.run.come_back(element_instance_id) else []

    def send_back(self, member: Member, wait: Wait, ending: Ending) -> bool:
        """Return a task as somebody did last month; false where the drawing now knows no way back there."""
        above: Member | None = member
        at = wait.id
        while above is not None and ending.to not in above.left:
            above, at = above.parent if above.parent is not None else (None, "")
        if above is None:
            return False
        since = len(above.left) - above.left[::-1].index(ending.to)
        try:
            walk = above.run.walk_back(ending.to, at, set(above.left[since:]))
            if not walk.came_from_it:
                return False
            if ending.straight:
                above.run.detour(walk, (str(member.number), wait.id))
                member.run.go_away(wait.id)
            else:
                above.run.go_back(walk)
        except RunFailed:
            return False
        self.settle(*([member] if above is member else [above, member]))
        return True

    def _severity(self, member: Member) -> None:
        text = member.definition.model.properties.get("bihuan:severity")
        if text:
            try:
                self.root_row["severity"] = str(member.environment.expressions.value(text, member.run.variables)
                                                or self.root_row["severity"])
            except ExpressionFailed:
                return

    def _waits(self, member: Member) -> list[Member]:
        """Begin what is newly waited for, end what no longer is; returns the called processes that started."""
        now = {} if member.run.ended else {(wait.id, wait.index): wait for wait in member.run.waits()}
        for key in [key for key in member.waiting if key not in now]:
            self._drop(member.waiting.pop(key))
        started = []
        for key, wait in now.items():
            if key in member.waiting or wait.kind in ("timer", "conditional") or wait.detail.get("running"):
                continue
            if wait.kind == "call":
                child = self._call(member, wait)
                member.waiting[key] = child
                started.append(child)
            else:
                member.waiting[key] = self.world.wait_for(self, member, wait)
        self._arm(member)
        return started

    def _call(self, member: Member, wait: Wait) -> Member:
        key = wait.detail["called_key"]
        definition = self.world.processes.get(key)
        if definition is None:
            raise NotThere(key=key)
        depth, above = 1, member.parent
        while above is not None:
            above, depth = above[0].parent, depth + 1
        if depth >= MOST_CALLS:
            raise RunFailed(wait.element_id, "call_too_deep", depth=MOST_CALLS)
        variables = {"case": member.run.variables.get("case")} | dict(wait.detail.get("inputs") or {})
        return self._create(definition, variables, parent=(member, wait.id))

    def _drop(self, waiting: Any) -> None:
        if not isinstance(waiting, Member):
            self.world.give_up(waiting)
        elif not waiting.closed:
            waiting.run.cancel("cancelled")
            self._close(waiting)

    def _close(self, member: Member) -> None:
        member.closed = True
        for waiting in member.waiting.values():
            self._drop(waiting)
        member.waiting.clear()

    def _arm(self, member: Member) -> None:
        """Come back when the next timer of an instance is due."""
        due = None if member.run.ended else member.run.next_due
        if due is not None and due != member.timer:
            self.world.at(due, lambda: self._ring(member, due))
        member.timer = due

    def _ring(self, member: Member, due: datetime) -> None:
        if not (self.over or member.closed) and member.timer == due:
            member.timer = None
            self.settle(member)

    def _end(self, member: Member, thrown: dict[str, Any]) -> list[Member]:
        self._close(member)
        outcome = member.run.outcome or "completed"
        if member.parent is None:
            self.over = True
            whole = not outcome.startswith("error:") and outcome not in ("cancelled", "stopped")
            self.world.ended(self, completed=whole)
            for one in self.members:
                self._close(one)
            return []
        parent, wait = member.parent
        if parent.closed or parent.run.ended or (wait, 0) not in parent.waiting:
            return []
        if outcome.startswith("error:"):
            parent.run.error(wait, outcome.removeprefix("error:"), thrown)
        elif outcome == "cancelled":
            return []
        else:
            parent.run.complete(wait, {key: value for key, value in member.run.variables.items() if key != "case"})
        return [parent]

    def fail(self, error: BihuanError) -> None:
        """Set the case aside: the simulation goes on without it and tells why."""
        if self.over:
            return
        self.over = True
        for member in self.members:
            self._close(member)
        self.world.stuck(error)


def _entry(definition: Definition, entry: str | None) -> str | None:
    """The start event by which a case came, if the drawing still has it; else the way in that there is."""
    starts = {start.element_id: start.kind for start in definition.model.start_events}
    if entry in starts:
        return entry
    return None if "none" in starts.values() else next(iter(starts), None)
