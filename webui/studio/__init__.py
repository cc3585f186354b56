"""The studio: where a process owner draws, checks, tries and publishes. One module with a blueprint for each noun."""

from __future__ import annotations

from types import ModuleType

PARTS: tuple[ModuleType, ...] = ()
"""Modules with a ``blueprint``, registered by :func:`webui.app.create_app`."""
