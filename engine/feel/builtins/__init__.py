"""The built-in functions of DMN 1.5, and those Camunda adds, by name."""

from __future__ import annotations

from ..tokens import phrases
from . import boolean, contexts, conversion, lists, numbers, ranges, statistics, strings, temporal  # noqa: F401
from .registry import BUILTINS, declare

__all__ = ["BUILTINS", "BUILTIN_PHRASES", "NOT_REPEATABLE", "declare"]

# What the parser must know of them: names of several words.
BUILTIN_PHRASES = phrases(BUILTINS)

# Functions other products have and this one leaves out on purpose: the same case, replayed, would answer differently.
NOT_REPEATABLE = frozenset({"uuid", "random number", "fromAi"})
