import base64
import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import (
    Delivery,
    Password,
    Phase,
    ReplyClass,
    Security,
    Server,
    SessionFailed,
    Verdict,
)
from postroom.delivery.smtp.limits import LIMITS
from postroom.delivery.smtp.open_session import OpenSession
from postroom.delivery.smtp.session import Session
from postroom.delivery.smtp.tls import tls_context
from tests.fakes.flow import a_mail, deliver, deliver_all
from tests.faults.certificates import Authority, Issued
from tests.faults.smtp_server import Answer, Drip, Drop, Fault, Hang, Inject, SmtpServer

HOST = "mail.test"
PASSWORD = "correct horse: batterie à clé"
USERS = {"ann@example.com": PASSWORD}
BOB, CY, DI = "bob@example.org", "cy@example.org", "di@example.org"
CONTENT = b"Subject: x\r\n\r\nHello.\r\n.\r\n..two\r\n"

_opened: list[Session] = []


def address_of(server: SmtpServer, security: Security, password: str = PASSWORD) -> Server:
    return Server(HOST, server.port, security, Password("ann@example.com", password))


def opened(
    server: SmtpServer,
    security: Security = Security.PLAIN,
    *,
    certificate: Issued | None = None,
    password: str = PASSWORD,
    seconds: float = 5.0,
    limits: Mapping[Phase, float] = LIMITS,
) -> Session:
    open_session = OpenSession(
        allow_private=True,
        hello="client.test",
        resolve=lambda host, port: ["127.0.0.1"],
        tls=certificate.client_context if certificate else tls_context,
        limits=limits,
    )
    session = open_session(address_of(server, security, password), Deadline.after(seconds))
    _opened.append(session)
    return session


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def failed(open_it: Callable[[], Session]) -> Verdict:
    with pytest.raises(SessionFailed) as failure:
        open_it()
    return failure.value.verdict


def delivered(session: Session, *recipients: str, content: bytes = CONTENT, seconds: float = 5.0) -> Delivery:
    mail = a_mail("ann@example.com", recipients or (BOB,), content)
    delivery = deliver(session, mail, Deadline.after(seconds))
    assert delivery is not None
    return delivery


def classes(delivery: Delivery) -> dict[str, ReplyClass]:
    return {recipient: verdict.reply_class for recipient, verdict in delivery.verdicts.items()}


@pytest.mark.parametrize("security", Security)
@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "PLAIN"])
def test_a_mail_goes_out_over_every_kind_of_connection(
    security: Security, mechanisms: str, certificate: Issued
) -> None:
    context = None if security is Security.PLAIN else certificate.server_context()
    implicit = security is Security.IMPLICIT
    with SmtpServer(context=context, implicit_tls=implicit, users=USERS, mechanisms=mechanisms) as server:
        session = opened(server, security, certificate=certificate)
        delivery = delivered(session, BOB, CY)
        assert session.usable
        session.close()
        assert server.hears("QUIT")

    assert classes(delivery) == {BOB: ReplyClass.ACCEPTED, CY: ReplyClass.ACCEPTED}
    (mail,) = server.mails
    assert mail.recipients == (BOB, CY)
    assert mail.content == CONTENT
    assert mail.username == "ann@example.com"
    assert mail.tls == (security is not Security.PLAIN)


def test_several_mails_go_over_one_session() -> None:
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        for number in range(3):
            delivered(session, content=b"%d\r\n" % number)
            assert session.usable
        session.close()

    assert [mail.content for mail in server.mails] == [b"0\r\n", b"1\r\n", b"2\r\n"]
    assert server.connections == 1


