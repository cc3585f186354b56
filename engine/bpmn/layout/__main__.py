"""``python -m engine.bpmn.layout FILE…``: lay out files in place and say whether the drawings can be read."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.bpmn.diagram_check import check_diagram
from engine.bpmn.layout import fits, layout
from engine.errors import Refused


def main(names: list[str]) -> int:
    """Exit status 1 when a file is refused or its drawing has problems."""
    status = 0
    for name in names:
        path = Path(name)
        try:
            drawn = layout(path.read_bytes())
        except Refused as refused:
            print(f"{name}: {refused.sentence('en')} / {refused.sentence('zh')}", file=sys.stderr)
            status = 1
            continue
        path.write_bytes(drawn)
        fit, problems = fits(drawn), check_diagram(drawn, name)
        print(f"{name}: {fit.width:.0f} x {fit.height:.0f} px, text {fit.text} px at 1440 x 900")
        for problem in problems:
            print(problem)
        status = status or bool(problems)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
