"""Character classes that XPath has and RE2 has not: blocks of Unicode (``\\p{IsCJKUnifiedIdeographs}``), subtraction
(``[A-Z-[OI]]``) and the characters of XML names (``\\i``, ``\\c``)."""

from __future__ import annotations

import re

# Blocks that patterns of business speak of; the names are those of Unicode, without blanks.
BLOCKS: dict[str, tuple[int, int]] = {
    "BasicLatin": (0x0000, 0x007F),
    "Latin-1Supplement": (0x0080, 0x00FF),
    "LatinExtended-A": (0x0100, 0x017F),
    "LatinExtended-B": (0x0180, 0x024F),
    "GreekandCoptic": (0x0370, 0x03FF),
    "Greek": (0x0370, 0x03FF),
    "Cyrillic": (0x0400, 0x04FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_BLOCK = re.compile(r"\\([pP])\{Is([A-Za-z0-9-]+)\}")
_SUBTRACTION = re.compile(r"\[((?:[^\[\]\\]|\\.)+)-\[(\^?)((?:[^\[\]\\]|\\.)+)\]\]", re.S)
_MEMBER = re.compile(r"(\\.|.)(?:-(\\.|[^\\]))?", re.S)
# Characters of XML names (XML 1.0, productions 4 and 4a).
_NAME_START = (
    r"A-Z_a-z:\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{2ff}\x{370}-\x{37d}\x{37f}-\x{1fff}\x{200c}-\x{200d}"
    r"\x{2070}-\x{218f}\x{2c00}-\x{2fef}\x{3001}-\x{d7ff}\x{f900}-\x{fdcf}\x{fdf0}-\x{fffd}"
)
_NAME_REST = _NAME_START + r"\-.0-9\x{b7}\x{300}-\x{36f}\x{203f}-\x{2040}"
_NAMES = {"i": f"[{_NAME_START}]", "I": f"[^{_NAME_START}]", "c": f"[{_NAME_REST}]", "C": f"[^{_NAME_REST}]"}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
Ranges = list[tuple[int, int]]


def for_re2(pattern: str) -> str:
    """``pattern`` in the words of RE2. Raises ValueError for a class it cannot say."""
    pattern = _BLOCK.sub(_block, pattern)
    while (found := _SUBTRACTION.search(pattern)) is not None:
        pattern = pattern[: found.start()] + _difference(found) + pattern[found.end() :]
    return re.sub(r"\\(.)", lambda found: _NAMES.get(found[1], found[0]), pattern, flags=re.S)


def _block(found: re.Match[str]) -> str:
    first, last = BLOCKS[found[2]]  # an unknown block is a LookupError, and the pattern null
    inside = found.string[: found.start()].count("[") > found.string[: found.start()].count("]")
    if inside and found[1] == "P":
        raise ValueError(found[0])
    span = f"\\x{{{first:x}}}-\\x{{{last:x}}}"
    return span if inside else f"[{'^' if found[1] == 'P' else ''}{span}]"


def _difference(found: re.Match[str]) -> str:
    """``[A-Z-[OI]]`` as the ranges that are left."""
    if found[1].startswith("^") or found[2]:
        raise ValueError(found[0])
    left = _ranges(found[1])
    for first, last in _ranges(found[3]):
        left = [piece for low, high in left for piece in _without(low, high, first, last)]
    if not left:
        raise ValueError(found[0])
    return "[" + "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in left) + "]"


def _without(low: int, high: int, first: int, last: int) -> Ranges:
    """What is left of one range without another."""
    if last < low or high < first:
        return [(low, high)]
    return [(a, b) for a, b in ((low, first - 1), (last + 1, high)) if a <= b]


def _ranges(members: str) -> Ranges:
    out: Ranges = []
    for first, last in _MEMBER.findall(members):
        low, high = _code(first), _code(last or first)
        if low > high:
            raise ValueError(members)
        out.append((low, high))
    return out


def _code(char: str) -> int:
    if len(char) == 1:
        return ord(char)
    if char[1].isalnum() and char[1] not in _CONTROLS:
        raise ValueError(char)  # a class inside a class that is subtracted from
    return ord(_CONTROLS.get(char[1], char[1]))
