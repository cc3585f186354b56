"""What identifies and reaches people: phone, e-mail, either of them, the Chinese identity number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from engine.forms.frame import Frame
from engine.forms.types.base import FieldType, masked, narrow, scalar
from engine.forms.words import Wrong

if TYPE_CHECKING:
    from engine.forms.field import Field

_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_LANDLINE = re.compile(r"0[0-9]{2,3}-?[0-9]{7,8}\Z")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
                    r"[A-Za-z]{2,63}\Z")
_IDNO = re.compile(r"[1-9][0-9]{16}[0-9X]\Z")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""Weights of GB 11643, whose check character is the ISO 7064 MOD 11-2 remainder."""


def phone_number(raw: Any) -> str | None:
    """A Chinese mobile or landline number as it is kept, ``None`` when it is neither."""
    text = re.sub(r"[ ()]|(?<=[0-9])[–—‑](?=[0-9])", lambda found: "-" if found[0] in "–—‑" else "", narrow(raw))
    text = re.sub(r"\A(?:\+|00)86-?", "", text)
    mobile = text.replace("-", "")
    if _MOBILE.match(mobile):
        return mobile
    return text if _LANDLINE.match(text) else None


def email_address(raw: Any) -> str | None:
    """An e-mail address with its domain in small letters, ``None`` when it is none."""
    text = narrow(raw)
    if len(text) > 254 or not _EMAIL.match(text) or ".." in text or text.startswith(".") or ".@" in text:
        return None
    name, _, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"


def mask_phone(text: str) -> str:
    """``138****6621``; of a landline the area code and the last two digits stay."""
    if _MOBILE.match(text):
        return f"{text[:3]}****{text[-4:]}"
    return f"{text[:4].rstrip('-')}****{text[-2:]}" if len(text) > 8 else masked(text, 0)


class _Kept(FieldType):
    """Text that a function brings into the form that is kept."""

    code, zh, en = "", "", ""

    def parse(self, raw: Any, field: Field, frame: Frame) -> str | None:  # noqa: ARG002
        raw = scalar(raw)
        text = "" if raw is None else narrow(raw)
        if not text:
            return None
        kept = None if isinstance(raw, bool) else self.shape(text)
        if kept is None:
            raise Wrong(self.code, self.zh, self.en)
        return kept

    def shape(self, text: str) -> str | None:
        raise NotImplementedError


class Phone(_Kept):
    """A Chinese mobile (11 digits) or landline (``0571-87654321``) number."""

    name = "phone"
    code = "not_a_phone"
    zh = "请填 11 位手机号，或带区号的固定电话，例如 0571-87654321。"
    en = "Please enter a mobile number of 11 digits or a landline with area code, such as 0571-87654321."

    def shape(self, text: str) -> str | None:
        return phone_number(text)

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return mask_phone(str(value))


class Email(_Kept):
    """An e-mail address."""

    name = "email"
    code = "not_an_email"
    zh = "邮箱地址不对，例如 name@example.com。"
    en = "This is not an e-mail address, such as name@example.com."

    def shape(self, text: str) -> str | None:
        return email_address(text)

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        name, at, domain = str(value).rpartition("@")
        return masked(name) + at + domain


class Contact(_Kept):
    """A phone number or an e-mail address, whichever the customer left."""

    name = "contact"
    code = "not_a_contact"
    zh = "请填手机号、带区号的固定电话或邮箱。"
    en = "Please enter a phone number or an e-mail address."

    def shape(self, text: str) -> str | None:
        return email_address(text) if "@" in text else phone_number(text)

    def mask(self, value: Any, field: Field, frame: Frame) -> str:
        return (Email if "@" in str(value) else Phone)().mask(value, field, frame)


class IdentityNumber(_Kept):
    """The 18-character Chinese identity number with its check character."""

    name = "idno"
    code = "not_an_idno"
    zh = "身份证号不对：应为 18 位，且校验位正确。"
    en = "This is not an identity number: 18 characters with a correct check character."

    def shape(self, text: str) -> str | None:
        number = text.upper().replace(" ", "")
        if not _IDNO.match(number) or check_character(number) != number[-1]:
            return None
        return number

    def check(self, value: str, field: Field, frame: Frame) -> Iterable[Wrong]:  # noqa: ARG002
        try:
            born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
        except ValueError:
            born = None
        if born is None or born > frame.now.date() or born.year < 1850:
            yield Wrong("not_an_idno", "身份证号中的出生日期不对。",
                        "The date of birth in the identity number is wrong.")

    def mask(self, value: Any, field: Field, frame: Frame) -> str:  # noqa: ARG002
        return masked(str(value), 3, 2)


def check_character(number: str) -> str:
    """The check character that belongs to the first 17 digits of ``number``."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS)) % 11]
