"""What else the people of a sandbox may do: pass a task on, return it, sign it, move its clock; cancel, stop, jump.

Who may do what is asked of the same table as at work; what is done becomes a step of the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.authorization import Actor
from engine.errors import FieldError, Invalid, NotFound, ReasonNeeded
from engine.live import Live
from engine.models.runtime import ProcessInstance, TaskCandidate, UserTask
from engine.models.working import TaskSigner
from engine.operations import HELD, OFFERED, OPERATION
from engine.standing import Place, allowed, place_of, standings, switches_of
from engine.studio.living_plays import replayed
from engine.studio.sandbox_cards import SandboxOffer
from engine.studio.sandbox_page import actor, player
from engine.studio.typed_values import entered_anew, typed
from engine.testing.play import Play
from engine.testing.task_steps import STEP_OF

ON_CASE = ("cancel", "terminate", "suspend", "resume", "jump")
"""Verbs on cases that a sandbox offers; a jump is the step ``move``."""


class SandboxActs:
    """The verbs; a part of :class:`~engine.studio.sandbox.Sandboxes`."""

    _parts: Any
    _at: Any
    _step: Any
    _player: Any

    def offers(self, sandbox_id: str, by: Actor, *, task: str = "", case: str = "") -> tuple[SandboxOffer, ...]:
        """Who may do what with an open task or with a case, people who may nothing left out. Raises NotFound."""
        with self._at(sandbox_id, by) as (_row, living, _files):
            return _of_task(living.play, task) if task else _of_case(living.play, case)

    def act(self, sandbox_id: str, task_id: str, verb: str, login: str, given: Mapping[str, Any], revision: int,
            by: Actor, *, form: Mapping[str, Any] | None = None) -> None:
        """``login`` does a verb of the table of operations with a task; ``given`` is what its step says besides.

        Raises what the verb raises, MovedOn.
        """
        _refuse_unsaid(verb, given)
        with self._step(sandbox_id, revision, by) as (living, keep):
            play = living.play
            before, named = play.naming(task_id)
            step = {STEP_OF[verb]: named.pop("task"), "by": login, **named, **typed(play, dict(given))}
            if form:
                view = play.engine.boards.task(task_id, self._player(living, login), entered={})
                told = typed(play, entered_anew(view.form, form))
                step |= {"form": told} if told else {}
            keep([*before, step])

    def operate(self, sandbox_id: str, case_id: str, verb: str, login: str, given: Mapping[str, Any], revision: int,
                by: Actor) -> None:
        """``login`` does a verb of the table with a case: one of ``ON_CASE`` with ``reason``, ``cancel`` and ``to``, or
        ``pull_back``. Raises what the verb raises, MovedOn."""
        with self._step(sandbox_id, revision, by) as (living, keep):
            play = living.play
            before, named = play.case_named(case_id)
            if verb == "pull_back":
                keep([*before, {"pull_back": _last_done(play, case_id, self._player(living, login)), "by": login,
                                **named}])
                return
            keep([*before, {"operate": {"verb": "move" if verb == "jump" else verb, "by": login, **given}, **named}])

    def return_targets(self, sandbox_id: str, task_id: str, login: str, by: Actor) -> list[Any]:
        """The steps to which ``login`` may return a task, with what each calls off. Raises what returning raises."""
        with self._at(sandbox_id, by) as (row, living, files):
            play = living.play
            with play.engine.database.reading() as connection:
                held = connection.scalar(select(UserTask.assignee_id).where(UserTask.id == task_id))
            if held is not None:
                return play.engine.tasks.return_targets(task_id, self._player(living, login))
            before, named = play.naming(task_id)
            claim = {"claim": named.pop("task"), "by": login, **named}
        return self._targets_once_claimed(row, files, [*before, claim])

    def _targets_once_claimed(self, row: Row[Any], files: Mapping[str, bytes], more: list[dict[str, Any]]) -> list[Any]:
        """The same for a task that nobody has: looked at in a sandbox beside this one, in which it is claimed."""
        scenario = row.scenario | {"steps": [*row.scenario["steps"], *more]}
        play, _trouble = replayed(scenario, files, self._parts.settings.zone)
        try:
            claim = more[-1]
            return play.engine.tasks.return_targets(play.story.task_of(claim, claim["claim"]),
                                                    play.story.actor(claim["by"]))
        finally:
            play.close()

    def home_of(self, sandbox_id: str, instance_id: str, by: Actor) -> str:
        """The process of an instance, for naming a step of it."""
        with self._at(sandbox_id, by) as (_row, living, _files), living.play.engine.database.reading() as connection:
            return connection.scalar(select(ProcessInstance.process_key).where(ProcessInstance.id == instance_id)) or ""

    def jump_targets(self, sandbox_id: str, case_id: str, login: str, by: Actor) -> Any:
        """What a jump may leave and enter. Raises what jumping raises."""
        with self._at(sandbox_id, by) as (_row, living, _files):
            return living.play.engine.instances.jump_targets(case_id, self._player(living, login))


def _refuse_unsaid(verb: str, given: Mapping[str, Any]) -> None:
    """Raise for what was not said before anything is done: a claim on the way could not be taken back."""
    if OPERATION[verb].reason and not given.get("reason"):
        raise ReasonNeeded()
    asked = {"transfer": "to", "delegate": "to", "reassign": "to", "add_signers": "people"}.get(verb)
    if asked and not given.get(asked):
        raise Invalid([FieldError(asked, "required", "请选择人员。", "Please choose somebody.")])


def _of_task(play: Play, task_id: str) -> tuple[SandboxOffer, ...]:
    with play.engine.database.reading() as connection:
        live = play.engine.live.at(connection)
        row = connection.execute(
            select(*UserTask.__table__.columns, ProcessInstance.started_by, ProcessInstance.state)
            .join(ProcessInstance, ProcessInstance.id == UserTask.root_id).where(UserTask.id == task_id)).first()
        if row is None:
            raise NotFound(what="task")
        place = _place(play, connection, row)
    found = []
    for person in sorted(live.people.values(), key=lambda one: one.login):
        who = actor(person)
        here = _as_if_claimed(place, who, live)
        verbs = tuple(one.verb for one in allowed(who, here, live, suspended=row.state == "suspended")
                      if one.verb in STEP_OF and one.verb != "pull_back" and one.why_not is None
                      and _fits(one.verb, row))
        if verbs:
            found.append(SandboxOffer(player(person, live), verbs))
    return tuple(found)


def _fits(verb: str, row: Row[Any]) -> bool:
    """Whether a verb makes sense with the clock of a task and its signers, beside what the table says."""
    return {"pause_clock": row.due_at is not None and row.paused_at is None, "resume_clock": row.paused_at is not None,
            "escalate": bool(row.deadline), "remove_signer": bool(row.signing)}.get(verb, True)


def _as_if_claimed(place: Place, who: Actor, live: Live) -> Place:
    """A task that nobody has, as it is for somebody who may claim it."""
    if place.assignee_id is not None or OFFERED not in place.states or "candidate" not in standings(who, place, live):
        return place
    states = tuple(HELD if state == OFFERED else state for state in place.states)
    return replace(place, assignee_id=who.person_id, states=states)


def _place(play: Play, connection: Connection, row: Row[Any]) -> Place:
    offers = tuple((one.role, one.unit_id) for one in connection.execute(
        select(TaskCandidate.role, TaskCandidate.unit_id).where(TaskCandidate.task_id == row.id)))
    signers = connection.execute(select(TaskSigner.person_id, TaskSigner.asked_by, TaskSigner.state).where(
        TaskSigner.task_id == row.id, TaskSigner.closed.is_(False))).all()
    return place_of(row, offers, signers, row.started_by,
                    play.engine.definitions.get(connection, row.definition_id).model)


def _of_case(play: Play, case_id: str) -> tuple[SandboxOffer, ...]:
    with play.engine.database.reading() as connection:
        live = play.engine.live.at(connection)
        row = connection.execute(select(ProcessInstance.__table__).where(ProcessInstance.id == case_id)).first()
        if row is None:
            raise NotFound(what="case")
        model = play.engine.definitions.get(connection, row.definition_id).model
    if row.ended_at is not None:
        return ()
    place = Place(row.process_key, row.unit_id, row.started_by,
                  switches=switches_of(model))
    still = row.state == "suspended"
    found = []
    for person in sorted(live.people.values(), key=lambda one: one.login):
        who = actor(person)
        verbs = [one.verb for one in allowed(who, place, live, suspended=still)
                 if one.verb in ON_CASE and one.why_not is None and one.verb != ("suspend" if still else "resume")]
        if play.engine.tasks.pullable([case_id], who):
            verbs.insert(0, "pull_back")
        if verbs:
            found.append(SandboxOffer(player(person, live), tuple(verbs)))
    return tuple(found)


def _last_done(play: Play, case_id: str, who: Actor) -> str:
    """How a step names the task whose completion ``who`` can take back. Raises NotFound where there is none."""
    for task_id in play.engine.tasks.pullable([case_id], who):
        return play.done_name(task_id)
    raise NotFound(what=OPERATION["pull_back"].name.zh)
