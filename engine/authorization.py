"""The only place that decides who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, tuple_
from sqlalchemy.orm import aliased

from engine.cards import Bilingual
from engine.errors import NotPermitted
from engine.live import Live
from engine.models.history import ElementVisit
from engine.models.runtime import ProcessInstance, TaskCandidate, UserTask

ADMINISTRATOR, AUDITOR, OWNER = "system_admin", "auditor", "process_owner"


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

    @property
    def roles(self) -> frozenset[str]:
        """The role keys held in any unit."""
        return frozenset(role for role, _ in self.holdings)

    def holds(self, *roles: str) -> bool:
        """Whether any of ``roles`` is held."""
        return self.system or not self.roles.isdisjoint(roles)


SYSTEM = Actor("", "system", Bilingual("系统", "System"), system=True)


def candidate_pairs(actor: Actor, live: Live) -> list[tuple[str, str]]:
    """The (role, unit) pairs whose tasks ``actor`` may claim: each role held, in its unit and every unit above."""
    return sorted({(role, unit) for role, held in actor.holdings for unit in live.path(held)})


def is_candidate(actor: Actor, candidates: Iterable[tuple[str, str]], live: Live) -> bool:
    """Whether ``actor`` may claim a task that is offered to ``candidates`` (role, unit)."""
    return not set(candidates).isdisjoint(candidate_pairs(actor, live))


def supervised_units(actor: Actor, live: Live) -> frozenset[str] | None:
    """The units whose cases ``actor`` supervises; ``None`` means all."""
    if actor.system or actor.holds(ADMINISTRATOR, AUDITOR, OWNER):
        return None
    tops = {unit for role, unit in actor.holdings if role in live.supervising}
    return frozenset(unit for top in tops for unit in live.subtree(top))


def sees_case(actor: Actor, live: Live, case: Any = ProcessInstance) -> ColumnElement[bool]:
    """The SQL predicate "may see this case" over the roots ``case``: starter, worker, candidate, supervisor."""
    units = supervised_units(actor, live)
    if units is None:
        return case.id.is_not(None)
    task, visit, offer = aliased(UserTask), aliased(ElementVisit), aliased(TaskCandidate)
    mine = select(task.id).where(task.root_id == case.id, task.assignee_id == actor.person_id).correlate(case)
    worked = select(visit.id).where(visit.root_id == case.id, visit.by == actor.person_id).correlate(case)
    ways: list[ColumnElement[bool]] = [case.started_by == actor.person_id, exists(mine), exists(worked)]
    pairs = candidate_pairs(actor, live)
    if pairs:
        offered = (select(offer.task_id).join(task, task.id == offer.task_id)
                   .where(task.root_id == case.id, tuple_(offer.role, offer.unit_id).in_(pairs)).correlate(case))
        ways.append(exists(offered))
    if units:
        ways.append(case.unit_id.in_(units))
    return or_(*ways)


def supervises_task(actor: Actor, live: Live) -> ColumnElement[bool]:
    """The SQL predicate "may watch and steer this task" over :class:`UserTask`."""
    units = supervised_units(actor, live)
    if units is None:
        return UserTask.id.is_not(None)
    return and_(UserTask.unit_id.is_not(None), UserTask.unit_id.in_(units))


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


def only_looks(actor: Actor) -> bool:
    """Whether ``actor`` sees everything and changes nothing: an auditor who holds no other role."""
    return not actor.system and actor.roles == {AUDITOR}


def may_start(actor: Actor, startable_by: str) -> bool:
    """Whether ``actor`` may start a process whose starters are the comma-separated roles ``startable_by``."""
    roles = [role.strip() for role in startable_by.split(",") if role.strip()]
    if only_looks(actor):
        return False
    return actor.system or actor.holds(ADMINISTRATOR) or not roles or actor.holds(*roles)


def may_intervene(actor: Actor, unit_id: str | None, live: Live) -> bool:
    """Cancelling, suspending, moving and retrying are for supervisors of the case's unit and administrators."""
    if actor.system or actor.holds(ADMINISTRATOR):
        return True
    if actor.holds(AUDITOR) and not actor.holds(*live.supervising, OWNER):
        return False
    units = supervised_units(actor, live)
    return units is None or (unit_id is not None and unit_id in units)