def test_a_certificate_from_the_file_that_the_environment_names_is_trusted(
    authority: Authority, certificate: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(file))
    tls_context.cache_clear()
    with SmtpServer(context=certificate.server_context(), implicit_tls=True, users=USERS) as server:
        delivery = delivered(opened(server, Security.IMPLICIT))
    tls_context.cache_clear()

    assert classes(delivery) == {BOB: ReplyClass.ACCEPTED}


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.IMPLICIT])
def test_our_own_context_verifies_the_name_and_not_the_address(
    security: Security, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(authority.pem)
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(file))
    tls_context.cache_clear()
    context, implicit = authority.issue("other.test").server_context(), security is Security.IMPLICIT
    with SmtpServer(context=context, implicit_tls=implicit, users=USERS) as server:
        verdict = failed(lambda: opened(server, security))
    tls_context.cache_clear()

    assert "certificate" in verdict.words
    assert nothing_secret_was_said(server)


def test_our_own_context_asks_for_tls_1_2_at_least_and_a_certificate() -> None:
    context = tls_context()

    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


# What must be true before credentials are sent


def bad_certificates(authority: Authority) -> dict[str, Issued]:
    stranger = Authority("A stranger")
    return {
        "self-made authority": Issued(stranger.issue(HOST).pem, authority.pem),
        "another name": authority.issue("other.test"),
        "expired": authority.issue(HOST, expired=True),
    }


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.IMPLICIT])
@pytest.mark.parametrize("kind", ["self-made authority", "another name", "expired"])
def test_a_bad_certificate_ends_the_attempt_before_any_credentials(
    security: Security, kind: str, authority: Authority
) -> None:
    bad = bad_certificates(authority)[kind]
    implicit = security is Security.IMPLICIT
    with SmtpServer(context=bad.server_context(), implicit_tls=implicit, users=USERS) as server:
        verdict = failed(lambda: opened(server, security, certificate=bad))

    assert verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert verdict.phase is (Phase.CONNECT if implicit else Phase.STARTTLS)
    assert "certificate" in verdict.words
    assert nothing_secret_was_said(server)


