"""Random structured processes: sequences, choices, parallels and loops over tasks in random lanes."""

from __future__ import annotations

from dataclasses import dataclass, field

from drawn import process
from hypothesis import strategies as st

LANES = ("甲组", "乙组", "丙组")

_leaf = st.tuples(st.just("task"), st.integers(0, 2), st.booleans())
blocks = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.tuples(st.just("seq"), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.sampled_from(["xor", "and"]), st.integers(0, 2), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("loop"), st.integers(0, 2), inner),
    ),
    max_leaves=6,
)


@dataclass
class _Told:
    lanes: dict[int, list[str]] = field(default_factory=lambda: {0: [], 1: [], 2: []})
    flows: list[str] = field(default_factory=list)
    timers: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, lane: int, kind: str, name: str = "") -> str:
        self.count += 1
        key = f"n{self.count}"
        self.lanes[lane].append(f"{kind}:{key}:{name}")
        return key

    def flow(self, source: str, target: str, name: str = "") -> None:
        self.flows.append(f"{source} > {target}" + (f" : {name}" if name else ""))


def told(block: tuple) -> bytes:
    """The block as a file with a start and an end."""
    out = _Told()
    start = out.add(0, "start", "开始")
    last = _tell(out, block, start)
    out.flow(last, out.add(2, "end", "结束"))
    lanes = {name: ";".join(out.lanes[i]) for i, name in enumerate(LANES)}
    return process(lanes, ";".join(out.flows), timers=";".join(out.timers))


def _tell(out: _Told, block: tuple, before: str, name: str = "") -> str:
    kind = block[0]
    if kind == "task":
        key = out.add(block[1], "user", "办理事项")
        out.flow(before, key, name)
        if block[2]:
            end = out.add(block[1], "end", "超时")
            out.timers.append(f"{key}:t_{key}:24 小时")
            out.flow(f"t_{key}", end)
        return key
    if kind == "seq":
        for part in block[1]:
            before, name = _tell(out, part, before, name), ""
        return before
    if kind == "loop":
        gate = out.add(block[1], "xor")
        out.flow(before, gate, name)
        last = _tell(out, block[2], gate)
        choice = out.add(block[1], "xor", "合格？")
        out.flow(last, choice)
        out.flow(choice, gate, "退回")
        return choice
    fork = out.add(block[1], kind, "如何办理？" if kind == "xor" else "")
    out.flow(before, fork, name)
    ends = [_tell(out, part, fork, f"方式{i}" if kind == "xor" else "") for i, part in enumerate(block[2])]
    join = out.add(block[1], kind)
    for end in ends:
        out.flow(end, join)
    return join
