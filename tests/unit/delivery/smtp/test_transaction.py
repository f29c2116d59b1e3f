import smtplib
import time
from collections.abc import Iterator, Mapping

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
from tests.fakes.flow import a_mail, deliver
from tests.faults.smtp_server import Answer, Drip, Drop, Fault, Hang, SmtpServer

USERS = {"ann@example.com": "secret"}
BOB, CY, DI = "bob@example.org", "cy@example.org", "di@example.org"
CONTENT = b"Subject: x\r\n\r\nHello.\r\n"

ACCEPTED, RECIPIENT, BUSY = ReplyClass.ACCEPTED, ReplyClass.RECIPIENT, ReplyClass.BUSY
POLICY, INFRA, UNCERTAIN = ReplyClass.POLICY, ReplyClass.INFRASTRUCTURE, ReplyClass.UNCERTAIN
QUOTA, RATE = ReplyClass.QUOTA, ReplyClass.RATE

WITHDRAWN = Verdict(INFRA, Phase.MAIL, "The connection was gone before a word was heard")


class Sessions:
    """Opens them, and closes them when their test is over."""

    def __init__(self) -> None:
        self._open: list[Session] = []

    def __call__(self, server: SmtpServer, limits: Mapping[Phase, float] = LIMITS) -> Session:
        open_session = OpenSession(
            allow_private=True, hello="client.test", resolve=lambda host, port: ["127.0.0.1"], limits=limits
        )
        account = Server("127.0.0.1", server.port, Security.PLAIN, Password("ann@example.com", "secret"))
        session = open_session(account, Deadline.after(5))
        self._open.append(session)
        return session

    def close(self) -> None:
        while self._open:
            self._open.pop().close()


@pytest.fixture
def opened() -> Iterator[Sessions]:
    sessions = Sessions()
    yield sessions
    sessions.close()


def delivered(session: Session, *recipients: str, content: bytes = CONTENT, seconds: float = 5.0) -> Delivery:
    mail = a_mail("ann@example.com", recipients or (BOB,), content)
    delivery = deliver(session, mail, Deadline.after(seconds))
    return delivery or Delivery(dict.fromkeys(mail.envelope.recipients, WITHDRAWN))


def classes(delivery: Delivery) -> list[ReplyClass]:
    return [verdict.reply_class for verdict in delivery.verdicts.values()]


FAULTS: Mapping[str, Fault] = {
    "4xx": Answer("451 4.7.1 later"),
    "5xx": Answer("554 5.7.1 no"),
    "421": Answer("421 4.3.2 closing", then_drop=True),
    "drop": Drop(),
    "reset": Drop(reset=True),
    "hang": Hang(),
    "drip": Drip(),
    "nonsense": Answer("what?"),
    "wrong digit": Answer("399 go on"),
}

# Verb, what happens there, the class for the recipient, and whether the session can go on.
TRUTH = (
    ("MAIL", "4xx", BUSY, True),
    ("MAIL", "5xx", POLICY, True),
    ("MAIL", "421", INFRA, False),
    ("MAIL", "drop", INFRA, False),
    ("MAIL", "reset", INFRA, False),
    ("MAIL", "hang", INFRA, False),
    ("MAIL", "drip", INFRA, False),
    ("MAIL", "nonsense", INFRA, False),
    ("MAIL", "wrong digit", INFRA, False),
    ("RCPT", "4xx", BUSY, True),
    ("RCPT", "5xx", POLICY, True),
    ("RCPT", "421", INFRA, False),
    ("RCPT", "drop", INFRA, False),
    ("RCPT", "reset", INFRA, False),
    ("RCPT", "hang", INFRA, False),
    ("RCPT", "drip", INFRA, False),
    ("RCPT", "nonsense", INFRA, False),
    ("RCPT", "wrong digit", INFRA, False),
    ("DATA", "4xx", BUSY, True),
    ("DATA", "5xx", POLICY, True),
    ("DATA", "421", INFRA, False),
    ("DATA", "drop", INFRA, False),
    ("DATA", "reset", INFRA, False),
    ("DATA", "hang", INFRA, False),
    ("DATA", "drip", INFRA, False),
    ("DATA", "nonsense", INFRA, False),
    ("DOT", "4xx", BUSY, True),
    ("DOT", "5xx", POLICY, True),
    ("DOT", "421", INFRA, False),
    ("DOT", "drop", UNCERTAIN, False),
    ("DOT", "reset", UNCERTAIN, False),
    ("DOT", "hang", UNCERTAIN, False),
    ("DOT", "drip", UNCERTAIN, False),
    ("DOT", "nonsense", UNCERTAIN, False),
    ("DOT", "wrong digit", UNCERTAIN, False),
)
PHASES = {"MAIL": Phase.MAIL, "RCPT": Phase.RCPT, "DATA": Phase.DATA, "DOT": Phase.FINAL_DOT}


