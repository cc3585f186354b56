"""Rules as data: deadlines, escalation chains and distribution, changed per unit without publishing anything.

A pack declares them; what a process owner puts in their place holds in a unit and below, or everywhere, for whatever
happens from then on: tasks made later get the new deadline, later levels go along the new chain. Each change is told in
the history with what stood there before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from engine.authorization import Actor, require_owner
from engine.calendar import DeadlineRule
from engine.cards import Bilingual
from engine.checking.fitting import check_deadline
from engine.errors import FieldError, Invalid, NotFound
from engine.live import EVERYWHERE, Live, changed
from engine.models.working import RuleValue
from engine.packs import DeadlineDeclaration, PackContent
from engine.task_rules import DISTRIBUTE

KINDS = ("deadline", "escalation", "distribution")
MEANT = ("修改期限和升级规则", "change rules of deadlines and escalation")
LEVELS = 3
MOST_TASKS = 1000
"""Largest limit of open tasks a person."""


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule as declared and as it holds in a unit (``unit`` empty: everywhere); ``value`` None: as declared.

    Values: of a deadline ``limit``, ``clock``, ``reminder``, ``escalation``, ``by_severity``; of an escalation
    ``chain``; of a distribution ``distribute`` and ``work_limit``.
    """

    pack: str
    kind: str
    key: str
    title: Bilingual
    declared: Mapping[str, Any]
    unit: str = ""
    unit_name: Bilingual | None = None
    value: Mapping[str, Any] | None = None
    changed_at: datetime | None = None
    changed_by: str = ""


class Rules:
    """The verbs; for process owners and administrators."""

    def __init__(self, parts: Any):
        self._parts = parts

    def list(self, by: Actor, pack: str | None = None) -> list[RuleCard]:
        """All rules of a pack, or of all: each as declared, then what holds instead in which unit."""
        require_owner(by, *MEANT, looking=True)
        with self._parts.database.reading() as connection:
            live = self._parts.live.at(connection)
            rows = connection.execute(select(*RuleValue.__table__.columns).order_by(
                RuleValue.pack, RuleValue.kind, RuleValue.key, RuleValue.unit_id)).all()
        units = {unit.id: unit for unit in live.units.values()}
        found = []
        for content in sorted(live.packs.values(), key=lambda one: one.key):
            for card in _declared(content) if pack in (None, content.key) else ():
                found.append(card)
                found += [replace(card, unit=units[row.unit_id].key if row.unit_id in units else "",
                                  unit_name=units[row.unit_id].name if row.unit_id in units else None, value=row.value,
                                  changed_at=row.changed_at, changed_by=row.changed_by)
                          for row in rows if (row.pack, row.kind, row.key) == (card.pack, card.kind, card.key)]
        return found

    def save(self, pack: str, kind: str, key: str, value: Mapping[str, Any], by: Actor,
             unit: str | None = None) -> None:
        """Put ``value`` in the place of a declared rule, in ``unit`` (a key) and below, or everywhere.

        Raises NotPermitted, NotFound, and Invalid with a message per field.
        """
        require_owner(by, *MEANT)
        now = self._parts.clock.now()
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            unit_id = live.unit_id(unit) or EVERYWHERE
            kept = _checked(live, _content(live, pack, kind, key), kind, key, dict(value))
            before = _before(connection, pack, kind, key, unit_id)
            row = {"value": kept, "changed_at": now, "changed_by": by.login}
            statement = self._parts.database.insert(RuleValue.__table__).values(
                pack=pack, kind=kind, key=key, unit_id=unit_id, **row)
            connection.execute(statement.on_conflict_do_update(
                index_elements=["pack", "kind", "key", "unit_id"], set_=row))
            self._parts.note(connection, by, "rule_saved", pack=pack, kind=kind, key=key, unit=unit or "",
                             before=before, after=kept)
            changed(connection)

    def reset(self, pack: str, kind: str, key: str, by: Actor, unit: str | None = None) -> None:
        """Let the declared rule hold again in a unit, or everywhere. Raises NotPermitted, NotFound."""
        require_owner(by, *MEANT)
        with self._parts.database.transaction() as connection:
            live = self._parts.live.at(connection)
            unit_id = live.unit_id(unit) or EVERYWHERE
            before = _before(connection, pack, kind, key, unit_id)
            if before is None:
                raise NotFound(what=key)
            connection.execute(delete(RuleValue.__table__).where(
                RuleValue.pack == pack, RuleValue.kind == kind, RuleValue.key == key, RuleValue.unit_id == unit_id))
            self._parts.note(connection, by, "rule_reset", pack=pack, kind=kind, key=key, unit=unit or "",
                             before=before)
            changed(connection)


