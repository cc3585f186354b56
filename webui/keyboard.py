"""The keys of the screens: what the sheet shows, and which a person may give other letters."""

from __future__ import annotations

LETTERS = (
    ("j", "下一件"), ("k", "上一件"), ("x", "选中这一件，按住 Shift 连选"), ("f", "筛选"),
    ("o", "整页打开"), ("l", "认领，Shift 释放"),
    ("t", "转办、改派"), ("d", "委派"), ("b", "退回"), ("a", "加签"), ("m", "沟通"), ("u", "催办"), ("y", "抄送、已阅"),
    ("h", "设为稍后处理"), ("z", "撤回"), ("e", "升级任务"), ("c", "发起案件"))
"""Single letters, in the order of the sheet; each can be changed by a person on a device."""
OTHERS = (("Enter", "打开这一件，再按进入表单"), ("Ctrl Enter", "提交"), ("Esc", "从表单回到列表"),
          ("Ctrl K", "搜索案件"), ("?", "显示这张表"))
PLACES = "去待办、案件、督办看板、设计台"
