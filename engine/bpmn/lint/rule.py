"""Rules: small functions that find what breaks them, registered with a code, a section of the standard, a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from engine.bpmn.lint.drawing import Drawing, Element
from engine.errors import Problem, word

Found = Element | tuple[Element, dict[str, Any]]
"""What a rule yields: the element that breaks it, or that and parameters of the sentence (texts, numbers, elements)."""

Check = Callable[[Drawing], Iterable[Found]]

STANDARD = "BPMN 2.0.2"
"""The document whose sections are named: OMG formal/13-12-09, ISO/IEC 19510:2013."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``section`` of the standard is empty for what only this engine asks for."""

    code: str
    section: str
    zh: str
    en: str
    severity: str
    check: Check

    def problems(self, drawing: Drawing) -> list[Problem]:
        """Every breach of this rule in ``drawing``, one problem per element and set of parameters."""
        found: dict[tuple[str, str, int], Problem] = {}
        for breach in self.check(drawing):
            element, params = breach if isinstance(breach, tuple) else (breach, {})
            one = self._problem(drawing, element, params)
            found.setdefault((one.element, one.en, one.line), one)
        return list(found.values())

    def severity_in(self, drawing: Drawing, element: Element) -> str:
        """Errors refuse a file; in a sketch, of which nothing is run, they are warnings (but ids must be unique)."""
        if self.severity == "error" and self.code != "duplicate_id" and drawing.sketch(element):
            return "warning"
        return self.severity

    def _problem(self, drawing: Drawing, element: Element, params: dict[str, Any]) -> Problem:
        source = {"zh": f"（{STANDARD} §{self.section}）", "en": f" ({STANDARD} §{self.section})"}
        sentences = {}
        for lang, template in (("zh", self.zh), ("en", self.en)):
            shown = {key: _shown(value, lang) for key, value in params.items()}
            sentences[lang] = word(template, {"element": label(element, lang)} | shown)
            if self.section:
                sentences[lang] += source[lang]
        plain = {key: _plain(value) for key, value in params.items()}
        return Problem("bpmn_" + self.code, sentences["zh"], sentences["en"], file=drawing.file,
                       element=_id(element), severity=self.severity_in(drawing, element),
                       line=element.sourceline or 0, params=plain)


RULES: dict[str, Rule] = {}
"""Every rule by its code, in the order the modules are read."""


def rule(code: str, section: str, *, zh: str, en: str, severity: str = "error") -> Callable[[Check], Check]:
    """Register the decorated function as rule ``code``; ``{element}`` in the sentences is what breaks it."""

    def register(check: Check) -> Check:
        if code in RULES:
            raise ValueError(f"two rules are called {code}")
        RULES[code] = Rule(code, section, zh, en, severity, check)
        return check

    return register


def label(element: Element, lang: str) -> str:
    """How a sentence names an element: its name and id; without either, its kind and whom it belongs to."""
    name = " ".join((element.get("name") or "").split())[:60]
    key = element.get("id") or ""
    if name and key:
        return f"“{name}”（{key}）" if lang == "zh" else f'"{name}" ({key})'
    if name or key:
        return f"“{name or key}”" if lang == "zh" else f'"{name or key}"'
    owner = next((up for up in element.iterancestors() if up.get("id")), None)
    kind = element.tag.rpartition("}")[2]
    if owner is None:
        return kind
    return f"{label(owner, lang)}的 {kind}" if lang == "zh" else f"{kind} of {label(owner, lang)}"


def _shown(value: Any, lang: str) -> Any:
    return label(value, lang) if isinstance(value, Element) else value


def _plain(value: Any) -> Any:
    return _id(value) if isinstance(value, Element) else value


def _id(element: Element) -> str:
    """The id of ``element`` or of the nearest one around it that has an id: what an editor can select."""
    if element.get("id"):
        return element.get("id")
    return next((up.get("id") for up in element.iterancestors() if up.get("id")), "")
