"""A file that goes along with a form between looking at what it would do and doing it; it is checked again then."""

from __future__ import annotations

import base64
import binascii

from flask import request

FIELD = "kept"


def carried() -> bytes:
    """The file that went along; nothing where somebody meddled with it."""
    try:
        return base64.b64decode(request.form.get(FIELD, ""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def to_carry(data: bytes) -> str:
    """A file as the value of the hidden field."""
    return base64.b64encode(data).decode()
