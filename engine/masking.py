"""Numbers and addresses of people inside sentences: hidden before a list, a history or an export shows the text."""

from __future__ import annotations

import re
from typing import Any

_EMAIL = r"(?P<mail>[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63})"
_IDNO = r"(?P<idno>(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z]))"
_MOBILE = r"(?P<mobile>(?<![0-9])1[3-9][0-9](?P<gap>[ -]?)[0-9]{4}(?P=gap)[0-9]{4}(?![0-9]))"
_LANDLINE = r"(?P<landline>(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9]))"
_PERSONAL = re.compile("|".join((_EMAIL, _IDNO, _MOBILE, _LANDLINE)))


def masked_text(text: str) -> str:
    """``text`` with telephone numbers, identity numbers and e-mail addresses in it masked as fields of their kind are.

    Names and street addresses inside a sentence cannot be told from other words and stay.
    """
    return _PERSONAL.sub(_hidden, text) if text else text


def masked_but(text: str, ours: str) -> str:
    """The same, but the house's own number ``ours`` stays as it is."""
    return ours.join(map(masked_text, text.split(ours))) if ours else masked_text(text)


def masked_values(value: Any) -> Any:
    """The same throughout mappings and lists, for details of history entries."""
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, dict):
        return {key: masked_values(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked_values(inner) for inner in value]
    return value


def masked_phone(phone: str) -> str:
    """A telephone number as lists show it: 138****6621; what is too short to keep a part of is hidden altogether."""
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 8 else "****" if phone else ""


def _hidden(found: re.Match[str]) -> str:
    text = found[0]
    if found["mail"]:
        name, _, domain = text.partition("@")
        return f"{name[:1]}***@{domain}"
    if found["idno"]:
        return f"{text[:3]}***{text[-2:]}"
    if found["mobile"]:
        return f"{text[:3]}****{text[-4:]}"
    return f"{text.partition('-')[0]}****{text[-2:]}"
