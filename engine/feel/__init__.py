"""FEEL, the expression language: pure, bounded, in decimal128; nothing a process owner writes is run as Python.

    evaluate("amount > 1000 and level = \"A\"", {"amount": 1500, "level": "A"})      -> True
    compile(text, names) -> Expression;  unary(text, names) -> UnaryTest
"""

from __future__ import annotations

from .compiler import Env as Scope
from .compiler import coerce, conforms, equal, iterable
from .errors import FeelError, FeelLimitError, FeelSyntaxError
from .expression import Evaluation, Expression, UnaryTest, compile, evaluate, unary  # noqa: A004
from .values import Function, Range, YearsMonths, kind, text

__all__ = ["Evaluation", "Expression", "FeelError", "FeelLimitError", "FeelSyntaxError", "Function", "Range", "Scope",
           "UnaryTest", "YearsMonths", "coerce", "compile", "conforms", "equal", "evaluate", "iterable", "kind", "text",
           "unary"]
