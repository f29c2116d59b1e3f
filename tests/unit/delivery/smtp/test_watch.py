"""What somebody sees who looks on while a session is opened."""

import ssl
from datetime import UTC, datetime

import pytest

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Password, Security, Server, SessionFailed
from postroom.delivery.smtp.connect import CannotConnect, NotPublic
from postroom.delivery.smtp.open_session import OpenSession
from postroom.delivery.smtp.stream import HungUp, NotOffered, SpokeTooSoon
from postroom.delivery.smtp.watch import Certificate, Done, Step
from tests.faults.certificates import Issued
from tests.faults.smtp_server import Drop, Inject, SmtpServer

HOST = "mail.test"
USERS = {"ann": "secret"}


def watched(
    port: int, security: Security, certificate: Issued, *, resolves_to: str = "127.0.0.1", allow_private: bool = True
) -> tuple[list[Done], SessionFailed | None]:
    seen: list[Done] = []
    open_session = OpenSession(
        allow_private=allow_private, resolve=lambda _host, _port: [resolves_to], tls=certificate.client_context
    )
    account = Server(HOST, port, security, Password("ann", "secret"))
    try:
        open_session(account, Deadline.after(5), seen.append).close()
    except SessionFailed as failure:
        return seen, failure
    return seen, None


@pytest.mark.parametrize(
    ("security", "between"),
    [
        (Security.IMPLICIT, [Step.TLS, Step.GREETING]),
        (Security.STARTTLS, [Step.GREETING, Step.STARTTLS, Step.TLS]),
        (Security.PLAIN, [Step.GREETING]),
    ],
)
def test_each_step_is_told_once_and_in_its_order(security: Security, between: list[Step], certificate: Issued) -> None:
    context = None if security is Security.PLAIN else certificate.server_context()
    with SmtpServer(context=context, implicit_tls=security is Security.IMPLICIT, users=USERS) as server:
        seen, failure = watched(server.port, security, certificate)

    assert failure is None
    assert [done.step for done in seen] == [Step.DNS, Step.TCP, *between, Step.EHLO, Step.AUTH]
    assert all(done.protection is not None for done in seen if done.step is Step.TLS)
    assert "secret" not in repr(seen)


def test_what_broke_is_told_with_the_failure(certificate: Issued) -> None:
    with SmtpServer(users=USERS) as plain:
        _, no_tls = watched(plain.port, Security.STARTTLS, certificate)
        plain.on("GREETING", Drop(swallowing=True))
        greeted, hung_up = watched(plain.port, Security.PLAIN, certificate)
    with SmtpServer(context=certificate.server_context(), users=USERS) as attacked:
        attacked.on("STARTTLS", Inject(b"250 ok\r\n"))
        _, injected = watched(attacked.port, Security.STARTTLS, certificate)
    inside, not_public = watched(25, Security.STARTTLS, certificate, allow_private=False)

    causes = [failure.__cause__ for failure in (no_tls, hung_up, injected, not_public) if failure]
    assert [type(cause) for cause in causes] == [NotOffered, HungUp, SpokeTooSoon, NotPublic]
    assert [done.step for done in greeted] == [Step.DNS, Step.TCP]
    assert inside == []


def test_what_the_system_said_stands_behind_it(certificate: Issued) -> None:
    with SmtpServer(context=certificate.server_context(), implicit_tls=True, users=USERS) as server:
        stranger = ssl.create_default_context
        open_session = OpenSession(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"], tls=stranger)
        account = Server(HOST, server.port, Security.IMPLICIT, Password("ann", "secret"))
        with pytest.raises(SessionFailed) as failure:
            open_session(account, Deadline.after(5))
        port = server.port
    _, refused = watched(port, Security.IMPLICIT, certificate)

    assert failure.value.__cause__ is not None
    assert isinstance(failure.value.__cause__.__cause__, ssl.SSLCertVerificationError)
    assert refused is not None
    assert isinstance(refused.__cause__, CannotConnect)
    assert isinstance(refused.__cause__.__cause__, ConnectionRefusedError)


def test_a_servers_refusal_has_nothing_behind_it(certificate: Issued) -> None:
    with SmtpServer(users={"ann": "another"}) as server:
        _, failure = watched(server.port, Security.PLAIN, certificate)

    assert failure is not None
    assert failure.verdict.reply is not None
    assert failure.__cause__ is None


def test_a_certificate_is_read_as_the_standard_library_shows_it() -> None:
    shown = {
        "subject": ((("countryName", "DE"),), (("commonName", "mail.test"),)),
        "issuer": ((("commonName", "R11"),),),
        "subjectAltName": (("DNS", "mail.test"), ("DNS", "*.mail.test")),
        "notAfter": "Jan 31 12:00:00 2030 GMT",
    }

    assert Certificate.of(shown) == Certificate(
        "countryName=DE, commonName=mail.test",
        "commonName=R11",
        ("mail.test", "*.mail.test"),
        datetime(2030, 1, 31, 12, tzinfo=UTC),
    )
    assert Certificate.of({}) == Certificate("", "", (), None)
