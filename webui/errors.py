"""Every refusal becomes something a person can read, with its right status: a page, a fragment, or JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from engine import BihuanError, Invalid
from webui.logs import log
from webui.show import engine
from webui.words import _, lang

blueprint = Blueprint("errors", __name__)
TITLES = {400: "请求没有看懂", 401: "请先登录", 403: "没有权限", 404: "没有找到", 405: "不能这样操作",
          409: "情况已经变化", 410: "已经失效", 413: "太大了", 422: "需要更正", 429: "请稍候再试", 500: "没有成功"}


def install(app: Flask) -> None:
    """Answer every error of the engine, of HTTP and of ours."""
    app.register_error_handler(BihuanError, of_engine)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, of_http)
    app.register_error_handler(Exception, unexpected)


def of_engine(error: BihuanError) -> Response:
    """An error of the engine: its own sentence and status."""
    fields = [{"path": item.path, "sentence": item.sentence(lang())} for item in getattr(error, "fields", ())]
    return answer(error.http_status, error.sentence(lang()), code=error.code, fields=fields)


def forged(_error: CSRFError) -> Response:
    """The page is older than the session, or the form came from elsewhere."""
    return answer(400, _("这个页面停留太久，已经过期。请刷新页面后再提交。填写的内容已存为草稿。"), code="page_expired")


def of_http(error: HTTPException) -> Response:
    """An error of HTTP itself."""
    if error.response is not None or (error.code or 500) < 400:
        return error.get_response()
    sentences = {
        400: _("请求的内容不完整。请返回上一页再试。"),
        404: _("没有这个页面，或者它已经移走。"),
        405: _("这个地址不接受这样的操作。"),
        413: _("提交的内容超过 {mb} MB。", mb=engine().settings.max_upload_mb),
        429: _("操作太频繁，请稍候再试。"),
    }
    status = 413 if isinstance(error, RequestEntityTooLarge) else (error.code or 500)
    return answer(status, sentences.get(status) or _("请求没有完成。"), code=f"http_{status}")


def unexpected(error: Exception) -> Response:
    """A fault of ours: logged with a number that the person can pass on; nothing of it is shown."""
    number = g.get("request_id", "000000")
    log.error("unexpected", request_id=number, route=str(request.url_rule or "-"), exc_info=error)
    return answer(500, _("没有提交成功，内容已保留。请再试一次；仍不成功时，把编号告诉管理员。"), code="unexpected",
                  reference=f"{number[:4]}-{number[4:]}")


def wants_json() -> bool:
    """Whether a script of ours (or a program) asks, not a person's browser."""
    accepts = request.accept_mimetypes
    return accepts.best_match(["text/html", "application/json"]) == "application/json" and not accepts.accept_html


def answer(status: int, sentence: str, **more: Any) -> Response:
    """``sentence`` as JSON, as a fragment for htmx, or as a page."""
    if wants_json():
        response = jsonify({"sentence": sentence, **more})
    else:
        fragment = bool(request.headers.get("HX-Request"))
        page = "errors/_fragment.html" if fragment else "errors/page.html"
        html = render_template(page, status=status, sentence=sentence, title=_(TITLES.get(status, "没有成功")),
                               reference=more.get("reference", ""),
                               back=request.method == "GET" and status not in (403, 404, 410))
        response = make_response(html)
    response.status_code = status
    return response


def by_path(error: Invalid) -> dict[str, str]:
    """The errors of a form: path → sentence in the reader's language."""
    return {item.path: item.sentence(lang()) for item in error.fields}
