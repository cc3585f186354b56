"""People, units and roles; signing in. Each family of verbs has a module of its own in :mod:`engine.people`."""

from __future__ import annotations

from typing import Any

from engine.authorization import Actor
from engine.database import done_again
from engine.handing_over import HandingOver
from engine.models.identity import Person
from engine.people.actors import LastAdministrator, actor_of
from engine.people.directory import Directory, LoginTaken
from engine.people.importing import Importing
from engine.people.organisation import Organisation
from engine.people.password_rules import WeakPassword
from engine.people.passwords import Passwords
from engine.people.providers import Providers
from engine.people.signing_in import FirstPasswordOver, SignInFailed, SigningIn, SignInPaused
from engine.substitutions import Substitutions

__all__ = ["FirstPasswordOver", "Identity", "LastAdministrator", "LoginTaken", "SignInFailed", "SignInPaused",
           "WeakPassword"]


@done_again
class Identity(SigningIn, Passwords, Providers, Directory, Organisation, Importing, Substitutions, HandingOver):
    """The verbs around people."""

    def __init__(self, parts: Any):
        self._parts = parts

    def actor(self, person_id: str) -> Actor:
        """The actor for a person who is signed in: two reads. Raises NotFound for one who left."""
        with self._parts.database.reading() as connection:
            return actor_of(self._parts, connection, Person.id == person_id)[0]

    def actor_by_login(self, login: str) -> Actor:
        """The actor with this login, for the command line, the demo and scenarios."""
        with self._parts.database.reading() as connection:
            return actor_of(self._parts, connection, Person.login == login)[0]
