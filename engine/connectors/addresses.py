"""Addresses of people outside. Connectors know no forms, so the two shapes they send to are stated here again."""

from __future__ import annotations

import re
from typing import Any

_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
                    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{2,63}\Z")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")


def email_address(raw: Any) -> str | None:
    """A bare e-mail address, ``None`` when it is none. Host names inside the house need no dot."""
    text = str(raw).strip()
    return text if len(text) <= 254 and _EMAIL.match(text) else None


def mobile_number(raw: Any) -> str | None:
    """A Chinese mobile number of 11 digits, ``None`` when it is none (landlines get no short messages)."""
    text = re.sub(r"\A(?:\+|00)86|[\s-]", "", str(raw).strip())
    return text if _MOBILE.match(text) else None
