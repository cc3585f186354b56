"""Failures in words: stored as a code with parameters, said when shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.cards import Bilingual
from engine.connectors.connector import FAILURES
from engine.errors import BihuanError

SENTENCES = {
    "null_condition": Bilingual("条件 {text} 无法判断：{why_zh}",
                                "The condition {text} could not be decided: {why_en}"),
    "expression_failed": Bilingual("表达式 {text} 无法计算：{why_zh}", "The expression {text} failed: {why_en}"),
    "decision_failed": Bilingual("决策表 {decision} 没有得出结果：{why}", "Decision {decision} gave no answer: {why}"),
    "run_failed": Bilingual("流程在“{element_id}”处无法继续：{reason_zh}", "Stuck at “{element_id}”: {reason_en}"),
    "step_budget_exceeded": Bilingual("“{element_id}”反复执行不停：{reason_zh}",
                                      "“{element_id}” never rests: {reason_en}"),
    "unexpected": Bilingual("程序错误 {error}：{text}", "Program error {error}: {text}"),
}


def wording(code: str) -> Bilingual:
    """The sentence of a stored failure, with places for its parameters."""
    if code in SENTENCES:
        return SENTENCES[code]
    if code in FAILURES:
        return Bilingual(*FAILURES[code])
    return next((Bilingual(kind.zh, kind.en) for kind in _errors(BihuanError) if kind.code == code),
                Bilingual("{code}", "{code}"))


def _errors(kind: type[BihuanError]) -> Iterator[type[BihuanError]]:
    """All errors that words are declared for."""
    yield kind
    for more in kind.__subclasses__():
        yield from _errors(more)


def fill(template: str, params: dict[str, Any]) -> str:
    for key, value in params.items():
        template = template.replace("{" + key + "}", str(value))
    return template