ATTACKS: Mapping[str, Sequence[tuple[str, Fault]]] = {
    "not offered": [("EHLO", Answer("250-mail.test\r\n250 AUTH PLAIN LOGIN"))],
    "refused for now": [("STARTTLS", Answer("454 4.7.0 TLS not available"))],
    "refused": [("STARTTLS", Answer("502 5.5.1 no"))],
    "accepted with another code": [("STARTTLS", Answer("250 2.0.0 ok"))],
    "said but not begun": [("STARTTLS", Answer("220 2.0.0 go ahead"))],
    "dropped": [("STARTTLS", Drop())],
    "injected reply": [("STARTTLS", Inject(b"250-mail.test\r\n250 AUTH PLAIN\r\n"))],
    "injected byte": [("STARTTLS", Inject(b"2"))],
    "already authenticated": [("EHLO", Answer("250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n235 welcome"))],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_credentials_are_sent_when_starttls_is_attacked(attack: str, certificate: Issued) -> None:
    with SmtpServer(context=certificate.server_context(), users=USERS) as server:
        for verb, fault in ATTACKS[attack]:
            server.on(verb, fault)
        verdict = failed(lambda: opened(server, Security.STARTTLS, certificate=certificate, seconds=1))

    assert verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert nothing_secret_was_said(server)
    assert not attack.startswith("injected") or "before TLS began" in verdict.words


def nothing_secret_was_said(server: SmtpServer) -> bool:
    return (
        b"AUTH" not in server.clear
        and not any(seen.line.upper().startswith((b"AUTH", b"MAIL")) for seen in server.commands)
        and server.mails == []
    )


@pytest.mark.parametrize(
    "server",
    [
        Server(HOST, 25, Security.PLAIN, Password("ann", "secret")),
        Server(HOST, 25, Security.STARTTLS),
        Server(HOST, 25, Security.IMPLICIT),
    ],
)
def test_without_tls_or_credentials_nothing_is_opened_outside_local_mode(server: Server) -> None:
    dialled: list[str] = []

    def dial(address: str, port: int, seconds: float) -> object:
        dialled.append(address)
        raise AssertionError

    open_session = OpenSession(
        allow_private=False,
        resolve=lambda host, port: ["8.8.8.8"],
        dial=dial,  # type: ignore[arg-type]
    )
    verdict = failed(lambda: open_session(server, Deadline.after(1)))

    assert verdict.phase is Phase.CONNECT
    assert dialled == []


def test_a_host_that_resolves_to_the_inside_gets_no_connection() -> None:
    with SmtpServer(users=USERS) as server:
        open_session = OpenSession(allow_private=False, resolve=lambda host, port: ["127.0.0.1"])
        verdict = failed(lambda: open_session(address_of(server, Security.IMPLICIT), Deadline.after(1)))

    assert verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert server.connections == 0


# How a session can fail to open

ANSWERS: Mapping[str, Fault] = {
    "4xx": Answer("451 4.3.0 not now"),
    "5xx": Answer("554 5.3.0 never"),
    "421": Answer("421 4.3.2 closing", then_drop=True),
    "drop": Drop(),
    "reset": Drop(reset=True),
    "hang": Hang(),
    "drip": Drip(),
    "nonsense": Answer("hello there"),
    "other 2xx": Answer("299 odd"),
    "3xx": Answer("399 odd"),
    "endless": Answer("\r\n".join(["250-x"] * 200)),
    "long line": Answer("250 " + "x" * 9_000),
}


@pytest.mark.parametrize("fault", ANSWERS)
@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "STARTTLS", "AUTH"])
def test_whatever_happens_while_opening_is_infrastructure_unless_the_login_is_refused(
    verb: str, fault: str, certificate: Issued
) -> None:
    with SmtpServer(context=certificate.server_context(), users=USERS) as server:
        server.on(verb, ANSWERS[fault])
        # Impatient only where nothing will come, so that a busy machine makes no difference.
        limits = {**LIMITS, Phase[verb]: 0.15} if fault in {"hang", "drip"} else LIMITS
        verdict = failed(lambda: opened(server, Security.STARTTLS, certificate=certificate, limits=limits))

    refused = verb == "AUTH" and fault == "5xx"
    assert verdict.reply_class is (ReplyClass.AUTH if refused else ReplyClass.INFRASTRUCTURE)
    # A reset can overtake the greeting.
    assert verdict.phase is Phase[verb] or (verb == "GREETING" and verdict.phase is Phase.CONNECT)
    assert server.mails == []


def test_a_wrong_password_is_tried_once() -> None:
    with SmtpServer(users=USERS) as server:
        verdict = failed(lambda: opened(server, password="not it"))

    assert verdict.reply_class is ReplyClass.AUTH
    assert verdict.words == "535 5.7.8 wrong user or password"
    assert server.verbs().count("AUTH") == 1


def test_another_mechanism_is_tried_when_the_first_turns_out_to_be_unknown() -> None:
    with SmtpServer(users=USERS) as server:
        server.on("AUTH", Answer("504 5.5.4 not that one"), containing="PLAIN")

        assert opened(server).usable


def test_a_server_without_a_known_mechanism_is_not_a_refused_login() -> None:
    with SmtpServer(users=USERS, mechanisms="GSSAPI") as server:
        verdict = failed(lambda: opened(server))

    assert verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert verdict.phase is Phase.AUTH


def test_too_many_logins_are_a_rate_and_not_a_wrong_password() -> None:
    with SmtpServer(users=USERS) as server:
        server.on("AUTH", Answer("454 4.7.0 Too many login attempts, please try again later"))
        verdict = failed(lambda: opened(server))

    assert verdict.reply_class is ReplyClass.RATE


def test_a_dripping_server_is_left_at_the_deadline() -> None:
    with SmtpServer(users=USERS) as server:
        server.on("GREETING", Drip(pause=0.01))
        began = time.monotonic()
        verdict = failed(lambda: opened(server, seconds=0.5))

    assert 0.4 < time.monotonic() - began < 5
    assert verdict.phase is Phase.GREETING


