"""Why a simulated case is set aside, besides what the engine itself raises."""

from __future__ import annotations

from typing import Any

from engine.bpmn import RunFailed
from engine.bpmn.failures import REASONS
from engine.errors import BihuanError, word


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


TOLD = frozenset({"element_id", "reason", "text", "missing", "decision", "key", "limit", "budget", "depth", "wanted"})
"""Parameters of failures that name things of the drawing; all others may hold what somebody entered."""


def told(error: BihuanError) -> dict[str, Any]:
    """A failure as it is kept and shown: where, and why, without any value."""
    params: dict[str, Any] = {name: value if name in TOLD else "…" for name, value in error.params.items()}
    if isinstance(error, RunFailed):
        zh, en = REASONS.get(error.reason, (error.reason, error.reason))
        params |= {"reason_zh": word(zh, params), "reason_en": word(en, params)}
    elif "missing" in params:
        params |= {"why_zh": f"缺少 {params['missing']}", "why_en": f"{params['missing']} is missing"}
    return {"element": str(params.get("element_id", "")), "code": error.code, "zh": word(error.zh, params),
            "en": word(error.en, params)}
