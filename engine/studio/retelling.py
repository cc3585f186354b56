"""A finished case told once more, step by step, in an engine in memory: what results is a scenario that passes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engine.bpmn import ProcessModel
from engine.errors import BihuanError
from engine.models.history import ElementVisit
from engine.models.identity import OrgUnit
from engine.models.runtime import EventSubscription, ProcessInstance
from engine.studio.past_case import ON_CASES, ON_TASKS, Act, CannotRecord, PastCase
from engine.studio.past_steps import given_of
from engine.studio.past_world import PastWorld
from engine.studio.sandbox_page import actor
from engine.studio.telling import where_it_stands
from engine.studio.twins import Twins
from engine.testing.failing import words_of
from engine.testing.play import Play
from engine.values import loads

BEFORE = timedelta(minutes=1)
"""The clock begins so long before a case that the calendar or a message started."""
_CLAIM_BY_THEMSELVES = ("transferred", "delegated", "returned", "signers_added")


class Retelling:
    """Tells ``past`` in ``play``; ``logins`` are those of the people who acted, by their ids."""

    def __init__(self, play: Play, past: PastCase, world: PastWorld, logins: Mapping[str, str], zone: str):
        self.play, self.past, self.world, self.logins = play, past, world, logins
        self.zone = ZoneInfo(zone)
        self._twins = Twins(play, past)

    def tell(self) -> list[dict[str, Any]]:
        """All steps, with what is expected between and at the end. Raises CannotRecord where it goes another way."""
        steps, state, act = [], "", None
        try:
            self._begin()
            for act in self.past.acts:
                self._take(act)
        except CannotRecord:
            raise
        except BihuanError as error:
            told = words_of(error)
            where = f"“{act.name or act.element_id}”" if act is not None else "发起"
            raise CannotRecord(why_zh=f"重走到{where}时：{told.zh}",
                               why_en=f"told again, at {act.element_id if act else 'the start'}: {told.en}") from error
        self._move(self.past.ended_at)
        self._compare()
        for step, after in zip(self.play.steps, self.play.states):
            steps.append(step)
            if after and after != state:
                steps.append({"expect": {"state": after}})
            state = after or state
        if steps and "expect" in steps[-1]:
            steps.pop()
        return [*steps, {"expect": where_it_stands(self.play)}]

    # -- beginning

    def _begin(self) -> None:
        past, play = self.past, self.play
        model = self._model()
        event = next((one for one in model.start_events if one.element_id == past.entry), None)
        kind = event.kind if event is not None else "none"
        if kind == "timer":
            self._move(past.started_at)
            self._adopt()
        elif kind == "message" and event is not None:
            self._move(past.started_at)
            payload = self._unexplained(past.id, {})
            play.take({"message": {"name": event.key, **({"payload": payload} if payload else {})}})
        else:
            self._start(model)

    def _model(self) -> ProcessModel:
        with self.play.engine.database.reading() as connection:
            return self.play.engine.definitions.newest(connection, self.past.process_key).model

    def _start(self, model: ProcessModel) -> None:
        past = self.past
        by = self._login(past.started_by) if past.started_by else next(iter(self.world.people), "")
        step: dict[str, Any] = {"start": past.process_key, "by": by}
        unit = self.world.unit(past.unit_id)
        if unit != self.world.people.get(by, {}).get("unit", "hq"):
            step["unit"] = unit
        if past.start_values is not None:
            start = next(one for one in model.start_events if one.kind == "none")
            key = model.elements[start.element_id].attributes.get("formKey", "")
            with self.play.engine.database.reading() as connection:
                form = self.play.engine.definitions.newest(connection, past.process_key).forms[key]
            view = self.play.engine.boards.start_form(past.process_key, self._actor(by))
            step["form"] = self._form(form, view, past.start_values)
        self.play.take(step)

    def _adopt(self) -> None:
        """Meet the case that the calendar started for the same unit, and of several the one that is most like it."""
        unit, real = self.world.unit(self.past.unit_id), self.past.variables[self.past.id][1]
        with self.play.engine.database.reading() as connection:
            begun = connection.execute(
                select(ProcessInstance.id, ProcessInstance.variables, OrgUnit.key)
                .outerjoin(OrgUnit, OrgUnit.id == ProcessInstance.unit_id)
                .where(ProcessInstance.process_key == self.past.process_key, ProcessInstance.parent_id.is_(None))
                .order_by(ProcessInstance.id)).all()
        told = {name: self.world.variable(value) for name, value in real.items() if name not in self.past.forms}
        likeness = [(row.key == unit, sum(told.get(name) == value for name, value in loads(row.variables).items()))
                    for row in begun]
        place = likeness.index(max(likeness)) if likeness else 0
        for number in range(place + 1):
            self.play.take({"adopt": self.past.process_key} | ({"as": f"case-{number + 1}"} if place else {}))

    # -- acts

    def _take(self, act: Act) -> None:
        self._move(act.at)
        if act.verb in ("completed", "submitted"):
            self._complete(act)
        elif act.verb == "message_received":
            self._message(act)
        elif act.verb == "signal_received":
            if not self._has_moved_on(act):
                self.play.take({"signal": {"name": act.name, **self._payload(act)}})
        elif act.verb in ON_CASES:
            self._operate(act)
        elif act.verb == "pulled_back":
            self.play.take({"pull_back": act.element_id, "by": self._login(act.by)})
        else:
            self._do(act)

    def _operate(self, act: Act) -> None:
        told = {"verb": ON_CASES[act.verb], "by": self._login(act.by), "reason": self.world.disguise.free(act.reason)}
        if act.verb == "moved":
            left = {self.past.waits[one] for one in act.detail.get("cancelled", ()) if one in self.past.waits}
            told |= {"cancel": sorted(left), "to": list(act.detail.get("to", ()))}
        self.play.take({"operate": told})

    def _do(self, act: Act) -> None:
        """Anything else that was done with a task; claimed first where it was, for some verbs are its assignee's."""
        login, row = self._login(act.by), self._open(act)
        given = given_of(act, self.world, self.zone)
        before, named = self.play.naming(row.id)
        task = named.pop("task")
        if act.verb == "returned" and given["to"] not in self._elements(act.process_key):
            home = next((key for key in self._processes() if given["to"] in self._elements(key)), "")
            given["to"] = f"{home}/{given['to']}"
        if act.verb == "signed" and act.values is not None:
            given |= self._beside_vote(act, row, login)
        for step in before:
            self.play.take(step)
        free = row.assignee_id is None and row.signing != "joint"
        if free and (act.task_id, act.by) in self.past.claims and act.verb not in _CLAIM_BY_THEMSELVES:
            self.play.take({"claim": task, "by": login, **named})
        self.play.take({ON_TASKS[act.verb]: task, "by": login, **named, **given})

    def _beside_vote(self, act: Act, row: Any, login: str) -> dict[str, Any]:
        """What the form held in the end beside the decision: whoever's vote decides fills in what is missing."""
        if act.detail.get("position") != "joint":
            return {}
        with self.play.engine.database.reading() as connection:
            form = self.play.engine.definitions.get(connection, row.definition_id).forms[act.form_key]
        view = self.play.engine.boards.task(row.id, self._actor(login), offered_is_mine=True, entered={}).form
        found = self._form(form, view, act.values or {})
        for name in (form.outcome_field.id if form.outcome_field is not None else "", "opinion"):
            found.pop(name, None)
        return {"form": found} if found else {}

    def _elements(self, key: str) -> Any:
        with self.play.engine.database.reading() as connection:
            return self.play.engine.definitions.newest(connection, key).model.elements

    def _processes(self) -> list[str]:
        return sorted({key for key, _values in self.past.variables.values()})

    def _move(self, at: datetime) -> None:
        if at > self.play.clock.now():
            local = at.astimezone(self.zone)
            self.play.take({"at": local.isoformat(timespec="microseconds" if local.microsecond else "minutes"
                                                  if not local.second else "seconds")})

    def _complete(self, act: Act) -> None:
        login, row = self._login(act.by), self._open(act)
        form = None
        if act.values is not None:
            with self.play.engine.database.reading() as connection:
                definition = self.play.engine.definitions.get(connection, row.definition_id)
            view = self.play.engine.boards.task(row.id, self._actor(login), offered_is_mine=True, entered={}).form
            form = self._form(definition.forms[act.form_key], view, act.values)
        for step in self.play.completing(row.id, login, form):
            self.play.take(step)

    def _open(self, act: Act) -> Any:
        return self._twins.of(act, self._actor(self._login(act.by)))

    def _form(self, form: Any, view: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed: the fields that could be edited and hold something else than they showed before."""
        found = {}
        for shown in view.fields:
            one = form.fields.get(shown.id)
            if one is None or shown.readonly or one.compute is not None:
                continue
            value = values.get(shown.id)
            told = self.world.told(one, value)
            if told == "" and not shown.text and not shown.value:
                continue
            if not isinstance(told, (dict, list)) and shown.text == (
                    told if isinstance(told, str) else one.type.text(value, one, self.world.frame)):
                continue
            found[shown.id] = "=" + _quoted(told) if isinstance(told, str) and told.startswith("=") else told
        return found

    def _message(self, act: Act) -> None:
        if self._has_moved_on(act):
            return  # a case of the same family had sent it
        with self.play.engine.database.reading() as connection:
            keys = connection.scalar(select(EventSubscription.keys).where(
                EventSubscription.name == act.name, EventSubscription.root_id == self.play.story.last).limit(1))
        self.play.take({"message": {"name": act.name, **({"keys": told_value(dict(keys))} if keys else {}),
                                    **self._payload(act)}})

    def _has_moved_on(self, act: Act) -> bool:
        with self.play.engine.database.reading() as connection:
            return connection.scalar(select(EventSubscription.element_id).where(
                EventSubscription.name == act.name, EventSubscription.root_id == self.play.story.last,
                EventSubscription.element_id == act.element_id).limit(1)) is None

    def _payload(self, act: Act) -> dict[str, Any]:
        with self.play.engine.database.reading() as connection:
            rows = {row.process_key: loads(row.variables) for row in connection.execute(
                select(ProcessInstance.process_key, ProcessInstance.variables)
                .where(ProcessInstance.root_id == self.play.story.last))}
        found = self._unexplained(act.instance_id, rows.get(act.process_key, {}))
        return {"payload": found} if found else {}

    def _unexplained(self, instance: str, known: Mapping[str, Any]) -> dict[str, Any]:
        """Variables that the real case had at its end and that nothing has set yet: what a message may have brought."""
        _key, values = self.past.variables.get(instance, ("", {}))
        return {name: told_value(self.world.variable(value)) for name, value in values.items()
                if name not in known and name not in self.past.forms and name not in ("case", "parameters", "result")
                and value is not None}

    # -- whether it is the same case

    def _compare(self) -> None:
        with self.play.engine.database.reading() as connection:
            row = connection.execute(select(ProcessInstance.state, ProcessInstance.case_state)
                                     .where(ProcessInstance.id == self.play.story.last)).one()
            done = sorted(connection.scalars(select(ElementVisit.element_id).where(
                ElementVisit.root_id == self.play.story.last, ElementVisit.kind == "userTask",
                ElementVisit.outcome == "completed")))
        if tuple(done) != self.past.completed or row.state != self.past.state:
            raise CannotRecord(why_zh=f"重走的结果不同：状态 {row.state}，应为 {self.past.state}。",
                               why_en=f"told again it went another way: {row.state} instead of {self.past.state}.")

    def _login(self, person_id: str | None) -> str:
        real = self.logins.get(person_id or "", "")
        if not real:
            raise CannotRecord(why_zh="有一步不知道是谁做的。", why_en="nobody knows who did one of the steps.")
        return self.world.login(real)

    def _actor(self, login: str) -> Any:
        with self.play.engine.database.reading() as connection:
            person = self.play.engine.live.at(connection).people.get(login)
        if person is None:
            raise CannotRecord(why_zh=f"人员 {login} 不在场。", why_en=f"{login} is not there.")
        return actor(person)


def told_value(value: Any) -> Any:
    """A variable as a scenario writes it: moments and durations as FEEL, everything else as it is."""
    if isinstance(value, Mapping):
        return {str(key): told_value(one) for key, one in value.items()}
    if isinstance(value, list):
        return [told_value(one) for one in value]
    if isinstance(value, datetime):
        return f'=date and time("{value.isoformat()}")'
    if isinstance(value, date):
        return f'=date("{value.isoformat()}")'
    if isinstance(value, time):
        return f'=time("{value.isoformat()}")'
    if isinstance(value, timedelta):
        return f'=duration("PT{int(value.total_seconds())}S")'
    return "=" + _quoted(value) if isinstance(value, str) and value.startswith("=") else value


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
