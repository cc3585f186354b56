"""Commands of the office: incidents, people, roles and passwords."""

from __future__ import annotations

import click

from engine import SYSTEM, Bilingual
from webui.cli_engine import do, open_engine, require_schema


@click.group()
def incidents() -> None:
    """What needs a person: jobs that gave up."""


@incidents.command("list")
def incidents_list() -> None:
    """Open incidents, the newest first."""
    engine = open_engine()
    require_schema(engine)
    for one in engine.incidents.list(SYSTEM):
        click.echo(f"{one.id}\t{one.case_number}\t{one.element.zh if one.element else '-'}\t{one.sentence.zh}")


@incidents.command("retry")
@click.argument("incident")
def incidents_retry(incident: str) -> None:
    """Let the job of INCIDENT run again, with all its tries."""
    do(lambda engine: engine.incidents.retry(incident, SYSTEM))


@incidents.command("resolve")
@click.argument("incident")
@click.option("--reason", required=True, help="Why it is settled without running the job again.")
def incidents_resolve(incident: str, reason: str) -> None:
    """Settle INCIDENT without running its job again."""
    do(lambda engine: engine.incidents.resolve(incident, reason, SYSTEM))


@click.group()
def users() -> None:
    """People, roles and passwords."""


@users.command("list")
def users_list() -> None:
    """Everybody who may sign in."""
    engine = open_engine()
    require_schema(engine)
    for person in engine.identity.people():
        click.echo(f"{person.login}\t{person.name.zh}\t{', '.join(role.zh for role in person.roles)}")


@users.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Name in Chinese.")
@click.option("--name-en", default="", help="Name in English.")
@click.option("--unit", required=True, help="Key of the org unit.")
@click.option("--role", "roles", multiple=True, help="role or role@unit; may be repeated.")
@click.password_option()
def users_add(login: str, name: str, name_en: str, unit: str, roles: tuple[str, ...], password: str) -> None:
    """Add a person."""
    held = [(role.partition("@")[0], role.partition("@")[2] or unit) for role in roles]
    do(lambda engine: engine.identity.create_person(login, Bilingual(name, name_en), SYSTEM, unit=unit, roles=held,
                                                     password=password))


@users.command("unit")
@click.argument("key")
@click.option("--name", required=True)
@click.option("--name-en", default="")
@click.option("--parent", default=None, help="Key of the unit above.")
@click.option("--kind", default="department", show_default=True)
def users_unit(key: str, name: str, name_en: str, parent: str | None, kind: str) -> None:
    """Add an org unit, or bring it up to date."""
    do(lambda engine: engine.identity.create_unit(key, Bilingual(name, name_en), SYSTEM, parent=parent, kind=kind))


@users.command("password")
@click.argument("login")
@click.password_option()
def users_password(login: str, password: str) -> None:
    """Set a password; the person signs in again everywhere."""
    do(lambda engine: engine.identity.set_password(login, password, SYSTEM))


@users.command("leave")
@click.argument("login")
def users_leave(login: str) -> None:
    """A person leaves: no sign-in, no roles, claimed tasks go back to their roles."""
    do(lambda engine: engine.identity.leave(login, SYSTEM))
