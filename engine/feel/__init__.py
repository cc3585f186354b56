"""FEEL, the expression language: pure, bounded, in decimal128. Nothing a process owner writes is run as Python.

    evaluate('amount > 1000 and level = "A"', {"amount": 1500, "level": "A"})   -> True
    compile(text, names)(variables)       parsed once, evaluated many times
    unary("< 5, 10")(7)                   a cell of a decision table
    condition(text, variables)            True or False; NullCondition names what was missing
    analyse(text, names, functions)       what is wrong with a text, before it is deployed
    portable(text, names)                 whether the FEEL of a browser answers alike

The clock and the functions of the host are given with each call; the package reads no clock, file or network.
``docs/reference/feel.md`` is the language as supported.
"""

from __future__ import annotations

from .analysis import Analysis, Finding, analyse
from .builtins import BUILTINS, declare
from .calling import invoke, invoke_named
from .comparing import equal, less, matches_test
from .compile_loops import iterable
from .errors import FeelAssertionError, FeelError, FeelLimitError, FeelSyntaxError, NullCondition
from .expression import Expression, UnaryTest, compile, condition, evaluate, unary
from .limits import Evaluation, Scope
from .names import FreeName
from .nodes import Type
from .portable import portable
from .printing import text_of as text
from .reasons import Reason, Reasons
from .types import coerce, conforms
from .values import Function, Range, YearsMonths, kind

__all__ = [
    "BUILTINS",
    "Analysis",
    "Evaluation",
    "Expression",
    "FeelAssertionError",
    "FeelError",
    "FeelLimitError",
    "FeelSyntaxError",
    "Finding",
    "FreeName",
    "Function",
    "NullCondition",
    "Range",
    "Reason",
    "Reasons",
    "Scope",
    "Type",
    "UnaryTest",
    "YearsMonths",
    "analyse",
    "coerce",
    "compile",
    "condition",
    "conforms",
    "declare",
    "equal",
    "evaluate",
    "invoke",
    "invoke_named",
    "iterable",
    "kind",
    "less",
    "matches_test",
    "portable",
    "text",
    "unary",
]
