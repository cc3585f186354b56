"""Who holds a role, for expressions: readers of a bulletin, members of a rota."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from engine.live_data import LiveData


def people_of(live: LiveData, connection: Connection) -> Callable[[str | None], list[dict[str, Any]]]:
    """The look-up ``people(role)``: ``{login, name}`` of all who hold the role anywhere, or of everybody, by login."""

    def people(role: str | None = None) -> list[dict[str, Any]]:
        there = live.at(connection, live.version(connection)).people.values()
        return [{"login": one.login, "name": one.name.zh} for one in sorted(there, key=lambda one: one.login)
                if role is None or role in one.roles]

    return people
