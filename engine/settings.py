"""Every switch, with its default and unit, read from ``BIHUAN_…`` variables of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """The switches of one installation. ``BIHUAN_<NAME>`` sets each; ``docs/reference/settings.md`` lists them."""

    database_url: str = field(default="sqlite:///var/bihuan.db", metadata={"doc": "SQLAlchemy address of the database"})
    zone: str = field(default="Asia/Shanghai", metadata={"doc": "time zone of units that name none"})
    secret_key: str = field(default="", metadata={"doc": "signs sessions and links; no usable default"})
    data_key: str = field(default="", metadata={
        "doc": "seals personal data; several with commas, the newest first; without it the secret key does"})
    public_url: str = field(default="http://127.0.0.1:8000", metadata={"doc": "address under which customers reach us"})
    step_budget: int = field(default=3000, metadata={"doc": "elements one action may pass before it is stopped"})
    job_retries: int = field(default=5, metadata={"doc": "tries of a job before it becomes an incident"})
    job_backoff_seconds: int = field(default=30, metadata={"doc": "wait after the first failure; doubles each time"})
    job_lock_seconds: int = field(default=300, metadata={
        "doc": "a job held longer is taken to belong to a dead worker"})
    worker_batch: int = field(default=20, metadata={"doc": "jobs a worker takes at once"})
    worker_idle_seconds: float = field(default=2.0, metadata={"doc": "pause of an idle worker between two looks"})
    message_ttl_hours: int = field(default=24, metadata={"doc": "hours an early message is kept"})
    pull_back_minutes: int = field(default=1440, metadata={
        "doc": "minutes in which one's own last decision may be taken back; 0: never"})
    link_days: int = field(default=14, metadata={"doc": "days a customer's link is good for"})
    max_upload_mb: int = field(default=20, metadata={"doc": "largest attachment, in megabytes"})
    smtp_host: str = field(default="", metadata={"doc": "mail server; empty: mails are recorded, not sent"})
    smtp_port: int = field(default=25, metadata={"doc": "port of the mail server"})
    smtp_tls: str = field(default="none", metadata={"doc": "none, starttls or tls"})
    smtp_user: str = field(default="", metadata={"doc": "user at the mail server"})
    smtp_password: str = field(default="", metadata={"doc": "password at the mail server"})
    mail_from: str = field(default="bihuan@localhost", metadata={"doc": "sender of mails"})
    http_hosts: str = field(default="", metadata={
        "doc": "hosts that webhooks and HTTP calls may reach; `inside:crm.local:8080` for one in the house"})
    session_hours: int = field(default=12, metadata={"doc": "hours until a signed-in person signs in again"})
    idle_minutes: int = field(default=60, metadata={
        "doc": "minutes without an act after which a browser is signed out; 0: never"})
    sign_in_failures: int = field(default=5, metadata={"doc": "failed sign-ins before a pause"})
    sign_in_pause_minutes: int = field(default=15, metadata={"doc": "minutes of that pause"})
    sign_in_address_failures: int = field(default=30, metadata={
        "doc": "failed sign-ins from one address before it pauses"})
    proxies: int = field(default=0, metadata={"doc": "reverse proxies in front, whose word on addresses is taken"})
    oidc_issuer: str = field(default="", metadata={"doc": "OpenID Connect provider; empty: passwords alone"})
    oidc_client_id: str = field(default="", metadata={"doc": "what the provider calls this installation"})
    oidc_client_secret: str = field(default="", metadata={"doc": "the secret shared with the provider"})
    oidc_name: str = field(default="", metadata={"doc": "the provider's name on the sign-in page"})
    oidc_scope: str = field(default="openid email profile", metadata={"doc": "scopes asked for"})
    oidc_create: bool = field(default=False, metadata={"doc": "whoever the provider knows gets an account, no roles"})
    oidc_unit: str = field(default="", metadata={"doc": "org unit of accounts created so"})
    demo: bool = field(default=False, metadata={
        "doc": "set by `bihuan demo` alone: demo people may be picked at sign-in"})
    credentials: str = field(default="", metadata={
        "doc": "folder with a file for each secret that connectors know by the file's name"})
    log_json: bool = field(default=True, metadata={"doc": "log lines as JSON"})

    @property
    def data_keys(self) -> tuple[str, ...]:
        """What personal data is sealed under, the newest first; the secret key still opens what it sealed."""
        return (*(one.strip() for one in self.data_key.split(",") if one.strip()), *filter(None, (self.secret_key,)))

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
        """Settings from ``BIHUAN_<NAME>`` variables; ``overrides`` win. Raises ``ValueError`` naming a bad variable."""
        values: dict[str, Any] = {}
        for item in fields(cls):
            raw = environ.get("BIHUAN_" + item.name.upper())
            if raw is not None:
                values[item.name] = _read(item.name, raw, type(item.default))
        return cls(**(values | overrides))


def _read(name: str, raw: str, kind: type) -> Any:
    if kind is bool:
        if raw.lower() not in ("0", "1", "true", "false", "yes", "no", ""):
            raise ValueError(f"BIHUAN_{name.upper()}: {raw!r} is neither true nor false")
        return raw.lower() in ("1", "true", "yes")
    try:
        return kind(raw)
    except ValueError:
        raise ValueError(f"BIHUAN_{name.upper()}: {raw!r} is not a {kind.__name__}") from None
