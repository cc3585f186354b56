"""One-time tokens: every page that starts something carries one, so that a double click never makes two of it."""

from __future__ import annotations

import secrets

from flask import request


def fresh() -> str:
    """A token for a page that is being drawn."""
    return secrets.token_urlsafe(18)


def given() -> str | None:
    """The token that came with a form."""
    return request.form.get("once") or None
