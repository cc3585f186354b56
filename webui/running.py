"""Running the web application: the demonstration in one process, production under gunicorn."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import ProcessEngine, Settings, SystemClock, start_threads
from webui.app import create_app
from webui.logs import configure

DEMO_WORKERS = 2


def demo_settings(home: Path, port: int, fresh: bool) -> Settings:
    """The demonstration's settings: its own database and secret in ``home``; nothing is sent outside."""
    if fresh and home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    secret = home / "secret"
    if not secret.exists():
        secret.write_text(secrets.token_hex(32), encoding="ascii")
        secret.chmod(0o600)
    return Settings(database_url=f"sqlite:///{home / 'bihuan.db'}", secret_key=secret.read_text(encoding="ascii"),
                    public_url=f"http://127.0.0.1:{port}", demo=True, worker_idle_seconds=0.3, log_json=False)


def prepare_demo(settings: Settings, tell: Callable[[str], None]) -> None:
    """Make the database and fill it; what is there already is kept, and half-made data is never left behind."""
    from engine import demo

    target = Path(str(settings.database_url).removeprefix("sqlite:///"))
    if target.exists():
        engine = ProcessEngine(settings)
        engine.upgrade()
        full = demo.is_furnished(engine)
        engine.close()
        if full:
            return
    making = target.with_name("making.db")
    for old in making.parent.glob("making.db*"):
        old.unlink()
    draft = replace(settings, database_url=f"sqlite:///{making}")
    engine = ProcessEngine(draft)
    engine.upgrade()
    engine.close()
    demo.furnish(draft, SystemClock(), tell)
    making.replace(target)


def serve_here(settings: Settings, port: int) -> None:
    """Serve with waitress on 127.0.0.1, workers in threads beside it."""
    import waitress

    engine = ProcessEngine(settings)
    configure(settings.log_json)
    start_threads(engine, DEMO_WORKERS)
    waitress.serve(create_app(engine), host="127.0.0.1", port=port, threads=8, _quiet=True)


def serve_gunicorn(settings: Settings, host: str, port: int, processes: int, workers: int) -> None:
    """Serve with gunicorn; each process opens its own connections after the fork."""
    from gunicorn.app.base import BaseApplication

    class Application(BaseApplication):
        def load_config(self) -> None:
            for key, value in {"bind": f"{host}:{port}", "workers": processes, "worker_class": "gthread", "threads": 8,
                               "accesslog": None, "timeout": 60}.items():
                self.cfg.set(key, value)

        def load(self) -> Any:
            engine = ProcessEngine(settings)
            configure(settings.log_json)
            if workers:
                start_threads(engine, workers)
            return create_app(engine)

    Application().run()
