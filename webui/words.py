"""The words of screens: Chinese in the source, English in ``translations/en.po``, read when the program starts.

``_(sentence, n=3)`` gives a sentence in the reader's language with its parts filled in. There is nothing to
compile: the catalogue is read as it stands, and a test finds what has no English yet.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request, session

LANGUAGES = ("zh", "en")
CATALOGUE = Path(__file__).with_name("translations") / "en.po"


@cache
def english() -> dict[str, str]:
    """The English catalogue: Chinese sentence → English sentence, of several where it counts (``{n}``)."""
    return {zh: forms[-1] for zh, forms in _catalogue().items()}


@cache
def _catalogue() -> dict[str, tuple[str, ...]]:
    """Chinese sentence → its English, or what it is for one and what for several."""
    with CATALOGUE.open("rb") as file:
        return {_forms(entry.id)[0]: _forms(entry.string) for entry in read_po(file, locale="en")
                if entry.id and entry.string}


def _forms(text: Any) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text),)


def lang() -> str:
    """The reader's language, ``zh`` or ``en``: chosen in the page, else what the browser prefers, else Chinese."""
    if not has_request_context():
        return "zh"
    if "lang" not in g:
        g.lang = _chosen() or "zh"
    return g.lang


def _chosen() -> str | None:
    for told in (session.get("lang"), request.cookies.get("lang")):
        if told in LANGUAGES:
            return told
    return request.accept_languages.best_match(LANGUAGES)


def _(sentence: str, **parts: Any) -> str:
    """``sentence`` (Chinese) in the reader's language, ``{parts}`` filled in."""
    return worded(sentence, lang(), **parts)


def worded(sentence: str, tongue: str, **parts: Any) -> str:
    """``sentence`` in ``tongue``; a sentence without English stays Chinese."""
    forms = _catalogue().get(sentence, (sentence,)) if tongue == "en" else (sentence,)
    text = forms[0 if parts.get("n") == 1 else -1]
    return text.format_map(parts) if parts else text


def told(text: Any) -> str:
    """A text of the content (a card's ``Bilingual``, a form's words) in the reader's language; ``None`` is empty."""
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    shown = getattr(text, "in_", None) or text.in_language
    return shown(lang())


def install(app: Flask) -> None:
    """Give templates ``_``, ``told`` and ``lang``."""
    app.jinja_env.globals.update({"_": _, "told": told, "lang": lang})
    app.jinja_env.filters["told"] = told
