"""What the votes of signers lead to: wait on, free the assignee, give the task back, or carry the case on."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import case, update

from engine import forms_filled, signers
from engine.authorization import Actor
from engine.cards import CompletedCard
from engine.errors import Invalid, NotFound
from engine.forms import draft
from engine.models.runtime import UserTask
from engine.models.working import TaskSigner
from engine.signers import AGREED, OPEN, REFUSED, SPARED, UNDECIDED, WAITING, read_rule
from engine.standing import names_of
from engine.tasks.beginning import hold, keep_draft, notify, tell
from engine.tasks.finishing import card, finish, waiting
from engine.tasks.open_task import OpenTask

_CODES = {AGREED: "signed", REFUSED: "sign_refused"}


def submit_to_signers(task: OpenTask, values: dict[str, Any], by: Actor, opinion: str) -> CompletedCard:
    """Keep what the assignee submits until the signers after it have had their say (后加签).

    The form is checked now, so that mistakes are told to whom they belong. Raises Invalid by field, TimerIsDue.
    """
    row, family = task.row, task.family
    member, wait = waiting(task)
    form = forms_filled.form_of(member, row.form_key)
    if form is not None:
        forms_filled.check(family, member, form, values, by, element_id=row.element_id, wait=wait)
    elif values:
        raise NotFound(what="form")
    submitted = {"values": values, "by": by.person_id, "behalf": task.behalf, "opinion": opinion}
    hold(task, row.assignee_id or by.person_id, submitted=submitted)
    first = _open_next(task, everybody=read_rule(row.sign_rule).kind != "sequential")
    signers.tell_turn(family, row._mapping, first, by=by.name.zh, by_en=by.name.in_("en"), reason=opinion)
    tell(task, "submitted", reason=opinion.strip(), name=row.name, name_en=row.name_en,
         **named(task, [one.person_id for one in task.signers if one.state in UNDECIDED]))
    return card(family, by)


def settle_votes(task: OpenTask, by: Actor, *, by_vote: bool, voted: Any = None) -> CompletedCard:
    """What the votes lead to now: wait on, free the assignee, give back, or carry the case on."""
    row, rule = task.row, read_rule(task.row.sign_rule)
    votes = [(one.state, one.weight) for one in task.signers]
    asked = [one for one in task.signers if one.state in (*UNDECIDED, AGREED, REFUSED)]
    if row.signing == "before":
        return _heard(task, by, voted) if signers.heard(rule, votes) else _wait_on(task, by, voted)
    if not asked:
        return _give_back(task, by)
    if row.signing == "after" and row.submitted is None:
        return _wait_on(task, by, voted)  # arranged for later: the assignee is still at it
    verdict = signers.decide(rule, votes)
    if verdict is None:
        return _wait_on(task, by, voted)
    if row.signing == "after":
        return _give_back(task, by, voted) if verdict == REFUSED else _submit(task, by)
    try:
        return _submit_jointly(task, by, verdict)
    except Invalid:
        if by_vote:
            raise  # the signer whose vote decides fills in what is missing
        return _give_back(task, by)


def _wait_on(task: OpenTask, by: Actor, voted: Any) -> CompletedCard:
    """Keep a vote; in turn, the next one comes."""
    if voted is not None:
        write_vote(task, voted)
        task.family.connection.execute(update(UserTask.__table__).where(UserTask.id == task.row.id).values(
            revision=UserTask.revision + 1))  # somebody acted: the step before cannot be taken back any more
        notify(task, by, [voted.asked_by or task.row.assignee_id], _CODES[voted.state], reason=voted.opinion,
               outcome=voted.outcome)
    rule = read_rule(task.row.sign_rule)
    asleep = task.row.signing == "after" and task.row.submitted is None
    if rule.kind == "sequential" and not asleep and not any(one.state == OPEN for one in task.signers):
        signers.tell_turn(task.family, task.row._mapping, _open_next(task, everybody=False), by=by.name.zh,
                          by_en=by.name.in_("en"))
    return card(task.family, by)


def _heard(task: OpenTask, by: Actor, voted: Any) -> CompletedCard:
    """Those before the step have had their say: the assignee may submit."""
    if voted is not None:
        write_vote(task, voted)
    _close(task)
    task.family.connection.execute(update(UserTask.__table__).where(UserTask.id == task.row.id).values(
        signing="", sign_rule="", revision=UserTask.revision + 1))
    if voted is not None:
        notify(task, by, [task.row.assignee_id], _CODES[voted.state], reason=voted.opinion, outcome=voted.outcome)
    return card(task.family, by)


def _give_back(task: OpenTask, by: Actor, voted: Any = None) -> CompletedCard:
    """The task is again whose it was, or its roles'; what was submitted is there as a draft."""
    row, family = task.row, task.family
    if voted is not None:
        write_vote(task, voted)
    _close(task)
    kept = row.submitted or {}
    back = row.assignee_id or kept.get("held_by")
    back = back if back in family.live.people_by_id else None
    hold(task, back, signing="", sign_rule="", submitted=None)
    if back and kept.get("values"):
        _keep_draft(task, back, kept["values"])
    if voted is not None:
        notify(task, by, [back], "sign_refused", reason=voted.opinion)
    tell(task, "given_back", reason=voted.opinion if voted is not None else "", to=back or "")
    return card(family, by)


