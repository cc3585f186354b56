"""What can be said about a text before it runs: for checks at deployment."""

from __future__ import annotations

class Analysis: pass
class Finding: pass
def analyse(): pass
