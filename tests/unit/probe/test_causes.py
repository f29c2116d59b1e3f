"""Every known cause, met with a real server on this machine, on a way that leaves nothing out."""

import base64
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from postroom.accounts.model import Account
from postroom.delivery.deadline import Deadline
from postroom.delivery.model import AccessToken, Credential, Security
from postroom.delivery.smtp.watch import Step
from postroom.probe.model import Cause, Report, StepResult
from postroom.probe.way import Way
from tests.fakes.probing import AUTHORITY, CERTIFICATE, HOST, PASSWORD, USERNAME, USERS, Owner, a_way
from tests.faults.certificates import Authority, Issued, self_signed
from tests.faults.smtp_server import Answer, Drip, Drop, Fault, Hang, Inject, SmtpServer

SELF_SIGNED = self_signed(HOST)

TO_TLS = {
    Security.IMPLICIT: [Step.TLS, Step.GREETING],
    Security.STARTTLS: [Step.GREETING, Step.STARTTLS, Step.TLS],
    Security.PLAIN: [Step.GREETING],
}


def a_server(
    security: Security,
    certificate: Issued = CERTIFICATE,
    **scenario: Any,  # noqa: ANN401 - as a server may be
) -> SmtpServer:
    context = None if security is Security.PLAIN else certificate.server_context()
    values: dict[str, Any] = {"context": context, "implicit_tls": security is Security.IMPLICIT, "users": USERS}
    return SmtpServer(**values | scenario)


def report_of(port: int, security: Security, way: Way | None = None, **changes: Any) -> Report:  # noqa: ANN401 - of the account
    owner = Owner(way)
    owner.has(port, security, **changes)
    return owner.test()


def the_fault(report: Report) -> StepResult:
    """Found once; all before it is right, and all behind it was not tried."""
    [place] = [number for number, step in enumerate(report.steps) if step.ok is False]
    assert not report.success
    assert all(step.ok for step in report.steps[:place])
    assert all(step.ok is None for step in report.steps[place + 1 :])
    return report.steps[place]


def is_at(report: Report, step: Step, cause: Cause) -> StepResult:
    fault = the_fault(report)
    assert fault.advice is not None
    assert (fault.step, fault.advice.cause) == (step, cause)
    assert fault.advice.remedy in report.message
    return fault


