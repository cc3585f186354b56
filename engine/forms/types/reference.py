"""References: to a record of a register, to a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.forms.frame import Frame
from engine.forms.types.base import MISSING, FieldType, clean, mapping, masked
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field


LONGEST_NUMBER = 19
"""Digits of a number that no database holds."""


class Reference(FieldType):
    """A record of ``register``: ``{"register", "id", "label"}``. ``fill`` copies columns of it into other fields."""

    name = "ref"
    attributes = frozenset({"register", "fill"})
    storage = "reference"

    def parse(self, raw: Any, field: Field, frame: Frame) -> dict[str, Any] | None:
        found = self.found(raw, field, frame)
        return None if found is None else {key: found[key] for key in ("register", "id", "label")}

    def found(self, raw: Any, field: Field, frame: Frame) -> dict[str, Any] | None:
        """The record as the look-up answers it, with its ``values`` if there are any."""
        register = field.attribute("register")
        raw = mapping(raw)
        if isinstance(raw, dict):
            if raw.get("register", register) != register or not _is_key(raw.get("id")):
                raise Wrong("not_a_reference", "请重新选择记录。", "Please choose the record again.")
            key, label = _clean_key(raw["id"]), clean(raw.get("label") or raw["id"])
        elif raw is None or isinstance(raw, str) and not raw.strip():
            return None
        elif _is_key(raw):
            key, label = _clean_key(raw), clean(raw)
        else:
            raise Wrong("not_a_reference", "请选择记录。", "Please choose a record.")
        if frame.lookup is None:
            return {"register": register, "id": key, "label": label}
        record = frame.lookup.record(register, key)
        if record is None:
            raise Wrong("no_such_record", f"没有找到“{label[:40]}”。", f'"{label[:40]}" was not found.')
        return record

    def computed(self, raw: Any, field: Field, frame: Frame) -> Any:
        """A formula's own record is taken as it is: it came from the register, and is not looked up again."""
        if isinstance(raw, Mapping) and isinstance(raw.get("id"), int) and isinstance(raw.get("label"), str) and (
                raw.get("register", field.attribute("register")) == field.attribute("register")):
            return {"register": field.attribute("register"), "id": raw["id"], "label": raw["label"]}
        return self.parse(raw, field, frame)

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return str(value.get("id", "")) if isinstance(value, dict) else "" if value is None else str(value)

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        if isinstance(value, dict):
            return str(value.get("label") or value.get("id") or MISSING)
        return MISSING if value in (None, "") else str(value)

    def mask(self, value: Any, field: Field, frame: Frame) -> str:
        return masked(self.display(value, field, frame, "zh"))

    def declare(self, field: Field) -> Iterable[Wrong]:
        if not field.attribute("register"):
            yield Wrong("register_missing", "需要 register（引用的登记簿）。",
                        "register (what is referred to) is needed.")


def number_in(raw: Any) -> int | None:
    """The number of the record that a submitted reference names, ``None`` where it is none: a key, or unreadable."""
    try:
        raw = mapping(raw)
    except Wrong:
        return None
    text = str(raw.get("id") if isinstance(raw, dict) else raw).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER else None


class User(FieldType):
    """A person: ``{"login", "name"}``; ``role`` limits it to those who hold the role."""

    name = "user"
    attributes = frozenset({"role"})
    storage = "reference"

    def parse(self, raw: Any, field: Field, frame: Frame) -> dict[str, Any] | None:
        raw = mapping(raw)
        if isinstance(raw, dict):
            login, name = raw.get("login"), raw.get("name")
        else:
            login, name = raw, None
        if login is None or isinstance(login, str) and not login.strip():
            return None
        if not isinstance(login, str):
            raise Wrong("not_a_user", "请选择人员。", "Please choose a person.")
        login = clean(login)
        if frame.lookup is None:
            return {"login": login, "name": clean(name or login)}
        person = frame.lookup.user(login, field.attribute("role"))
        if person is None:
            raise Wrong("no_such_user", f"“{login[:40]}”不存在，或不能承担这项工作。",
                        f'"{login[:40]}" does not exist or cannot be chosen here.')
        return {"login": person["login"], "name": person["name"]}

    def text(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return str(value.get("login", "")) if isinstance(value, dict) else "" if value is None else str(value)

    def display(self, value: Any, field: Field, frame: Frame, lang: str) -> str:  # noqa: ARG002
        if isinstance(value, dict):
            return str(value.get("name") or value.get("login") or MISSING)
        return MISSING if value in (None, "") else str(value)


def _clean_key(raw: int | str) -> int | str:
    """An id as a number; text that only looks like one because of leading zeros is the text of a key."""
    text = clean(raw)
    return int(text) if text.isascii() and text.isdigit() and text[0] != "0" and len(text) < 19 else text


def _is_key(raw: Any) -> bool:
    return isinstance(raw, (int, str)) and not isinstance(raw, bool) and 0 < len(clean(raw)) <= 200
