"""The sentences of all codes of this package, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "feel_error": ("表达式出错。", "The expression failed."),
    # --- the text is not FEEL
    "syntax_unexpected": ("这里不应该出现“{found}”。", "“{found}” is not expected here."),
    "syntax_end": ("表达式没有写完。", "The expression is not complete."),
    "syntax_expected": ("这里应该是“{expected}”，而不是“{found}”。", "Expected “{expected}” here, not “{found}”."),
    "syntax_expected_end": (
        "表达式没有写完，缺少“{expected}”。",
        "The expression is not complete: “{expected}” is missing.",
    ),
    "syntax_name": ("这里应该是一个名称，而不是“{found}”。", "Expected a name here, not “{found}”."),
    "syntax_type": ("这里应该是一个类型，而不是“{found}”。", "Expected a type here, not “{found}”."),
    "syntax_at_string": ("“@”后面必须是双引号中的日期、时间或时长。",
                         "“@” must be followed by a date, time or duration in double quotes."),
    "syntax_character": ("不认识的字符“{found}”。", "The character “{found}” is not known."),
    "syntax_full_width": ("“{found}”是全角符号，请改用半角“{expected}”。",
                          "“{found}” is a full-width character; use “{expected}” instead."),
    "syntax_instead": (
        "FEEL 中没有“{found}”，请改用“{expected}”。",
        "FEEL has no “{found}”; use “{expected}” instead.",
    ),
    "syntax_single_quote": ("文本请用双引号：\"…\"。", "Text stands in double quotes: \"…\"."),
    "syntax_open_string": ("文本的双引号没有结束。", "The text in double quotes is not closed."),
    "syntax_open_comment": ("注释没有以“*/”结束。", "The comment is not closed with “*/”."),
    # --- bounds
    "limit_text": ("表达式太长：最多 {limit} 个字符。", "The expression is too long: at most {limit} characters."),
    "limit_nesting": ("表达式嵌套太深：最多 {limit} 层。", "The expression nests too deep: at most {limit} levels."),
    "limit_steps": ("表达式计算的步骤太多，已停止。", "The expression takes too many steps and was stopped."),
    "limit_calls": ("函数调用嵌套太深：最多 {limit} 层。", "Function calls nest too deep: at most {limit} levels."),
    "limit_list": ("列表太长：最多 {limit} 项。", "The list is too long: at most {limit} items."),
    "limit_string": ("文本太长：最多 {limit} 个字符。", "The text is too long: at most {limit} characters."),
    "limit_pattern": ("正则表达式太长：最多 {limit} 个字符。", "The pattern is too long: at most {limit} characters."),
    "limit_years": ("日期超出范围：年份在 1 到 9999 之间。", "The date is out of range: years go from 1 to 9999."),
    # --- at run time
    "assertion": ("断言不成立：{cause}。", "The assertion does not hold: {cause}."),
    "null_condition": ("条件“{text}”没有结果。", "The condition “{text}” has no answer."),
    "condition_not_boolean": ("条件“{text}”的结果不是真或假，而是{kind}。",
                              "The condition “{text}” gives a {kind}, neither true nor false."),
    # --- why something is null
    "missing_name": ("变量“{name}”不存在。", "There is no “{name}”."),
    "null_name": ("变量“{name}”为空。", "“{name}” is null."),
    "missing_entry": ("“{name}”中没有“{entry}”。", "“{name}” has no “{entry}”."),
    "unknown_function": ("没有名为“{name}”的函数。", "There is no function “{name}”."),
    "null_result": ("函数“{name}”不接受这些参数（{kinds}），结果为空。",
                    "The function “{name}” gives null for these arguments ({kinds})."),
    "not_comparable": ("{left}与{right}不能用“{op}”比较。", "A {left} and a {right} cannot be compared by “{op}”."),
    "not_computable": ("{left}与{right}不能用“{op}”计算。", "“{op}” cannot be applied to a {left} and a {right}."),
    "not_logical": ("“{op}”的一边是{kind}，不是真或假。", "One side of “{op}” is a {kind}, not true or false."),
    "not_a_list": ("这里需要一个列表，而不是{kind}。", "A list is needed here, not a {kind}."),
    "no_item": ("列表中没有第 {index} 项。", "The list has no item {index}."),
    "no_moment": ("“{text}”不是日期、时间或时长。", "“{text}” is no date, time or duration."),
    "null_part": ("这一部分为空：{text}", "This part is null: {text}"),
    # --- found at deployment
    "unknown_name": ("不认识的名称“{name}”。", "The name “{name}” is not known."),
    "unknown_name_nearest": ("不认识的名称“{name}”，是不是“{nearest}”？",
                             "The name “{name}” is not known; did you mean “{nearest}”?"),
    "unknown_entry": ("“{name}”中没有“{entry}”。", "“{name}” has no “{entry}”."),
    "unknown_entry_nearest": ("“{name}”中没有“{entry}”，是不是“{nearest}”？",
                              "“{name}” has no “{entry}”; did you mean “{nearest}”?"),
    "unknown_function_nearest": ("没有名为“{name}”的函数，是不是“{nearest}”？",
                                 "There is no function “{name}”; did you mean “{nearest}”?"),
    "function_not_repeatable": ("函数“{name}”的结果不可重现，因此不提供。",
                                "The function “{name}” is not offered: its result could not be repeated."),
    "argument_count": ("函数“{name}”不接受 {count} 个参数：{name}({parameters})。",
                       "The function “{name}” does not take {count} arguments: {name}({parameters})."),
    "argument_name": ("函数“{name}”没有参数“{parameter}”：{name}({parameters})。",
                      "The function “{name}” has no parameter “{parameter}”: {name}({parameters})."),
    "argument_type": ("函数“{name}”的参数“{parameter}”应为{expected}，而不是{kind}。",
                      "The parameter “{parameter}” of “{name}” is a {expected}, not a {kind}."),
    "not_boolean": (
        "这个表达式的结果是{kind}，不是真或假。",
        "This expression gives a {kind}, neither true nor false.",
    ),
}

KINDS_ZH = {
    "null": "空值", "boolean": "布尔值", "number": "数字", "string": "文本", "list": "列表",
    "context": "上下文",
    "date": "日期", "time": "时间", "date and time": "日期时间", "days and time duration": "时长",
    "years and months duration": "年月时长", "range": "区间", "function": "函数", "unknown": "未知类型",
    "any": "任意值",
    "duration": "时长", "far date": "日期", "far date and time": "日期时间",
}  # fmt: skip
_KIND_PARAMS = ("kind", "left", "right", "expected_kind")


def worded(code: str, params: Mapping[str, Any], lang: str = "zh") -> str:
    """The sentence of ``code`` in ``lang`` (``zh`` or ``en``); a parameter that is missing shows as ``{name}``."""
    zh, en = SENTENCES.get(code, SENTENCES["feel_error"])
    if lang.startswith("en"):
        return en.format_map(_Shown(params))
    shown = {key: _in_chinese(key, value) for key, value in params.items()}
    return zh.format_map(_Shown(shown))


def _in_chinese(key: str, value: Any) -> Any:
    if key in _KIND_PARAMS or key == "expected":
        return KINDS_ZH.get(value, value)
    if key == "kinds":
        return "、".join(KINDS_ZH.get(part, part) for part in str(value).split(", ")) if value else "无"
    return value


class _Shown(dict):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"
