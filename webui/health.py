"""What machines ask: alive, ready, and how much."""

from __future__ import annotations

import time

from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from webui.show import engine

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """The database answers as well; 503 where it does not."""
    try:
        told = engine().ready()
    except Exception as error:  # whatever the driver raises, the answer is "not ready"
        return jsonify({"status": "not ready", "reason": type(error).__name__}), 503
    if not told["ready"]:
        return jsonify({"status": "not ready", "reason": "schema", **told}), 503
    return jsonify({"status": "ready", **told}), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counters of this process in the text format of Prometheus."""
    registry = current_app.extensions["bihuan.metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def install(app: Flask) -> None:
    """Count requests by route and status, and measure them."""
    registry = CollectorRegistry()
    app.extensions["bihuan.metrics"] = registry
    requests = Counter("bihuan_http_requests_total", "Requests by route, method and status",
                       ["route", "method", "status"], registry=registry)
    seconds = Histogram("bihuan_http_request_seconds", "Duration of requests by route", ["route"], registry=registry)

    @app.after_request
    def measure(answer: Response) -> Response:
        if request.endpoint != "static":
            route = str(request.url_rule or "unknown")
            requests.labels(route, request.method, answer.status_code).inc()
            seconds.labels(route).observe(time.perf_counter() - g.get("began", time.perf_counter()))
        return answer
