"""The page of the command line has every command and option of the program, and no other."""

from __future__ import annotations

import re

import click

from tests.docs.places import DOCS
from webui.cli import main

PAGE = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")


def commands(group: click.Group = main, path: str = "bihuan") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        full = f"{path} {name}"
        found |= commands(command, full) if isinstance(command, click.Group) else {full: command}
    return found


def section(name: str) -> str:
    """The part of the page about a command: its own heading, or its row under that of its group."""
    for heading in (name, name.rpartition(" ")[0]):
        found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
        if found and heading == name:
            return found[1]
        if found:
            row = re.search(rf"^\| `{name}[ `].*$", found[1], re.MULTILINE)
            assert row, f"{name} has no row"
            return row[0]
    raise AssertionError(f"{name} is not described")


def test_every_command_is_described_with_all_its_options():
    for name, command in commands().items():
        text = section(name)
        for option in command.params:
            if isinstance(option, click.Option):
                assert any(re.search(rf"{re.escape(spelled)}\b", text) for spelled in option.opts), (name, option.name)


def test_defaults_are_those_of_the_program():
    for name, command in commands().items():
        shown = dict(re.findall(r"^\| `(--[\w-]+)` \| `?([^|`]+?)`? \|", section(name), re.MULTILINE))
        for option in command.params:
            if isinstance(option, click.Option) and option.show_default and option.opts[0] in shown:
                assert shown[option.opts[0]] == str(option.default), (name, option.opts)


def test_nothing_is_described_that_does_not_exist():
    # given every option on the page, and every command named at the head of a section or a row
    options = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", PAGE)) - {"--help"}
    named = set(re.findall(r"^(?:## |\| `)(bihuan [a-z]+(?: [a-z]+)?)", PAGE, re.MULTILINE))
    # then the program has them
    real = commands()
    groups = {name.rpartition(" ")[0] for name in real}
    assert named <= real.keys() | groups
    assert options <= {spelled for command in real.values() for option in command.params for spelled in option.opts}


def test_no_other_page_tells_of_a_command_that_does_not_exist():
    real = commands()
    words = {name.split()[1] for name in real}
    for page in [*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md")]:
        for line in re.findall(r"^(?:\$ )?(?:\S*/)?bihuan ([a-z]+)(?: ([a-z]+))?", page.read_text(encoding="utf-8"),
                               re.MULTILINE):
            assert line[0] in words, f"{page.name}: bihuan {line[0]}"
            if f"bihuan {line[0]}" not in real and line[0] in ("db", "users"):
                assert f"bihuan {' '.join(line)}" in real, f"{page.name}: bihuan {' '.join(line)}"
