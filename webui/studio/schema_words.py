"""What the keys of a YAML file are for, in the reader's language: the schemas that the editor completes from say it in
English."""

from __future__ import annotations

from typing import Any

from webui.studio.property_words import labels
from webui.words import lang

CHINESE = {
    "A field group of groups.yaml, expanded in place.": "groups.yaml 中的字段组，在这里展开。",
    "A kept table: sections of fields like those of a form. $defs are those of form.schema.json.":
        "长期保存的表：和表单一样由分区和字段组成。",
    "A record for which this is true cannot be changed any more.": "成立时，这条记录不能再改。",
    'A value, or FEEL that starts with "="; filled in when the form is first opened.':
        "一个值，或以 = 开头的公式；第一次打开表单时填入。",
    'Element id of a task -> what may be done with each field; "*" stands for all others, a section id for its fields.':
        "环节的元素标识 → 各字段可以怎样；* 指其余字段，分区标识指分区内的字段。",
    'FEEL that starts with "=".': "以 = 开头的公式。",
    "Field of the form -> column of the chosen record.": "表单字段 → 所选记录的字段。",
    "Field of the group -> attributes that are declared differently here.": "组内字段 → 在这里另定的属性。",
    "Fields of the group that are left out.": "组内不用的字段。",
    "Fields that text search looks into.": "文字搜索查找的字段。",
    "Fields that the list shows.": "列表显示的字段。",
    "Fields that together name one record.": "合起来识别一条记录的字段。",
    "How long personal values are kept after the case has ended.": "案件结束后，个人信息保存多久。",
    "How long personal values are kept after the last change.": "最后一次改动后，个人信息保存多久。",
    "One form: sections of fields, rules across them, the shared variables it sets, field permission per task.":
        "一张表单：字段的分区、跨字段的规则、写入的流程变量、各环节的字段权限。",
    "Personal data: masked, and erased on request.": "个人信息：遮盖显示，可按要求删除。",
    "Put before the id of every field of the group.": "加在组内每个字段标识的前面。",
    "RE2 regular expression that the whole text must match.": "整段文字都要符合的正则表达式（RE2）。",
    "Records are people or firms: each has a page of its cases, visits and promises.":
        "记录是人或单位：各有一页，汇总案件、来访和承诺。",
    "Roles that may change its records on screen.": "可以在页面上修改记录的岗位。",
    "Roles that may look at the register on screen.": "可以在页面上查看登记簿的岗位。",
    "Shared variable of the process -> FEEL over the fields of the form.": "流程变量 → 用表单字段写的公式。",
    "The field is always computed by the server and cannot be edited.": "由系统计算，不能手填。",
    "The key of the form, equal to the name of the file; camunda:formKey names it.":
        "表单的标识，与文件名相同；流程图用它引用表单。",
    "The key, equal to the name of the file.": "标识，与文件名相同。",
    "The values are the decision buttons of the task.": "可选值成为任务下方的提交按钮。",
    "What a record is called; the first text field where it is not said.": "记录的名称；不填时用第一个文字字段。"}
"""Description of a schema -> its Chinese."""


def in_words(schema: Any) -> Any:
    """A JSON schema whose descriptions are in the reader's language; keys without one are named as their field is."""
    if isinstance(schema, list):
        return [in_words(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: in_words(value) for key, value in schema.items()}
    said = found.get("description")
    if isinstance(said, str) and lang() == "zh":
        found["description"] = CHINESE.get(said, said)
    properties, names = found.get("properties"), labels()
    if isinstance(properties, dict):
        found["properties"] = {
            key: one | {"description": names[key]} if isinstance(one, dict) and "description" not in one
            and key in names else one for key, one in properties.items()}
    return found
