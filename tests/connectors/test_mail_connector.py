"""Mail handed to a real SMTP server on this machine."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from engine.connectors import CallContext, ConnectorFailure, Mail, MailServer, RecordingMail

CONTEXT = CallContext(now=datetime(2026, 4, 7, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")), case_number="TS-20260407-001")
LETTER = {"to": "customer@example.com", "subject": "受理通知", "body": "您的投诉已受理，编号 TS-20260407-001。"}


class Letterbox:
    """Keeps what arrives; ``answer`` is what it says to the recipient, by address."""

    def __init__(self):
        self.envelopes: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.after_data = "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802, ARG002
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802, ARG002
        if self.after_data.startswith("250"):
            self.envelopes.append(envelope)
        return self.after_data

    @property
    def messages(self):
        from email import message_from_bytes
        from email.policy import default

        return [message_from_bytes(one.content, policy=default) for one in self.envelopes]


@pytest.fixture
def letterbox():
    return Letterbox()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def running(letterbox, **options):
    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    return controller


def port_of(controller):
    return controller.server.sockets[0].getsockname()[1]


@pytest.fixture
def server(letterbox):
    controller = running(letterbox)
    yield MailServer(
        "127.0.0.1", port_of(controller), sender="cs@bihuan.example", sender_name="客户服务部", tls="none", timeout=5
    )
    controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of our own for 127.0.0.1: (certificate file, TLS context of the server)."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate of this test and is not installed")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            folder / "key.pem",
            "-out",
            folder / "cert.pem",
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


def failure_of(mail, inputs, key="job-1"):
    with pytest.raises(ConnectorFailure) as caught:
        mail.call(inputs, key, CONTEXT)
    assert caught.value.sentence("zh") != caught.value.sentence("en")
    return caught.value.code, caught.value.retryable


def test_a_mail_arrives_with_sender_subject_and_body(server, letterbox):
    result = Mail(server).call(
        LETTER | {"cc": ["boss@example.com", "boss@example.com"], "reply_to": "li.na@bihuan.example"}, "job-1", CONTEXT
    )
    message = letterbox.messages[0]
    assert letterbox.envelopes[0].rcpt_tos == ["customer@example.com", "boss@example.com"] == result["sent_to"]
    assert (message["From"], message["To"], message["Cc"]) == (
        "客户服务部 <cs@bihuan.example>",
        "customer@example.com",
        "boss@example.com",
    )
    assert (message["Subject"], message["Reply-To"]) == ("受理通知", "li.na@bihuan.example")
    assert message.get_content().strip() == LETTER["body"]
    assert (message["Message-ID"], message["Auto-Submitted"]) == (result["message_id"], "auto-generated")
    assert message["Date"].datetime == CONTEXT.now


def test_the_same_key_gives_the_same_message_id_so_that_a_repetition_is_recognised(server, letterbox):
    mail = Mail(server)
    for key in ("job-1", "job-1", "job-2"):
        mail.call(LETTER, key, CONTEXT)
    first, again, other = (message["Message-ID"] for message in letterbox.messages)
    assert first == again != other
    assert first.endswith("@bihuan.example>")


def test_line_breaks_in_a_subject_make_no_header(server, letterbox):
    Mail(server).call(LETTER | {"subject": "a\r\nBcc: spy@example.com\r\n\r\nb\x00c"}, "job-1", CONTEXT)
    assert letterbox.messages[0]["Subject"] == "a Bcc: spy@example.com b c"
    assert letterbox.messages[0]["Bcc"] is None
    assert letterbox.envelopes[0].rcpt_tos == ["customer@example.com"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "a@b.cn\r\nBcc: spy@example.com"}, "input_wrong"),
        ({"to": "not an address"}, "input_wrong"),
        ({"to": ""}, "input_missing"),
        ({"subject": " "}, "input_missing"),
        ({"body": ""}, "input_missing"),
        ({"cc": "a@b.cn, x"}, "input_wrong"),
        ({"to": [f"a{n}@example.com" for n in range(51)]}, "input_wrong"),
        ({"attachments": "x"}, "input_unknown"),
    ],
)
def test_wrong_inputs_are_refused_before_anything_is_sent(server, letterbox, change, code):
    assert failure_of(Mail(server), LETTER | change) == (code, False)
    assert letterbox.envelopes == []


def test_the_text_is_chosen_by_the_language_of_the_case(server, letterbox):
    inputs = {"to": "a@b.cn", "subject_zh": "通知", "subject_en": "Notice", "body_zh": "正文", "body_en": "Body"}
    Mail(server).call(inputs, "1", CONTEXT)
    Mail(server).call(inputs, "2", replace(CONTEXT, lang="en"))
    assert [message["Subject"] for message in letterbox.messages] == ["通知", "Notice"]


@pytest.mark.parametrize(("answer", "retryable"), [("451 busy", True), ("550 no such user", False)])
def test_a_refused_recipient_is_final_only_when_the_server_says_so(server, letterbox, answer, retryable):
    letterbox.answers["customer@example.com"] = answer
    assert failure_of(Mail(server), LETTER) == ("refused", retryable)


def test_a_recipient_refused_beside_others_is_told(server, letterbox):
    letterbox.answers["b@example.com"] = "550 no"
    result = Mail(server).call(LETTER | {"cc": "b@example.com"}, "1", CONTEXT)
    assert (result["sent_to"], result["refused"]) == (["customer@example.com"], ["b@example.com"])


def test_a_message_refused_after_its_data_may_be_tried_again_when_the_server_is_full(server, letterbox):
    letterbox.after_data = "452 full"
    assert failure_of(Mail(server), LETTER) == ("refused", True)


def test_a_server_that_is_not_there_is_tried_again(server):
    controller = running(Letterbox())
    gone = port_of(controller)
    controller.stop()
    assert failure_of(Mail(replace(server, port=gone)), LETTER) == ("unreachable", True)


def test_without_a_server_nothing_is_sent():
    assert failure_of(Mail(None), LETTER) == ("not_configured", False)
    assert failure_of(Mail(MailServer(host="", sender="a@b.cn")), LETTER) == ("not_configured", False)


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_travels_encrypted_to_a_server_with_a_trusted_certificate(letterbox, certificate, tls):
    file, context = certificate
    options = {"tls_context": context, "require_starttls": True} if tls == "starttls" else {"ssl_context": context}
    controller = running(letterbox, **options)
    server = MailServer("127.0.0.1", port_of(controller), sender="cs@bihuan.example", tls=tls, timeout=5)
    try:
        Mail(replace(server, ca_file=str(file))).call(LETTER, "1", CONTEXT)
        assert len(letterbox.messages) == 1
        assert failure_of(Mail(server), LETTER) == ("tls", False), "an unknown certificate is not trusted"
        assert len(letterbox.messages) == 1
    finally:
        controller.stop()


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for(server, letterbox):
    assert failure_of(Mail(replace(server, tls="starttls")), LETTER) == ("tls", False)
    assert letterbox.envelopes == []


def test_the_password_is_found_by_its_name_and_a_wrong_one_is_final(letterbox):
    def judge(server, session, envelope, mechanism, data):  # noqa: ARG001
        return AuthResult(success=(data.login, data.password) == (b"cs", b"right"), handled=False)

    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port())
    controller.factory = lambda: SMTP(letterbox, authenticator=judge, auth_require_tls=False)
    controller.start()
    server = MailServer(
        "127.0.0.1",
        port_of(controller),
        sender="cs@bihuan.example",
        tls="none",
        user="cs",
        password_name="SMTP",
        timeout=5,
    )
    try:
        Mail(server, {"SMTP": "right"}.get).call(LETTER, "1", CONTEXT)
        assert len(letterbox.messages) == 1
        assert failure_of(Mail(server, {"SMTP": "wrong"}.get), LETTER) == ("sign_in", False)
        assert failure_of(Mail(server, {}.get), LETTER) == ("secret_missing", False)
        assert failure_of(Mail(server), LETTER) == ("secret_missing", False)
    finally:
        controller.stop()


def test_a_recording_mail_is_worded_like_a_real_one_and_goes_nowhere():
    kept = []
    result = RecordingMail(lambda message, recipients, context: kept.append((message, recipients, context))).call(
        LETTER, "1", CONTEXT
    )
    message, recipients, context = kept[0]
    assert (message["Subject"], recipients, context.case_number) == (
        "受理通知",
        ["customer@example.com"],
        "TS-20260407-001",
    )
    assert message["Message-ID"] == result["message_id"]
