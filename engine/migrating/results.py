"""What became of a migration: counts, cases with their results, reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from engine.cards import Bilingual
from engine.migrating.cards import CaseLine, MigrationCard, MigrationView, Refusals
from engine.migrating.plans import ITEM, counts
from engine.migrating.prospects import MOST_REASONS, OTHER
from engine.migrating.reasons import sentence
from engine.models.identity import Person
from engine.models.repository import ProcessDefinition
from engine.models.runtime import ProcessInstance

PAGE = 100
"""Cases of one page."""


def cards(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[MigrationCard, ...]:
    """Migrations with their counts: three statements for all."""
    if not rows:
        return ()
    found = counts(connection, [row.id for row in rows])
    ids = {row.target_id for row in rows} | {source for row in rows for source in row.mapping}
    versions = {row.id: row for row in connection.execute(
        select(ProcessDefinition.id, ProcessDefinition.version, ProcessDefinition.name, ProcessDefinition.name_en)
        .where(ProcessDefinition.id.in_(ids)))}
    people = {row.id: Bilingual(row.name, row.name_en or "") for row in connection.execute(
        select(Person.id, Person.name, Person.name_en).where(Person.id.in_({row.made_by for row in rows})))}
    return tuple(_card(row, versions, people[row.made_by], found[row.id]) for row in rows)


def _card(row: Row[Any], versions: dict[str, Any], by: Bilingual, states: dict[str, int]) -> MigrationCard:
    new = versions[row.target_id]
    waiting = states.get("waiting", 0) if row.state != "taking_back" else states.get("moved", 0)
    return MigrationCard(
        row.id, row.process_key, Bilingual(new.name, new.name_en),
        tuple(sorted((versions[source].version for source in row.mapping), reverse=True)), new.version, row.state,
        row.made_at, by, row.note, row.ended_at, sum(states.values()), waiting, states.get("moved", 0),
        states.get("refused", 0), states.get("taken_back", 0), states.get("kept", 0))


def view(connection: Connection, row: Row[Any], state: str, after: str, may_take_back: bool) -> MigrationView:
    """A migration with a page of its cases by their numbers."""
    root = ProcessInstance.__table__
    query = (select(root.c.id, root.c.case_number, root.c.customer, ITEM.c.state, ITEM.c.at, ITEM.c.reason,
                    ProcessDefinition.version)
             .join(root, root.c.id == ITEM.c.root_id).join(ProcessDefinition, ProcessDefinition.id == ITEM.c.source_id)
             .where(ITEM.c.plan_id == row.id))
    if state:
        query = query.where(ITEM.c.state == state)
    if after:
        query = query.where(root.c.case_number > after)
    found = connection.execute(query.order_by(root.c.case_number, ITEM.c.instance_id).limit(PAGE + 1)).all()
    lines = tuple(CaseLine(one.id, one.case_number or "", one.customer, one.version, one.state, one.at,
                           sentence(one.reason)) for one in found[:PAGE])
    card = cards(connection, [row])[0]
    return MigrationView(card, lines, len(found) > PAGE, _reasons(connection, row.id),
                         may_take_back and card.moved > 0)


def _reasons(connection: Connection, plan: str) -> tuple[Refusals, ...]:
    """Reasons with their counts: what the database says of equal texts is gathered by their sentences."""
    found: dict[tuple[str, str], int] = {}
    for row in connection.execute(select(ITEM.c.reason, func.count().label("n")).where(
            ITEM.c.plan_id == plan, ITEM.c.reason.is_not(None)).group_by(ITEM.c.reason)):
        said = sentence(row.reason)
        if said is not None:
            found[said.zh, said.in_("en")] = found.get((said.zh, said.in_("en")), 0) + row.n
    ordered = sorted(found.items(), key=lambda entry: -entry[1])
    rest = sum(n for _, n in ordered[MOST_REASONS:])
    return tuple(Refusals(Bilingual(*said), n, ()) for said, n in [*ordered[:MOST_REASONS],
                                                                  *([(OTHER, rest)] if rest else [])])
