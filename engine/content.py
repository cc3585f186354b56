"""The content that is shipped: where ``processes/`` and ``forms/`` lie, and how folders become a deployment."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.errors import NotFound

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds ``processes`` and ``forms``, in a checkout and in an installed package alike."""
SUFFIXES = (".bpmn", ".dmn", ".yaml", ".yml")
DEMO = "processes/demo/"


def shipped() -> dict[str, bytes]:
    """The shipped content without the demonstration's people and cases."""
    return {file: raw for file, raw in gather([ROOT / "processes", ROOT / "forms"]).items()
            if not file.startswith(DEMO)}


def gather(paths: Iterable[Path | str]) -> dict[str, bytes]:
    """The files of interest below ``paths``, by their path from the folder that holds them.

    A folder named ``processes`` or ``forms`` keeps its name in the paths. Raises :class:`NotFound` for what is missing.
    """
    found: dict[str, bytes] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise NotFound(what=str(path))
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.suffix in SUFFIXES and not file.name.startswith("."):
                found[_name(file, path)] = file.read_bytes()
    return found


def _name(file: Path, given: Path) -> str:
    """``processes/complaint/x.bpmn`` wherever the folder lies; else the path as given."""
    parts = file.resolve().parts
    for top in ("processes", "forms"):
        if top in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(top):])
    base = given if given.is_dir() else given.parent
    return file.relative_to(base).as_posix()