@contextmanager
def listening(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A server that does with each connection what it is given, and is over at the end."""
    stop, threads = threading.Event(), list[threading.Thread]()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def handle(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                serve(connection, stop)

        def accept() -> None:
            while not stop.is_set():
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=handle, args=(connection,), daemon=True))
                threads[-1].start()

        threads.append(threading.Thread(target=accept, daemon=True))
        threads[0].start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            stop.set()
            with contextlib.suppress(OSError):
                socket.create_connection(listener.getsockname(), timeout=1).close()
            for thread in threads:
                thread.join(5)


@pytest.mark.parametrize("security", Security)
def test_a_good_server_is_walked_to_the_log_in(security: Security) -> None:
    offers = ("SIZE 35882577", "8BITMIME", "SMTPUTF8", "X-OWN")
    with a_server(security, extensions=offers, pipelining=True, chunking=True) as server:
        report = report_of(server.port, security)

    names = [step.step for step in report.steps]
    assert report.success
    assert all(step.ok for step in report.steps)
    assert names == [Step.DNS, Step.TCP, *TO_TLS[security], Step.EHLO, Step.AUTH]
    ehlo = report.steps[names.index(Step.EHLO)]
    assert ehlo.features["size"] == "35882577"
    assert {"pipelining", "chunking", "smtputf8"} <= ehlo.features.keys()
    assert ehlo.features["auth"].split() == ["PLAIN", "LOGIN"]
    assert "starttls" not in ehlo.features
    if security is not Security.PLAIN:
        tls = report.steps[names.index(Step.TLS)]
        assert tls.certificate is not None
        assert tls.certificate.subject == f"commonName={HOST}"
        assert tls.certificate.issuer == "commonName=Test authority"
        assert tls.certificate.names == (HOST,)
        assert tls.certificate.expires_at is not None
        assert tls.protection is not None
        assert tls.protection.protocol == "TLSv1.3"


def test_an_account_without_a_username_has_no_log_in_to_pass() -> None:
    with a_server(Security.PLAIN, users=None) as server:
        report = report_of(server.port, Security.PLAIN, password=None, smtp_username=None)

    assert report.success
    assert [step.step for step in report.steps] == [Step.DNS, Step.TCP, Step.GREETING, Step.EHLO]


# --- The way there ---


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Cause.HOST_UNKNOWN),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), Cause.DNS_UNAVAILABLE),
        (UnicodeError("label too long"), Cause.HOST_UNKNOWN),
        (None, Cause.HOST_UNKNOWN),
    ],
)
def test_a_name_that_leads_nowhere(error: Exception | None, cause: Cause) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        if error:
            raise error
        return []

    fault = is_at(report_of(587, Security.STARTTLS, a_way(resolve=resolve)), Step.DNS, cause)

    assert fault.advice is not None
    assert HOST in fault.advice.remedy


def test_a_name_server_that_does_not_answer() -> None:
    left = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        left.wait(20)
        return []

    report = report_of(587, Security.STARTTLS, a_way(resolve=resolve))
    left.set()

    is_at(report, Step.DNS, Cause.DNS_UNAVAILABLE)


def test_a_name_that_leads_inside_and_the_owner_is_not_told_where() -> None:
    way = a_way(allow_private=False, resolve=lambda _host, _port: ["10.20.30.40"])

    report = report_of(587, Security.STARTTLS, way)

    is_at(report, Step.DNS, Cause.HOST_NOT_PUBLIC)
    assert "10.20.30.40" not in repr(report.steps)


def test_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    fault = is_at(report_of(port, Security.STARTTLS), Step.TCP, Cause.CONNECTION_REFUSED)

    assert fault.advice is not None
    assert str(port) in fault.advice.remedy


@pytest.mark.parametrize(
    ("port", "error", "cause"),
    [
        (587, TimeoutError("timed out"), Cause.CONNECTION_TIMEOUT),
        (587, TimeoutError(110, "Connection timed out"), Cause.CONNECTION_TIMEOUT),
        (25, TimeoutError("timed out"), Cause.PORT_25_BLOCKED),
        (587, OSError(113, "No route to host"), Cause.HOST_UNREACHABLE),
        (587, OSError(101, "Network is unreachable"), Cause.HOST_UNREACHABLE),
    ],
)
def test_a_server_that_cannot_be_reached(port: int, error: OSError, cause: Cause) -> None:
    def dial(_address: str, _port: int, _seconds: float) -> socket.socket:
        raise error

    is_at(report_of(port, Security.STARTTLS, a_way(dial=dial)), Step.TCP, cause)


def test_that_we_have_no_way_to_one_of_its_addresses_does_not_hide_that_the_other_is_silent() -> None:
    def dial(address: str, _port: int, _seconds: float) -> socket.socket:
        raise OSError(101, "Network is unreachable") if ":" in address else TimeoutError("timed out")

    way = a_way(dial=dial, resolve=lambda _host, _port: ["8.8.8.8", "2001:4860:4860::8888"])

    is_at(report_of(587, Security.STARTTLS, way), Step.TCP, Cause.CONNECTION_TIMEOUT)


# --- TLS and port ---


def test_tls_at_once_where_starttls_is_spoken() -> None:
    with a_server(Security.STARTTLS) as server:
        fault = is_at(report_of(server.port, Security.IMPLICIT), Step.TLS, Cause.TLS_ON_STARTTLS_PORT)

    assert fault.advice is not None
    assert "smtp_use_tls to true" in fault.advice.remedy


def test_tls_at_once_where_no_tls_is_spoken_at_all() -> None:
    with a_server(Security.PLAIN) as server:
        is_at(report_of(server.port, Security.IMPLICIT), Step.TLS, Cause.TLS_ON_PLAIN_PORT)


@pytest.mark.parametrize("certificate", [CERTIFICATE, AUTHORITY.issue("other.test"), SELF_SIGNED])
def test_starttls_where_tls_is_spoken_at_once(certificate: Issued) -> None:
    with a_server(Security.IMPLICIT, certificate) as server:
        fault = is_at(report_of(server.port, Security.STARTTLS), Step.GREETING, Cause.STARTTLS_ON_TLS_PORT)

    assert fault.advice is not None
    assert "smtp_use_ssl to true" in fault.advice.remedy


def test_a_silent_server_is_not_taken_for_one_that_speaks_tls() -> None:
    with a_server(Security.STARTTLS) as server:
        server.on("GREETING", Hang())
        is_at(report_of(server.port, Security.STARTTLS), Step.GREETING, Cause.SERVER_SILENT)


def test_a_silent_server_is_not_taken_for_one_that_speaks_starttls() -> None:
    def wait(_connection: socket.socket, stop: threading.Event) -> None:
        stop.wait(5)

    with listening(wait) as port:
        is_at(report_of(port, Security.IMPLICIT), Step.TLS, Cause.SERVER_SILENT)


@pytest.mark.parametrize("security", [Security.IMPLICIT, Security.STARTTLS])
@pytest.mark.parametrize(
    ("certificate", "cause", "shown"),
    [
        (AUTHORITY.issue("other.test"), Cause.CERTIFICATE_NAME, ("other.test",)),
        (AUTHORITY.issue(HOST, expired=True), Cause.CERTIFICATE_EXPIRED, (HOST,)),
        (AUTHORITY.issue(HOST, too_early=True), Cause.CERTIFICATE_NOT_YET_VALID, None),
        (SELF_SIGNED, Cause.CERTIFICATE_SELF_SIGNED, None),
        (Authority("Nobody's").issue(HOST), Cause.CERTIFICATE_UNTRUSTED, None),
    ],
)
def test_a_certificate_that_does_not_hold(
    security: Security, certificate: Issued, cause: Cause, shown: tuple[str, ...] | None
) -> None:
    with a_server(security, certificate) as server:
        fault = is_at(report_of(server.port, security), Step.TLS, cause)
        seen = server.verbs()

    assert "AUTH" not in seen
    assert (fault.certificate.names if fault.certificate else None) == shown


@pytest.mark.parametrize("security", [Security.IMPLICIT, Security.STARTTLS])
def test_a_server_whose_tls_is_too_old(security: Security) -> None:
    context = CERTIFICATE.server_context()
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with a_server(security, context=context) as server:
        is_at(report_of(server.port, security), Step.TLS, Cause.TLS_TOO_OLD)


def test_tls_that_breaks_off() -> None:
    def hang_up(connection: socket.socket, _stop: threading.Event) -> None:
        connection.recv(100)

    with listening(hang_up) as port:
        is_at(report_of(port, Security.IMPLICIT), Step.TLS, Cause.TLS_FAILED)


def test_starttls_that_is_not_offered() -> None:
    with a_server(Security.PLAIN) as server:
        is_at(report_of(server.port, Security.STARTTLS), Step.STARTTLS, Cause.STARTTLS_MISSING)
        assert "AUTH" not in server.verbs()


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", "502 5.5.1 not today"])
def test_starttls_that_is_offered_and_refused(reply: str) -> None:
    with a_server(Security.STARTTLS) as server:
        server.on("STARTTLS", Answer(reply))
        is_at(report_of(server.port, Security.STARTTLS), Step.STARTTLS, Cause.STARTTLS_REFUSED)
        assert "AUTH" not in server.verbs()


def test_something_is_added_before_tls() -> None:
    with a_server(Security.STARTTLS) as server:
        server.on("STARTTLS", Inject(b"235 2.7.0 welcome\r\n"))
        is_at(report_of(server.port, Security.STARTTLS), Step.TLS, Cause.STARTTLS_ATTACKED)
        assert PASSWORD.encode() not in server.clear


def test_no_tls_outside_local_mode() -> None:
    way = a_way(allow_private=False, resolve=lambda _host, _port: ["8.8.8.8"])

    report = report_of(25, Security.PLAIN, way)

    fault = the_fault(report)
    assert fault.advice is not None
    assert fault.advice.cause is Cause.UNENCRYPTED


# --- What the server says ---


@pytest.mark.parametrize(
    ("verb", "fault", "step", "cause"),
    [
        ("GREETING", Answer("421 4.3.2 too busy"), Step.GREETING, Cause.SERVER_BUSY),
        ("GREETING", Answer("554 5.7.1 no service for you"), Step.GREETING, Cause.SERVER_REFUSES),
        ("GREETING", Answer("HTTP/1.1 400 Bad Request"), Step.GREETING, Cause.NOT_SMTP),
        ("GREETING", Answer("250 hello"), Step.GREETING, Cause.NOT_SMTP),
        ("GREETING", Drop(), Step.GREETING, Cause.CONNECTION_LOST),
        ("GREETING", Hang(), Step.GREETING, Cause.SERVER_SILENT),
        ("GREETING", Drip(pause=0.01), Step.GREETING, Cause.SERVER_SILENT),
        ("GREETING", Answer("220-" + "x" * 10_000_000), Step.GREETING, Cause.NOT_SMTP),
        ("GREETING", Answer("\r\n".join(["220-x"] * 5000)), Step.GREETING, Cause.NOT_SMTP),
        ("EHLO", Answer("550 5.7.1 who are you"), Step.STARTTLS, Cause.STARTTLS_REFUSED),
        ("EHLO", Hang(), Step.STARTTLS, Cause.SERVER_SILENT),
        ("EHLO", Drip(pause=0.01), Step.STARTTLS, Cause.SERVER_SILENT),
        ("EHLO", Drop(), Step.STARTTLS, Cause.CONNECTION_LOST),
        ("STARTTLS", Hang(), Step.STARTTLS, Cause.SERVER_SILENT),
        ("STARTTLS", Drop(), Step.STARTTLS, Cause.CONNECTION_LOST),
        ("AUTH", Hang(), Step.AUTH, Cause.SERVER_SILENT),
        ("AUTH", Drip(pause=0.01), Step.AUTH, Cause.SERVER_SILENT),
        ("AUTH", Drop(), Step.AUTH, Cause.CONNECTION_LOST),
        ("AUTH", Answer("what?"), Step.AUTH, Cause.NOT_SMTP),
        ("AUTH", Answer("535 5.7.8 wrong"), Step.AUTH, Cause.WRONG_PASSWORD),
        ("AUTH", Answer("454 4.7.0 Temporary authentication failure"), Step.AUTH, Cause.LOGIN_UNAVAILABLE),
    ],
    ids=lambda value: repr(value)[:40] if isinstance(value, Answer) else None,
)
def test_a_hostile_server_is_told_for_what_it_is_and_in_time(verb: str, fault: Fault, step: Step, cause: Cause) -> None:
    with a_server(Security.STARTTLS) as server:
        server.on(verb, fault)
        began = time.monotonic()
        report = report_of(server.port, Security.STARTTLS)
        took = time.monotonic() - began

    found = is_at(report, step, cause)
    assert took < 8
    assert len(found.detail) < 1000


def test_a_connection_that_is_reset_at_once() -> None:
    with a_server(Security.STARTTLS) as server:
        server.on("GREETING", Drop(reset=True), nth=1)
        fault = the_fault(report_of(server.port, Security.STARTTLS))

    # What comes first, the kernel's word that it is connected or the end of it, is a matter of luck.
    assert fault.advice is not None
    assert fault.advice.cause is Cause.CONNECTION_LOST
    assert fault.step in {Step.TCP, Step.GREETING}


@pytest.mark.parametrize(("mechanisms", "cause"), [("CRAM-MD5", Cause.MECHANISM_MISSING), ("", Cause.LOGIN_MISSING)])
def test_a_server_that_offers_no_way_to_log_in(mechanisms: str, cause: Cause) -> None:
    users = USERS if mechanisms else None
    with a_server(Security.STARTTLS, mechanisms=mechanisms, users=users) as server:
        is_at(report_of(server.port, Security.STARTTLS), Step.AUTH, cause)


def test_a_second_ehlo_that_fails_is_told_as_such() -> None:
    with a_server(Security.STARTTLS) as server:
        server.on("EHLO", Answer("421 4.3.2 too busy"), nth=2)
        is_at(report_of(server.port, Security.STARTTLS), Step.EHLO, Cause.SERVER_BUSY)


def test_a_password_that_is_not_in_the_store_any_more() -> None:
    owner = Owner()
    with a_server(Security.STARTTLS) as server:
        owner.has(server.port)
        owner.passwords.forget("ten_a", "acc_1")
        report = owner.test()
        connections = server.connections

    [fault] = [step for step in report.steps if step.ok is False]
    assert fault.advice is not None
    assert (fault.step, fault.advice.cause) == (Step.AUTH, Cause.CREDENTIALS_MISSING)
    assert connections == 0


def test_what_takes_long_is_seen_at_its_step() -> None:
    with a_server(Security.STARTTLS) as server:
        server.on("GREETING", Hang())
        fault = the_fault(report_of(server.port, Security.STARTTLS))

    assert 250 <= fault.milliseconds < 5000


def test_the_way_is_over_when_its_time_is() -> None:
    owner = Owner(a_way(limits={**dict.fromkeys(a_way().limits, 30.0)}))
    with a_server(Security.STARTTLS) as server:
        server.on("AUTH", Hang())
        owner.has(server.port)
        began = time.monotonic()
        report = owner.test(seconds=6)
        took = time.monotonic() - began

    is_at(report, Step.AUTH, Cause.SERVER_SILENT)
    assert took < 5


@pytest.mark.parametrize("echo", [PASSWORD, "{plain}", "{login}"])
@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "AUTH"])
def test_a_password_is_in_no_report_even_when_the_server_says_it(verb: str, echo: str) -> None:
    plain = base64.b64encode(f"\0{USERNAME}\0{PASSWORD}".encode()).decode()
    login = base64.b64encode(PASSWORD.encode()).decode()
    said = echo.format(plain=plain, login=login)
    with a_server(Security.STARTTLS) as server:
        reply = f"250-AUTH PLAIN {said}\r\n250 SIZE {said}" if verb == "EHLO" else f"535 5.7.8 not {said}"
        # The first EHLO has to lead to TLS.
        server.on(verb, Answer(reply), nth=2 if verb == "EHLO" else 1)
        report = report_of(server.port, Security.STARTTLS)

    shown = repr(report.steps) + report.message
    assert "********" in shown
    assert not any(secret in shown for secret in (PASSWORD, plain, login, login.rstrip("=")))


class Tokens:
    """The same access token for every account."""

    def __init__(self, token: str) -> None:
        self._token = token

    def read(self, _account: Account, _deadline: Deadline) -> Credential:
        return AccessToken(USERNAME, self._token)

    def after_refusal(self, _account: Account, _refused: Credential, _deadline: Deadline) -> None:
        """There is no other."""


def test_an_access_token_that_is_refused_is_no_wrong_password() -> None:
    owner = Owner()
    owner.credentials = Tokens("stale-token")
    with a_server(Security.STARTTLS, mechanisms="XOAUTH2") as server:
        owner.has(server.port)
        report = owner.test()

    is_at(report, Step.AUTH, Cause.TOKEN_REFUSED)
    assert "stale-token" not in repr(report)
