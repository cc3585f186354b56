"""The application put together: one Flask app over one engine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webui import (
    absence,
    audit,
    auth,
    beside,
    board,
    bulk,
    cases,
    cockpit,
    codes,
    duplicates,
    errors,
    files,
    forms,
    health,
    inbox,
    incidents,
    interventions,
    logs,
    notices,
    operations,
    organisation,
    password,
    people,
    people_import,
    personal,
    phrases,
    privacy,
    provider,
    public,
    register_exchange,
    registers,
    reports,
    rules,
    security,
    shell,
    show,
    start,
    studio,
    talk,
    tasks,
    views,
    words,
)

MEGABYTE = 1_000_000


def create_app(engine: Any) -> Flask:
    """The web application over ``engine`` (a :class:`engine.ProcessEngine`).

    Raises ``ValueError`` where the engine's settings hold no secret key: there is no usable default.
    """
    settings = engine.settings
    if not settings.secret_key:
        raise ValueError("BIHUAN_SECRET_KEY is not set: sessions could not be signed")
    app = Flask("webui")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="bihuan",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=(settings.max_upload_mb + 2) * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=4 * MEGABYTE,
        MAX_FORM_PARTS=5000,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["bihuan"] = engine
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    for part in (words, show, logs, health, security, errors, shell, forms, provider, bulk, operations,
                 codes):
        part.install(app)
    for part in (auth, health, inbox, views, bulk, tasks, beside, cases, start, board, talk, incidents, interventions,
                 cockpit, files, notices, operations, phrases, registers, reports, rules, public, password, provider,
                 absence, audit, organisation, people, people_import, personal, privacy, register_exchange,
                 duplicates, shell, *studio.PARTS):
        app.register_blueprint(part.blueprint)
    return app
