"""Invented values in place of personal ones: the same for the same, of the same kind, valid where the real one was."""

from __future__ import annotations

import re

NAMES = ("赵明远", "钱思琪", "孙立新", "李文博", "周雨桐", "吴建国", "郑晓燕", "冯天宇", "陈嘉怡", "褚志强", "卫红梅",
         "蒋一鸣", "沈若兰", "韩少华", "杨春晓", "朱子轩", "秦海燕", "许安然", "何家明", "吕静怡", "施文杰", "张雅楠",
         "孔祥瑞", "曹思远", "严秀英", "华国栋", "金玉兰", "魏长青", "陶子涵", "姜大伟")
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,4}\Z")
_IDNO = re.compile(r"[1-9][0-9]{16}[0-9Xx]\Z")
_MOBILE = re.compile(r"\+?(?:86)?[ -]?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}\Z")
_LANDLINE = re.compile(r"(0[0-9]{2,3})([- ]?)([0-9]{7,8})\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_INSIDE = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])|(?<![0-9])1[3-9][0-9]{9}(?![0-9])"
                     r"|(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,80}\.[A-Za-z]{2,20}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Disguise:
    """What was replaced by what, for one case."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._count = 0

    def personal(self, text: str) -> str:
        """The invented value of a personal one."""
        if not text.strip():
            return text
        if text not in self._known:
            self._count += 1
            self._known[text] = self._invented(text.strip())
        return self._known[text]

    def name(self, text: str, invented: str) -> None:
        """Let a name be replaced by ``invented`` wherever it stands."""
        if len(text) > 1:
            self._known.setdefault(text, invented)

    def free(self, text: str) -> str:
        """A sentence with the personal values known so far replaced, and numbers and addresses by their look."""
        for real in sorted(self._known, key=len, reverse=True):
            if len(real) > 1 and real in text:
                text = text.replace(real, self._known[real])
        invented = set(self._known.values())
        return _INSIDE.sub(lambda found: found[0] if found[0] in invented else self.personal(found[0]), text)

    def _invented(self, text: str) -> str:
        number = self._count
        if _MOBILE.match(text):
            return f"1380000{number:04}"
        landline = _LANDLINE.match(text)
        if landline:
            length = len(landline[3])
            return f"{landline[1]}{landline[2]}{'6600' + str(number).zfill(length - 4)}"
        if _IDNO.match(text):
            return identity_number(number)
        if _EMAIL.match(text):
            return f"person{number}@example.com"
        if _NAME.match(text):
            return NAMES[(number - 1) % len(NAMES)] + ("" if number <= len(NAMES) else str(number))[:1]
        if re.fullmatch(r"[0-9]+", text):
            return str(number).zfill(len(text))[-len(text):]
        if re.search(r"[路街道巷弄号室村镇区县市省]", text):
            return f"示例路 {number} 号"
        return f"示例{number}" if re.search(r"[\u4e00-\u9fff]", text) else f"sample{number}"


def identity_number(number: int) -> str:
    """A valid identity number of a place and day that are always the same."""
    body = f"11010119900307{number % 1000:03}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS)) % 11
    return body + "10X98765432"[rest]