def test_a_server_that_drips_its_side_of_tls_is_left_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                # The head of a TLS record that promises 16 kB.
                connection.sendall(b"\x16\x03\x03\x40\x00")
                while not stop.wait(0.01):
                    connection.sendall(b"\x02")

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        account = Server("127.0.0.1", listener.getsockname()[1], Security.IMPLICIT, Password("ann", "secret"))
        verdict = failed(lambda: OpenSession(allow_private=True)(account, Deadline.after(0.4)))
        took = time.monotonic() - began
        stop.set()
        thread.join()

    assert verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert took < 5


# What is kept out of sight


def test_no_form_of_the_password_is_ever_shown() -> None:
    plain = f"\0ann@example.com\0{PASSWORD}"
    forms = [PASSWORD, base64.b64encode(PASSWORD.encode()).decode(), base64.b64encode(plain.encode()).decode()]
    shown: list[str] = []
    for form in forms:
        with SmtpServer(users=USERS) as server:
            server.on("AUTH", Answer(f"535-5.7.8 you said {form}\r\n535 5.7.8 {form}!"))
            with pytest.raises(SessionFailed) as failure:
                opened(server)
            shown += [str(failure.value), repr(failure.value), repr(failure.value.verdict)]
            shown += [repr(error) for error in (failure.value.__cause__, failure.value.__context__)]
            shown.append(repr(address_of(server, Security.PLAIN)))
    with SmtpServer(users=USERS, mechanisms="LOGIN") as server:
        server.on("MAIL", Answer(f"550 5.7.1 {forms[0]} {forms[1]} {forms[2]}"))
        session = opened(server)
        delivery = delivered(session)
        shown += [repr(delivery), *delivery.transcript, repr(session)]

    assert not any(form in text for form in forms for text in shown)


def test_the_transcript_tells_the_conversation_without_credentials_and_content() -> None:
    with SmtpServer(users=USERS, extensions=()) as server:
        session = opened(server)
        first, second = delivered(session), delivered(session)

    assert first.transcript == (
        "S: 220 mail.test ESMTP",
        "C: EHLO client.test",
        "S: 250 mail.test",
        "S: 250 AUTH PLAIN LOGIN",
        "C: AUTH PLAIN ********",
        "S: 235 2.7.0 welcome",
        "C: MAIL FROM:<ann@example.com>",
        "S: 250 2.1.0 ok",
        "C: RCPT TO:<bob@example.org>",
        "S: 250 2.1.5 ok",
        "C: DATA",
        "S: 354 go ahead",
        f"C: ({len(CONTENT)} bytes)",
        "C: .",
        "S: 250 2.0.0 queued",
    )
    assert second.transcript == first.transcript[6:]


def test_the_transcript_does_not_grow_without_end() -> None:
    with SmtpServer(users=USERS) as server:
        server.on("MAIL", Answer("550 5.7.1 " + "x" * 3_000))
        session = opened(server)
        said = [delivered(session).transcript for _ in range(60)]

    assert max(sum(map(len, transcript)) for transcript in said) < 2_000


# The end


@pytest.mark.parametrize("fault", ["4xx", "5xx", "421", "drop", "reset", "hang", "drip", "nonsense"])
def test_what_happens_at_quit_changes_nothing(fault: str) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("QUIT", ANSWERS[fault])
        session = opened(server)
        delivery = delivered(session)
        began = time.monotonic()
        session.close()
        took = time.monotonic() - began

    assert classes(delivery) == {BOB: ReplyClass.ACCEPTED}
    assert took < 5
    assert not session.usable


def test_a_session_that_the_server_left_is_not_usable() -> None:
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        assert session.usable

    assert not session.usable


def test_a_closed_session_sends_nothing() -> None:
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        session.close()
        session.close()
        deliveries = deliver_all(session, [a_mail("ann@example.com", (BOB,), b"x\r\n")], Deadline.after(5))

    assert deliveries == []
    assert "MAIL" not in server.verbs()
