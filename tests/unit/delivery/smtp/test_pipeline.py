"""Mails said ahead of their answers: what each of them gets, whatever happens to its neighbours."""

import secrets
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pytest

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Delivery, Mail, ReplyClass, Security, Server, SessionFailed
from postroom.delivery.smtp.connect import Dial, dial
from postroom.delivery.smtp.limits import LIMITS
from postroom.delivery.smtp.open_session import OpenSession
from postroom.delivery.smtp.script import Manner
from postroom.delivery.smtp.session import Session
from tests.experiments.crowded_sessions import crowded_sessions, meet_crowded_sessions, send_naively, send_with_sessions
from tests.fakes.flow import ListFlow, a_mail, deliver_all
from tests.faults.smtp_server import Answer, Drip, Drop, Extra, Fault, Flush, Hang, SmtpServer, Taking, Wordy

SENDER = "ann@example.com"
EXTENSIONS = ("SIZE 10000000", "8BITMIME")
COUNT = 6

ACCEPTED, RECIPIENT, BUSY = ReplyClass.ACCEPTED, ReplyClass.RECIPIENT, ReplyClass.BUSY
POLICY, INFRA, UNCERTAIN = ReplyClass.POLICY, ReplyClass.INFRASTRUCTURE, ReplyClass.UNCERTAIN

MANNERS = tuple(Manner)
AHEAD = (Manner.PIPELINED, Manner.CHUNKED)


def a_server(manner: Manner, **how: Any) -> SmtpServer:  # noqa: ANN401 - what SmtpServer takes
    """With what this manner needs."""
    offers = {"pipelining": manner is not Manner.ONE_BY_ONE, "chunking": manner is Manner.CHUNKED}
    return SmtpServer(**{"extensions": EXTENSIONS} | offers | how)


def dial_with_small_buffers(address: str, port: int, seconds: float) -> socket.socket:
    connection = socket.socket()
    for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        connection.setsockopt(socket.SOL_SOCKET, buffer, 2048)
    connection.settimeout(seconds)
    connection.connect((address, port))
    return connection


class Counted(socket.socket):
    """Counts how often something is handed to the system."""

    writes = 0

    def send(self, *args: Any) -> int:  # noqa: ANN401 - whatever a socket takes
        self.writes += 1
        return super().send(*args)


class Sessions:
    """Opens them, and closes them when their test is over."""

    def __init__(self) -> None:
        self._open: list[Session] = []

    def __call__(
        self, server: SmtpServer, *, pipelining: bool = True, patience: float = 5.0, dialled: Dial = dial
    ) -> Session:
        open_session = OpenSession(
            allow_private=True,
            hello="client.test",
            resolve=lambda host, port: ["127.0.0.1"],
            dial=dialled,
            limits=dict.fromkeys(LIMITS, patience),
        )
        account = Server("127.0.0.1", server.port, Security.PLAIN, pipelining=pipelining)
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


def mail_to(*recipients: str, content: bytes | None = None) -> Mail:
    body = content or b"Subject: for %s\r\n\r\nHello.\r\n.\r\nA dot.\r\n" % recipients[0].encode()
    return a_mail(SENDER, recipients, body)


def some_mails(count: int = COUNT) -> list[Mail]:
    return [mail_to(f"user{number}@example.org") for number in range(1, count + 1)]


def sent(session: Session, mails: Sequence[Mail], seconds: float = 10.0) -> list[Delivery]:
    return deliver_all(session, mails, Deadline.after(seconds))


def classes(deliveries: Sequence[Delivery]) -> list[ReplyClass]:
    """Of mails with one recipient each."""
    return [verdict.reply_class for delivery in deliveries for verdict in delivery.verdicts.values()]


class SlowFlow(ListFlow):
    """Takes until after ``deadline`` for the mail behind so many."""

    def __init__(self, mails: Sequence[Mail], quick: int, deadline: Deadline) -> None:
        super().__init__(deque(mails))
        self._quick = quick
        self._deadline = deadline

    def next(self, *, room: int, wait: bool) -> Mail | None:
        self._quick -= 1
        if self._quick == -1:
            time.sleep(self._deadline.remaining() + 0.1)
        return super().next(room=room, wait=wait)


def assert_nobody_got_what_was_not_theirs(server: SmtpServer, mails: Sequence[Mail]) -> None:
    meant: dict[bytes, set[str]] = {mail.content: set(mail.envelope.recipients) for mail in mails}
    for accepted in server.mails:
        assert set(accepted.recipients) <= meant[accepted.content]


