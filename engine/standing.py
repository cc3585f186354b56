"""What a person is to a task or a case: its assignee, one of its candidates, the starter, a supervisor …

Together with the table of :mod:`engine.operations` this says who may do what; :func:`permit` is what every verb asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.authorization import ADMINISTRATOR, Actor, may_intervene, only_looks, require, substitutes_of
from engine.bpmn import ProcessModel
from engine.errors import BihuanError, Conflict, NotPermitted, ReasonNeeded
from engine.family import CasePaused
from engine.live import Live
from engine.operations import (
    ARRANGED,
    BEFORE,
    HELD,
    JOINT,
    LENT,
    OFFERED,
    OPERATION,
    OPERATIONS,
    SUBMITTED,
    Operation,
    switched_on,
)


class SwitchedOff(NotPermitted):
    """A verb that the process does not offer at this step."""

    code = "switched_off"
    zh = "这个流程的这一步没有开放“{zh}”。"
    en = "“{en}” is switched off at this step of the process."


class NotNow(Conflict):
    """The state of the task does not allow the verb."""

    code = "not_now"
    zh = "{why_zh}，现在不能{zh}。"
    en = "{why_en}; “{en}” is not possible now."


@dataclass(frozen=True, slots=True)
class Place:
    """What permission needs to know of a task, or (with the first half empty) of a case.

    ``offers`` are (role, unit), ``signers`` the people whose turn to sign it is, ``askers`` who asked for signers,
    ``decided_by`` who completed the step before, ``switches`` what ``bihuan:operations`` says at process and step.
    """

    process_key: str
    unit_id: str | None
    started_by: str | None
    assignee_id: str | None = None
    owner_id: str | None = None
    offers: tuple[tuple[str, str], ...] = ()
    signers: frozenset[str] = frozenset()
    askers: frozenset[str] = frozenset()
    decided_by: str | None = None
    switches: tuple[str, str] = ("", "")
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AllowedVerb:
    """A verb that the table gives a person for a task; ``why_not`` is the sentence that stands against it now."""

    verb: str
    reason_needed: bool
    why_not: BihuanError | None = None


def states_of(row: Any) -> tuple[str, ...]:
    """The states of a task's row; see :mod:`engine.operations`."""
    base = (JOINT if row.signing == "joint" else LENT if row.owner_id else HELD if row.assignee_id else OFFERED)
    more = {"before": BEFORE, "after": SUBMITTED if row.submitted is not None else ARRANGED}.get(row.signing)
    return (base, more) if more else (base,)


def place_of(row: Any, offers: tuple[tuple[str, str], ...], signers: Iterable[Any], started_by: str | None,
             model: ProcessModel) -> Place:
    """What permission needs to know of an open task: its row, its offers, its signers, its drawing."""
    open_ones = [one for one in signers if one.state in ("open", "waiting")]
    return Place(
        process_key=row.process_key, unit_id=row.unit_id, started_by=started_by, assignee_id=row.assignee_id,
        owner_id=row.owner_id, offers=offers, decided_by=row.came_by, states=states_of(row),
        signers=frozenset(one.person_id for one in open_ones if one.state == "open"),
        askers=frozenset(one.asked_by for one in open_ones if one.asked_by),
        switches=switches_of(model, row.element_id))


def switches_of(model: ProcessModel, element_id: str = "") -> tuple[str, str]:
    """What ``bihuan:operations`` says at a process and at one of its steps, empty where it says nothing."""
    element = model.elements.get(element_id)
    return (model.properties.get("bihuan:operations", ""),
            element.properties.get("bihuan:operations", "") if element else "")


def standings(by: Actor, place: Place, live: Live) -> frozenset[str]:
    """What the actor is to the task, as itself."""
    found = set(_person(by.person_id, by.holdings, place, live))
    if may_intervene(Actor(by.person_id, by.login, by.name, by.holdings), place.unit_id, live):
        found.add("supervisor")
    if by.system or by.holds(ADMINISTRATOR):
        found.add("administrator")
    return frozenset(found)


def _person(person: str, holdings: tuple[tuple[str, str], ...], place: Place, live: Live) -> Iterator[str]:
    if person and person == place.assignee_id:
        yield "assignee"
        if place.owner_id:
            yield "borrower"
    for name, whose in (("owner", place.owner_id), ("starter", place.started_by), ("decider", place.decided_by)):
        if person and whose == person:
            yield name
    if person in place.signers:
        yield "signer"
    if person in place.askers:
        yield "asker"
    if not {(role, unit) for role, held in holdings for unit in live.path(held)}.isdisjoint(place.offers):
        yield "candidate"


def acts(operation: Operation, by: Actor, place: Place, live: Live, more: frozenset[str] = frozenset()
         ) -> tuple[bool, str | None]:
    """Whether the actor may, and for whom: ``None`` for oneself, else the id of the person represented.

    ``more`` are standings that the caller found out: reader, author, addressee. An auditor who holds no other role
    changes nothing; who has left may nothing.
    """
    if not by.system and by.login not in live.people:
        return False, None
    allowed = set(operation.who)
    if only_looks(by):
        allowed &= {"addressee"} if operation.verb != "seen" else {"reader"}
    if not allowed.isdisjoint(standings(by, place, live) | more):
        return True, None
    for other in by.represents if operation.substitute else ():
        if not other.covers(place.process_key):
            continue
        found = set(_person(other.person_id, other.holdings, place, live))
        if may_intervene(Actor(other.person_id, other.login, other.name, other.holdings), place.unit_id, live):
            found.add("supervisor")
        if not allowed.isdisjoint(found):
            return True, other.person_id
    return False, None


