"""The studio: where a process owner draws, checks, tries and publishes. One module with a blueprint for each noun."""

from __future__ import annotations

from types import ModuleType

from webui.studio import checks, drafts, drawing, forms, registers, roles, sheets

PARTS: tuple[ModuleType, ...] = (drafts, drawing, checks, forms, registers, roles, sheets)
"""Modules with a ``blueprint``, registered by :func:`webui.app.create_app`."""