@pytest.mark.parametrize("position", [1, 2, 3], ids=["first", "middle", "last"])
@pytest.mark.parametrize(("verb", "fault", "expected", "goes_on"), TRUTH)
def test_a_fault_concerns_the_mail_that_it_hits_and_no_other(
    opened: Sessions,
    *,
    verb: str,
    fault: str,
    expected: ReplyClass,
    goes_on: bool,
    position: int,
) -> None:
    with SmtpServer(users=USERS) as server:
        server.on(verb, FAULTS[fault], nth=position)
        limits = dict(LIMITS)
        session = opened(server, limits)
        found: list[ReplyClass] = []
        for number in (1, 2, 3):
            # Impatient only where nothing will come, so that a busy machine makes no difference.
            limits[PHASES[verb]] = 0.15 if number == position and fault in {"hang", "drip"} else 5.0
            delivery = delivered(session, content=b"%d\r\n" % number)
            found += classes(delivery)
            was_withdrawn = verb == "MAIL" and fault in {"drop", "reset"} and number == position > 1
            assert (delivery.verdicts[BOB] is WITHDRAWN) == was_withdrawn
            assert session.usable == (goes_on or number != position)
            if not session.usable:
                session.close()
                session = opened(server, limits)
        session.close()

    assert found == [expected if number == position else ACCEPTED for number in (1, 2, 3)]
    assert [mail.content for mail in server.mails] == [b"%d\r\n" % number for number in (1, 2, 3) if number != position]


@pytest.mark.parametrize("position", [1, 2, 3], ids=["first", "middle", "last"])
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("550 5.1.1 unknown", RECIPIENT),
        ("452 4.2.2 full", BUSY),
        ("550 5.4.5 Daily user sending limit exceeded", QUOTA),
        ("450 4.2.1 too quickly", RATE),
    ],
)
def test_a_refused_recipient_does_not_keep_the_others_from_their_mail(
    opened: Sessions, reply: str, expected: ReplyClass, position: int
) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("RCPT", Answer(reply), nth=position)
        session = opened(server)
        delivery = delivered(session, BOB, CY, DI)
        again = delivered(session, BOB)
        session.close()

    assert classes(delivery) == [expected if number == position else ACCEPTED for number in (1, 2, 3)]
    assert server.mails[0].recipients == tuple(
        recipient for number, recipient in enumerate((BOB, CY, DI), 1) if number != position
    )
    assert classes(again) == [ACCEPTED]


def test_when_all_recipients_are_refused_no_content_is_offered(opened: Sessions) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("RCPT", Answer("550 5.1.1 unknown"))
        session = opened(server)
        delivery = delivered(session, BOB, CY)
        unsayable = delivered(session, "a b@example.org")
        delivered(session, BOB)

    assert classes(delivery) == [RECIPIENT, RECIPIENT]
    assert classes(unsayable) == [POLICY]
    assert server.verbs()[2:] == ["MAIL", "RCPT", "RCPT", "RSET", "MAIL", "RCPT"]


