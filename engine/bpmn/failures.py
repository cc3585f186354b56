"""What can go wrong while a process runs; whoever called rolls back and makes an incident of it."""

from __future__ import annotations

from typing import Any

from engine.errors import BihuanError, filled


class RunFailed(BihuanError):
    """A run cannot go on at ``element_id``; ``reason`` is a stable code, the other parameters belong to it."""

    code, http_status = "run_failed", 422
    zh = "流程在“{element_id}”处无法继续：{reason_zh}"
    en = "The process cannot go on at “{element_id}”: {reason_en}"

    def __init__(self, element_id: str, reason: str, **params: Any):
        zh, en = REASONS.get(reason, (reason, reason))
        shown = {key: str(value) for key, value in params.items()}
        super().__init__(**params, element_id=element_id, reason=reason,
                         reason_zh=filled(params.get("reason_zh", zh), shown),
                         reason_en=filled(params.get("reason_en", en), shown))
        self.element_id = element_id
        self.reason = reason


class StepBudgetExceeded(RunFailed):
    """An automatic loop did not come to rest within its budget; ``element_id`` is the element that ran most often."""

    code = "step_budget_exceeded"

    def __init__(self, element_id: str, budget: int):
        super().__init__(element_id, "step_budget", budget=budget)


class NotWaiting(RunFailed):
    """Something was said to an element instance that is not (or no longer) waiting for it."""

    code, http_status = "not_waiting", 409

    def __init__(self, element_instance_id: str):
        super().__init__(element_instance_id, "not_waiting")
        self.element_instance_id = element_instance_id


REASONS = {
    "step_budget": ("自动步骤超过 {budget} 步仍未停下。", "more than {budget} automatic steps without coming to rest."),
    "not_waiting": ("它没有在等待。", "it is not waiting."),
    "no_flow": ("没有一条流出的顺序流可走。", "none of its outgoing sequence flows can be taken."),
    "negative_cardinality": ("循环次数是负数：{value}。", "the number of instances is negative: {value}."),
    "bad_cardinality": ("循环次数不是整数：{value}。", "the number of instances is not a whole number: {value}."),
    "not_a_list": ("“{text}”不是列表。", "“{text}” is not a list."),
    "too_many_instances": ("多实例超过 {limit} 个。", "more than {limit} instances."),
    "bad_timer": ("无法理解的时间：{value}。", "not a time that can be understood: {value}."),
    "unknown_element": ("模型中没有元素“{wanted}”。", "the model has no element “{wanted}”."),
    "unknown_entry": ("模型中没有开始事件“{wanted}”。", "the model has no start event “{wanted}”."),
    "nested_too_deep": ("嵌套太深。", "nested too deep."),
    "not_a_target": ("不能移到“{wanted}”。", "a token cannot be moved to “{wanted}”."),
    "other_place": ("新版本把它移进或移出了子流程。", "the new version moved it into or out of a sub-process."),
    "other_repetition": ("新版本改变了它的重复方式（多实例、循环）。",
                         "the new version repeats it differently (multi-instance, loop)."),
    "other_events": ("新版本在这里等待另一种事件。", "the new version waits for another kind of event here."),
    "other_host": ("新版本把它附在另一个环节上。", "the new version attaches it to another step."),
    "lost_branch": ("已经走完的分支“{wanted}”在新版本中没有了。",
                    "the new version lacks the branch “{wanted}” that was walked already."),
    "two_at_one": ("两个环节会同时停在“{wanted}”。", "two steps would stand at “{wanted}” at the same time."),
    "join_starves": ("“{wanted}”会等一个不会到来的分支。", "“{wanted}” would wait for a branch that can never come."),
    "not_runnable": ("这种元素不能执行。", "an element of this kind cannot be run."),
    "bad_mapping": ("“{name}”的结果不是一组键值。", "the result of “{name}” is not a context."),
    "broken_state": ("保存的状态不完整。", "the saved state is damaged."),
    "call_too_deep": ("流程调用嵌套超过 {depth} 层。", "processes call each other more than {depth} deep."),
    "too_many_skips": ("规则连续跳过了超过 {limit} 步。", "rules skipped more than {limit} steps in a row."),
    "bad_sign_rule": ("“{text}”不是会签规则。", "“{text}” is no rule of signing."),
    "no_role": ("“{text}”没有得出角色。", "“{text}” gives no role."),
    "stuck": ("之后案件会在这里永远等待一条不会再来的分支。请让那条分支也到这里，或选择别的去向。",
              "the case would wait here for ever, for a branch that cannot come any more. Let that branch come here "
              "too, or go elsewhere."),
    "expression": ("表达式“{text}”出错：{cause_zh}", "the expression “{text}” failed: {cause_en}"),
}