def assert_no_verdict_is_wrong(server: SmtpServer, mails: Sequence[Mail], deliveries: Sequence[Delivery]) -> None:
    """The server's own record decides: what it has was never called unsent, and what it has not never sent."""
    assert_nobody_got_what_was_not_theirs(server, mails)
    arrived = Counter(recipient for accepted in server.mails for recipient in accepted.recipients)
    assert max(arrived.values(), default=1) == 1
    for delivery in deliveries:
        for recipient, verdict in delivery.verdicts.items():
            if arrived[recipient]:
                assert verdict.reply_class in {ACCEPTED, UNCERTAIN}
            else:
                assert verdict.reply_class is not ACCEPTED


@pytest.mark.parametrize("manner", MANNERS)
def test_all_mails_arrive_whole_and_once(opened: Sessions, manner: Manner) -> None:
    mails = some_mails(50)
    with a_server(manner) as server:
        deliveries = sent(opened(server), mails)

    assert classes(deliveries) == [ACCEPTED] * 50
    assert [accepted.content for accepted in server.mails] == [mail.content for mail in mails]
    assert_no_verdict_is_wrong(server, mails, deliveries)


def test_a_short_mail_goes_out_in_one_write_with_the_next_one_s_commands(opened: Sessions) -> None:
    dialled: list[Counted] = []

    def dial_counted(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append(Counted(fileno=dial(address, port, seconds).detach()))
        return dialled[-1]

    with a_server(Manner.PIPELINED) as server:
        session = opened(server, dialled=dial_counted)
        greeted = dialled[0].writes
        sent(session, some_mails(12))

    # The first mail goes alone, and the second has nobody to go with: two writes more.
    assert dialled[0].writes - greeted == 12 + 2


@pytest.mark.parametrize("manner", AHEAD)
def test_what_is_ahead_of_its_answers_takes_far_fewer_round_trips(opened: Sessions, manner: Manner) -> None:
    mails = some_mails(21)
    with a_server(manner, hold_replies=0.03) as server:
        session = opened(server)
        greeted = server.releases
        deliveries = sent(session, mails)
        waits = server.releases - greeted

    assert classes(deliveries) == [ACCEPTED] * 21
    # One for each mail at its content, or one for the whole window; the first mail goes alone.
    fewest = {Manner.PIPELINED: 21 + 2, Manner.CHUNKED: 3}[manner]
    # Where this machine pauses in the middle of a group, the group is answered in two.
    assert fewest <= waits < fewest + 4


@pytest.mark.parametrize("manner", AHEAD)
def test_the_switch_turns_it_off(opened: Sessions, manner: Manner) -> None:
    with a_server(manner) as server:
        sent(opened(server, pipelining=False), some_mails(2))

    assert server.verbs() == ["EHLO", "MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA"]


def test_a_transcript_holds_what_was_said_for_its_mail_alone(opened: Sessions) -> None:
    with a_server(Manner.CHUNKED) as server:
        server.on("RCPT", Answer("550 5.1.1 unknown"), containing="user3@")
        deliveries = sent(opened(server), some_mails(4))

    assert deliveries[2].transcript == (
        "C: RSET",
        "C: MAIL FROM:<ann@example.com> SIZE=53",
        "C: RCPT TO:<user3@example.org>",
        "C: BDAT 53 LAST",
        "S: 250 2.0.0 ok",
        "S: 250 2.1.0 ok",
        "S: 550 5.1.1 unknown",
        "S: 554 5.5.1 no valid recipients",
    )
    assert "user3@example.org" not in " ".join(deliveries[1].transcript + deliveries[3].transcript)
    assert deliveries[0].transcript[0].startswith("S: 220")


# The truth table

REFUSALS: Mapping[str, Fault] = {"4xx": Answer("451 4.7.1 later"), "5xx": Answer("554 5.7.1 no")}
ENDS: Mapping[str, Fault] = {
    "421": Answer("421 4.3.2 closing", then_drop=True),
    "421 and silence": Answer("421 4.3.2 closing"),
    "drop": Drop(swallowing=True),
    "reset": Drop(reset=True),
    "hang": Hang(),
    "drip": Drip(),
    "nonsense": Answer("what?"),
    "wrong digit": Answer("399 go on"),
    "one too many": Extra(),
}
VERBS: Mapping[Manner, Sequence[str]] = {
    Manner.PIPELINED: ("MAIL", "RCPT", "DATA", "DOT"),
    Manner.CHUNKED: ("RSET", "MAIL", "RCPT", "BDAT", "DOT"),
}


@pytest.mark.parametrize("position", [1, 2, 3, COUNT], ids=["first", "second", "middle", "last"])
@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DOT"])
@pytest.mark.parametrize("manner", MANNERS)
def test_a_refusal_concerns_the_mail_that_it_hits_and_no_other(
    opened: Sessions, manner: Manner, verb: str, refusal: str, position: int
) -> None:
    mails = some_mails()
    # Behind a dot, unlike behind a chunk, the next mail is said without RSET.
    with a_server(manner, needs_reset=manner is not Manner.PIPELINED or verb != "DOT") as server:
        server.on(verb, REFUSALS[refusal], mail=position)
        deliveries = sent(opened(server), mails)

    expected = {"4xx": BUSY, "5xx": POLICY}[refusal]
    assert classes(deliveries) == [expected if number == position else ACCEPTED for number in range(1, COUNT + 1)]
    assert_no_verdict_is_wrong(server, mails, deliveries)


@pytest.mark.parametrize("fault", ENDS)
@pytest.mark.parametrize(
    ("manner", "verb", "position"),
    [
        (manner, verb, position)
        for manner in AHEAD
        for verb in VERBS[manner]
        for position in (1, 2, 3, COUNT)
        if (verb, position) != ("RSET", 1)
    ],
)
def test_after_the_end_of_a_session_nothing_is_called_sent_or_unsent_that_is_not(
    opened: Sessions, manner: Manner, verb: str, fault: str, position: int
) -> None:
    mails = some_mails()
    with a_server(manner, needs_reset=True) as server:
        # A reset comes before its mail, and the commands that come to a server are counted by their MAIL.
        server.on(verb, ENDS[fault], mail=position - (verb == "RSET"))
        session = opened(server, patience=0.3 if fault in {"hang", "drip", "421 and silence"} else 5.0)
        began = time.monotonic()
        deliveries = sent(session, mails)
        found = classes(deliveries)

    assert time.monotonic() - began < 8
    assert_no_verdict_is_wrong(server, mails, deliveries)
    assert found[: position - 1] == [ACCEPTED] * (position - 1)
    assert set(found) <= {ACCEPTED, INFRA, UNCERTAIN}
    if fault == "421":
        assert set(found[position - 1 :]) <= {INFRA}
    assert not session.usable


def test_what_was_not_wholly_handed_over_is_not_in_doubt(opened: Sessions) -> None:
    big = b"x" * 70 + b"\r\n"
    mails = [mail_to("a@example.org"), mail_to("b@example.org", content=big * 60_000), mail_to("c@example.org")]
    with a_server(Manner.CHUNKED, extensions=(), receive_window=8192) as server:
        server.on("BODY", Drop(reset=True), mail=2)
        deliveries = sent(opened(server), mails)

    assert classes(deliveries) == [ACCEPTED, INFRA]


def test_a_server_that_says_farewell_leaves_nothing_in_doubt(opened: Sessions) -> None:
    mails = some_mails(10)
    with a_server(Manner.CHUNKED) as server:
        server.on("MAIL", Answer("421 4.7.0 enough for one connection", then_drop=True), mail=4)
        session = opened(server)
        deliveries = sent(session, mails)

    assert classes(deliveries)[:3] == [ACCEPTED] * 3
    assert set(classes(deliveries)[3:]) == {INFRA}
    assert session.misbehaviour is None


def test_a_server_that_goes_without_a_word_leaves_mails_in_doubt_once_and_not_again(opened: Sessions) -> None:
    mails = some_mails(10)
    with a_server(Manner.CHUNKED, mails_per_connection=3) as server:
        session = opened(server)
        deliveries = sent(session, mails)
        assert session.misbehaviour is not None
        assert_no_verdict_is_wrong(server, mails, deliveries)
        one_by_one = sent(opened(server, pipelining=False), some_mails(3))

    assert classes(deliveries)[:3] == [ACCEPTED] * 3
    assert set(classes(deliveries)[3:]) <= {INFRA, UNCERTAIN}
    assert classes(one_by_one) == [ACCEPTED] * 3


@pytest.mark.parametrize("manner", AHEAD)
def test_a_mail_that_the_server_took_without_saying_so_is_in_doubt(opened: Sessions, manner: Manner) -> None:
    mails = some_mails(4)
    with a_server(manner) as server:
        server.on("DOT", Taking(Drop()), mail=2)
        deliveries = sent(opened(server), mails)

    assert classes(deliveries)[:2] == [ACCEPTED, UNCERTAIN]
    assert_no_verdict_is_wrong(server, mails, deliveries)


# Recipients


@pytest.mark.parametrize("manner", MANNERS)
def test_a_refused_recipient_disturbs_neither_the_others_nor_the_mails_behind(opened: Sessions, manner: Manner) -> None:
    mails = [mail_to("a@x.org"), mail_to("b@x.org", "bad@x.org", "c@x.org"), mail_to("bad@x.org"), mail_to("d@x.org")]
    with a_server(manner, needs_reset=True) as server:
        server.on("RCPT", Answer("550 5.1.1 unknown"), containing="bad@")
        deliveries = sent(opened(server), mails)

    assert classes(deliveries) == [ACCEPTED, ACCEPTED, RECIPIENT, ACCEPTED, RECIPIENT, ACCEPTED]
    assert [accepted.recipients for accepted in server.mails] == [("a@x.org",), ("b@x.org", "c@x.org"), ("d@x.org",)]
    assert_no_verdict_is_wrong(server, [*mails[:2], mails[3]], deliveries[:2] + deliveries[3:])


def test_content_that_is_for_nobody_is_never_handed_over(opened: Sessions) -> None:
    mails = [mail_to("a@x.org"), mail_to("bad@x.org"), mail_to("c@x.org")]
    with a_server(Manner.PIPELINED, goes_ahead_without_recipients=True) as server:
        server.on("RCPT", Answer("550 5.1.1 unknown"), containing="bad@")
        session = opened(server)
        deliveries = sent(session, mails)

    assert classes(deliveries) == [ACCEPTED, RECIPIENT]
    assert not session.usable
    assert [accepted.recipients for accepted in server.mails] == [("a@x.org",)]


# Servers that do badly what they offer


def test_a_server_that_does_not_know_the_chunks_it_offers_never_reads_content_as_commands(opened: Sessions) -> None:
    trap = b"Subject: x\r\n\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\nEvil.\r\n.\r\n"
    with SmtpServer(extensions=(*EXTENSIONS, "CHUNKING"), pipelining=True) as server:
        session = opened(server)
        deliveries = sent(session, [mail_to("a@x.org", content=trap), mail_to("b@x.org")])

    assert classes(deliveries) == [INFRA]
    assert server.mails == []
    assert b"evil" not in b"".join(seen.line for seen in server.commands)
    assert not session.usable
    assert "CHUNKING" in (session.misbehaviour or "")


@pytest.mark.parametrize("manner", AHEAD)
@pytest.mark.parametrize(
    ("verb", "fault"),
    [("MAIL", Flush(quiet_seconds=0.2)), ("MAIL", Answer("250 ok\r\n250 ok\r\n250 ok")), ("MAIL", Answer("hä?"))],
    ids=["answers the first of a group only", "answers what was not asked", "does not speak SMTP"],
)
def test_a_server_that_cannot_keep_up_is_found_out_with_its_first_mail(
    opened: Sessions, manner: Manner, verb: str, fault: Fault
) -> None:
    mails = some_mails()
    # All that answers a group comes at once, so that none of it is too late to be noticed.
    with a_server(manner, hold_replies=0.03) as server:
        server.on(verb, fault)
        session = opened(server, patience=0.8)
        deliveries = sent(session, mails)

    assert len(deliveries) == 1
    assert classes(deliveries)[0] in {INFRA, UNCERTAIN}
    assert session.misbehaviour is not None
    assert_no_verdict_is_wrong(server, mails, deliveries)


@pytest.mark.parametrize(
    "fault", [Answer("550 5.7.1 no"), Answer("421 4.3.2 closing", then_drop=True), Answer("451 4.3.0 later")]
)
@pytest.mark.parametrize("manner", MANNERS)
def test_what_is_no_fault_of_the_extension_is_not_held_against_it(
    opened: Sessions, manner: Manner, fault: Fault
) -> None:
    with a_server(manner) as server:
        server.on("DOT", fault, nth=1)
        session = opened(server)
        sent(session, some_mails(2))

    assert session.misbehaviour is None


class Broken(Exception):
    pass


class BrokenFlow(ListFlow):
    """Fails once some mails are on their way."""

    def next(self, *, room: int, wait: bool) -> Mail | None:
        if not wait and len(self.mails) == 2:
            raise Broken
        return super().next(room=room, wait=wait)


def test_a_flow_that_fails_takes_its_session_along(opened: Sessions) -> None:
    with a_server(Manner.CHUNKED, hold_replies=0.05) as server:
        session = opened(server)
        sent(session, some_mails(1))
        with pytest.raises(Broken):
            session.deliver_all(BrokenFlow(deque(some_mails(5))), Deadline.after(5))

        assert not session.usable
        assert sent(session, some_mails(2)) == []


def test_a_kept_connection_that_died_leaves_no_window_in_doubt(
    opened: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_server(Manner.CHUNKED) as server:
        server.on("RSET", Drop(reset=True), mail=3)
        session = opened(server)
        sent(session, some_mails(3))
        later = time.time() + 30
        monkeypatch.setattr(time, "time", lambda: later)
        deliveries = sent(session, some_mails(5))

    assert deliveries == []
    assert session.misbehaviour is None


def test_a_server_that_goes_ahead_without_recipients_keeps_its_pipelining(opened: Sessions) -> None:
    with a_server(Manner.PIPELINED, goes_ahead_without_recipients=True) as server:
        server.on("RCPT", Answer("550 5.1.1 unknown"))
        session = opened(server)
        deliveries = sent(session, some_mails(2))

    assert classes(deliveries) == [RECIPIENT]
    assert session.misbehaviour is None


# Many bytes


def test_neither_side_waits_for_the_other_when_all_buffers_are_full(opened: Sessions) -> None:
    line = b"x" * 70 + b"\r\n"
    mails = [mail_to(f"user{number}@x.org", content=b"N: %d\r\n\r\n" % number + line * 150) for number in range(40)]
    with a_server(Manner.CHUNKED, receive_window=2048) as server:
        server.on("RCPT", Wordy(lines=40))
        deliveries = sent(opened(server, dialled=dial_with_small_buffers), mails)

    assert classes(deliveries) == [ACCEPTED] * 40
    assert_no_verdict_is_wrong(server, mails, deliveries)


# The stream, cut everywhere


@pytest.mark.parametrize("manner", AHEAD)
def test_a_stream_cut_after_any_byte_never_gives_a_wrong_answer(opened: Sessions, manner: Manner) -> None:
    mails = some_mails(4)
    with a_server(manner) as server:
        sent(opened(server), mails)
        total = server.bytes_sent
    seen: Counter[ReplyClass] = Counter()
    for cut in range(total + 1):
        with a_server(manner, cut_after=cut) as server:
            try:
                deliveries = sent(opened(server), mails)
            except SessionFailed:
                deliveries = []
        assert_no_verdict_is_wrong(server, mails, deliveries)
        seen.update(classes(deliveries))

    assert set(seen) == {ACCEPTED, INFRA, UNCERTAIN}


def test_whatever_a_server_does_nothing_wrong_is_said_of_any_mail() -> None:
    seed = secrets.randbits(32)
    told = meet_crowded_sessions(80, seed, send_with_sessions)

    assert (told.wrong, told.strayed) == ([], []), f"seed {seed}"
    assert told.doubtful > 0, f"seed {seed}"


def test_who_does_not_look_back_says_wrong_things() -> None:
    rounds = islice(crowded_sessions(1, send_naively), 150)

    assert any(told.wrong for told in rounds)


@pytest.mark.parametrize("is_there_another", [False, True])
def test_what_was_accepted_while_the_next_mail_took_too_long_is_accepted(
    opened: Sessions, *, is_there_another: bool
) -> None:
    mails = some_mails(COUNT)
    with a_server(Manner.CHUNKED) as server:
        session, deadline = opened(server), Deadline.after(1)
        flow = SlowFlow(mails if is_there_another else mails[:-1], COUNT - 1, deadline)
        session.deliver_all(flow, deadline)

    deliveries = [delivery for _, delivery in flow.done_with]
    assert classes(deliveries) == [ACCEPTED] * (COUNT - 1) + [INFRA] * is_there_another
    assert_no_verdict_is_wrong(server, mails, deliveries)