def _before(connection: Connection, pack: str, kind: str, key: str, unit_id: str) -> Any:
    return connection.scalar(select(RuleValue.value).where(
        RuleValue.pack == pack, RuleValue.kind == kind, RuleValue.key == key, RuleValue.unit_id == unit_id))


def _content(live: Live, pack: str, kind: str, key: str) -> PackContent:
    content = live.packs.get(pack)
    if content is None or kind not in KINDS:
        raise NotFound(what=pack if content is None else kind)
    if key not in (content.deadlines if kind == "deadline" else content.roles):
        raise NotFound(what=key)
    return content


def _declared(content: PackContent) -> list[RuleCard]:
    found = [RuleCard(content.key, "deadline", row.key, row.title, _row(row)) for row in content.deadlines.values()]
    for role in content.roles.values():
        if not role.external:
            found.append(RuleCard(content.key, "escalation", role.key, role.name, {"chain": list(role.escalation)}))
            found.append(RuleCard(content.key, "distribution", role.key, role.name, {"distribute": "claim"}))
    return found


def _row(row: DeadlineDeclaration) -> dict[str, Any]:
    return {"limit": row.limit, "clock": row.clock, "escalation": list(row.escalation), **row.options}


def _checked(live: Live, content: PackContent, kind: str, key: str, value: dict[str, Any]) -> dict[str, Any]:
    """The value as it is kept. Raises Invalid."""
    faults: list[FieldError] = []
    known = {"deadline": ("limit", "clock", "reminder", "escalation", "by_severity"), "escalation": ("chain",),
             "distribution": ("distribute", "work_limit")}[kind]
    for name in value:
        if name not in known:
            faults.append(FieldError(name, "unknown_rule_field", f"没有“{name}”这一项。",
                                     f"There is no {name!r} here."))
    if kind == "deadline":
        faults += _deadline(content, content.deadlines[key], value)
        faults += _chain(live, "escalation", value.get("escalation") or ())
    elif kind == "escalation":
        value["chain"] = list(value.get("chain") or ())
        faults += _chain(live, "chain", value["chain"])
    else:
        faults += _distribution(value)
    if faults:
        raise Invalid(faults)
    return {name: found for name, found in value.items() if found is not None}


def _deadline(content: PackContent, row: DeadlineDeclaration, value: dict[str, Any]) -> list[FieldError]:
    faults = []
    for severity, limit in (value.get("by_severity") or {}).items():
        try:
            DeadlineRule.read(limit, value.get("reminder"))
        except ValueError:
            faults.append(_bad_limit(f"by_severity.{severity}", limit))
    options = {name: value[name] for name in ("reminder",) if value.get(name) is not None}
    tried = replace(row, limit=value.get("limit", row.limit), clock=value.get("clock") or row.clock, options=options)
    if tried.limit is None and not value.get("by_severity"):
        return faults
    for problem in check_deadline(content, tried, "", 0, None) if tried.limit is not None else ():
        if problem.severity == "error":
            faults.append(FieldError("clock" if " clock" in problem.zh or "clock of" in problem.en else "limit",
                                     problem.code, problem.zh, problem.en))
    return faults


def _bad_limit(path: str, limit: Any) -> FieldError:
    return FieldError(path, "deadline_limit", f"“{limit}”不是时长，也不是日期。",
                      f"{limit!r} is neither a duration nor a date.")


def _chain(live: Live, path: str, chain: Any) -> list[FieldError]:
    if not isinstance(chain, (list, tuple)) or len(chain) > LEVELS or len(set(map(str, chain))) != len(chain):
        return [FieldError(path, "bad_chain", f"升级链是一到 {LEVELS} 个不同的岗位。",
                           f"A chain is up to {LEVELS} different roles.")]
    return [FieldError(path, "unknown_role", f"没有岗位“{role}”。", f"There is no role {role!r}.")
            for role in chain if role not in live.roles or live.roles[role].external]


def _distribution(value: dict[str, Any]) -> list[FieldError]:
    faults = []
    if value.get("distribute", "claim") not in DISTRIBUTE:
        faults.append(FieldError("distribute", "unknown_rule", f"可用：{'、'.join(DISTRIBUTE)}。",
                                 f"Known are {', '.join(DISTRIBUTE)}."))
    limit = value.get("work_limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_TASKS):
        faults.append(FieldError("work_limit", "bad_work_limit", f"应为 1 到 {MOST_TASKS} 的整数。",
                                 f"A whole number from 1 to {MOST_TASKS}."))
    return faults
