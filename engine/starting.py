"""How a case begins: its definition, its row, its number, its first variables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.authorization import Actor
from engine.definitions import Definition
from engine.family import Family
from engine.messages import refuse_reserved
from engine.numbers import next_number
from engine.wait_state import new_instance


def begin(parts: Any, connection: Connection, by: Actor, now: datetime, key: str, *, entry: str | None = None,
          payload: Mapping[str, Any] | None = None, variables: Mapping[str, Any] | None = None,
          business_key: str | None = None, unit_id: str | None = None, definition: Definition | None = None) -> Family:
    """A new case of process ``key``, not yet run: its family with the root as only member."""
    refuse_reserved(variables or {})
    live = parts.live.at(connection)
    definition = definition or parts.definitions.newest(connection, key)
    unit = unit_id or by.unit_id or live.root_unit
    stub = {"id": "", "unit_id": unit, "state": "active", "customer": "", "customer_initials": "", "phone": "",
            "severity": "", "gist": "", "promised_at": None, "facts": ""}
    family = Family(parts, connection, live, by, now, stub)
    row = new_instance(family, definition, parent=None, business_key=business_key)
    row["unit_id"] = unit
    family.root_row = row
    zone = ZoneInfo((live.units[unit].zone if unit in live.units else "") or parts.settings.zone)
    prefix = definition.number_prefix or "AJ"
    row["case_number"] = next_number(parts, connection, prefix, now.astimezone(zone))
    case = {
        "number": row["case_number"], "id": row["id"], "business_key": business_key, "process": definition.key,
        "unit": live.units[unit].key if unit in live.units else None, "started_at": now,
        "starter": {"login": by.login, "name": by.name.zh} if not by.system else None}
    family.create(row, definition, dict(variables or {}) | {"case": case}, entry=entry,
                  payload=dict(payload) if payload else None)
    family.record.tell("started", root_id=row["id"], instance_id=row["id"], definition_id=definition.id,
                       element_id=entry or "", number=row["case_number"])
    return family