def _submit(task: OpenTask, by: Actor) -> CompletedCard:
    """All after the step have agreed: what the assignee submitted counts, in the assignee's name.

    What has become wrong meanwhile (somebody changed what the form looks at) goes back to the assignee.
    """
    kept = task.row.submitted
    person = task.family.live.people_by_id.get(kept["by"])
    author = Actor(person.id, person.login, person.name, person.holdings, person.unit_id) if person else by
    signer, behalf = task.family.by, task.family.record.on_behalf_of
    task.family.record.on_behalf_of = kept.get("behalf")
    try:
        finish(task, dict(kept["values"]), author, opinion=kept.get("opinion", ""), variables=_opinions(task))
    except Invalid:
        task.family.by, task.family.record.by = signer, signer.person_id
        task.family.record.on_behalf_of = behalf
        return _give_back(task, by)
    return card(task.family, by)


def _submit_jointly(task: OpenTask, by: Actor, verdict: str) -> CompletedCard:
    """The votes are the outcome: the form is submitted with it by whoever decided it."""
    member, _ = waiting(task)
    form = forms_filled.form_of(member, task.row.form_key)
    values = dict((task.row.submitted or {}).get("values") or {})
    if form is not None and form.outcome_field is not None:
        values[form.outcome_field.id] = _outcome_of(task, form, verdict)
    if form is not None:
        values |= _gathered(task, form, values)
    return finish(task, values, by, variables=_opinions(task), signed=verdict)


def _outcome_of(task: OpenTask, form: Any, verdict: str) -> str:
    """The form's outcome: its first for agreement, else what most of those who refused chose, else its last."""
    options = [str(option.id) for option in form.outcome_field.options]
    if verdict == AGREED:
        return options[0]
    chosen = [one.outcome for one in task.signers if one.state == REFUSED and one.outcome in options[1:]]
    return max(chosen, key=chosen.count) if chosen else options[-1]


def _gathered(task: OpenTask, form: Any, values: dict[str, Any]) -> dict[str, str]:
    """The opinions, for the form's field ``opinion`` where it has one that nobody filled in."""
    field = form.fields.get("opinion")
    if field is None or values.get("opinion") or form.permissions(task.row.element_id).of("opinion") != "edit":
        return {}
    said = [f"{names_of(task.family.live, [one.person_id])['zh']}：{one.opinion}" for one in task.signers
            if one.opinion and one.state in (AGREED, REFUSED)]
    most = field.attribute("max_length") or 1000
    return {"opinion": "\n".join(said)[:int(most)]} if said else {}


def _opinions(task: OpenTask) -> dict[str, Any]:
    """The variable by which the process sees who signed what."""
    people = task.family.live.people_by_id
    return {"signed_opinions": [
        {"by": people[one.person_id].login if one.person_id in people else "", "agreed": one.state == AGREED,
         "outcome": one.outcome, "opinion": one.opinion}
        for one in task.signers if one.state in (AGREED, REFUSED)]}


def _keep_draft(task: OpenTask, person: str, values: Mapping[str, Any]) -> None:
    member = task.family.member(task.row.instance_id)
    form = forms_filled.form_of(member, task.row.form_key)
    if form is not None:
        kept = draft(form, values, now=member.environment.expressions.now())
        keep_draft(task.family.parts, task.family.connection, task.row, person, kept, task.family.now)


def write_vote(task: OpenTask, row: Any) -> None:
    """Write what a signer decided, or that it is asked no more."""
    task.family.connection.execute(update(TaskSigner.__table__).where(TaskSigner.id == row.id).values(
        {name: getattr(row, name) for name in _VOTE}))


_VOTE = ("state", "outcome", "opinion", "signature", "decided_at", "decided_by")


def _open_next(task: OpenTask, *, everybody: bool) -> list[str]:
    """Let the next one sign, or everybody who waits; their ids."""
    asleep = [one for one in task.signers if one.state == WAITING]
    woken = asleep if everybody else asleep[:1]
    if woken:
        task.family.connection.execute(update(TaskSigner.__table__).where(
            TaskSigner.id.in_([one.id for one in woken])).values(state=OPEN))
    return [one.person_id for one in woken]


def _close(task: OpenTask) -> None:
    """End a round of signing: who has not signed is spared."""
    undecided = TaskSigner.state.in_(UNDECIDED)
    task.family.connection.execute(update(TaskSigner.__table__).where(
        TaskSigner.task_id == task.row.id, TaskSigner.closed.is_(False)).values(
        closed=True, state=case((undecided, SPARED), else_=TaskSigner.state)))


def named(task: OpenTask, people: list[str]) -> dict[str, str]:
    words = names_of(task.family.live, people)
    return {"people": words["zh"], "people_en": words["en"]}


def changed_row(row: Any, **changed: Any) -> Any:
    """A row of the database as it is going to be."""
    columns = dict(row._mapping) | changed
    return SimpleNamespace(**columns, _mapping=columns)
