"""Log-in with an access token (XOAUTH2), and what is shown of it: nothing."""

import base64
import random
import re
import secrets
from collections.abc import Callable

import pytest

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import AccessToken, Phase, ReplyClass, Security, Server, SessionFailed, Verdict
from postroom.delivery.smtp.open_session import OpenSession
from postroom.delivery.smtp.secrecy import MASK, Censor
from postroom.delivery.smtp.session import Session
from postroom.delivery.smtp.tls import tls_context
from tests.fakes.flow import a_mail, deliver
from tests.faults.certificates import Issued
from tests.faults.smtp_server import Answer, SmtpServer

ANN = "ann@example.com"
TOKEN = "ya29." + secrets.token_urlsafe(160)


def opened(
    server: SmtpServer, *, token: str = TOKEN, security: Security = Security.PLAIN, certificate: Issued | None = None
) -> Session:
    open_session = OpenSession(
        allow_private=True,
        hello="client.test",
        resolve=lambda host, port: ["127.0.0.1"],
        tls=certificate.client_context if certificate else tls_context,
    )
    return open_session(Server("mail.test", server.port, security, AccessToken(ANN, token)), Deadline.after(5))


def a_server(**how: object) -> SmtpServer:
    return SmtpServer(**{"users": {ANN: TOKEN}, "mechanisms": "LOGIN PLAIN XOAUTH2"} | how)  # type: ignore[arg-type]


def failed(open_it: Callable[[], Session]) -> SessionFailed:
    with pytest.raises(SessionFailed) as failure:
        open_it()
    return failure.value


@pytest.mark.parametrize("security", Security)
def test_an_access_token_opens_a_session_over_every_kind_of_connection(security: Security, certificate: Issued) -> None:
    context = None if security is Security.PLAIN else certificate.server_context()
    with a_server(context=context, implicit_tls=security is Security.IMPLICIT) as server:
        session = opened(server, security=security, certificate=certificate)
        deliver(session, a_mail(ANN, ("bob@example.org",), b"x\r\n"), Deadline.after(5))
        session.close()

    assert [mail.username for mail in server.mails] == [ANN]
    [said] = [seen.line for seen in server.commands if seen.line.startswith(b"AUTH")]
    expected = base64.b64encode(f"user={ANN}\x01auth=Bearer {TOKEN}\x01\x01".encode())
    assert said == b"AUTH XOAUTH2 " + expected


def test_a_refusal_that_comes_as_a_challenge_is_answered_with_nothing_and_is_the_accounts() -> None:
    with a_server() as server:
        failure = failed(lambda: opened(server, token="ya29.not-this-one-at-all"))

    assert failure.verdict.reply_class is ReplyClass.AUTH
    assert failure.verdict.words == "535 5.7.8 wrong user or password"
    assert [line for line in failure.transcript if line.startswith("C: ")][-1] == f"C: {MASK}"
    assert server.verbs().count("AUTH") == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("454 4.7.0 Temporary authentication failure", ReplyClass.INFRASTRUCTURE),
        ("454 4.7.0 Too many login attempts, please try again later", ReplyClass.RATE),
        ("535 5.7.3 Authentication unsuccessful", ReplyClass.AUTH),
        ("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled", ReplyClass.AUTH),
    ],
)
def test_the_reply_decides_whether_the_token_is_to_blame(answer: str, expected: ReplyClass) -> None:
    with a_server() as server:
        server.on("AUTH", Answer(answer))
        failure = failed(lambda: opened(server))

    assert failure.verdict.reply_class is expected


def test_a_token_never_goes_to_a_server_that_knows_passwords_alone() -> None:
    with a_server(mechanisms="PLAIN LOGIN") as server:
        failure = failed(lambda: opened(server))

    assert failure.verdict.reply_class is ReplyClass.INFRASTRUCTURE
    assert "XOAUTH2" in failure.verdict.words
    assert "AUTH" not in server.verbs()


def test_a_token_never_leaves_before_tls(certificate: Issued) -> None:
    with a_server(context=None) as server:
        failure = failed(lambda: opened(server, security=Security.STARTTLS, certificate=certificate))

    assert failure.verdict.phase is Phase.STARTTLS
    assert "AUTH" not in server.verbs()


# What is kept out of sight


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS = {
    "as it is": TOKEN,
    "with its scheme": f"Bearer {TOKEN}",
    "in base64": _encoded(TOKEN),
    "in base64, one further": _encoded(f"x{TOKEN}"),
    "in base64, two further": _encoded(f"xx{TOKEN}"),
    "as AUTH carries it": _encoded(f"user={ANN}\x01auth=Bearer {TOKEN}\x01\x01"),
}


def longest_shown(text: str, secret: str) -> int:
    """The longest piece of the secret that can be read; an independent search."""
    return max(
        (end - at for at in range(len(secret)) for end in range(at + 1, len(secret) + 1) if secret[at:end] in text),
        default=0,
    )


def shown_of(verdict: Verdict, failure: SessionFailed) -> str:
    return "\n".join([verdict.words, repr(verdict), repr(failure), str(failure), *failure.transcript])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("broken_by", ["nothing", "lines", "spaces"])
def test_whatever_a_server_repeats_of_the_token_is_not_shown(form: str, broken_by: str) -> None:
    said = FORMS[form]
    if broken_by == "lines":
        lines = [said[at : at + 60] for at in range(0, len(said), 60)]
        answer = "\r\n".join([*(f"535-5.7.8 {line}" for line in lines[:-1]), f"535 5.7.8 {lines[-1]}"])
    else:
        separator = " " if broken_by == "spaces" else said[:0]
        answer = "535 5.7.8 " + separator.join(said[at : at + 50] for at in range(0, len(said), 50))
    with a_server() as server:
        server.on("AUTH", Answer(answer))
        failure = failed(lambda: opened(server))
    shown = shown_of(failure.verdict, failure)

    assert MASK in shown
    assert longest_shown(shown, TOKEN) < 12
    assert all(longest_shown(shown, _encoded("x" * before + TOKEN)[4:-4]) < 12 for before in range(3))


def test_the_check_above_would_see_a_token() -> None:
    assert longest_shown(f"535 {TOKEN[20:50]}", TOKEN) == 30


def test_other_words_of_a_server_stay_readable() -> None:
    censor = Censor(AccessToken(ANN, TOKEN))
    words = "5.7.3 Authentication unsuccessful [AM0PR02CA0123.eurprd02.prod.outlook.com]"

    assert censor(words) == words


def test_what_stands_around_a_token_stays_readable() -> None:
    assert Censor(AccessToken(ANN, TOKEN))(f"you said {TOKEN}, which is wrong") == f"you said {MASK}, which is wrong"


def test_a_token_in_a_long_reply_takes_no_long_time_to_find() -> None:
    generator = random.Random(7)
    words = "".join(generator.choice("abcdefgh ") for _ in range(20_000)) + TOKEN

    assert re.sub("[a-h ]", "", Censor(AccessToken(ANN, TOKEN))(words)) == MASK


def test_a_token_has_no_place_in_a_representation() -> None:
    token = AccessToken(ANN, TOKEN)

    assert TOKEN not in repr(token)
    assert TOKEN not in repr(Server("mail.test", 587, Security.STARTTLS, token))
