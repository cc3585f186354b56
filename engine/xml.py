"""The one hardened reader of XML, used by ``bpmn`` and ``dmn`` alike.

No entities, no document type, no network, no huge trees: a drawing is data from a stranger.
"""

from __future__ import annotations

from lxml import etree

from engine.errors import Problem, Refused

MAX_BYTES = 5_000_000
"""Largest file that is read, in bytes."""
MAX_ELEMENTS = 50_000
MAX_DEPTH = 200
MAX_ATTRIBUTES = 100
"""Attributes of one element: looking one up is linear, so that thousands at one element would hold a reader up."""


def read_xml(data: bytes | str, file: str = "") -> etree._Element:
    """Parse ``data`` and return the root element.

    Raises :class:`~engine.errors.Refused` with one problem for broken, oversized, too deep or hostile input.
    """
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > MAX_BYTES:
        raise _refused(file, "xml_too_large", f"文件超过 {MAX_BYTES // 1_000_000} MB。",
                       f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise _refused(file, "xml_doctype", "文件含有文档类型或实体声明,不予读取。",
                       "The file declares a document type or entities and is not read.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False,
                             remove_pis=True, encoding="utf-8" if isinstance(data, str) else None)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        raise _refused(file, "xml_broken", f"不是有效的 XML(第 {line} 行):{_plain(error)}",
                       f"Not well-formed XML (line {line}): {_plain(error)}", line) from None
    if root.getroottree().docinfo.doctype:
        raise _refused(file, "xml_doctype", "文件含有文档类型或实体声明,不予读取。",
                       "The file declares a document type or entities and is not read.")
    _bounded(root, file)
    return root


def _bounded(root: etree._Element, file: str) -> None:
    count = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if count > MAX_ELEMENTS or depth > MAX_DEPTH or event == "start" and len(element.attrib) > MAX_ATTRIBUTES:
            raise _refused(file, "xml_too_large", "文件的元素或属性太多，或嵌套太深。",
                           "The file has too many elements or attributes, or nests too deep.")


def _plain(error: Exception) -> str:
    return str(error).split("\n")[0][:200]


def _refused(file: str, code: str, zh: str, en: str, line: int = 0) -> Refused:
    return Refused([Problem(code, zh, en, file=file, line=line)])
