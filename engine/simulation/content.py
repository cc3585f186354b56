"""What is simulated: processes ready to run, from the versions that are live or from the files of a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.checking.files import read_content
from engine.definitions import Definition
from engine.errors import Refused
from engine.live import Live


@dataclass(frozen=True)
class Processes:
    """Compiled processes by key and the live data beside them; ``find`` gets those that are not of the draft."""

    live: Live
    find: Callable[[str], Definition | None]
    changed: Mapping[str, Definition] = field(default_factory=dict)

    def get(self, key: str) -> Definition | None:
        """The process with this key, as the draft has it or else as it is live."""
        return self.changed.get(key) or self.find(key)


def of_files(files: Mapping[str, bytes], live: Live, find: Callable[[str], Definition | None]) -> Processes:
    """The processes of ``files`` (path -> content) over those that are live. Raises :class:`Refused` for files that
    cannot be read."""
    content = read_content(files)
    errors = [problem for problem in content.problems if problem.severity == "error"]
    if errors:
        raise Refused(errors)
    changed = {}
    for model in content.models:
        pack = content.pack_of(model)
        changed[model.key] = Definition(
            f"draft:{model.key}", model.key, 0, pack.key if pack else live.pack_of.get(model.key, ""), model,
            forms={key: content.forms[key][0] for key in content.forms_of(model)},
            decisions={ref: (content.decisions[ref][0], ref) for ref in model.decision_refs
                       if ref in content.decisions}, number_prefix="")
    packs: dict[str, Any] = {pack.key: pack for pack, _raw in content.packs.values()}
    return Processes(replace(live, packs={**live.packs, **packs}, _parameters={}), find, changed)
