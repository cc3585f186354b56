"""Why a simulated case is set aside, besides what the engine itself raises."""

from __future__ import annotations

from engine.errors import BihuanError


class Turning(BihuanError):
    """A case that comes back to the same steps for ever."""

    code = "simulated_case_turns"
    zh = "案件在图里反复绕圈，没有走到结束。"
    en = "The case went round in a circle and never came to an end."


class NotThere(BihuanError):
    """A process that is called and is not there."""

    code = "called_process_missing"
    zh = "调用的流程 {key} 不存在。"
    en = "The called process {key} does not exist."
