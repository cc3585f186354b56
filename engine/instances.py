"""Verbs on cases: start, and what reaches them from outside (messages, signals); see also interventions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engine import forms_filled, messages, starting, task_rows
from engine.authorization import Actor, may_start, only_looks, require
from engine.cards import StartedCard
from engine.database import done_again
from engine.errors import Conflict
from engine.interventions import Interventions
from engine.models.repository import ProcessDefinition
from engine.models.runtime import OnceToken, ProcessInstance, UserTask
from engine.wait_state import save, settle


@done_again
class Instances(Interventions):
    """The verbs; each is one transaction."""

    def __init__(self, parts: Any):
        self._parts = parts

    def start(self, key: str, by: Actor, *, variables: Mapping[str, Any] | None = None,
              form_values: Mapping[str, Any] | None = None, business_key: str | None = None,
              unit: str | None = None, once: str | None = None) -> StartedCard:
        """Start a case of the newest version of process ``key``.

        ``form_values`` are those of the start event's form, ``unit`` an org unit's key, ``once`` the page's one-time
        token: used twice, the first case is returned. Raises NotFound, NotPermitted, Invalid.
        """
        parts = self._parts
        now = parts.clock.now()
        with parts.database.transaction() as connection:
            if once is not None:
                earlier = self._once(connection, once, by, now)
                if earlier is not None:
                    return earlier
            definition = parts.definitions.newest(connection, key)
            startable, allowed = connection.execute(
                select(ProcessDefinition.startable, ProcessDefinition.startable_by)
                .where(ProcessDefinition.id == definition.id)).one()
            require(by.system or (startable and may_start(by, allowed)), f"发起 {definition.name.zh}",
                    f"start {definition.name.in_('en')}")
            live = parts.live.at(connection)
            family = starting.begin(parts, connection, by, now, key, variables=variables, business_key=business_key,
                                    unit_id=live.unit_id(unit), definition=definition)
            forms_filled.at_start(family, dict(form_values or {}))
            settle(family, *family.members.values())
            save(family)
            card = StartedCard(family.root_id, family.root_row["case_number"], task_rows.first_for(family, by),
                               family.root_row["ended_at"] is not None)
            if once is not None:
                connection.execute(update(OnceToken.__table__).where(OnceToken.token == once)
                                   .values(result=card.case_id))
            return card

    def _once(self, connection: Any, token: str, by: Actor, now: datetime) -> StartedCard | None:
        if self._parts.database.insert_new(connection, OnceToken.__table__, token=token, person_id=by.person_id,
                                           used_at=now):
            return None
        row = connection.execute(
            select(ProcessInstance.id, ProcessInstance.case_number, ProcessInstance.ended_at)
            .join(OnceToken, OnceToken.result == ProcessInstance.id)
            .where(OnceToken.token == token, OnceToken.person_id == by.person_id)).first()
        if row is None:
            raise Conflict()
        task = connection.scalar(select(UserTask.id).where(UserTask.root_id == row.id).order_by(UserTask.created_at))
        return StartedCard(row.id, row.case_number, task, row.ended_at is not None)

    def correlate(self, name: str, keys: Mapping[str, Any], payload: Mapping[str, Any], by: Actor) -> str:
        """Send a message from outside: ``delivered``, ``started`` or ``buffered``.

        Raises TwoReceivers, NotPermitted, ReservedVariable.
        """
        parts = self._parts
        require(not only_looks(by), f"发送消息 {name}", f"send the message {name}")
        with parts.database.transaction() as connection:
            how = messages.route(parts, connection, parts.clock.now(), name, keys, payload)
            parts.note(connection, by, "message_sent", name=name, keys=dict(keys), how=how)
            return how

    def signal(self, name: str, payload: Mapping[str, Any], by: Actor) -> int:
        """Send a signal to all who wait for it; returns how many receive it. Raises NotPermitted."""
        parts = self._parts
        require(not only_looks(by), f"发送信号 {name}", f"send the signal {name}")
        with parts.database.transaction() as connection:
            count = messages.spread(parts, connection, parts.clock.now(), name, payload)
            parts.note(connection, by, "signal_sent", name=name, receivers=count)
            return count
