"""Log lines: one per request, as JSON, without personal data; ``request_id`` ties a line to a reference number."""

from __future__ import annotations

import logging
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("bihuan.web")


def configure(as_json: bool = True) -> None:
    """Send structlog and the standard library's logging to standard error, one line each."""
    shared = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
              structlog.processors.TimeStamper(fmt="iso", utc=True)]
    render = (structlog.processors.JSONRenderer(ensure_ascii=False) if as_json
              else structlog.dev.ConsoleRenderer(colors=False))
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render]))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def install(app: Flask) -> None:
    """Number every request and log how it ended."""

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(3).upper()
        g.began = time.perf_counter()

    @app.after_request
    def end(answer: Response) -> Response:
        answer.headers.setdefault("X-Request-Id", g.get("request_id", ""))
        if request.endpoint != "static":
            took = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
            log.info("request", method=request.method, route=str(request.url_rule or "-"), status=answer.status_code,
                     ms=took, request_id=g.get("request_id", ""))
        return answer
