"""The studio: where a process owner draws, checks, tries and publishes. One module with a blueprint for each noun."""

from __future__ import annotations

from types import ModuleType

from webui.studio import (
    acting,
    checks,
    drafts,
    drawing,
    effects,
    forms,
    migrating,
    playing,
    publishing,
    recording,
    registers,
    roles,
    scenarios,
    sheets,
    tables,
    trying,
    versions,
)

PARTS: tuple[ModuleType, ...] = (drafts, drawing, checks, effects, forms, registers, roles, sheets, tables, scenarios,
                                    trying, playing, acting, recording, migrating, publishing, versions)
"""Modules with a ``blueprint``, registered by :func:`webui.app.create_app`."""
