"""The devices somebody is signed in on, named as people name them: "Chrome · Windows", not what browsers send."""

from __future__ import annotations

from engine import Bilingual
from webui.words import told

PROGRAMS = (("wxwork/", Bilingual("企业微信", "WeCom")), ("MicroMessenger/", Bilingual("微信", "WeChat")),
            ("DingTalk/", Bilingual("钉钉", "DingTalk")), ("Lark/", Bilingual("飞书", "Feishu")),
            ("Feishu/", Bilingual("飞书", "Feishu")), ("HuaweiBrowser/", Bilingual("华为浏览器", "Huawei Browser")),
            ("MiuiBrowser/", Bilingual("小米浏览器", "Mi Browser")),
            ("QQBrowser/", Bilingual("QQ 浏览器", "QQ Browser")), ("Edg", "Edge"), ("OPR/", "Opera"),
            ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
            ("Safari/", "Safari"))
"""What stands in a browser's line about itself, and its name; nearly all claim to be Chrome and Safari as well."""
SYSTEMS = (("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
           ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"))
UNKNOWN = Bilingual("未知设备", "Unknown device")
LONGEST = 60


def device(browser: str) -> str:
    """A browser's ``User-Agent`` in words; one that nobody knows as it stands, cut short."""
    program = next((name for mark, name in PROGRAMS if mark in browser), None)
    if program is None:
        return browser[:LONGEST] or told(UNKNOWN)
    system = next((name for mark, name in SYSTEMS if mark in browser), "")
    return " · ".join(filter(None, (told(program), system)))