@pytest.mark.parametrize("position", [1, 2, 3], ids=["first", "middle", "last"])
def test_a_421_among_the_recipients_leaves_those_refused_before_with_their_verdict(
    opened: Sessions, position: int
) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("RCPT", Answer("421 4.3.2 closing", then_drop=True), nth=position)
        server.on("RCPT", Answer("550 5.1.1 unknown"), containing=BOB)
        session = opened(server)
        delivery = delivered(session, BOB, CY, DI)

    assert classes(delivery) == [INFRA if position == 1 else RECIPIENT, INFRA, INFRA]
    assert not session.usable
    assert server.mails == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [("421 4.3.2 closing", INFRA), ("421 4.7.28 unusual rate", RATE), ("421 [TSS04] later", RATE)],
)
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT"])
def test_after_a_421_nothing_more_is_said_even_if_the_server_does_not_hang_up(
    opened: Sessions, verb: str, reply: str, expected: ReplyClass
) -> None:
    with SmtpServer(users=USERS) as server:
        server.on(verb, Answer(reply))
        session = opened(server)
        delivery = delivered(session, BOB, CY)
        session.close()

    assert classes(delivery) == [expected, expected]
    assert not session.usable
    assert server.verbs()[-1] == {"DOT": "DATA"}.get(verb, verb)
    assert server.verbs().count("RCPT") == {"MAIL": 0, "RCPT": 1}.get(verb, 2)


@pytest.mark.parametrize(("verb", "phase"), [("MAIL", Phase.MAIL), ("DATA", Phase.DATA), ("DOT", Phase.FINAL_DOT)])
def test_a_refusal_of_the_message_goes_to_all_who_were_left(opened: Sessions, verb: str, phase: Phase) -> None:
    with SmtpServer(users=USERS) as server:
        server.on(verb, Answer("554 5.6.0 no"))
        session = opened(server)
        delivery = delivered(session, BOB, CY)

    assert {(verdict.reply_class, verdict.phase) for verdict in delivery.verdicts.values()} == {(POLICY, phase)}


def test_of_several_recipients_none_is_blamed_for_an_unknown_user_after_the_final_dot(opened: Sessions) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("DOT", Answer("550 5.1.1 unknown"))
        session = opened(server)
        together, alone = delivered(session, BOB, CY), delivered(session, BOB)

    assert classes(together) == [POLICY, POLICY]
    assert classes(alone) == [RECIPIENT]


@pytest.mark.parametrize("fault", ["4xx", "5xx", "421", "drop", "hang", "drip"])
def test_without_a_reset_behind_a_refused_mail_nothing_more_is_sent(opened: Sessions, fault: str) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("MAIL", Answer("550 5.7.1 no"), nth=1)
        server.on("RSET", FAULTS[fault])
        session = opened(server)
        refused, behind = delivered(session), delivered(session, seconds=0.3)
        assert not session.usable

    assert (classes(refused), classes(behind)) == ([POLICY], [INFRA])
    assert server.verbs().count("MAIL") == 1


def test_a_connection_lost_in_the_middle_of_the_body_means_not_sent(opened: Sessions) -> None:
    with SmtpServer(users=USERS, extensions=()) as server:
        server.on("BODY", Drop(reset=True))
        session = opened(server)
        delivery = delivered(session, content=b"x" * 70 + b"\r\n" + (b"x" * 70 + b"\r\n") * 300_000)

    assert classes(delivery) == [INFRA]
    assert delivery.verdicts[BOB].phase is Phase.BODY
    assert server.mails == []


def test_a_server_that_takes_no_more_of_the_body_is_left_at_the_deadline(opened: Sessions) -> None:
    with SmtpServer(users=USERS, extensions=()) as server:
        server.on("BODY", Hang())
        session = opened(server)
        began = time.monotonic()
        delivery = delivered(session, content=b"x" * 70 + b"\r\n" + (b"x" * 70 + b"\r\n") * 300_000, seconds=0.5)

    assert classes(delivery) == [INFRA]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "DOT", "RSET"])
def test_a_dripping_server_is_left_at_the_deadline(opened: Sessions, verb: str) -> None:
    with SmtpServer(users=USERS) as server:
        server.on(verb, Drip(pause=0.005))
        server.on("DATA", Answer("554 5.3.4 no")) if verb == "RSET" else None
        session = opened(server)
        began = time.monotonic()
        delivered(session, seconds=0.3)

    assert time.monotonic() - began < 5


