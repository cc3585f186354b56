"""A coverage-guided fuzzer over texts, for machines with atheris: ``python tests/feel/atheris_feel.py [corpus]``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("atheris is not installed")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

with atheris.instrument_imports(include=["engine.feel"]):
    from engine import feel

VARIABLES = {"a": 1, "b": "text", "客户": {"姓名": "王"}, "full name": [1, None, {"x y": 2}]}


def one(data: bytes) -> None:
    """One text: a value or a FeelError, within a second."""
    text = atheris.FuzzedDataProvider(data).ConsumeUnicode(2000)
    start = time.process_time()
    for work in (
        lambda: feel.evaluate(text, VARIABLES, max_steps=20_000),
        lambda: feel.unary(text, VARIABLES)(1, VARIABLES, max_steps=20_000),
        lambda: feel.analyse(text, VARIABLES),
    ):
        try:
            work()
        except feel.FeelError as error:
            assert error.sentence("zh")
    assert time.process_time() - start < 1.0, text


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
