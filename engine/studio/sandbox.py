"""Trying a draft by hand: a case of it is started, worked on and moved through time, and nothing of it is real.

A sandbox is a scenario being written: its steps are kept, the case is what they lead to. Every step is done in an
engine in memory over the files of the draft, with invented people; what fails is told and not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from engine import live_files
from engine.authorization import Actor
from engine.cards import TaskView
from engine.errors import Conflict, FieldError, Invalid, NotFound, Refused
from engine.ids import new_id
from engine.models.studio import Sandbox
from engine.studio.inventing import given_for, scenarios_of
from engine.studio.living_plays import Living, LivingPlays, replayed
from engine.studio.rows import changing
from engine.studio.sandbox_acts import SandboxActs
from engine.studio.sandbox_cards import SandboxCard, SandboxView
from engine.studio.sandbox_page import actor, page_of
from engine.studio.telling import acting, told_as_scenario
from engine.studio.typed_values import entered_anew, typed
from engine.testing.world import attached
from engine.yaml import plain, read_yaml

MOST_STEPS = 200
MOST_SANDBOXES = 20
"""Sandboxes of one person on one draft; the oldest goes."""


class TooManySteps(Invalid):
    """A sandbox has come to its end."""

    code = "too_many_steps"
    zh = "一次试办最多 {most} 步。请存成场景，或从头再来。"
    en = "A sandbox takes at most {most} steps. Save it as a scenario, or begin again."


class MovedOn(Conflict):
    """The same sandbox was changed in another window."""

    code = "sandbox_moved_on"
    zh = "这次试办在另一个窗口中有了新的一步，请先看最新的情况。"
    en = "This sandbox took a step in another window. Please look at where it stands now."


class Stopped(Conflict):
    """A step could not be done again; what comes after it would be another story."""

    code = "sandbox_stopped"
    zh = "草稿改了以后，第 {number} 步做不下去了。请先从这一步剪断，或改回草稿。"
    en = "Since the draft changed, step {number} can no longer be done. Cut there first, or change the draft back."


class Sandboxes(SandboxActs):
    """The verbs of sandboxes; a person sees their own."""

    def __init__(self, parts: Any):
        self._parts = parts
        self._living = LivingPlays()

    def list(self, draft_id: str, by: Actor) -> list[SandboxCard]:
        """The sandboxes of ``by`` on a draft, the last changed first."""
        changing(by)
        with self._parts.database.reading() as connection:
            rows = connection.execute(_mine(by).where(Sandbox.draft_id == draft_id)).all()
        return [SandboxCard(row.id, row.draft_id, row.changed_at, len(row.scenario["steps"]),
                            len(row.scenario["given"].get("people") or {})) for row in rows]

    def begin(self, draft_id: str, by: Actor, *, like: tuple[str, int] | None = None,
              steps: bool = False) -> str:
        """A new sandbox of a draft; its id. ``like`` takes over what a scenario (file, number from 0) is given, with
        ``steps`` its steps as well. Raises NotFound, Refused where the files cannot run."""
        changing(by)
        parts, now = self._parts, self._parts.clock.now()
        with parts.database.transaction() as connection:
            key = live_files.process_of(connection, draft_id)
            files = live_files.files_of(connection, draft_id)
            given, begun = given_for(files, key, now, parts.settings.zone), []
            if like is not None:
                found = [one for one in scenarios_of(files, key) if one.file == like[0]]
                if not 0 <= like[1] < len(found):
                    raise NotFound(what=like[0])
                told = found[like[1]]
                given = given | {"clock": told.given.get("clock", given["clock"])} | plain(told.given)
                begun = [plain(step) for _line, step in told.steps] if steps else []
            old = list(connection.scalars(
                select(Sandbox.id).where(Sandbox.draft_id == draft_id, Sandbox.person_id == by.person_id)
                .order_by(Sandbox.changed_at.desc()).offset(MOST_SANDBOXES - 1)))
            if old:
                connection.execute(delete(Sandbox.__table__).where(Sandbox.id.in_(old)))
            made = new_id(now)
            connection.execute(insert(Sandbox.__table__).values(
                id=made, draft_id=draft_id, person_id=by.person_id, changed_at=now, revision=1,
                scenario={"process": key, "given": given, "steps": begun}))
        return made

    def view(self, sandbox_id: str, by: Actor, lang: str = "zh", case: str | None = None) -> SandboxView:
        """Where a sandbox stands. Raises NotFound, Refused where the draft's files cannot run."""
        with self._at(sandbox_id, by) as (row, living, _files):
            return page_of(living.play, row, living.trouble, case, lang, living.files[:12])

    def task(self, sandbox_id: str, task_id: str, login: str, by: Actor, lang: str = "zh",
             entered: Mapping[str, Any] | None = None) -> TaskView:
        """A task's page as the person ``login`` of the sandbox would see it, as if claimed; ``entered`` stands in its
        form. Raises NotFound, AlreadyDone."""
        with self._at(sandbox_id, by) as (_row, living, _files):
            return living.play.engine.boards.task(task_id, self._player(living, login), lang, offered_is_mine=True,
                                                  entered=entered)

    def start_form(self, sandbox_id: str, login: str, by: Actor, lang: str = "zh",
                   entered: Mapping[str, Any] | None = None) -> Any:
        """The form of the start event as ``login`` would see it. Raises NotFound where there is none."""
        with self._at(sandbox_id, by) as (_row, living, _files):
            return living.play.engine.boards.start_form(living.play.process, self._player(living, login), lang, entered)

    def complete(self, sandbox_id: str, task_id: str, login: str, values: Mapping[str, Any], revision: int,
                 by: Actor) -> None:
        """``login`` completes a task with what was typed. Raises Invalid with a sentence per field, MovedOn."""
        with self._step(sandbox_id, revision, by) as (living, keep):
            play, player = living.play, self._player(living, login)
            view = play.engine.boards.task(task_id, player, offered_is_mine=True, entered={})
            keep(play.completing(task_id, login, typed(play, entered_anew(view.form, values))))

    def take(self, sandbox_id: str, step: Mapping[str, Any], revision: int, by: Actor) -> None:
        """Any other step, as in a scenario file. Raises what the step raises; then it is not kept."""
        with self._step(sandbox_id, revision, by) as (living, keep):
            keep([dict(step)])

    def start(self, sandbox_id: str, login: str, values: Mapping[str, Any], revision: int, by: Actor, *,
              variables: Mapping[str, Any] | None = None) -> None:
        """``login`` starts a case with what was typed into the form of the start event, if there is one."""
        with self._step(sandbox_id, revision, by) as (living, keep):
            play = living.play
            step: dict[str, Any] = {"start": play.process, "by": login}
            if play.story.cases:
                step["as"] = f"case-{len(play.story.cases) + 1}"
            form = typed(play, {name: value for name, value in values.items() if value not in ("", [])})
            keep([step | ({"form": form} if form else {}) | ({"variables": dict(variables)} if variables else {})])

    def undo(self, sandbox_id: str, revision: int, by: Actor, *, keep: int | None = None) -> None:
        """Take back the last step, or all after the first ``keep``."""
        parts = self._parts
        with parts.database.transaction() as connection:
            row = self._row(connection, sandbox_id, by, lock=True)
            self._same(row, revision)
            steps = row.scenario["steps"]
            left = max(0, len(steps) - 1 if keep is None else keep)
            self._write(connection, row, row.scenario | {"steps": steps[:left]})

    def give(self, sandbox_id: str, revision: int, by: Actor, *, login: str, name: str, role: str) -> None:
        """Invent one more person with a role. Raises Invalid for a login that is taken or none."""
        with self._parts.database.transaction() as connection:
            row = self._row(connection, sandbox_id, by, lock=True)
            self._same(row, revision)
            given = dict(row.scenario["given"])
            people = dict(given.get("people") or {})
            if not login or login in people or not login.replace(".", "").replace("_", "").isalnum():
                raise Invalid([FieldError("login", "login", "请填写一个还没有用过的代号（字母、数字、点）。",
                                          "Please give a short name that is not taken (letters, digits, dots).")])
            given["people"] = people | {login: {"name": name or login, "roles": [role]}}
            self._write(connection, row, row.scenario | {"given": given})

    def records(self, sandbox_id: str, register: str, text: str, by: Actor) -> list[dict[str, Any]]:
        """References to the sandbox's own records of a register, for choosing one in a form."""
        with self._at(sandbox_id, by) as (_row, living, _files):
            return living.play.engine.registers.search(register, text, by)

    def attached(self, sandbox_id: str, name: str, by: Actor) -> dict[str, Any]:
        """The value of a file of this name in a form; what it holds is a picture of one dot or an empty page."""
        with self._at(sandbox_id, by) as (_row, living, _files):
            return attached(living.play.engine, name)

    def typed_mapping(self, text: str) -> dict[str, Any] | None:
        """A mapping written as YAML, such as the payload of a message; ``None`` where it is none."""
        try:
            found = plain(read_yaml(text))
        except Refused:
            return None
        return found if isinstance(found, dict) else None

    def scenario(self, sandbox_id: str, by: Actor) -> dict[str, Any]:
        """The steps so far as an entry of a scenario file, without a name; of the people only those who are needed."""
        with self._at(sandbox_id, by) as (row, living, files):
            given = row.scenario["given"]
            told = told_as_scenario(living.play, given)
            few = acting(given, told["steps"])
            play, trouble = replayed({**told, "given": few}, files, self._parts.settings.zone)
            play.close()
            return told if trouble else told | {"given": few}

    def save(self, sandbox_id: str, zh: str, en: str, by: Actor) -> str:
        """Keep the steps as one more scenario of the draft, beside its drawing; the path. Raises Invalid, Conflict."""
        told = self.scenario(sandbox_id, by)
        with self._parts.database.reading() as connection:
            draft_id = self._row(connection, sandbox_id, by).draft_id
        return self._parts.studio.scenarios.add(draft_id, told, zh, en, by)

    # -- mechanism

    @contextmanager
    def _at(self, sandbox_id: str, by: Actor) -> Iterator[tuple[Row[Any], Living, dict[str, bytes]]]:
        changing(by)
        with self._parts.database.reading() as connection:
            row = self._row(connection, sandbox_id, by)
            files = live_files.files_of(connection, row.draft_id)
        with self._living.of(row.id, row.revision, row.scenario, files, self._parts.settings.zone) as living:
            yield row, living, files

    @contextmanager
    def _step(self, sandbox_id: str, revision: int, by: Actor) -> Iterator[tuple[Living, Any]]:
        """Alone with a sandbox at the revision its page showed; ``keep(steps)`` does steps and keeps them."""
        with self._at(sandbox_id, by) as (row, living, _files):
            self._same(row, revision)
            if living.trouble is not None:
                raise Stopped(number=living.trouble.number)
            if len(row.scenario["steps"]) >= MOST_STEPS:
                raise TooManySteps(most=MOST_STEPS)

            def keep(steps: list[dict[str, Any]]) -> None:
                play, before = living.play, len(living.play.steps)
                try:
                    for step in steps:
                        play.take(step)
                    with self._parts.database.transaction() as connection:
                        self._same(self._row(connection, sandbox_id, by, lock=True), revision)
                        self._write(connection, row, row.scenario | {"steps": list(play.steps)})
                except BaseException:
                    play.broken = play.broken or len(play.steps) != before
                    raise
                living.revision, living.trouble = revision + 1, None

            yield living, keep

    def _row(self, connection: Connection, sandbox_id: str, by: Actor, *, lock: bool = False) -> Row[Any]:
        changing(by)
        query = _mine(by).where(Sandbox.id == sandbox_id)
        row = connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise NotFound(what="sandbox")
        return row

    def _same(self, row: Row[Any], revision: int) -> None:
        if row.revision != revision:
            raise MovedOn()

    def _write(self, connection: Connection, row: Row[Any], scenario: dict[str, Any]) -> None:
        connection.execute(update(Sandbox.__table__).where(Sandbox.id == row.id).values(
            scenario=scenario, revision=row.revision + 1, changed_at=self._parts.clock.now()))

    def _player(self, living: Living, login: str) -> Actor:
        with living.play.engine.database.reading() as connection:
            person = living.play.engine.live.at(connection).people.get(login)
        if person is None:
            raise NotFound(what="person")
        return actor(person)


def _mine(by: Actor) -> Any:
    return (select(Sandbox.__table__).where(Sandbox.person_id == by.person_id)
            .order_by(Sandbox.changed_at.desc()))