def test_without_time_left_nothing_is_sent(opened: Sessions) -> None:
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        delivery = delivered(session, seconds=-1)

    assert classes(delivery) == [INFRA]
    assert server.mails == []


def test_an_answer_before_its_question_is_not_believed(opened: Sessions) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("RCPT", Answer("550 5.1.1 no\r\n250 ok\r\n354 go ahead\r\n250 2.0.0 accepted"))
        session = opened(server)
        delivery = delivered(session, BOB, CY)

    assert classes(delivery) == [RECIPIENT, INFRA]
    assert not session.usable
    assert server.verbs().count("RCPT") == 1


@pytest.mark.parametrize(
    ("reply", "expected"),
    [("354 go\r\n250 2.0.0 accepted", INFRA), ("354 go\r\n552 5.3.4 too big", POLICY), ("354 go\r\n421 bye", INFRA)],
)
def test_an_answer_before_the_final_dot_is_never_an_acceptance(
    opened: Sessions, reply: str, expected: ReplyClass
) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("DATA", Answer(reply))
        session = opened(server)
        delivery = delivered(session)

    assert classes(delivery) == [expected]
    assert delivery.verdicts[BOB].phase is Phase.BODY
    assert not session.usable


def test_a_farewell_after_the_acceptance_takes_nothing_back(opened: Sessions) -> None:
    with SmtpServer(users=USERS) as server:
        server.on("DOT", Answer("250 2.0.0 queued\r\n421 4.4.2 bye", then_drop=True))
        session = opened(server)
        delivery = delivered(session)

    assert classes(delivery) == [ACCEPTED]
    assert not session.usable


# What is said


@pytest.mark.parametrize(
    ("extensions", "content", "command"),
    [
        (("SIZE 1000", "8BITMIME"), b"x\r\n", b"MAIL FROM:<ann@example.com> SIZE=3"),
        (
            ("SIZE", "8BITMIME", "SMTPUTF8"),
            b"\xc3\xa4\r\n",
            b"MAIL FROM:<ann@example.com> SIZE=4 BODY=8BITMIME SMTPUTF8",
        ),
        (("SIZE 0",), b"x\r\n", b"MAIL FROM:<ann@example.com> SIZE=3"),
        ((), b"x\r\n", b"MAIL FROM:<ann@example.com>"),
    ],
)
def test_only_what_the_server_offers_is_used(
    opened: Sessions, extensions: tuple[str, ...], content: bytes, command: bytes
) -> None:
    with SmtpServer(users=USERS, extensions=extensions) as server:
        session = opened(server)
        delivered(session, content=content)

    assert server.commands[2].line == command


@pytest.mark.parametrize(
    ("extensions", "content"),
    [
        (("SIZE 1000",), b"x" * 900 + b"\r\n" + b"x" * 900),
        (("SMTPUTF8",), b"\xc3\xa4\r\n"),
        (("8BITMIME",), b"\xc3\xa4\r\n"),
    ],
)
def test_what_the_server_cannot_take_is_not_sent(opened: Sessions, extensions: tuple[str, ...], content: bytes) -> None:
    with SmtpServer(users=USERS, extensions=extensions) as server:
        session = opened(server)
        delivery = delivered(session, content=content)
        assert session.usable

    assert classes(delivery) == [BUSY]
    assert server.verbs() == ["EHLO", "AUTH"]


@pytest.mark.parametrize("bad", ["a\r\nRSET", "a\nb", "a\rb", "a\0b", "a b", "a>b", "<a", "ä\x85@example.org", ""])
def test_no_address_gets_into_a_command_that_would_make_it_another(opened: Sessions, bad: str) -> None:
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        as_recipient = delivered(session, bad, BOB)
        as_sender = deliver(session, a_mail(bad, (BOB,), CONTENT), Deadline.after(5))
        assert as_sender is not None

    assert classes(as_recipient) == [POLICY, ACCEPTED]
    assert classes(as_sender) == [POLICY]
    assert server.verbs() == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA"]


