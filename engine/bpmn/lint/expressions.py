"""Expressions: formal where a process is to run, not empty, in a language we know, without mistakes of syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.juel import is_juel, translate
from engine.bpmn.lint.drawing import CAMUNDA, XSI, Drawing, Element, local, text
from engine.bpmn.lint.grammar import GRAMMAR, is_a
from engine.bpmn.lint.rule import Found, rule
from engine.errors import Problem, Refused

EXPRESSIONS = ("conditionExpression", "condition", "loopCondition", "loopCardinality", "completionCondition",
               "activationCondition", "timeDate", "timeDuration", "timeCycle", "messagePath", "dataPath",
               "transformation", "from", "to", "formalExpression", "expression")
"""Elements whose text is an expression."""

_TIMES = ("timeDate", "timeDuration", "timeCycle")
_FORMAL = ("messagePath", "dataPath", "transformation", "formalExpression")
"""Formal by their type in the schema, without saying so."""

_FEEL = re.compile(r"(https?://www\.omg\.org/spec/(dmn|feel)/.*|feel)", re.IGNORECASE)
_JUEL = re.compile(r"(juel|.*/uel|.*expressionlanguage.*)", re.IGNORECASE)
_XPATH = re.compile(r"https?://www\.w3\.org/.*xpath", re.IGNORECASE)
"""What tools write as the default of a file, whatever its expressions are in."""
_WORDS = re.compile(r"[\w\s.,;:?!'’，。；：？！、（）()-]*")
_LITERAL = re.compile(r"\s*(true|false|null|-?\d+(\.\d+)?)\s*")


def expressions(drawing: Drawing) -> Iterator[Element]:
    """Every element with an expression, of executable processes."""
    for one in drawing.all(*EXPRESSIONS):
        if drawing.executable(one):
            yield one


def _formal(one: Element) -> bool:
    kind = (one.get(f"{{{XSI}}}type") or "").rpartition(":")[2]
    if kind == "tFormalExpression" or local(one) in _FORMAL:
        return True
    parent = GRAMMAR.get(local(one.getparent()))
    child = parent.children.get(local(one)) if parent else None
    return child is not None and is_a(child.type, "formalExpression") and not _worded(text(one))


def _worded(source: str) -> bool:
    """Whether a text is plain words: no sign of a language in it."""
    if source.startswith(("=", "${", "#{")):
        return False
    return bool(_WORDS.fullmatch(source)) and not _LITERAL.fullmatch(source)


@rule("expression_natural", "8.4.6", zh="{element}的表达式“{text}”是自然语言；可执行的流程需要 tFormalExpression。",
      en='The expression "{text}" of {element} is natural language; an executable process needs a tFormalExpression.')
def expression_natural(drawing: Drawing) -> Iterator[Found]:
    """Untyped text is natural language by the standard; a condition that is plainly formal is let pass."""
    for one in expressions(drawing):
        source = text(one)
        if source and not _formal(one) and (local(one) in _TIMES or _worded(source)):
            yield one, {"text": source[:60]}


@rule("expression_untyped", "8.4.6", severity="warning",
      zh="{element}的表达式“{text}”没有标明 tFormalExpression，按 FEEL 执行。",
      en='The expression "{text}" of {element} is not marked as tFormalExpression and is run as FEEL.')
def expression_untyped(drawing: Drawing) -> Iterator[Found]:
    for one in expressions(drawing):
        source = text(one)
        if source and not _formal(one) and local(one) not in _TIMES and not _worded(source):
            yield one, {"text": source[:60]}


@rule("expression_empty", "8.4.6", zh="{element}的表达式是空的；可执行的流程需要内容。",
      en="The expression of {element} is empty; an executable process needs its text.")
def expression_empty(drawing: Drawing) -> Iterator[Found]:
    return (one for one in expressions(drawing) if not text(one) and len(one) == 0)


@rule("expression_language", "8.4.6", zh="{element}的表达式语言“{language}”不受支持；请使用 FEEL。",
      en='The expression language "{language}" of {element} is not supported; use FEEL.')
def expression_language(drawing: Drawing) -> Iterator[Found]:
    for one in expressions(drawing):
        language = (one.get("language") or "").strip()
        if language and not _FEEL.fullmatch(language) and not (_JUEL.fullmatch(language) and is_juel(text(one))):
            yield one, {"language": language}
    language = (drawing.root.get("expressionLanguage") or "").strip()
    if language and not _XPATH.fullmatch(language) and not _FEEL.fullmatch(language) and not _JUEL.fullmatch(language) \
            and drawing.executable(drawing.root) and any(not one.get("language") for one in expressions(drawing)):
        yield drawing.root, {"language": language}


def texts(drawing: Drawing) -> Iterator[tuple[Element, str, str]]:
    """Every text that may be an expression: the element, where it stands, the text. ``=`` still in front."""
    for one in expressions(drawing):
        if local(one) != "to" and text(one):
            yield one, local(one), text(one)
    for one in drawing.elements:
        if not drawing.executable(one):
            continue
        for name, value in one.attrib.items():
            if value.startswith("=") or is_juel(value):
                yield one, name.rpartition("}")[2], value
        if local(one) == "extensionElements":
            yield from _extended(one)


def _extended(box: Element) -> Iterator[tuple[Element, str, str]]:
    for one in box.iter(f"{{{CAMUNDA}}}*"):
        source = (one.text or "").strip()
        if (source.startswith("=") or is_juel(source)) and local(one) in ("inputParameter", "outputParameter", "value",
                                                                         "entry"):
            yield box.getparent(), one.get("name") or local(one), source
        for name, value in one.attrib.items():
            if value.startswith("=") or is_juel(value):
                yield box.getparent(), one.get("name") or name.rpartition("}")[2], value


@rule("expression_juel", "", zh="{element}：{zh_why}", en="{element}: {en_why}")
def expression_juel(drawing: Drawing) -> Iterator[Found]:
    for one, place, source in texts(drawing):
        if not is_juel(source) or source.startswith("="):
            continue
        try:
            translate(source)
        except Refused as refused:
            problem = refused.problems[0]
            yield one, {"place": place, "zh_why": problem.zh, "en_why": problem.en}


@rule("expression_syntax", "8.4.6", zh="{element}的表达式“{text}”（{place}）有语法错误：{zh_why}",
      en='The expression "{text}" ({place}) of {element} has a syntax error: {en_why}')
def expression_syntax(drawing: Drawing) -> Iterator[Found]:
    if drawing.feel_problems is None:
        return
    for one, place, source in texts(drawing):
        feel = _feel_of(place, source)
        problem = drawing.feel_problems(feel) if feel else None
        if isinstance(problem, Problem):
            yield one, {"text": source[:60], "place": place, "zh_why": problem.zh, "en_why": problem.en}


def _feel_of(place: str, source: str) -> str:
    """The FEEL in ``source``; empty where it is a literal or cannot be translated."""
    if source.startswith("="):
        return source[1:].strip()
    if is_juel(source):
        try:
            return translate(source)
        except Refused:
            return ""
    return source if place in EXPRESSIONS and place not in _TIMES else ""
