"""The program ``bihuan``: demo, serve, worker, db, deploy, pull, check, test, incidents, users."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import click

from engine import SYSTEM, BihuanError, NotFound, Problem, Refused, Settings, start_threads
from webui.cli_engine import do, open_engine, require_schema
from webui.cli_office import incidents, users
from webui.cli_pull import pull


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bihuan")
def main() -> None:
    """Bihuan 闭环: a workflow system for customer service."""


def _say(text: str) -> None:
    click.echo(text, err=True)


@main.command()
@click.option("--port", default=8000, show_default=True, help="Port on 127.0.0.1.")
@click.option("--home", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True,
              help="Folder of the demonstration's database and secret.")
@click.option("--fresh", is_flag=True, help="Throw away what is there and begin anew.")
@click.option("--prepare-only", is_flag=True, help="Fill the database and stop.")
def demo(port: int, home: Path, fresh: bool, prepare_only: bool) -> None:
    """Serve a demonstration with two weeks of cases at http://127.0.0.1:8000; nothing leaves this machine."""
    from webui.running import demo_settings, prepare_demo, serve_here

    if not prepare_only:
        _require_free(port)
    _build_assets()
    settings = demo_settings(home, port, fresh)
    prepare_demo(settings, _say)
    if prepare_only:
        return
    _say(f"ready: {settings.public_url}  (stop with Ctrl-C)")
    serve_here(settings, port)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise click.ClickException(f"Port {port} is taken, perhaps by another demonstration. Stop that one, or "
                                       f"choose another port: bihuan demo --port {port + 1}") from None


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--processes", default=2, show_default=True, help="Web processes.")
@click.option("--workers", default=0, show_default=True, help="Worker threads in here (else run `bihuan worker`).")
def serve(host: str, port: int, processes: int, workers: int) -> None:
    """Serve the web application with gunicorn."""
    from webui.running import serve_gunicorn

    engine = open_engine()
    if not engine.settings.secret_key:
        raise click.ClickException("BIHUAN_SECRET_KEY is not set. Make one with: python -c 'import secrets; "
                                   "print(secrets.token_hex(32))'")
    require_schema(engine)
    engine.close()
    _build_assets()
    serve_gunicorn(Settings.from_environ(), host, port, processes, workers)


@main.command()
@click.option("--threads", default=2, show_default=True, help="Jobs run side by side in this program.")
def worker(threads: int) -> None:
    """Run due jobs until stopped: timers, calls, deadlines, calendar starts. Any number on one PostgreSQL."""
    engine = open_engine()
    require_schema(engine)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    started = start_threads(engine, threads)
    _say(f"{threads} workers on {engine.database.url.render_as_string(hide_password=True)}")
    while not stop.wait(0.5):
        pass
    for one, _thread in started:
        one.stop()
    for _one, thread in started:
        thread.join(timeout=30)
    engine.close()


@main.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to the newest schema."""
    engine = open_engine()
    engine.upgrade()
    _say(f"schema {engine.ready()['schema']}")
    engine.close()


@db.command()
def reseal() -> None:
    """Seal personal data anew under the newest of BIHUAN_DATA_KEY; afterwards older keys can go."""
    do(lambda engine: _say(f"{engine.reseal()} rows sealed anew"))


def _files(paths: tuple[Path, ...]) -> dict[str, bytes]:
    from engine.content import gather

    try:
        return gather(paths)
    except NotFound as error:
        raise click.ClickException(error.sentence("en")) from None


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--note", default="", help="Why; kept with the deployment.")
@click.option("--by", default="", help="Login of the process owner; the system itself where not given.")
def deploy(paths: tuple[Path, ...], note: str, by: str) -> None:
    """Publish PATHS (folders or files of processes and forms)."""
    engine = open_engine()
    require_schema(engine)
    try:
        card = engine.deployments.deploy(_files(paths), engine.identity.actor_by_login(by) if by else SYSTEM, note)
    except Refused as refused:
        _print_problems(list(refused.problems), as_json=False)
        raise SystemExit(1) from None
    except BihuanError as error:
        raise click.ClickException(error.sentence("en")) from None
    for one in card.definitions:
        click.echo(f"{one.key} version {one.version}")
    click.echo(f"{len(card.definitions)} published, {len(card.unchanged)} unchanged")
    engine.close()


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of lines.")
@click.option("--strict", is_flag=True, help="Warnings fail as well.")
def check(paths: tuple[Path, ...], as_json: bool, strict: bool) -> None:
    """Say what is wrong with PATHS: `file: element: message`. Exit status 1 if anything cannot be deployed."""
    from engine.checking.files import check_content, read_content
    from engine.testing import scenario_problems

    files = _files(paths)
    problems = [*check_content(read_content(files)), *scenario_problems(files)]
    _print_problems(problems, as_json)
    bad = [p for p in problems if p.severity == "error" or (strict and p.severity == "warning")]
    if not as_json:
        _say(f"{sum(p.severity == 'error' for p in problems)} errors, "
             f"{sum(p.severity == 'warning' for p in problems)} warnings")
    raise SystemExit(1 if bad else 0)


def _print_problems(problems: list[Problem], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([{"file": p.file, "element": p.element, "line": p.line, "code": p.code,
                                "severity": p.severity, "zh": p.zh, "en": p.en} for p in problems],
                              ensure_ascii=False, indent=1))
        return
    for p in problems:
        click.echo(f"{p.file}{f':{p.line}' if p.line else ''}: {p.element or '-'}: {p.severity}: {p.en} / {p.zh}")


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-k", "only", default="", help="Only scenarios whose name holds this text.")
@click.option("--coverage", is_flag=True, help="Say which flows, boundary events and rules no scenario took.")
def test(paths: tuple[Path, ...], only: str, coverage: bool) -> None:
    """Run the scenario files among PATHS."""
    from engine.testing import Runner, read_scenarios
    from engine.testing.coverage import report

    files = _files(paths)
    try:
        runner = Runner(files)
    except Refused as refused:
        _print_problems(list(refused.problems), as_json=False)
        raise SystemExit(1) from None
    failed = passed = 0
    began = time.monotonic()
    for file in sorted(name for name in files if name.endswith(".scenario.yaml")):
        try:
            scenarios = read_scenarios(files[file], file).scenarios
        except Refused as refused:
            _print_problems(list(refused.problems), as_json=False)
            failed += 1
            continue
        for scenario in scenarios:
            if only and only not in scenario.name.zh + scenario.name.en:
                continue
            outcome = runner.run(scenario)
            passed, failed = passed + outcome.ok, failed + (not outcome.ok)
            mark = "ok  " if outcome.ok else "FAIL"
            click.echo(f"{mark} {file}:{outcome.line or scenario.line} {scenario.name.zh} / {scenario.name.en}")
            if not outcome.ok:
                click.echo(f"     {outcome.message}")
    if coverage:
        for line in report(runner, files):
            click.echo(line)
    runner.close()
    if not passed + failed:
        raise click.ClickException("No scenario was found" + (f" whose name holds {only!r}." if only else "."))
    click.echo(f"{passed} passed, {failed} failed in {time.monotonic() - began:.1f} s")
    raise SystemExit(1 if failed else 0)


def _build_assets() -> None:
    """Build the browser assets when they are missing or stale (only a checkout has their sources)."""
    try:
        from webui.assets import assets
    except ImportError:
        return
    assets.build(log=sys.stderr)


main.add_command(incidents)
main.add_command(pull)
main.add_command(users)
