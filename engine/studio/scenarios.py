"""The scenarios of a draft: listed, run with what they cover, added to, and asked whether they pass.

Those of other processes that meet what the draft changes are among them (:func:`engine.live_files.tried_files`)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from engine import live_files
from engine.authorization import Actor
from engine.cards import Bilingual
from engine.errors import BihuanError, FieldError, Invalid, NotFound, Refused
from engine.models.studio import Draft, StudioRun
from engine.sketches import home_of
from engine.studio.rows import changing, looking
from engine.studio.runs import ENDED, Runs
from engine.studio.scenario_cards import (
    ScenarioCard,
    ScenarioFileCard,
    ScenarioResult,
    ScenarioRun,
    ScenariosVerdict,
    ScenariosView,
)
from engine.studio.scenario_results import coverage_of, merged, told
from engine.studio.yaml_edits import Edit, edited
from engine.studio.yaml_writing import block
from engine.testing.failing import words_of
from engine.testing.ground import SCENARIO
from engine.testing.reader import Scenario, read_scenarios
from engine.testing.runner import Runner

AT_ONCE = 1.5
"""Seconds of running within the request that asks for it; what is left then is a worker's."""
KIND = "scenarios"


class Scenarios:
    """The verbs of scenarios. Looking is for owners and auditors, running and adding for owners."""

    def __init__(self, parts: Any, runs: Runs):
        self._parts, self._runs = parts, runs
        runs.register(KIND, self._carry_on)

    def list(self, draft_id: str, by: Actor) -> ScenariosView:
        """The scenarios of a draft with the results of their last run. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            files = live_files.tried_files(connection, draft_id)
            row = _last(connection, draft_id)
        results = {(one["file"], one["number"]): one for one in (row.result or {}).get("results", ())} if row else {}
        cards = tuple(_file(path, files[path], results) for path in sorted(files) if path.endswith(SCENARIO))
        return ScenariosView(cards, _run(row, files) if row else None)

    def run(self, draft_id: str, by: Actor, *, at_once: float = AT_ONCE) -> str:
        """Run all scenarios of a draft; the id of the run. What is not done after ``at_once`` seconds a worker does."""
        changing(by)
        parts = self._parts
        with parts.database.transaction() as connection:
            files = live_files.tried_files(connection, draft_id)
            run_id = self._runs.begin(connection, draft_id, KIND, by, files=live_files.fingerprint(files),
                                      total=len(_readable(files)))
        if not self._ahead(run_id, files, time.monotonic() + at_once):
            with parts.database.transaction() as connection:
                self._runs.hand_on(connection, run_id)
        return run_id

    def stop(self, run_id: str, by: Actor) -> None:
        """Stop a run; what it found so far stays."""
        changing(by)
        self._runs.end(run_id, "stopped")

    def scenarios_pass(self, draft_id: str, by: Actor) -> ScenariosVerdict:
        """Whether the scenarios pass as the draft stands, from the last run; nothing is run."""
        looking(by)
        with self._parts.database.reading() as connection:
            return verdict(connection, draft_id)

    def add(self, draft_id: str, told: Mapping[str, Any], zh: str, en: str, by: Actor) -> str:
        """Add a scenario (as in a file, without name) to the file beside the drawing; its path. Raises Invalid where it
        has no name, Conflict where somebody else edits the draft."""
        changing(by)
        if not zh.strip():
            raise Invalid([FieldError("zh", "required", "请给场景起个名字。", "Please give the scenario a name.")])
        with self._parts.database.reading() as connection:
            path = _beside(connection, draft_id)
        entry = {"name": {"zh": zh.strip()} | ({"en": en.strip()} if en.strip() else {}), **told}
        studio = self._parts.studio
        try:
            file = studio.read(draft_id, path, by)
        except BihuanError:
            file = None
        if file is None or not file.content.strip():
            text = "\n".join(["format: 1", *block({"scenarios": [entry]}, 0, "\n"), ""])
        else:
            text = edited(file.content.decode(), [Edit("insert", ("scenarios",), entry)], order=())
        read_scenarios(text, path)
        studio.write(draft_id, path, text.encode(), file.revision if file is not None else 0, by)
        return path

    def write(self, draft_id: str, path: str, text: str, revision: int, by: Actor) -> None:
        """Save a scenario file of the draft. Raises Refused with a line for every fault, Conflict as other files do."""
        changing(by)
        if not path.endswith(SCENARIO):
            raise NotFound(what="file")
        read_scenarios(text, path)
        self._parts.studio.write(draft_id, path, text.encode(), revision, by)

    def drawing(self, draft_id: str, process_key: str, by: Actor) -> bytes:
        """The drawing of a process as the draft has it. Raises NotFound."""
        looking(by)
        with self._parts.database.reading() as connection:
            files = live_files.overlaid(connection, draft_id)
            home = home_of(live_files.sketches(connection, files), process_key)
            if home is None:
                raise NotFound(what=process_key)
            return live_files.loaded(connection, files, [home])[home]

    # -- running

    def go_on(self, draft_id: str, by: Actor) -> None:
        """Go on with a run that no worker has taken up, for as long as a page may take."""
        changing(by)
        with self._parts.database.reading() as connection:
            row = _last(connection, draft_id)
        if row is not None and row.state not in ENDED:
            self._runs.lend_a_hand(row.id, lambda: self._carry_on(row.id, time.monotonic() + AT_ONCE))

    def _carry_on(self, run_id: str, until: float | None = None) -> bool:
        """Go on where the run stands, to its end or until the time is up; whether it has ended."""
        with self._parts.database.reading() as connection:
            row = self._runs.row(connection, run_id)
            files = live_files.tried_files(connection, row.draft_id)
        if live_files.fingerprint(files) != row.files:
            self._runs.end(run_id, "stopped")  # the draft went on: these results would speak of nothing
            return True
        return self._ahead(run_id, files, until)

    def _ahead(self, run_id: str, files: Mapping[str, bytes], until: float | None) -> bool:
        """Run scenarios until all are done or the time is up; ``False`` where some are left."""
        with self._parts.database.reading() as connection:
            row = self._runs.row(connection, run_id)
        scenarios, result = _readable(files), dict(row.result or {})
        try:
            runner = Runner(files)
        except Refused as refused:
            self._runs.end(run_id, "failed", {"error": _refusal(refused)})
            return True
        for number in range(row.done, len(scenarios)):
            if until is not None and time.monotonic() > until:
                return False
            place, scenario = scenarios[number]
            began = time.monotonic()
            outcome = runner.run(scenario)
            result = merged(result, told(outcome, place, time.monotonic() - began), runner.coverage)
            if not self._runs.note(run_id, done=number + 1, total=len(scenarios), result=result):
                return True
        self._runs.end(run_id, "done", result)
        return True


def verdict(connection: Connection, draft_id: str) -> ScenariosVerdict:
    """Whether the scenarios of a draft pass as it stands, by the last run (mechanism for publishing)."""
    files = live_files.tried_files(connection, draft_id)
    paths = [path for path in files if path.endswith(SCENARIO)]
    if not paths:
        return ScenariosVerdict("none")
    own = _beside(connection, draft_id)
    others = tuple(path for path in paths if path != own)
    unreadable = sum(1 for path in paths if not _scenarios(path, files[path]))
    row = _last(connection, draft_id)
    if row is None or row.files != live_files.fingerprint(files) or row.state == "stopped":
        return ScenariosVerdict("unknown", unreadable=unreadable, others=others)
    results = (row.result or {}).get("results", ())
    passed, failed = sum(one["ok"] for one in results), sum(not one["ok"] for one in results)
    if row.state not in ENDED:
        return ScenariosVerdict("running", passed, failed, unreadable, others)
    bad = failed or unreadable or row.state == "failed"
    return ScenariosVerdict("failed" if bad else "passed", passed, failed, unreadable, others)


def _last(connection: Connection, draft_id: str) -> Row[Any] | None:
    return connection.execute(
        select(StudioRun.__table__).where(StudioRun.draft_id == draft_id, StudioRun.kind == KIND)
        .order_by(StudioRun.asked_at.desc(), StudioRun.id.desc()).limit(1)).first()


def _scenarios(path: str, raw: bytes) -> tuple[Scenario, ...]:
    try:
        return read_scenarios(raw, path).scenarios
    except Refused:
        return ()


def _readable(files: Mapping[str, bytes]) -> list[tuple[int, Scenario]]:
    """All scenarios that can be read, each with its number in its file."""
    return [place for path in sorted(files) if path.endswith(SCENARIO)
            for place in enumerate(_scenarios(path, files[path]))]


def _file(path: str, raw: bytes, results: Mapping[Any, Any]) -> ScenarioFileCard:
    try:
        scenarios = read_scenarios(raw, path).scenarios
    except Refused as refused:
        return ScenarioFileCard(path, (), tuple(refused.problems))
    return ScenarioFileCard(path, tuple(
        ScenarioCard(path, number, one.line, one.name, one.process, len(one.steps),
                     _result(results.get((path, number)), one.name)) for number, one in enumerate(scenarios)))


def _result(told: Mapping[str, Any] | None, name: Bilingual) -> ScenarioResult | None:
    if told is None or told["name"] != name.zh:  # another scenario stands there now
        return None
    return ScenarioResult(told["ok"], told["line"], told["step"], Bilingual(told["why"]["zh"], told["why"]["en"]),
                          told["seconds"])


def _run(row: Row[Any], files: Mapping[str, bytes]) -> ScenarioRun:
    result = row.result or {}
    error = result.get("error")
    drawings, tables = coverage_of(result, files)
    return ScenarioRun(row.id, row.state, row.done, row.total, sum(one["ok"] for one in result.get("results", ())),
                       row.asked_at, row.ended_at, row.files == live_files.fingerprint(files),
                       Bilingual(error["zh"], error["en"]) if error else None, drawings, tables)


def _refusal(refused: Refused) -> dict[str, str]:
    words = words_of(refused)
    first = refused.problems[0] if refused.problems else None
    return {"zh": f"草稿还不能运行：{first.zh if first else words.zh}",
            "en": f"The draft cannot run yet: {first.en if first else words.en}"}


def _beside(connection: Connection, draft_id: str) -> str:
    """Where the scenarios of a draft's process stand: beside its drawing."""
    row = connection.execute(select(Draft.process_key, Draft.pack).where(Draft.id == draft_id)).first()
    if row is None:
        raise NotFound(what="draft")
    home = home_of(live_files.sketches(connection, live_files.overlaid(connection, draft_id)), row.process_key)
    return (home.rpartition(".")[0] if home else f"processes/{row.pack}/{row.process_key}") + SCENARIO
