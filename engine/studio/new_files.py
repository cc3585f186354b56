"""The first content of a form, a decision table or a register: little, and already without errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.sax.saxutils import quoteattr

from engine.errors import FieldError, Invalid
from engine.studio.yaml_writing import inline

KEY = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")


def new_file(kind: str, pack: str, key: str, zh: str, en: str) -> tuple[str, bytes]:
    """(path, content) of a new ``form``, ``table`` or ``register``. Raises Invalid by field."""
    wrong = []
    if not KEY.match(key):
        wrong.append(FieldError("key", "bad_key", "标识用小写字母开头，只含小写字母、数字和下划线，2 至 40 个字符。",
                                "The key begins with a small letter and holds small letters, digits and _; 2 to 40."))
    for name, text in (("zh", zh), ("en", en)):
        if not text.strip() or len(text) > 120:
            wrong.append(FieldError(name, "required", "请填写名称（最多 120 字）。",
                                    "Please give a name (120 characters at most)."))
    if kind not in _MADE:
        wrong.append(FieldError("kind", "unknown", "没有这种文件。", "There is no such kind of file."))
    if wrong:
        raise Invalid(wrong)
    path, text = _MADE[kind](pack, key, zh.strip(), en.strip())
    return path, text.encode()


def _form(pack: str, key: str, zh: str, en: str) -> tuple[str, str]:
    words = inline({"zh": zh, "en": en})
    return f"forms/{pack}/{key}.yaml", (
        f"form: {key}\ntitle: {words}\nsections:\n  - id: main\n    title: {words}\n    fields:\n"
        "      - id: note\n        label: {zh: 说明, en: Note}\n        type: longtext\n")


def _register(pack: str, key: str, zh: str, en: str) -> tuple[str, str]:  # noqa: ARG001 - registers belong to all
    words = inline({"zh": zh, "en": en})
    return f"forms/registers/{key}.yaml", (
        f"register: {key}\ntitle: {words}\nlabel: '=name'\nsections:\n  - id: main\n    title: {words}\n    fields:\n"
        "      - {id: code, label: {zh: 编号, en: Code}, type: text, required: true, unique: true, max_length: 20}\n"
        "      - {id: name, label: {zh: 名称, en: Name}, type: text, required: true}\n")


def _table(pack: str, key: str, zh: str, en: str) -> tuple[str, str]:
    name, name_en, both = quoteattr(zh), quoteattr(en), quoteattr(f"{zh} {en}")
    return f"processes/{pack}/{key}.dmn", f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:camunda="http://camunda.org/schema/1.0/dmn" \
id="{key}_definitions" name={both} namespace="urn:bihuan:{pack}">
  <decision id="{key}" name={name}>
    <extensionElements>
      <camunda:properties>
        <camunda:property name="bihuan:name_en" value={name_en} />
      </camunda:properties>
    </extensionElements>
    <decisionTable id="{key}_table" hitPolicy="FIRST">
      <input id="{key}_in_amount" label="金额 Amount">
        <inputExpression id="{key}_expr_amount" typeRef="number">
          <text>amount</text>
        </inputExpression>
      </input>
      <output id="{key}_out_result" label="结果 Result" name="result" typeRef="string" />
      <rule id="{key}_row_1">
        <inputEntry id="{key}_row_1_in_1"><text>&gt; 10000</text></inputEntry>
        <outputEntry id="{key}_row_1_out_1"><text>"high"</text></outputEntry>
      </rule>
      <rule id="{key}_row_2">
        <inputEntry id="{key}_row_2_in_1"><text>-</text></inputEntry>
        <outputEntry id="{key}_row_2_out_1"><text>"normal"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""


_MADE: dict[str, Callable[[str, str, str, str], tuple[str, str]]] = {
    "form": _form, "register": _register, "table": _table}
