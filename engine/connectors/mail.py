"""E-mail through a configured SMTP server."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any

from engine.connectors.addresses import email_address
from engine.connectors.connector import (
    CallContext,
    Connector,
    ConnectorFailure,
    Input,
    Secrets,
    listed,
    one_line,
    worded,
)

MOST_RECIPIENTS = 50


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. ``tls``: none, starttls or tls; ``password_name`` names the secret, never holds it."""

    host: str
    port: int = 25
    sender: str = ""
    sender_name: str = ""
    tls: str = "starttls"
    user: str = ""
    password_name: str = ""
    timeout: float = 20.0
    """Seconds to wait for each answer of the server."""
    ca_file: str = ""
    """Certificates to trust instead of the system's, for a server inside the house."""

    @property
    def shown(self) -> str:
        return f"{self.host}:{self.port}"


class Mail(Connector):
    """Sends one message; its Message-ID comes from the idempotency key, so that a repetition is recognised."""

    name = "mail"
    inputs = (Input("to", "收件人", "To", True), Input("cc", "抄送", "Cc"), Input("reply_to", "回复地址", "Reply to"),
              Input("subject", "主题", "Subject"), Input("subject_zh", "中文主题", "Chinese subject"),
              Input("subject_en", "英文主题", "English subject"), Input("body", "正文", "Body"),
              Input("body_zh", "中文正文", "Chinese body"), Input("body_en", "英文正文", "English body"),
              Input("purpose", "用途", "Purpose"))

    def __init__(self, server: MailServer | None, secrets: Secrets | None = None):
        self.server, self.secrets = server, secrets

    def call(self, inputs: Mapping[str, Any], key: str, context: CallContext) -> dict[str, Any]:
        given = self.check(inputs)
        if self.server is None or not self.server.sender:
            raise ConnectorFailure("not_configured", retryable=False, what="mail")
        message, recipients = self.message(given, key, context)
        refused = self.send(message, recipients, context)
        return {"message_id": message["Message-ID"], "sent_to": [one for one in recipients if one not in refused],
                "refused": sorted(refused)}

    def message(self, given: Mapping[str, Any], key: str, context: CallContext) -> tuple[EmailMessage, list[str]]:
        """The message and its recipients. Raises :class:`ConnectorFailure` for what is no address or has no text."""
        assert self.server is not None
        to, cc = _addresses(given, "to"), _addresses(given, "cc")
        subject, body = one_line(worded(given, "subject", context.lang)), worded(given, "body", context.lang)
        for name, text in (("subject", subject), ("body", body)):
            if not text.strip():
                raise ConnectorFailure("input_missing", retryable=False, name=name)
        if not to or len(to) + len(cc) > MOST_RECIPIENTS:
            raise ConnectorFailure("input_wrong", retryable=False, name="to", value=len(to) + len(cc))
        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((one_line(self.server.sender_name, 100), self.server.sender))
        message["To"] = ", ".join(to)
        if cc:
            message["Cc"] = ", ".join(cc)
        for address in _addresses(given, "reply_to")[:1]:
            message["Reply-To"] = address
        message["Subject"] = subject
        message["Date"] = format_datetime(context.now)
        domain = self.server.sender.rpartition("@")[2]
        message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body.encode("utf-8", "replace").decode().replace("\x00", ""))
        return message, [*to, *(one for one in cc if one not in to)]

    def send(self, message: EmailMessage, recipients: list[str], context: CallContext) -> dict[str, Any]:  # noqa: ARG002
        """Hand the message over; answers the recipients that were refused while others were not."""
        assert self.server is not None
        if not self.server.host:
            raise ConnectorFailure("not_configured", retryable=False, what="mail")
        what = self.server.shown
        try:
            connection = self._connect()
            try:
                return connection.send_message(message, from_addr=self.server.sender, to_addrs=recipients)
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    connection.quit()
        except ssl.SSLError as error:
            raise ConnectorFailure("tls", retryable=False, what=what, why=one_line(error, 200)) from error
        except smtplib.SMTPAuthenticationError as error:
            raise ConnectorFailure("sign_in", retryable=_passing(error.smtp_code), what=what) from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise ConnectorFailure("refused", retryable=any(map(_passing, codes)), what=what,
                                   why=", ".join(sorted(error.recipients))) from error
        except smtplib.SMTPResponseException as error:
            raise ConnectorFailure("refused", retryable=_passing(error.smtp_code), what=what,
                                   why=f"{error.smtp_code} {one_line(_readable(error.smtp_error), 200)}") from error
        except TimeoutError as error:
            raise ConnectorFailure("timeout", retryable=True, what=what) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ConnectorFailure("tls", retryable=False, what=what, why=one_line(error, 200)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ConnectorFailure("unreachable", retryable=True, what=what, why=one_line(error, 200)) from error

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        assert server is not None
        trust = ssl.create_default_context(cafile=server.ca_file or None)
        if server.tls == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=trust)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            if server.tls == "starttls":
                connection.starttls(context=trust)
            if server.user:
                connection.login(server.user, self._password())
        except BaseException:
            connection.close()
            raise
        return connection

    def _password(self) -> str:
        assert self.server is not None
        password = self.secrets(self.server.password_name) if self.secrets is not None else None
        if not password:
            raise ConnectorFailure("secret_missing", retryable=False, name=self.server.password_name)
        return password


class RecordingMail(Mail):
    """Checks and words mails like :class:`Mail`, and gives them to ``record`` instead of a server."""

    def __init__(self, record: Callable[[EmailMessage, list[str], CallContext], None],
                 sender: str = "bihuan@localhost.localdomain"):
        super().__init__(MailServer(host="", sender=sender))
        self.record = record

    def send(self, message: EmailMessage, recipients: list[str], context: CallContext) -> dict[str, Any]:
        self.record(message, recipients, context)
        return {}


def _addresses(given: Mapping[str, Any], name: str) -> list[str]:
    found = []
    for one in listed(given.get(name)):
        address = email_address(one)
        if address is None:
            raise ConnectorFailure("input_wrong", retryable=False, name=name, value=one_line(one, 100))
        found.append(address)
    return list(dict.fromkeys(found))


def _passing(code: int) -> bool:
    """SMTP answers 4xx pass by themselves, 5xx do not."""
    return 400 <= code < 500


def _readable(raw: Any) -> str:
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
