"""The words of the property panels: names and hints of attributes, types of fields, kinds of entries."""

from __future__ import annotations

from webui.words import _


def labels() -> dict[str, str]:
    """Attribute (or ``kind.attribute``) -> its name."""
    return {
        "id": _("标识"), "label": _("名称"), "title": _("标题"), "type": _("类型"), "required": _("是否必填"),
        "visible": _("是否显示"), "readonly": _("只读"), "register": _("取自登记簿"), "fill": _("选中后带入"),
        "role": _("岗位"), "values": _("可选值"), "outcome": _("作为提交按钮"), "default": _("默认值"),
        "compute": _("自动计算"), "unit": _("单位"), "decimals": _("小数位数"), "min": _("最小值"), "max": _("最大值"),
        "min_length": _("最少字数"), "max_length": _("最多字数"), "pattern": _("格式（正则表达式）"),
        "past": _("不能晚于现在"), "future": _("不能早于现在"), "accept": _("可上传的文件"),
        "max_mb": _("每个文件最大（MB）"), "max_files": _("最多文件数"), "min_rows": _("最少行数"),
        "max_rows": _("最多行数"), "personal": _("个人信息"), "help": _("填写说明"), "unique": _("不能重复"),
        "index": _("常用于查找"), "retention": _("个人信息保存期限"), "key": _("识别一条记录的字段"),
        "list": _("列表显示的字段"), "search": _("搜索的字段"),
        "read": _("可查看的岗位"), "edit": _("可修改的岗位"),
        "party": _("记录是人或单位"), "register.label": _("记录的名称"), "use": _("字段组"),
        "prefix": _("标识前缀"), "without": _("不用的字段"),
        "field": _("提示在哪个字段"), "refuse_if": _("这样时不能提交"), "message": _("提示"), "zh": _("名称（中）"),
        "en": _("名称（英）"), "escalation": _("逾期升级到"), "external": _("不是本单位的人"), "limit": _("期限"),
        "by_severity": _("按严重程度另定"),
        "clock": _("起算"), "reminder": _("提前提醒"), "keys": _("关联键"), "next": _("接下来"), "": _("标识"),
        "set..": _("值"), "set.": _("变量"), "task..": _("字段权限"), "task.": _("环节"), "number.": _("流程"),
        "number..": _("编号前缀"), "permission.": _("权限"), "permission..": _("岗位"), "parameter.default": _("值"),
        "publishing.second_person": _("发布须另一位负责人审核"),
    }


def hints() -> dict[str, str]:
    """Attribute (or ``kind.attribute``) -> a hint below its control."""
    return {
        "pattern": _("整段文字都要符合。"), "retention": _("例如 P3Y：案件结束后 3 年。"),
        "reminder": _("例如 PT20H：起算后 20 小时提醒；不填为期限的 80%。"),
        "by_severity": _("没有另定的程度按上面的期限。"),
        "clock": _("不填从任务产生时起算；可填变量名或公式。"),
        "compute": _("由系统计算，不能手填。"), "personal": _("对无权的人遮盖，到期删除。"),
        "outcome": _("可选值成为任务下方的提交按钮。"), "prefix": _("加在组内每个字段的标识前面。"),
        "keys": _("用逗号分开。"), "party": _("每条记录有一页，汇总相关案件、来访和承诺。"),
        "set..": _("提交表单时写入流程变量。"), "number..": _("案件编号以它开头，例如 TS。"),
    }


def type_names() -> dict[str, str]:
    """Type of a field -> its name; the order is that of the menu."""
    return {
        "text": _("单行文字"), "longtext": _("多行文字"), "int": _("整数"), "number": _("数字"), "money": _("金额"),
        "percent": _("百分比"), "date": _("日期"), "datetime": _("日期时间"), "time": _("时间"), "month": _("月份"),
        "bool": _("是/否"), "enum": _("单选"), "multi": _("多选"), "phone": _("手机号码"), "email": _("电子邮箱"),
        "contact": _("联系方式"), "idno": _("身份证号"), "ref": _("登记簿记录"), "user": _("人员"), "file": _("附件"),
        "signature": _("签字"), "table": _("表格"),
    }


def kind_names() -> dict[str, str]:
    """Kind of an entry -> what it is called in the list."""
    return {
        "section": _("分区"), "field": _("字段"), "column": _("列"), "use": _("字段组"), "rule": _("校验规则"),
        "set": _("写入变量"), "task": _("各环节的权限"), "role": _("岗位"), "deadline": _("期限"),
        "parameter": _("参数"), "message": _("消息"), "case_state": _("案件状态"),
        "customer_state": _("客户看到的状态"), "number": _("编号前缀"), "permission": _("权限"), "group": _("字段组"),
        "form": _("表单"), "register": _("登记簿"), "pack": _("流程包"), "table": _("决策表"),
        "groups": _("字段组（各表单共用）"),
    }


def flag_names() -> dict[str, str]:
    """The three answers of a switch."""
    return {"yes": _("是"), "no": _("否"), "feel": _("按公式")}


def permission_names() -> dict[str, str]:
    """What may be done with a field at a task."""
    return {"edit": _("可填"), "read": _("只读"), "hide": _("隐藏")}


def file_kinds() -> dict[str, str]:
    """Kinds of files a field takes."""
    return {"image": _("图片"), "pdf": "PDF", "audio": _("录音"), "video": _("视频"), "office": _("办公文档"),
            "text": _("文本文件")}


def parameter_types() -> dict[str, str]:
    """Types of a pack's parameters."""
    return {"bool": _("是/否"), "int": _("整数"), "number": _("数字"), "text": _("单行文字"), "duration": _("时长"),
            "date": _("日期"), "enum": _("单选")}


def script_words() -> dict[str, str]:
    """The sentences that the editors' scripts say."""
    return {
        "sheet-lost": _("没有改成：{why}", why="{why}"), "sheet-undo": _("已撤销"),
        "sheet-redo": _("已重做"), "sheet-moved": _("已移动"), "sheet-added": _("已添加"), "sheet-gone": _("已删除"),
        "sheet-line": _("第 {n} 行", n="{n}"), "sheet-problems": _("{n} 个问题", n="{n}"), "sheet-fine": _("没有问题"),
        "sheet-fix": _("采用"), "sheet-checking": _("正在检查 …"), "sheet-error": _("错误"), "sheet-warning": _("警告"),
        "sheet-hint": _("提示"), "sheet-remove": _("删除"), "sheet-up": _("上移"), "sheet-down": _("下移"),
        "sheet-offline": _("网络中断，刚才的改动没有生效，请再试一次。"),
        "table-row": _("命中第 {n} 行", n="{n}"), "table-none": _("没有命中任何一行。"), "table-result": _("结果"),
        "table-empty": _("空"), "table-unreadable": _("这张表打不开：文件的写法有错误。"),
        "table-row-of": _("第 {n} 条规则", n="{n}"),
    }
