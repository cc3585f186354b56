"""The web: server-rendered pages over the engine's front door."""

from __future__ import annotations

from webui.app import create_app

__all__ = ["create_app"]
