"""The form of a start event before there is a case: what the page that starts one shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.authorization import Actor, may_start, require
from engine.deploying import startable_by
from engine.errors import NotFound
from engine.expressions import Expressions
from engine.forms import view


def form_of(parts: Any, key: str, by: Actor, lang: str, entered: Mapping[str, Any] | None) -> Any:
    """The form view of the newest version of process ``key``; ``entered`` is what was typed and refused.

    Raises :class:`~engine.errors.NotFound` for a process without a start form, NotPermitted.
    """
    with parts.database.reading() as connection:
        definition = parts.definitions.newest(connection, key)
        start = next((event for event in definition.model.start_events if event.kind == "none"), None)
        element = definition.model.elements.get(start.element_id) if start else None
        form = definition.forms.get(element.attributes.get("formKey") or "") if element else None
        if form is None:
            raise NotFound(what=key)
        require(may_start(by, startable_by(definition.model)[1]), f"发起 {definition.name.zh}",
                f"start {definition.name.in_('en')}")
        expressions = Expressions(parts.clock.now(), parts.live.at(connection), by.unit_id, parts.settings.zone,
                                  definition.pack)
        expressions.functions["next number"] = lambda _prefix: None  # drawn when submitted, not when looked at
        scope = {"user": {"login": by.login, "name": by.name.zh, "roles": sorted(by.roles)},
                 "parameters": expressions.parameters}
        return view(form, variables=scope, evaluate=expressions.evaluate, now=expressions.now(), entered=entered,
                    permissions=form.permissions(element.id), lang=lang)
