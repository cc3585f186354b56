"""Several people under one user task: how signers are asked, and when their votes decide.

Signers are rows beside one BPMN task, no part of the drawing. *Before* (前加签): the assignee submits once they have
signed. *After* (后加签): what the assignee submitted counts once they have agreed. *Joint* (会签): they decide instead
of an assignee. The rule says what decides: ``all``, ``any`` (或签: the first one), ``sequential`` (依次: in turn, all),
``ratio:0.6`` (at least that share of people), ``weight:0.5`` (票签: more than that share of the weights).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import insert

from engine import notices
from engine.bpmn import RunFailed, Wait
from engine.errors import FieldError, Invalid
from engine.family import Family, Member
from engine.ids import new_id
from engine.live import Live
from engine.models.working import TaskSigner
from engine.standing import holders, with_substitutes

OPEN, WAITING, AGREED, REFUSED, REMOVED, SPARED = "open", "waiting", "agreed", "refused", "removed", "spared"
UNDECIDED = (OPEN, WAITING)
POSITIONS = ("before", "after", "joint")
MOST = 50
"""Signers of one task."""


class BadRule(Invalid):
    """A rule of signing that is none."""

    code = "bad_sign_rule"
    zh = "会签规则不对：可用 all、any、sequential、ratio:0.6、weight:0.5。"
    en = "The rule of signing is wrong; there are all, any, sequential, ratio:0.6, weight:0.5."

    def __init__(self) -> None:
        super().__init__([FieldError("rule", self.code, self.zh, self.en)])


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides: ``kind`` and, for ``ratio`` and ``weight``, the share."""

    kind: str
    share: Decimal = Decimal(0)


def read_rule(text: str) -> Rule:
    """A rule from its text; empty is ``all``. Raises BadRule."""
    kind, _, share = (text or "all").strip().partition(":")
    if kind in ("all", "any", "sequential") and not share:
        return Rule(kind)
    try:
        part = Decimal(share)
    except InvalidOperation:
        raise BadRule() from None
    fits = {"ratio": 0 < part <= 1, "weight": 0 <= part < 1} if part.is_finite() else {}
    if not fits.get(kind):
        raise BadRule()
    return Rule(kind, part)


def decide(rule: Rule, votes: Iterable[tuple[str, Decimal]]) -> str | None:
    """``agreed`` or ``refused`` as soon as no further vote can change it, ``None`` before.

    ``votes`` are (state, weight); who was removed does not count. Without votes nothing is decided.
    """
    live = [(state, weight) for state, weight in votes if state in (*UNDECIDED, AGREED, REFUSED)]
    states = [state for state, _ in live]
    if not live:
        return None
    if rule.kind == "any":
        return next((state for state in states if state in (AGREED, REFUSED)), None)
    if rule.kind in ("all", "sequential"):
        return REFUSED if REFUSED in states else AGREED if set(states) == {AGREED} else None
    weigh = rule.kind == "weight"
    total = sum((weight if weigh else Decimal(1) for _, weight in live), Decimal(0))
    for_it = sum((weight if weigh else Decimal(1) for state, weight in live if state == AGREED), Decimal(0))
    possible = for_it + sum((weight if weigh else Decimal(1) for state, weight in live if state in UNDECIDED),
                            Decimal(0))
    needed = rule.share * total
    if for_it > needed if weigh else for_it >= needed:
        return AGREED
    return REFUSED if (possible <= needed if weigh else possible < needed) else None


def heard(rule: Rule, votes: Sequence[tuple[str, Decimal]]) -> bool:
    """Whether signers *before* a step have all had their say: a refusal of theirs is an opinion and stops nobody."""
    if rule.kind in ("all", "sequential"):
        return not any(state in UNDECIDED for state, _ in votes)
    return decide(rule, votes) is not None or not any(state in UNDECIDED for state, _ in votes)


def rows_for(now: datetime, task: Mapping[str, Any], people: Sequence[str], position: str, rule: Rule,
             asked_by: str | None, *, weights: Mapping[str, Decimal] | None = None, first_turn: int = 0,
             asleep: bool = False) -> list[dict[str, Any]]:
    """The rows of new signers (ids of people) of a task; the first in turn is open, all are where there is no turn.

    ``asleep``: all wait until the assignee has submitted.
    """
    return [{
        "id": new_id(now), "task_id": task["id"], "person_id": person, "position": position, "turn": first_turn + index,
        "weight": (weights or {}).get(person, Decimal(1)),
        "state": WAITING if asleep or (rule.kind == "sequential" and (index or first_turn)) else OPEN,
        "outcome": "", "opinion": "", "signature": None, "asked_by": asked_by, "asked_at": now, "decided_at": None,
        "decided_by": None, "due_sort": task["due_sort"]} for index, person in enumerate(people)]


def drawn(family: Family, member: Member, wait: Wait, task: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the signers that a drawing names (``bihuan:sign_people``), and the task's row made a joint one.

    People who are not there are left out; where nobody is left the task is offered to its roles as any other.
    """
    element = member.definition.model.elements[wait.element_id]
    text = element.properties.get("bihuan:sign_people", "")
    if not text:
        return []
    value, scope = member.environment.expressions.value, member.run.scope_variables(wait.id)
    people = named_people(family.live, value(text, scope), family.root_row["unit_id"])[:MOST]
    if not people:
        return []
    named = str(value(element.properties.get("bihuan:sign_rule", ""), scope) or "all").strip()
    try:
        rule = read_rule(named)
    except BadRule:
        raise RunFailed(element.id, "bad_sign_rule", text=named) from None
    task |= {"signing": "joint", "sign_rule": named, "assignee_id": None, "claimed_at": None, "owner_id": None}
    return rows_for(family.now, task, people, "joint", rule, None)


def named_people(live: Live, named: Any, unit_id: str | None) -> list[str]:
    """Ids of the people that a list names: logins, persons, ``role:<key>`` for its holders nearest to the unit."""
    given = named if isinstance(named, list) else str(named or "").split(",")
    found: list[str] = []
    for one in given:
        text = str(one.get("login") if isinstance(one, dict) else one or "").strip()
        if text.startswith("role:"):
            found += holders(live, text.removeprefix("role:"), unit_id)
        elif text in live.people:
            found.append(live.people[text].id)
    return list(dict.fromkeys(found))


def ask(family: Family, task: Mapping[str, Any], rows: list[dict[str, Any]], actor: str | None, **params: Any) -> None:
    """Insert the rows of signers, and tell those whose turn it is: three statements."""
    family.connection.execute(insert(TaskSigner.__table__), rows)
    tell_turn(family, task, [row["person_id"] for row in rows if row["state"] == OPEN and row["person_id"] != actor],
              **params)


def tell_turn(family: Family, task: Mapping[str, Any], people: list[str], **params: Any) -> None:
    """Tell people, and those who stand in for them, that it is their turn to sign."""
    told = with_substitutes(family.live, people, family.now, task["process_key"])
    notices.tell(family.connection, family.now, told, "sign_asked", root_id=family.root_id, task_id=task["id"],
                 case_number=task["case_number"], name=task["name"], name_en=task["name_en"] or task["name"],
                 due_at=task["due_at"], **params)
