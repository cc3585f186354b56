"""Topics that reach nobody outside: the engine does them in its own transaction, here stand their inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.connectors.connector import Input, wrong_inputs

WINDOW = Input("window", "联系时段", "Contact window")
"""Every topic that reaches people may name hours, ``08:00-21:00``; the engine waits for them before it calls."""


@dataclass(frozen=True, slots=True)
class InsideTopic:
    """One such topic and its inputs."""

    name: str
    inputs: tuple[Input, ...]

    def wrong_inputs(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """What is wrong with a choice of input names: (code, name)."""
        return wrong_inputs(self.inputs, names)


INSIDE = (
    InsideTopic("notice", (
        Input("to", "角色或人员", "Role or person", True), Input("text", "内容", "Text"),
        Input("text_zh", "中文内容", "Chinese text"), Input("text_en", "英文内容", "English text"))),
    InsideTopic("register", (
        Input("operation", "操作（find、save、link）", "Operation (find, save, link)", True),
        Input("register", "登记簿", "Register"), Input("key", "记录的键", "Key of the record"),
        Input("values", "要保存的值", "Values to save"), Input("match", "查找条件", "What must match"),
        Input("since_field", "时间字段", "Field of time"),
        Input("since", "自何时或多久以来", "Since when, or for how long"),
        Input("limit", "最多条数", "At most"), Input("id", "记录", "Record"), Input("kind", "关联类型", "Kind of link"),
        Input("to", "关联对象", "What to link with"))),
    InsideTopic("public_link", (
        Input("purpose", "用途", "Purpose", True), Input("form", "表单", "Form", True),
        Input("message", "答复的消息", "Message of the answer"), Input("to", "手机号", "Mobile number"),
        Input("text", "短信内容", "Text"), Input("text_zh", "中文短信", "Chinese text"),
        Input("text_en", "英文短信", "English text"), Input("valid", "有效期", "Valid for"), WINDOW)),
    InsideTopic("start", (
        Input("process", "流程", "Process", True), Input("variables", "数据", "Variables"),
        Input("business_key", "业务键", "Business key"))),
    InsideTopic("message", (
        Input("name", "消息", "Message", True), Input("keys", "关联键", "Keys"), Input("payload", "内容", "Payload"))),
)
"""The topics that the engine does itself."""
