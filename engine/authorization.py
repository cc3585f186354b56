"""The only place that decides who may do what.

Substitution (离岗代理): an actor carries those it acts for now (:class:`Represented`), each with the roles that person
holds and, where the substitution is limited, the processes. What an actor may do as itself it does as itself;
otherwise :func:`engine.standing.acts` says for whom. A substitute of a substitute represents only the latter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, tuple_
from sqlalchemy.orm import aliased

from engine.cards import Bilingual
from engine.errors import NotPermitted
from engine.live import Live
from engine.models.history import HistoryEntry
from engine.models.runtime import ProcessInstance, TaskCandidate, UserTask
from engine.models.working import CarbonCopy, Mention, TaskSigner

ADMINISTRATOR, AUDITOR, OWNER = "system_admin", "auditor", "process_owner"
PLATFORM = "platform"
"""The pack whose permissions hold in every pack."""
NOT_PASSED_ON = frozenset({ADMINISTRATOR, AUDITOR, OWNER})
"""Roles that no substitute gets."""


@dataclass(frozen=True, slots=True)
class Represented:
    """A person for whom somebody acts; ``processes`` None means in all processes."""

    person_id: str
    login: str
    name: Bilingual
    holdings: tuple[tuple[str, str], ...] = ()
    processes: frozenset[str] | None = None

    def covers(self, process: str | None) -> bool:
        """Whether the substitution holds in a process; an unknown one only if it holds in all."""
        return self.processes is None or process in self.processes


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with the roles held, or the system itself (timers, connectors)."""

    person_id: str
    login: str
    name: Bilingual
    holdings: tuple[tuple[str, str], ...] = ()
    unit_id: str | None = None
    lang: str = "zh"
    system: bool = False
    represents: tuple[Represented, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """The role keys held in any unit."""
        return frozenset(role for role, _ in self.holdings)

    def holds(self, *roles: str) -> bool:
        """Whether any of ``roles`` is held."""
        return self.system or not self.roles.isdisjoint(roles)


SYSTEM = Actor("", "system", Bilingual("系统", "System"), system=True)


def represented_by(live: Live, person_id: str, now: datetime) -> tuple[Represented, ...]:
    """Those for whom a person acts at ``now``. Rights of administrators, owners and auditors are not passed on."""
    found = []
    for standing in live.substitutions:
        person = live.people_by_id.get(standing.person_id)
        if standing.substitute_id == person_id and person is not None and standing.from_at <= now < standing.until_at:
            held = tuple((role, unit) for role, unit in person.holdings if role not in NOT_PASSED_ON)
            found.append(Represented(person.id, person.login, person.name, held, standing.processes))
    return tuple(found)


def substitutes_of(live: Live, person_id: str, now: datetime, process: str | None = None) -> list[str]:
    """The ids of those who act for a person at ``now`` in a process: they are told what that person is told."""
    return [standing.substitute_id for standing in live.substitutions
            if standing.person_id == person_id and standing.from_at <= now < standing.until_at
            and (standing.processes is None or process in standing.processes)
            and standing.substitute_id in live.people_by_id]


def stands_for(actor: Actor) -> list[tuple[str, frozenset[str] | None]]:
    """Whose tasks are the actor's own business: (person id, processes or None for all), the actor first."""
    return [(actor.person_id, None), *((person.person_id, person.processes) for person in actor.represents)]


def is_mine(actor: Actor, assignee_id: str | None, process: str) -> bool:
    """Whether a task is the actor's own, or that of somebody whom the actor represents in its process."""
    return assignee_id is not None and any(
        assignee_id == person and (processes is None or process in processes)
        for person, processes in stands_for(actor))


def held_by(actor: Actor, assignee: Any = UserTask.assignee_id, process: Any = UserTask.process_key
            ) -> ColumnElement[bool]:
    """The SQL predicate "mine": assigned to the actor, or to somebody whom the actor represents in that process."""
    ways = [and_(assignee == person, process.in_(sorted(processes))) if processes is not None else assignee == person
            for person, processes in stands_for(actor)]
    return or_(*ways) if len(ways) > 1 else ways[0]


def candidate_ways(actor: Actor, live: Live) -> list[tuple[str, str, frozenset[str] | None]]:
    """(role, unit, processes or None for all) of what the actor may claim, oneself or for others; for lists."""
    ways: dict[tuple[str, str], frozenset[str] | None] = dict.fromkeys(_pairs(actor.holdings, live))
    for person in actor.represents:
        for pair in _pairs(person.holdings, live):
            known = ways.get(pair, frozenset())
            ways[pair] = None if known is None or person.processes is None else known | person.processes
    return sorted(((role, unit, processes) for (role, unit), processes in ways.items()),
                  key=lambda way: (way[0], way[1]))


def candidate_pairs(actor: Actor, live: Live, process: str | None = None) -> list[tuple[str, str]]:
    """The (role, unit) pairs whose tasks ``actor`` may claim: each role held, in its unit and every unit above.

    Those whom the actor represents in ``process`` count; without it, those represented in all processes.
    """
    pairs = _pairs(actor.holdings, live)
    for person in actor.represents:
        if person.covers(process):
            pairs |= _pairs(person.holdings, live)
    return sorted(pairs)


def _pairs(holdings: Iterable[tuple[str, str]], live: Live) -> set[tuple[str, str]]:
    return {(role, unit) for role, held in holdings for unit in live.path(held)}


def supervised_units(actor: Actor, live: Live, process: str | None = None) -> frozenset[str] | None:
    """The units whose cases ``actor`` supervises, oneself or for somebody in ``process``; ``None`` means all."""
    if actor.system or actor.holds(ADMINISTRATOR, AUDITOR, OWNER):
        return None
    holdings = [*actor.holdings, *(held for person in actor.represents if person.covers(process)
                                   for held in person.holdings)]
    return _below(holdings, live)


def _below(holdings: Iterable[tuple[str, str]], live: Live) -> frozenset[str]:
    tops = {unit for role, unit in holdings if role in live.supervising}
    return frozenset(unit for top in tops for unit in live.subtree(top))


def sees_case(actor: Actor, live: Live, case: Any = ProcessInstance) -> ColumnElement[bool]:
    """The SQL predicate "may see this case" over roots: starter, who has or had a part, may claim a task, was brought
    in (a copy, a question, a signature), or supervises it."""
    units = supervised_units(actor, live)
    if units is None:
        return case.id.is_not(None)
    task, worked, offer = aliased(UserTask), aliased(HistoryEntry), aliased(TaskCandidate)
    mine = (select(task.id).where(task.root_id == case.id, held_by(actor, task.assignee_id, task.process_key))
            .correlate(case))
    had = (select(worked.id).where(worked.root_id == case.id, worked.by == actor.person_id, worked.verb.in_(PARTS))
           .correlate(case))
    ways: list[ColumnElement[bool]] = [case.started_by == actor.person_id, exists(mine), exists(had),
                                       *_brought_in(actor, case)]
    if any(person.processes is None for person in actor.represents):
        ways.append(case.started_by.in_([person.person_id for person in actor.represents if person.processes is None]))
    offers = offered_to(actor, live, offer)
    if offers is not None:
        offered = (select(offer.task_id).join(task, task.id == offer.task_id)
                   .where(task.root_id == case.id, offers).correlate(case))
        ways.append(exists(offered))
    return or_(*ways, *_in_units(actor, live, units, case))


PARTS = ("completed", "submitted", "signed", "transferred", "delegated", "handed_back", "returned")
"""Entries of the history by which somebody had a part in a case, and so may look at it from then on."""


def _brought_in(actor: Actor, case: Any) -> list[ColumnElement[bool]]:
    """Ways of those asked for a signature, in a comment, by a copy; and of who lent a task."""
    task, signer, copy, mention = aliased(UserTask), aliased(TaskSigner), aliased(CarbonCopy), aliased(Mention)
    signing = (select(signer.id).join(task, task.id == signer.task_id)
               .where(task.root_id == case.id, signer.state != "removed",
                      held_by(actor, signer.person_id, task.process_key)).correlate(case))
    others = [select(row.root_id).where(row.root_id == case.id, person == actor.person_id).correlate(case)
              for row, person in ((task, task.owner_id), (copy, copy.person_id), (mention, mention.person_id))]
    return [exists(one) for one in (signing, *others)]


def offered_to(actor: Actor, live: Live, offer: Any = TaskCandidate) -> ColumnElement[bool] | None:
    """The SQL predicate "offered to the actor" over rows of offers; ``None`` for one who holds no role."""
    always, some = [], []
    for role, unit, processes in candidate_ways(actor, live):
        if processes is None:
            always.append((role, unit))
        else:
            some.append(and_(offer.role == role, offer.unit_id == unit, offer.process_key.in_(sorted(processes))))
    ways = [tuple_(offer.role, offer.unit_id).in_(always)] if always else []
    return or_(*ways, *some) if ways or some else None


def supervises_task(actor: Actor, live: Live) -> ColumnElement[bool]:
    """The SQL predicate "may watch and steer this task" over :class:`UserTask`."""
    units = supervised_units(actor, live)
    if units is None:
        return UserTask.id.is_not(None)
    return or_(false(), *_in_units(actor, live, units, UserTask))


def _in_units(actor: Actor, live: Live, units: frozenset[str], row: Any) -> list[ColumnElement[bool]]:
    """Ways of supervising a case or a task: its unit, or its unit and process where one stands in for somebody."""
    ways = [row.unit_id.in_(units)] if units else []
    for person in actor.represents:
        more = _below(person.holdings, live) if person.processes is not None else frozenset()
        if more:
            ways.append(and_(row.unit_id.in_(more), row.process_key.in_(sorted(person.processes or ()))))
    return ways


def require(allowed: bool, zh: str, en: str) -> None:
    """Raise :class:`NotPermitted` unless ``allowed``; ``zh``/``en`` name the act refused."""
    if not allowed:
        raise _Refusal(zh, en)


class _Refusal(NotPermitted):
    """A refusal that words the act in both languages."""

    def __init__(self, zh: str, en: str):
        super().__init__(what_zh=zh, what_en=en)
        self.params["what"] = zh

    def sentence(self, lang: str = "zh") -> str:
        shown: dict[str, Any] = {"what": self.params["what_en" if lang.startswith("en") else "what_zh"]}
        return (self.en if lang.startswith("en") else self.zh).format_map(shown)


def may_deploy(actor: Actor) -> bool:
    """Publishing is for process owners and administrators."""
    return actor.holds(OWNER, ADMINISTRATOR)


def require_owner(by: Actor, zh: str, en: str, *, looking: bool = False) -> None:
    """Raise :class:`NotPermitted` unless ``by`` may publish, or look at what is published where that is all."""
    require(may_deploy(by) or (looking and by.holds(AUDITOR)), zh, en)


def only_looks(actor: Actor) -> bool:
    """Whether ``actor`` sees everything and changes nothing: an auditor who holds no other role."""
    return not actor.system and actor.roles == {AUDITOR}


def may_start(actor: Actor, startable_by: str) -> bool:
    """Whether ``actor`` may start a process whose starters are the comma-separated roles ``startable_by``."""
    roles = [role.strip() for role in startable_by.split(",") if role.strip()]
    if only_looks(actor):
        return False
    return actor.system or actor.holds(ADMINISTRATOR) or not roles or actor.holds(*roles)


def may_intervene(actor: Actor, unit_id: str | None, live: Live, process: str | None = None) -> bool:
    """Cancelling, suspending, moving and retrying are for supervisors of the case's unit and administrators."""
    if actor.system or actor.holds(ADMINISTRATOR):
        return True
    if actor.holds(AUDITOR) and not actor.holds(*live.supervising, OWNER):
        return False
    units = supervised_units(actor, live, process)
    return units is None or (unit_id is not None and unit_id in units)


def permitted(actor: Actor, permission: str, live: Live, pack: str = "", unit_id: str | None = None) -> bool:
    """Whether a role held by ``actor`` has a permission of :data:`engine.packs.PERMISSIONS`.

    The pack's own ``permissions`` count, and those of the platform, which hold for every pack; without ``pack`` those
    of any pack. A role counts for the cases of the unit it is held in and the units below; without ``unit_id`` (records
    of registers, lists of people) wherever it is held. Substitutes get no permission.
    """
    packs = [live.packs[key] for key in (pack, PLATFORM) if key in live.packs] if pack else list(live.packs.values())
    roles = {role for content in packs for role in content.permissions.get(permission, ())}
    return any(role in roles and (unit_id is None or held in live.path(unit_id)) for role, held in actor.holdings)


def may_export(actor: Actor, live: Live, pack: str = "") -> bool:
    """Whether ``actor`` may take a list of people or customers out of the system."""
    return actor.system or permitted(actor, "export_people", live, pack)


def require_acting(actor: Actor) -> None:
    """Raise :class:`NotPermitted` for an auditor, who sees everything and changes nothing."""
    require(not only_looks(actor), "审计员只能查看，不能改动", "an auditor looks and changes nothing")
