"""``bihuan pull`` and ``bihuan deploy`` keep folders and what is live in step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine import SYSTEM, ProcessEngine, Settings
from tests.engine.house import content
from webui.cli import main


def placed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same content in folders that the program knows."""
    return {path.replace("t/", "processes/t/", 1) if path.startswith("t/") else path: raw
            for path, raw in files.items()}


@pytest.fixture
def run(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``run("pull", …)`` on a database in which ``note`` is live."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", sqlite_url)
    engine = ProcessEngine(Settings(database_url=sqlite_url, secret_key="for tests only"))
    engine.deployments.deploy(placed(content("note")), SYSTEM)
    engine.close()
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


def test_what_is_live_is_written_and_then_there_is_nothing_to_do(run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "content"
    first = run("pull", folder)
    assert first.exit_code == 0 and "+ processes/t/note.bpmn" in first.stdout
    files = placed(content("note"))
    assert {path: (folder / path).read_bytes() for path in files} == files
    again = run("pull", folder, "--dry-run")
    assert (again.exit_code, again.stdout) == (0, "") and f"{len(files)} the same" in again.stderr


def test_a_dry_run_tells_what_differs_and_writes_nothing(run: Any, tmp_path: Path) -> None:
    run("pull", tmp_path)
    drawing, extra = tmp_path / "processes/t/note.bpmn", tmp_path / "forms/t/mine.yaml"
    drawing.write_bytes(drawing.read_bytes().replace(b"approve", b"decide"))
    extra.write_text("form: mine\n")
    told = run("pull", tmp_path, "--dry-run")
    assert told.exit_code == 1
    assert told.stdout.splitlines() == ["? forms/t/mine.yaml", "~ processes/t/note.bpmn"]
    assert b"decide" in drawing.read_bytes() and extra.exists()


def test_pulling_takes_what_is_live_and_keeps_files_of_ones_own_unless_told(run: Any, tmp_path: Path) -> None:
    run("pull", tmp_path)
    drawing, extra = tmp_path / "processes/t/note.bpmn", tmp_path / "forms/t/mine.yaml"
    live = drawing.read_bytes()
    drawing.write_bytes(b"<x/>")
    extra.write_text("form: mine\n")
    run("pull", tmp_path)
    assert drawing.read_bytes() == live and extra.exists()
    assert "1 deleted" in run("pull", tmp_path, "--delete").stderr and not extra.exists()


def test_deploying_what_was_changed_is_pulled_elsewhere(run: Any, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        run("pull", folder)
    drawing = here / "processes/t/note.bpmn"
    drawing.write_bytes(drawing.read_bytes().replace(b'name="approve"', b'name="decide"'))
    assert "note version 2" in run("deploy", here / "processes", here / "forms").stdout
    pulled = run("pull", there)
    assert pulled.stdout.splitlines() == ["~ processes/t/note.bpmn"]
    assert run("pull", there, "--dry-run").exit_code == run("pull", here, "--dry-run").exit_code == 0


def test_an_empty_database_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BIHUAN_DATABASE_URL", sqlite_url)
    result = CliRunner().invoke(main, ["pull", str(tmp_path)])
    assert result.exit_code == 1 and "bihuan deploy" in result.stderr
