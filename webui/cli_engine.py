"""An engine for one command, with faults told as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from engine import BihuanError, ProcessEngine, Settings
from webui.logs import configure


def open_engine(**overrides: Any) -> ProcessEngine:
    """The engine that the environment asks for. Raises a sentence for bad settings and a database out of reach."""
    try:
        engine = ProcessEngine(Settings.from_environ(**overrides))
        engine.ready()
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except BihuanError as error:
        raise click.ClickException(error.sentence("en")) from None
    configure(engine.settings.log_json)
    return engine


def do(act: Callable[[ProcessEngine], Any]) -> None:
    """Let ``act`` do something to an engine with a schema; what is refused becomes a sentence and status 1."""
    engine = open_engine()
    require_schema(engine)
    try:
        act(engine)
    except BihuanError as error:
        raise click.ClickException(error.sentence("en")) from None
    finally:
        engine.close()


def require_schema(engine: ProcessEngine) -> None:
    """Say what to do where the database is not at this program's schema."""
    state = engine.ready()
    if not state["ready"]:
        raise click.ClickException(f"The database is at schema {state['schema'] or 'none'}, this program needs "
                                   f"{state['newest']}: run `bihuan db upgrade`.")
