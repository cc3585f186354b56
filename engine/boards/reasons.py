"""Why a case went its way, in words: the rules of decision tables that fired, conditions that had no answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from engine import feel
from engine.cards import Bilingual

MOST = 12
"""Rules told of one decision; what is beyond is only counted."""
YES_NO = {True: ("是", "yes"), False: ("否", "no")}


def rules_fired(detail: Mapping[str, Any], definition: Any) -> Bilingual:
    """What a decision did: each table with its rule, the inputs it looked at and what it gave."""
    fired = [rule for rule in detail.get("fired") or [] if isinstance(rule, Mapping)]
    decision = _name_of(str(detail.get("decision") or ""), definition)
    if not fired:
        return Bilingual(f"决策表“{decision}”没有命中规则，取默认结果",
                         f"decision “{decision}” matched no rule and gave its default")
    zh = "；".join(_rule(rule, decision, 0) for rule in fired[:MOST])
    en = "; ".join(_rule(rule, decision, 1) for rule in fired[:MOST])
    more = len(fired) - MOST
    if more > 0:
        zh, en = f"{zh}；另有 {more} 条", f"{en}; {more} more"
    return Bilingual(zh, en)


def _name_of(key: str, definition: Any) -> str:
    """What people call the decision ``key``."""
    model, _ = definition.decisions.get(key, (None, "")) if definition is not None else (None, "")
    return next((one.name for one in model.decisions if one.id == key and one.name), key) if model else key


def _rule(rule: Mapping[str, Any], decision: str, lang: int) -> str:
    name, number = rule.get("name") or rule.get("table") or decision, rule.get("rule")
    given, found = _pairs(rule.get("inputs"), lang), _pairs(rule.get("outputs"), lang)
    note = str(rule.get("note") or "")
    if lang == 0:
        passed = "" if rule.get("chosen", True) else "（未采用）"
        return (f"决策表“{name}”第 {number} 条规则命中{passed}：{given or '无条件'} → {found}"
                + (f"（{note}）" if note else ""))
    passed = "" if rule.get("chosen", True) else " (not chosen)"
    return (f"decision “{name}” matched rule {number}{passed}: {given or 'no condition'} → {found}"
            + (f" ({note})" if note else ""))


def _pairs(values: Any, lang: int) -> str:
    if not isinstance(values, Mapping):
        return ""
    return ("，" if lang == 0 else ", ").join(f"{name} = {shown(value, lang)}" for name, value in values.items())


def shown(value: Any, lang: int) -> str:
    """A value in a sentence; ``lang`` is 0 for Chinese, 1 for English."""
    if value is None:
        return ("空", "empty")[lang]
    if isinstance(value, bool):
        return YES_NO[value][lang]
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ("、", ", ")[lang].join(shown(item, lang) for item in value) or ("无", "none")[lang]
    if isinstance(value, Mapping) and (value.get("label") or value.get("name")):
        return str(value.get("label") or value.get("name"))  # a record, a person
    return value if isinstance(value, str) else str(feel.text(value))


def unclear(detail: Mapping[str, Any], definition: Any) -> Bilingual:  # noqa: ARG001 - as all that word an entry
    """A condition that was neither true nor false, beside a default way."""
    text, missing = detail.get("text", ""), detail.get("missing", "")
    return Bilingual(
        f"条件“{text}”没有结果" + (f"（缺少 {missing}）" if missing else "") + "，按不成立处理",
        f"condition “{text}” had no answer" + (f" ({missing.replace('、', ', ')} missing)" if missing else "")
        + " and counted as not met")
