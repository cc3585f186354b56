"""``bihuan pull``: the content as it is live, written into folders, so that git and the studio stay in step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import click

from engine import SYSTEM
from webui.cli_engine import do

TOPS = ("processes", "forms")
SUFFIXES = (".bpmn", ".dmn", ".yaml", ".yml")
DEMO = "processes/demo/"
SIGNS = {"new": "+", "changed": "~", "only here": "?"}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--dry-run", is_flag=True, help="Write nothing; exit status 1 if anything differs.")
@click.option("--delete", is_flag=True, help="Delete what lies in the folders and is not live.")
def pull(folder: Path, dry_run: bool, delete: bool) -> None:
    """Write the content that is live into FOLDER (its processes/ and forms/), and tell what differed.

    The other way round is `bihuan deploy FOLDER/processes FOLDER/forms`; afterwards a pull finds nothing to do.
    """
    do(lambda engine: _pull(engine.deployments.files(SYSTEM), folder, dry_run=dry_run, delete=delete))


def _pull(live: Mapping[str, bytes], folder: Path, *, dry_run: bool, delete: bool) -> None:
    if not live:
        raise click.ClickException("Nothing is live yet: run `bihuan deploy` first.")
    strange = [path for path in live if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts]
    if strange:
        raise click.ClickException(f"{strange[0]} leads out of the folder; nothing was written.")
    differing = compared(live, folder)
    for path, how in sorted(differing.items()):
        click.echo(f"{SIGNS[how]} {path}")
        if dry_run:
            continue
        if how == "only here":
            if delete:
                (folder / path).unlink()
        else:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(live[path])
    counts = {how: sum(one == how for one in differing.values()) for how in SIGNS}
    fate = "deleted" if delete and not dry_run else "only here"
    click.echo(f"{counts['new']} new, {counts['changed']} changed, {counts['only here']} {fate}, "
               f"{len(live) - counts['new'] - counts['changed']} the same", err=True)
    if dry_run and differing:
        raise SystemExit(1)


def compared(live: Mapping[str, bytes], folder: Path) -> dict[str, str]:
    """Paths that differ -> how: new (not in the folder), changed, only here (not live); line ends count."""
    found = {}
    for path, content in live.items():
        file = folder / path
        if not file.is_file():
            found[path] = "new"
        elif file.read_bytes() != content:
            found[path] = "changed"
    for top in TOPS:
        for file in (folder / top).rglob("*"):
            path = file.relative_to(folder).as_posix()
            if file.is_file() and file.suffix in SUFFIXES and path not in live and not path.startswith(DEMO):
                found[path] = "only here"
    return found
