"""Recording: a finished case told as a scenario of a draft, with invented values in place of personal ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine import live_files
from engine.authorization import Actor
from engine.errors import BihuanError, Refused
from engine.forms.frame import Frame
from engine.reading import read_content
from engine.studio.disguise import Disguise
from engine.studio.inventing import model_of, roles_of
from engine.studio.past_case import CannotRecord, PastCase, logins, past_case
from engine.studio.past_world import PastWorld
from engine.studio.retelling import BEFORE, Retelling
from engine.studio.rows import changing
from engine.testing.ground import ground
from engine.testing.play import Play

LEVELS = (1, 2, 3)
"""How much of the house is taken along: 1 those who acted and what the case names, 2 everybody with a role in it, 3 the
records of its registers as well."""
_FIELD = re.compile(r"=\s*(\w+)\.(\w+)\s*")
ROUNDS = 12
"""How often people or records that turn out to be needed are added and the case is told again."""


class Recording:
    """The verbs of recording."""

    def __init__(self, parts: Any):
        self._parts = parts

    def record(self, case: str, by: Actor) -> dict[str, Any]:
        """A finished case (id or number) as an entry of a scenario file without a name, against what is live.

        Nothing is written. Raises NotFound, CannotRecord with the reason.
        """
        changing(by)
        parts = self._parts
        with parts.database.reading() as connection:
            live = parts.live.at(connection)
            past = past_case(connection, case, by, live)
            people = logins(connection, {one.by for one in past.acts if one.by} | {past.started_by or ""})
            files = live_files.of_process(connection, past.process_key)
            return self._told(connection, past, people, files)

    def save(self, case: str, by: Actor) -> tuple[str, str]:
        """Record a case into a draft of its process; (draft id, path of the scenario file)."""
        told = self.record(case, by)
        studio = self._parts.studio
        draft = studio.open(told["process"], by)
        zone = ZoneInfo(self._parts.settings.zone)
        day = self._parts.clock.now().astimezone(zone).date().isoformat()
        number = sum(1 for file in studio.scenarios.list(draft.id, by).files for _ in file.scenarios) + 1
        path = studio.scenarios.add(draft.id, told, f"录制的案件 {number}（{day}）",
                                    f"A recorded case {number} ({day})", by)
        return draft.id, path

    def _told(self, connection: Connection, past: PastCase, people: Mapping[str, str],
              files: Mapping[str, bytes]) -> dict[str, Any]:
        """Try with as little of the house as will do."""
        content = read_content(files)
        model_of(content, past.process_key)
        packs = [pack.key for pack, _raw in content.packs.values()]
        roles, failed = roles_of(content, past.process_key), CannotRecord(why_zh="", why_en="")
        for level in LEVELS:
            world = self._world(connection, past)
            for login in people.values():
                world.login(login)
            world.unit(past.unit_id)
            if level > 1:
                world.holders(roles)
            if level > 2:
                for register in content.registers:
                    world.whole(register, past.started_at)
            try:
                return self._settled(past, world, people, files, packs)
            except CannotRecord as error:
                failed = error
        raise failed

    def _world(self, connection: Connection, past: PastCase) -> PastWorld:
        zone = ZoneInfo(self._parts.settings.zone)
        disguise = Disguise()
        for name in (past.customer, *self._customers(connection, past)):
            disguise.personal(name)
        return PastWorld(self._parts, connection, self._parts.live.at(connection),
                         Frame(past.started_at.astimezone(zone)), disguise, past.started_at)

    def _customers(self, connection: Connection, past: PastCase) -> list[str]:
        """What the field that names the customer held at any time: of a form that was submitted twice, both."""
        told = self._parts.definitions.newest(connection, past.process_key).model.properties.get("bihuan:customer", "")
        named = _FIELD.fullmatch(told)
        values = [act.values.get(named[2]) for act in past.acts
                  if named and act.values is not None and act.form_key == named[1]]
        return [value for value in values if isinstance(value, str)]

    def _settled(self, past: PastCase, world: PastWorld, people: Mapping[str, str], files: Mapping[str, bytes],
                 packs: list[str]) -> dict[str, Any]:
        """Tell the case; people and records that its forms name are added, and it is told again until none are."""
        zone = self._parts.settings.zone
        begin = (past.started_at if past.started_by else past.started_at - BEFORE).astimezone(ZoneInfo(zone))
        try:
            base = ground(files, zone)
        except Refused as refused:
            raise CannotRecord(why_zh="在用的文件现在不能运行。", why_en="what is live cannot run now.") from refused
        for _ in range(ROUNDS):
            given, before = world.given(begin, packs), world.size()
            play = Play(base, past.process_key, given)
            try:
                steps = Retelling(play, past, world, people, zone).tell()
            except BihuanError:
                if world.size() == before:
                    raise
                continue
            finally:
                play.close()
            if world.size() == before:
                return {"process": past.process_key, "given": given, "steps": steps}
        raise CannotRecord(why_zh="它牵涉的登记和人员太多。", why_en="it involves too many records and people.")
