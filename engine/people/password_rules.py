"""What a password must be, and what a one-time password looks like."""

from __future__ import annotations

import secrets

from engine.errors import FieldError, Invalid

SHORTEST, LONGEST = 8, 200
"""Characters; the upper limit keeps anybody from making the hash expensive."""
_COMMON = """
    12345678 123456789 1234567890 87654321 11111111 00000000 88888888 66666666 12341234 11223344 password passw0rd
    password1 password12 password123 passw0rd1 qwertyui qwertyuiop qwerty123 1qaz2wsx 1q2w3e4r 1q2w3e4r5t zaq12wsx
    q1w2e3r4 asdfghjk asdfghjkl zxcvbnm1 abcd1234 abc12345 abcdefgh iloveyou iloveyou1 sunshine princess football
    baseball superman starwars welcome1 welcome123 letmein1 trustno1 admin123 admin1234 admin888 administrator
    root1234 test1234 testtest changeme changeme1 default1 guest123 computer internet michelle jennifer whatever
    5201314520 52013145 woaini520 woaini1314 woaini123 wangyut2 aa123456 a1234567 a12345678 a123456789 aaaaaaaa
    asd12345 qq123456 qwer1234 qweasdzxc 147258369 123123123 123321123 112233445566 789456123 31415926 dearbook
    p@ssw0rd p@ssword p@ssw0rd1 pa$$word qaz12345 1234qwer zxcv1234 q123456789 mima1234 yonghu123 guanli123 bihuan123
"""
COMMON = frozenset(_COMMON.split())
"""Passwords that everybody tries first, and those of this product."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is mistaken for something else when read aloud."""


class WeakPassword(Invalid):
    """A password that is too easy to guess; the sentence says why."""

    code = "weak_password"

    def __init__(self, zh: str, en: str, path: str = "password"):
        super().__init__([FieldError(path, self.code, zh, en)])
        self.words = {"zh": zh, "en": en}

    def sentence(self, lang: str = "zh") -> str:
        return self.words["en" if lang.startswith("en") else "zh"]


def require_good(password: str, login: str) -> None:
    """Raise :class:`WeakPassword` for one that is short, common, monotonous, or made of the login."""
    small = password.casefold()
    if len(password) < SHORTEST:
        raise WeakPassword(f"密码至少 {SHORTEST} 个字符。", f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPassword(f"密码最多 {LONGEST} 个字符。", f"A password has at most {LONGEST} characters.")
    if login and (small == login or login in small and len(small) - len(login) < 4):
        raise WeakPassword("密码不能是账号，或账号加几个字符。",
                           "A password cannot be the login, or the login and a few characters.")
    if small in COMMON or len(set(small)) < 4 or _runs(small):
        raise WeakPassword("这个密码太常见，容易被猜到。", "This password is too common and easily guessed.")


def _runs(text: str) -> bool:
    """Whether the characters only count up or down: ``abcdefgh``, ``98765432``."""
    steps = {ord(after) - ord(before) for before, after in zip(text, text[1:])}
    return steps in ({1}, {-1})


def one_time() -> str:
    """A password to be told once and changed at once: three groups of four, some 59 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