def authorize(verb: str, by: Actor, place: Place, live: Live, *, reader: Callable[[], bool] | None = None,
              more: frozenset[str] = frozenset(), name: tuple[str, str] = ("", "")) -> str | None:
    """Let the actor do ``verb``, and say for whom: ``None`` for oneself, else the id of the person represented.

    ``reader`` is asked (it costs a statement) only where seeing the case is enough; ``more`` are standings that the
    caller found out; ``name`` words the task in both languages. Raises NotPermitted.
    """
    operation = OPERATION[verb]
    allowed, behalf = acts(operation, by, place, live, more)
    if not allowed and "reader" in operation.who and reader is not None and reader():
        allowed, behalf = acts(operation, by, place, live, more | {"reader"})
    label = operation.name
    require(allowed, f"{label.zh} {name[0]}".strip(), f"{label.en.lower()} {name[1] or name[0]}".strip())
    return behalf


def refuse_now(verb: str, place: Place, *, reason: str | None = None, waits: Mapping[str, str] | None = None) -> None:
    """Refuse a verb that is switched off, that the state forbids, or that lacks its reason.

    ``waits`` words (zh, en) whom a state waits for. Raises SwitchedOff, NotNow, ReasonNeeded.
    """
    operation = OPERATION[verb]
    against = _against(operation, place, waits or {})
    if against is not None:
        raise against
    if operation.reason and not (reason or "").strip():
        raise ReasonNeeded()


def permit(verb: str, by: Actor, place: Place, live: Live, *, reason: str | None = None,
           reader: Callable[[], bool] | None = None, more: frozenset[str] = frozenset(),
           name: tuple[str, str] = ("", "")) -> str | None:
    """:func:`authorize`, then :func:`refuse_now`: whose business it is comes before how it stands."""
    behalf = authorize(verb, by, place, live, reader=reader, more=more, name=name)
    refuse_now(verb, place, reason=reason)
    return behalf


def _against(operation: Operation, place: Place, waits: Mapping[str, str]) -> BihuanError | None:
    """What stands against a verb that the person may do: switched off, or the state."""
    label = operation.name
    if not switched_on(operation.verb, *place.switches):
        return SwitchedOff(what=label.zh, zh=label.zh, en=label.en)
    wrong = [state for state in place.states if state not in operation.states]
    if not wrong or operation.on != "task":
        return None
    zh, en = _WHY[wrong[-1]]
    words = {"people_zh": waits.get("zh") or "签署人", "people_en": waits.get("en") or "the signers"}
    return NotNow(why_zh=zh.format(**words), why_en=en.format(**words), zh=label.zh, en=label.en, state=wrong[-1])


_WHY = {
    OFFERED: ("这一步还没有人认领", "nobody has claimed this step yet"),
    HELD: ("这一步已有办理人", "this step has an assignee"),
    LENT: ("这一步是委派来的，应先交还", "this step was delegated and is to be handed back first"),
    JOINT: ("这一步正在会签，等{people_zh}", "this step is being signed jointly and waits for {people_en}"),
    BEFORE: ("这一步等{people_zh}先签", "this step waits for {people_en} to sign first"),
    ARRANGED: ("这一步提交后还要加签", "signers come after this step"),
    SUBMITTED: ("这一步已提交，等{people_zh}签署", "this step is submitted and waits for {people_en} to sign"),
}


def allowed(by: Actor, place: Place, live: Live, *, suspended: bool = False, reader: bool = True,
            waits: Mapping[str, str] | None = None) -> tuple[AllowedVerb, ...]:
    """What the table gives the actor for a task, in its order: no statement. Verbs switched off are left out;
    ``why_not`` tells of those that the state of task or case holds back."""
    found = []
    for operation in OPERATIONS:
        may, _ = acts(operation, by, place, live, frozenset({"reader"}) if reader else frozenset())
        if operation.on == "person" or not may:
            continue
        against = _against(operation, place, waits or {})
        if isinstance(against, SwitchedOff):
            continue
        if suspended and not operation.suspended:
            against = CasePaused()
        found.append(AllowedVerb(operation.verb, operation.reason, against))
    return tuple(found)


def holders(live: Live, role: str, unit_id: str | None) -> list[str]:
    """The people who hold ``role`` nearest to a unit, by login; no statement."""
    unit = live.offered_at(role, unit_id)
    if not role or unit is None:
        return []
    below = live.subtree(unit)
    return [person.id for _, person in sorted(live.people.items())
            if any(held == role and where in below for held, where in person.holdings)]


def names_of(live: Live, people: Iterable[str]) -> dict[str, str]:
    """The names of people as a sentence lists them: ``zh`` and ``en``; who has left is said to have."""
    known = [live.people_by_id.get(person) for person in people]
    return {"zh": "、".join(one.name.zh if one else "已离职人员" for one in known),
            "en": ", ".join(one.name.in_("en") if one else "somebody who has left" for one in known)}


def with_substitutes(live: Live, people: Iterable[str], now: datetime, process_key: str) -> list[str]:
    """People and those who stand in for them now: who is away has what concerns the work told to somebody there."""
    told = list(people)
    return list(dict.fromkeys([*told, *(one for person in told
                                        for one in substitutes_of(live, person, now, process_key))]))
