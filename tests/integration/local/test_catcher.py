"""The mail catcher behaves like a real server, so that what works locally has been tried for real."""

import json
import smtplib
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.catcher.mailbox import Mailbox
from local.catcher.smtp import PASSWORD, USERNAME, smtp_server
from local.catcher.web import inbox_server
from local.certificates import make_certificates
from local.place import LOOPBACK, free_port

_MAIL = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHello\r\n"


@dataclass(frozen=True, slots=True)
class Catcher:
    smtp_port: int
    inbox_port: int
    mailbox: Mailbox
    trusted: Path

    def connect(self) -> smtplib.SMTP:
        return smtplib.SMTP("localhost", self.smtp_port, timeout=5)

    def fetch(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(f"http://{LOOPBACK}:{self.inbox_port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - a server of our own
            content: bytes = answer.read()
            return content


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    certificates = make_certificates(tmp_path / "certificates")
    mailbox = Mailbox(tmp_path / "mails")
    smtp_port, inbox_port = free_port(), free_port()
    smtp = smtp_server(mailbox, smtp_port, certificates.server_context())
    smtp.start()
    with inbox_server(mailbox, inbox_port):
        yield Catcher(smtp_port, inbox_port, mailbox, certificates.trusted)
    smtp.stop()


def test_a_mail_sent_with_verified_tls_and_a_login_is_caught_as_such(catcher: Catcher) -> None:
    context = ssl.create_default_context(cafile=str(catcher.trusted))

    with catcher.connect() as client:
        client.starttls(context=context)
        client.login(USERNAME, PASSWORD)
        client.sendmail("a@example.com", ["b@example.com", "c@example.com"], _MAIL)

    (mail,) = catcher.mailbox.all()
    assert (mail.tls, mail.username, mail.rcpt_tos) == (True, USERNAME, ("b@example.com", "c@example.com"))
    assert mail.raw == _MAIL


def test_a_mail_without_tls_and_login_is_caught_too(catcher: Catcher) -> None:
    with catcher.connect() as client:
        client.sendmail("a@example.com", ["b@example.com"], _MAIL)

    (mail,) = catcher.mailbox.all()
    assert (mail.tls, mail.username) == (False, None)


def test_a_wrong_password_is_refused_as_real_servers_do(catcher: Catcher) -> None:
    context = ssl.create_default_context(cafile=str(catcher.trusted))

    with catcher.connect() as client:
        client.starttls(context=context)
        with pytest.raises(smtplib.SMTPAuthenticationError) as refusal:
            client.login(USERNAME, "wrong")

    assert refusal.value.smtp_code == 535


def test_a_login_is_not_offered_before_tls(catcher: Catcher) -> None:
    with catcher.connect() as client:
        client.ehlo()

        assert not client.has_extn("auth")
        assert client.has_extn("starttls")


def test_the_certificate_is_not_trusted_by_accident(catcher: Catcher) -> None:
    with catcher.connect() as client, pytest.raises(ssl.SSLCertVerificationError):
        client.starttls(context=ssl.create_default_context())


def test_the_inbox_shows_what_was_caught_and_forgets_it_when_told(catcher: Catcher) -> None:
    with catcher.connect() as client:
        client.sendmail("a@example.com", ["b@example.com"], _MAIL)

    (item,) = json.loads(catcher.fetch("/api/messages"))["items"]
    raw = catcher.fetch(f"/api/messages/{item['id']}/raw")
    catcher.fetch("/api/messages", "DELETE")

    assert (item["subject"], item["text"].strip()) == ("Grüße", "Hello")
    assert item["envelope"]["rcpt_tos"] == ["b@example.com"]
    assert raw == _MAIL
    assert json.loads(catcher.fetch("/api/messages")) == {"items": []}


def test_the_page_and_its_assets_are_served(catcher: Catcher) -> None:
    pages = [catcher.fetch(path) for path in ("/", "/inbox.css", "/inbox.js", "/icon.svg")]

    assert all(pages)
