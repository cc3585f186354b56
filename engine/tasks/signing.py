"""Signers under a task: ask for them (加签, 会签), let them go (减签), sign; and what their votes lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select, update

from engine import forms_filled, signers
from engine.authorization import Actor
from engine.cards import CompletedCard
from engine.errors import Conflict, FieldError, Invalid, NotFound, NotPermitted
from engine.forms import draft
from engine.live import LivePerson
from engine.models.identity import Person
from engine.models.runtime import UserTask
from engine.signers import AGREED, OPEN, REFUSED, REMOVED, UNDECIDED, read_rule
from engine.standing import names_of
from engine.tasks.beginning import begin, hold, notify, person_there, tell
from engine.tasks.finishing import require_opinion
from engine.tasks.open_task import OpenTask
from engine.tasks.votes import changed_row, named, settle_votes, write_vote


class SigningUnderWay(Conflict):
    """Signers of another position are at it."""

    code = "signing_under_way"
    zh = "这一步正在加签或会签，等{people_zh}签完再加。"
    en = "This step is being signed; add others once {people_en} have signed."


class BadSigners(Invalid):
    """People who cannot be asked to sign."""

    code = "bad_signers"
    zh = "请选择签署人：{why_zh}"
    en = "Please choose the signers: {why_en}"

    def __init__(self, why_zh: str, why_en: str, field: str = "people"):
        super().__init__([FieldError(field, self.code, why_zh, why_en)], why_zh=why_zh, why_en=why_en)


class OwnSignature(NotPermitted):
    """A signature is given by oneself."""

    code = "own_signature"
    zh = "签字只能由本人完成，不能代签。"
    en = "A signature is given by oneself, never for somebody else."


class Signing:
    """The verbs; each is one transaction."""

    _parts: Any

    def add_signers(self, task_id: str, people: list[str], position: str, reason: str, by: Actor, *,
                    rule: str = "all", weights: Mapping[str, Any] | None = None) -> None:
        """Ask people (logins) to sign ``before`` or ``after`` the assignee (加签), or ``joint``-ly instead (会签).

        ``rule`` says what decides (:mod:`engine.signers`), ``weights`` each login's for ``weight:…``; who is added to
        signers that are at it comes under their rule. Raises ReasonNeeded, BadSigners, BadRule, PersonLeft,
        SigningUnderWay, NotPermitted.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "add_signers", by, now, reason=reason)
            row, family = task.row, task.family
            if position not in signers.POSITIONS:
                raise NotFound(what=position)
            if row.signing not in ("", position):
                raise _under_way(task)
            chosen = _chosen(task, people, position)
            text = row.sign_rule if row.signing else rule.strip() or "all"
            decides = read_rule(text)
            new = signers.rows_for(now, row._mapping, [one.id for one in chosen], position, decides, by.person_id,
                                   weights=_weights(chosen, weights), asleep=position == "after",
                                   first_turn=1 + max((one.turn for one in task.signers), default=-1))
            if position != "after" and not any(one.state == OPEN for one in task.signers):
                new[0]["state"] = OPEN  # nobody is before the first in turn
            if position == "joint" and not row.signing:
                hold(task, None, signing=position, sign_rule=text, owner_id=None,
                     submitted={"held_by": row.assignee_id, "values": {}})
            elif not row.signing:
                connection.execute(update(UserTask.__table__).where(UserTask.id == row.id).values(
                    signing=position, sign_rule=text, revision=UserTask.revision + 1))
            signers.ask(family, row._mapping, new, by.person_id, by=by.name.zh, by_en=by.name.in_("en"), reason=reason)
            tell(task, "signers_added", reason=reason.strip(), position=position, rule=text,
                 to=[one.login for one in chosen], **named(task, [one.id for one in chosen]),
                 **({"weights": {one.login: weights.get(one.login, 1) for one in chosen}} if weights else {}))

    def remove_signer(self, task_id: str, signer: str, reason: str, by: Actor) -> CompletedCard:
        """Ask somebody (a login) no more who has not signed yet (减签); what the others said may decide then.

        The last one removed, and the task is again its assignee's or its roles'. Raises ReasonNeeded, NotFound.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "remove_signer", by, now, reason=reason)
            gone = _signer(task, signer)
            write_vote(task, changed_row(gone, state=REMOVED))
            notify(task, by, [gone.person_id], "sign_removed", reason=reason)
            tell(task, "signer_removed", reason=reason.strip(), to=signer, **named(task, [gone.person_id]))
            left = tuple(changed_row(one, state=REMOVED) if one.id == gone.id else one for one in task.signers)
            return settle_votes(replace(task, signers=left), by, by_vote=False)

    def sign(self, task_id: str, outcome: str, opinion: str, by: Actor, *, signature: Any = None,
             values: Mapping[str, Any] | None = None) -> CompletedCard:
        """Sign: ``agree``, ``refuse``, or when signing jointly one of the form's outcomes (its first one agrees).

        ``values`` are other fields of the form that joint signers fill in. A refusal wants an opinion; a handwritten
        signature is one's own. Raises OpinionNeeded, OwnSignature, BadSigners, Invalid by field, TimerIsDue.
        """
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            task = begin(parts, connection, task_id, "sign", by, now)
            mine = next(one for one in task.signers
                        if one.state == OPEN and one.person_id == (task.behalf or by.person_id))
            state, chosen = _meaning(task, outcome.strip())
            require_opinion(task, chosen or outcome, opinion, refusing=state == REFUSED)
            given = _signature(task, signature, by)
            if values and task.row.signing == "joint":
                task = _with_values(task, values)
            tell(task, "signed", reason=opinion.strip(), outcome=chosen or outcome, agreed=state == AGREED,
                 signature=given, position=mine.position)
            voted = changed_row(mine, state=state, outcome=chosen, opinion=opinion.strip(), signature=given,
                                decided_at=now, decided_by=by.person_id)
            votes = tuple(voted if one.id == mine.id else one for one in task.signers)
            return settle_votes(replace(task, signers=votes), by, by_vote=True, voted=voted)


def _chosen(task: OpenTask, people: list[str], position: str) -> list[LivePerson]:
    """The people asked, each once. Raises BadSigners, PersonLeft."""
    found = {one.id: one for one in (person_there(task.family.connection, task.family.live, login, "people")
                                     for login in people)}
    if not found or len(found) + len(task.signers) > signers.MOST:
        raise BadSigners(f"一到 {signers.MOST} 人。", f"one to {signers.MOST} people.")
    asked = {one.person_id for one in task.signers if one.state in UNDECIDED}
    twice = [one for one in found.values() if one.id in asked or (
        position != "joint" and one.id == task.row.assignee_id)]
    if twice:
        zh, en = twice[0].name.zh, twice[0].name.in_("en")
        raise BadSigners(f"{zh} 已在其中。", f"{en} is among them already.")
    return list(found.values())


def _weights(chosen: list[LivePerson], weights: Mapping[str, Any] | None) -> dict[str, Decimal]:
    """The weights by person, 1 where none is given. Raises BadSigners."""
    found = {}
    for person in chosen:
        try:
            weight = Decimal(str((weights or {}).get(person.login, 1)))
        except InvalidOperation:
            weight = Decimal(0)
        if not weight.is_finite() or not 0 < weight <= 1_000_000 or weight != round(weight, 2):
            raise BadSigners("权重须大于 0，最多两位小数。", "a weight is above 0 with at most two decimals.",
                             "weights")
        found[person.id] = weight
    return found


def _under_way(task: OpenTask) -> SigningUnderWay:
    words = names_of(task.family.live, [one.person_id for one in task.signers if one.state in UNDECIDED])
    return SigningUnderWay(people_zh=words["zh"], people_en=words["en"])


def _signer(task: OpenTask, login: str) -> Any:
    """The signer with this login who has not signed yet; may have left since. Raises NotFound."""
    person = task.family.connection.scalar(select(Person.id).where(Person.login == login.strip().lower()))
    found = next((one for one in task.signers if one.person_id == person and one.state in UNDECIDED), None)
    if found is None:
        raise NotFound(what="person")
    return found


def _meaning(task: OpenTask, outcome: str) -> tuple[str, str]:
    """(agreed or refused, the form's own outcome if one was named). Raises Invalid at ``outcome``."""
    if outcome in ("agree", "refuse"):
        return (AGREED if outcome == "agree" else REFUSED), ""
    if task.row.signing == "joint":
        form = forms_filled.form_of(task.family.member(task.row.instance_id), task.row.form_key)
        options = [str(one.id) for one in form.outcome_field.options] if form and form.outcome_field else []
        if outcome in options:
            return (AGREED if outcome == options[0] else REFUSED), outcome
    raise BadSigners("请选择同意或不同意。", "agree or refuse.", "outcome")


def _signature(task: OpenTask, signature: Any, by: Actor) -> dict[str, Any] | None:
    """A handwritten signature, an uploaded file (its SHA-256 or a reference). Raises OwnSignature, BadSigners."""
    if not signature:
        return None
    if task.behalf is not None:
        raise OwnSignature(what="签字")
    named = signature.get("file", signature) if isinstance(signature, Mapping) else signature
    digest = str(named.get("sha256") if isinstance(named, Mapping) else named)
    file = forms_filled.Lookup(task.family).file(digest)
    if file is None or not str(file["type"]).startswith("image/"):
        raise BadSigners("没有找到签字图片，请重新签字。", "the signature was not found; please sign again.",
                         "signature")
    return {"file": file, "method": "pad", "signed_at": task.family.now, "signer": by.name.zh}


def _with_values(task: OpenTask, values: Mapping[str, Any]) -> OpenTask:
    """Keep what a joint signer filled in beside the outcome."""
    member = task.family.member(task.row.instance_id)
    form = forms_filled.form_of(member, task.row.form_key)
    if form is None:
        raise NotFound(what="form")
    kept = dict(task.row.submitted or {})
    more = draft(form, values, now=member.environment.expressions.now(),
                 permissions=form.permissions(task.row.element_id))
    if form.outcome_field is not None:
        more.pop(form.outcome_field.id, None)
    kept["values"] = dict(kept.get("values") or {}) | more
    task.family.connection.execute(update(UserTask.__table__).where(UserTask.id == task.row.id)
                                   .values(submitted=kept))
    return replace(task, row=changed_row(task.row, submitted=kept))
