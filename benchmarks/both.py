"""A measurement on both databases: SQLite in a folder of its own, PostgreSQL where a server is found."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from tests.support import postgres


def on_both(on_sqlite: Callable[[str], dict[str, Any]], on_postgresql: Callable[[str], dict[str, Any]],
            as_json: bool) -> None:
    """Print what each measurement finds on the database at the address it is given."""
    with tempfile.TemporaryDirectory() as folder:
        show(on_sqlite(f"sqlite:///{folder}/bench.db"), as_json)
    with postgres.server() as url:
        if url is None:
            print("PostgreSQL: no server found, left out", file=sys.stderr)
        else:
            show(on_postgresql(url), as_json)


def show(found: dict[str, Any], as_json: bool) -> None:
    """One JSON object, or a line for each figure."""
    print(json.dumps(found) if as_json else "\n".join(f"{key:32} {value}" for key, value in found.items()) + "\n",
          flush=True)