@pytest.mark.parametrize("chunking", [False, True])
def test_an_address_with_letters_outside_ascii_is_said_to_a_server_that_takes_them(
    opened: Sessions, *, chunking: bool
) -> None:
    extensions = ("8BITMIME", "SMTPUTF8")
    with SmtpServer(users=USERS, extensions=extensions, pipelining=chunking, chunking=chunking) as server:
        session = opened(server)
        delivery = delivered(
            session, "j\u00fcrgen@example.org", BOB, content="To: j\u00fcrgen@example.org\r\n".encode()
        )

    assert classes(delivery) == [ACCEPTED, ACCEPTED]
    said = [seen.line for seen in server.commands]
    assert b"MAIL FROM:<ann@example.com> BODY=8BITMIME SMTPUTF8" in said
    assert "RCPT TO:<j\u00fcrgen@example.org>".encode() in said
    assert server.mails[0].content == "To: j\u00fcrgen@example.org\r\n".encode()


def test_only_the_address_that_a_server_does_not_take_may_go_by_another(opened: Sessions) -> None:
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        delivery = delivered(session, "j\u00fcrgen@example.org", BOB)

    assert classes(delivery) == [BUSY, ACCEPTED]
    assert "SMTPUTF8" in delivery.verdicts["j\u00fcrgen@example.org"].words


def test_lines_that_begin_with_a_dot_arrive_as_they_are(opened: Sessions) -> None:
    content = b".\r\n..\r\n.a\r\n\r\n.\r\nb"
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        delivered(session, content=content)

    assert server.mails[0].content == content + b"\r\n"


# The stream, cut everywhere


def test_the_standard_library_alone_cannot_tell_not_sent_from_perhaps_sent() -> None:
    raised: list[str] = []
    for verb in ("DATA", "DOT"):
        with SmtpServer() as server:
            server.on(verb, Drop())
            client = smtplib.SMTP("127.0.0.1", server.port, "client.test", timeout=5)
            with pytest.raises(smtplib.SMTPServerDisconnected) as error:
                client.sendmail("ann@example.com", [BOB], CONTENT)
            raised.append(repr(error.value))
            client.close()

    assert raised[0] == raised[1]


def whole_conversation(opened: Sessions) -> tuple[int, int]:
    """How many bytes the server sends before the last reply of a transaction begins, and in all."""
    with SmtpServer(users=USERS) as server:
        session = opened(server)
        delivered(session, BOB, CY)
        total = server.bytes_sent
    return total - len(b"250 2.0.0 queued\r\n"), total


def test_a_stream_cut_after_any_byte_never_gives_a_wrong_answer(opened: Sessions) -> None:
    before_last_reply, total = whole_conversation(opened)
    seen: set[ReplyClass] = set()
    for cut in range(total + 1):
        with SmtpServer(users=USERS, cut_after=cut) as server:
            try:
                session = opened(server)
            except SessionFailed as failure:
                found = {failure.verdict.reply_class}
            else:
                found = set(classes(delivered(session, BOB, CY)))
                session.close()
        seen |= found
        # The server's own record, not the client's word, is what is right.
        if cut == total:
            assert found == {ACCEPTED}, cut
        elif server.mails:
            assert found == {UNCERTAIN}, cut
        elif cut < before_last_reply - len(b"354 go ahead\r\n"):
            assert found == {INFRA}, cut
        else:
            assert found <= {INFRA, UNCERTAIN}, cut
            assert found == {INFRA} or "DATA" in server.reached, cut
    assert seen == {INFRA, UNCERTAIN, ACCEPTED}


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize("drop", [Drop(), Drop(reset=True)], ids=["closed", "reset"])
def test_a_connection_dropped_before_the_final_dot_is_never_a_verdict_on_anyone(
    opened: Sessions, verb: str, drop: Drop
) -> None:
    with SmtpServer(users=USERS) as server:
        server.on(verb, drop)
        try:
            found = set(classes(delivered(opened(server), BOB, CY)))
        except SessionFailed as failure:
            found = {failure.verdict.reply_class}

    assert server.mails == []
    assert found == {INFRA} or (verb == "BODY" and found == {UNCERTAIN})
