"""The fault server itself, by a client that knows nothing and sends what it is told."""

import contextlib
import select
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.certificates import Authority
from tests.faults.smtp_server import (
    Answer,
    Drip,
    Drop,
    Extra,
    Fault,
    Flush,
    Greylist,
    Hang,
    Late,
    Quota,
    SmtpServer,
    Taking,
    Wordy,
)

HOLD = 0.05
SILENCE = 0.3
_open: list[socket.socket] = []


class Peer:
    """Sends octets, and reads replies as their codes."""

    def __init__(self, server: SmtpServer) -> None:
        self.socket = socket.create_connection((server.host, server.port), timeout=5)
        _open.append(self.socket)
        self._received = b""

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def send_until_it_blocks(self, octets: bytes, enough: int) -> int:
        """Or until it was enough."""
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < enough:
                sent += self.socket.send(octets)
        return sent

    def hear(self, replies: int) -> list[int]:
        return [self._reply() for _ in range(replies)]

    def ask(self, octets: bytes, replies: int = 1) -> list[int]:
        self.send(octets)
        return self.hear(replies)

    def hears_nothing(self, seconds: float = SILENCE) -> bool:
        readable, _, _ = select.select([self.socket], [], [], seconds)
        return not readable and not self._received

    def rest(self) -> bytes:
        """Until the end; a reset is an end."""
        with contextlib.suppress(ConnectionResetError):
            while octets := self.socket.recv(65_536):
                self._received += octets
        return self._received

    def _reply(self) -> int:
        while (line := self._line())[3:4] == b"-":
            pass
        return int(line[:3])

    def _line(self) -> bytes:
        while b"\r\n" not in self._received:
            octets = self.socket.recv(65_536)
            assert octets, "The server has hung up"
            self._received += octets
        line, _, self._received = self._received.partition(b"\r\n")
        return line


def greeted(server: SmtpServer) -> Peer:
    peer = Peer(server)
    assert peer.hear(1) == [220]
    assert peer.ask(b"EHLO client.test\r\n") == [250]
    return peer


def chunk(octets: bytes, *, last: bool = True) -> bytes:
    return b"BDAT %d%s\r\n%s" % (len(octets), b" LAST" if last else b"", octets)


def a_mail(number: int) -> bytes:
    envelope = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<r%d@example.net>\r\n" % number
    return envelope + chunk(b"Subject: %d\r\n\r\nHello\r\n" % number)


def a_window(mails: int = 3) -> bytes:
    return b"".join(a_mail(number) for number in range(1, mails + 1))


def arrived(server: SmtpServer) -> list[str]:
    return [recipient for mail in server.mails for recipient in mail.recipients]


@pytest.fixture(autouse=True)
def _nothing_stays_open() -> Iterator[None]:
    yield
    while _open:
        _open.pop().close()


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer(pipelining=True, chunking=True) as running:
        yield running


def test_extensions_are_announced_only_when_they_are_asked_for(server: SmtpServer) -> None:
    with SmtpServer() as plain:
        for one, expected in ((plain, False), (server, True)):
            peer = Peer(one)
            peer.send(b"EHLO client.test\r\nQUIT\r\n")
            said = peer.rest()

            assert (b"PIPELINING\r\n" in said, b"CHUNKING\r\n" in said) == (expected, expected)


def test_a_group_is_answered_in_order_and_its_mails_are_kept(server: SmtpServer) -> None:
    peer = greeted(server)

    replies = peer.ask(a_window(20) + b"NOOP\r\n", 61)

    assert replies == [250] * 61
    assert arrived(server) == [f"r{number}@example.net" for number in range(1, 21)]
    assert {mail.content for mail in server.mails} == {b"Subject: %d\r\n\r\nHello\r\n" % n for n in range(1, 21)}
    assert {mail.chunks for mail in server.mails} == {1}
    assert all(seen.ahead for seen in server.commands[2:])


def test_who_waits_for_each_answer_is_not_ahead(server: SmtpServer) -> None:
    peer = greeted(server)

    for line in (b"MAIL FROM:<a@example.com>\r\n", b"RCPT TO:<r@example.net>\r\n", chunk(b"x\r\n")):
        assert peer.ask(line) == [250]

    assert [seen.ahead for seen in server.commands] == [False] * 4


def test_chunks_make_one_mail_whatever_they_contain(server: SmtpServer) -> None:
    peer = greeted(server)
    parts = [b"Subject: x\r\n\r\n.\r", b"\n.\r\nMAIL FROM:<eve@example.com>\r\n", b"", b"\0\r\n"]

    chunks = b"".join(chunk(part, last=False) for part in parts) + b"BDAT 0 LAST\r\n"
    replies = peer.ask(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n" + chunks, 7)

    assert replies == [250] * 7
    assert [(mail.content, mail.chunks) for mail in server.mails] == [(b"".join(parts), 5)]


def test_commands_out_of_order_are_refused_and_their_chunks_swallowed(server: SmtpServer) -> None:
    peer = greeted(server)

    assert peer.ask(b"RCPT TO:<b@example.net>\r\n") == [503]
    assert peer.ask(chunk(b"QUIT\r\n")) == [503]
    assert peer.ask(b"MAIL FROM:<a@example.com>\r\n" * 2, 2) == [250, 503]
    assert peer.ask(b"DATA\r\n") == [554]
    assert peer.ask(chunk(b"QUIT\r\n", last=False)) == [554]
    assert peer.ask(b"RSET\r\n") == [250]
    assert peer.ask(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n", 2) == [250, 250]
    assert peer.ask(chunk(b"x", last=False) + b"DATA\r\nRCPT TO:<c@example.net>\r\n", 3) == [250, 503, 503]
    assert peer.ask(chunk(b"y")) == [250]
    assert [(mail.recipients, mail.content) for mail in server.mails] == [(("b@example.net",), b"xy")]


def test_after_a_chunk_that_failed_the_others_are_refused_until_the_last_or_a_reset(server: SmtpServer) -> None:
    server.on("BDAT", Answer("452 4.3.1 disk full"), nth=1)
    peer = greeted(server)
    envelope = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n"
    chunks = chunk(b"QUIT\r\n", last=False) * 2 + chunk(b"QUIT\r\n")

    assert peer.ask(envelope + chunks + a_mail(2), 8) == [250, 250, 452, 503, 503, 250, 250, 250]
    assert arrived(server) == ["r2@example.net"]


@pytest.mark.parametrize(("needs_reset", "after"), [(False, [250, 250, 250]), (True, [503, 503, 503])])
def test_a_refused_mail_ends_its_transaction_unless_the_server_wants_a_reset(
    needs_reset: bool,  # noqa: FBT001 - a parameter of the test
    after: list[int],
) -> None:
    with SmtpServer(chunking=True, needs_reset=needs_reset) as server:
        server.on("DOT", Answer("554 5.6.0 no"), mail=1)
        peer = greeted(server)

        assert peer.ask(a_mail(1) + a_mail(2), 6) == [250, 250, 554, *after]
        assert peer.ask(b"RSET\r\n" + a_mail(3), 4) == [250] * 4


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "BDAT", "BODY", "DOT"])
@pytest.mark.parametrize("mail", [1, 2, 3])
def test_a_refusal_at_any_verb_of_a_mail_leaves_its_neighbours_alone(server: SmtpServer, verb: str, mail: int) -> None:
    server.on(verb, Answer("550 5.7.1 no"), mail=mail)
    peer = greeted(server)

    replies = peer.ask(a_window(), 9)

    refused = {"MAIL": [550, 503, 503], "RCPT": [250, 550, 554]}.get(verb, [250, 250, 550])
    assert replies == [250] * 3 * (mail - 1) + refused + [250] * 3 * (3 - mail)
    assert arrived(server) == [f"r{number}@example.net" for number in (1, 2, 3) if number != mail]


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "BDAT", "BODY", "DOT"])
@pytest.mark.parametrize(
    "fault", [Drop(), Drop(reset=True), Drop(swallowing=True), Answer("421 4.3.2 closing", then_drop=True)]
)
def test_a_connection_ends_at_any_verb_of_a_mail(server: SmtpServer, verb: str, fault: Fault) -> None:
    server.on(verb, fault, mail=2)
    peer = greeted(server)

    peer.send(a_window())
    peer.rest()

    assert arrived(server) == ["r1@example.net"]
    # A reply at BDAT comes after the chunk's content.
    assert verb in server.reached[-2:]


def test_a_server_that_swallows_is_heard_to_its_last_reply(server: SmtpServer) -> None:
    server.on("BDAT", Drop(swallowing=True), mail=3)
    peer = greeted(server)
    peer.send(a_window(20_000))
    peer.socket.shutdown(socket.SHUT_WR)

    said = b""
    while octets := peer.socket.recv(65_536):
        said += octets

    assert said.count(b"250 ") == 8


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "BDAT", "BODY", "DOT"])
def test_a_server_falls_silent_at_any_verb_of_a_mail(server: SmtpServer, verb: str) -> None:
    server.on(verb, Hang(), mail=2)
    peer = greeted(server)

    before = {"MAIL": 3, "RCPT": 4}.get(verb, 5)
    assert peer.ask(a_window(), before) == [250] * before
    assert peer.hears_nothing()
    assert arrived(server) == ["r1@example.net"]


def test_a_server_drips_at_a_mail(server: SmtpServer) -> None:
    server.on("DOT", Drip(), mail=2)
    peer = greeted(server)
    peer.ask(a_window(), 5)

    while len(peer._received) < 8:
        peer._received += peer.socket.recv(2)
    assert peer._received.startswith(b"250-xx")


def test_a_reply_may_be_no_smtp_and_one_may_be_too_many(server: SmtpServer) -> None:
    server.on("BDAT", Extra("250 2.0.0 and again"), mail=1)
    server.on("DOT", Answer("\0\xff what?"), mail=2)
    peer = greeted(server)
    peer.send(a_window() + b"QUIT\r\n")

    lines = peer.rest().split(b"\r\n")

    assert lines[2:4] == [b"250 2.0.0 queued", b"250 2.0.0 and again"]
    assert lines[6] == "\0\xff what?".encode()
    assert arrived(server) == ["r1@example.net", "r3@example.net"]


def test_a_mail_may_be_taken_and_its_answer_be_lost(server: SmtpServer) -> None:
    server.on("DOT", Taking(Drop()), mail=2)
    peer = greeted(server)
    peer.send(a_window())

    peer.rest()

    assert arrived(server) == ["r1@example.net", "r2@example.net"]


def test_a_server_may_mend_its_ways(server: SmtpServer) -> None:
    server.on("MAIL", Answer("451 4.3.0 later"))
    peer = greeted(server)
    assert peer.ask(b"MAIL FROM:<a@example.com>\r\n") == [451]

    server.behave()

    assert peer.ask(a_mail(1), 3) == [250] * 3


def test_an_answer_may_come_late(server: SmtpServer) -> None:
    server.on("DOT", Late(SILENCE * 2))
    peer = greeted(server)

    assert peer.ask(a_mail(1), 2) == [250, 250]
    assert peer.hears_nothing()
    assert peer.hear(1) == [250]


def test_a_reset_may_be_refused_and_then_resets_nothing(server: SmtpServer) -> None:
    server.on("RSET", Answer("503 5.5.1 bad sequence"))
    peer = greeted(server)

    assert peer.ask(b"MAIL FROM:<a@example.com>\r\nRSET\r\nMAIL FROM:<b@example.com>\r\n", 3) == [250, 503, 503]


def test_only_the_first_command_of_a_group_may_be_answered(server: SmtpServer) -> None:
    server.on("MAIL", Flush(quiet_seconds=SILENCE))
    peer = greeted(server)

    first, rest = a_window().split(b"\r\n", 1)
    peer.send(first + b"\r\n")
    time.sleep(SILENCE / 6)
    peer.send(rest)

    assert peer.hear(1) == [250]
    assert peer.hears_nothing()
    assert peer.ask(b"RCPT TO:<b@example.net>\r\n") == [250]


def test_what_had_arrived_may_be_thrown_away_in_the_middle_of_a_line(server: SmtpServer) -> None:
    server.on("MAIL", Flush(), nth=1)
    peer = greeted(server)
    assert peer.ask(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@exa") == [250]

    assert peer.ask(b"mple.net>\r\nRSET\r\n", 2) == [502, 250]


def test_chunking_may_be_announced_and_refused_or_not_even_known() -> None:
    with SmtpServer(chunking=True) as refusing, SmtpServer(extensions=["CHUNKING"]) as ignorant:
        refusing.on("BDAT", Answer("502 5.5.1 not here"))

        assert greeted(refusing).ask(a_mail(1) + b"NOOP\r\n", 4) == [250, 250, 502, 250]
        assert greeted(ignorant).ask(a_mail(1) + b"NOOP\r\n", 7) == [250, 250, 502, 502, 502, 502, 250]


def test_a_chunk_may_also_come_over_tls() -> None:
    issued = Authority().issue("mail.test")
    with SmtpServer(context=issued.server_context(), chunking=True, pipelining=True, hold_replies=HOLD) as server:
        peer = greeted(server)
        assert peer.ask(b"STARTTLS\r\n") == [220]
        peer.socket = issued.client_context().wrap_socket(peer.socket, server_hostname="mail.test")
        _open.append(peer.socket)

        assert peer.ask(a_window(), 9) == [250] * 9
        assert all(mail.tls for mail in server.mails)
        assert isinstance(peer.socket, ssl.SSLSocket)


def test_replies_that_are_held_come_together_when_nothing_more_comes() -> None:
    with SmtpServer(chunking=True, hold_replies=SILENCE) as server:
        peer = Peer(server)
        for part in (b"EHLO client.test\r\n", a_mail(1), a_mail(2)):
            peer.send(part)
            assert peer.hears_nothing(SILENCE / 6)

        assert peer.hear(8) == [220] + [250] * 7
        assert server.releases == 1


@pytest.mark.parametrize(("window", "blocks"), [(2_048, True), (None, False)])
def test_a_small_window_bounds_what_can_be_sent_to_a_silent_server(window: int | None, *, blocks: bool) -> None:
    with SmtpServer(chunking=True, receive_window=window) as server:
        server.on("MAIL", Hang())
        peer = greeted(server)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        peer.socket.settimeout(SILENCE)

        sent = peer.send_until_it_blocks(a_mail(1), enough=30_000)

        assert sent > 300
        assert (sent < 30_000) == blocks


def test_who_reads_too_late_is_not_read_any_more_either() -> None:
    with SmtpServer(chunking=True, receive_window=2_048) as server:
        server.on("RCPT", Wordy())
        peer = greeted(server)
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        writing = threading.Thread(target=peer.send, args=(a_window(400),))
        writing.start()
        writing.join(SILENCE)

        assert writing.is_alive()
        assert peer.hear(1_200) == [250] * 1_200
        writing.join(5)


def test_a_server_may_go_ahead_without_recipients_and_refuse_the_dot() -> None:
    with SmtpServer(pipelining=True, goes_ahead_without_recipients=True) as server:
        server.on("RCPT", Answer("550 5.1.1 no such user"), mail=1)
        peer = greeted(server)
        group = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n"

        assert peer.ask(group, 3) == [250, 550, 354]
        assert peer.ask(b".\r\n" + group, 4) == [554, 250, 250, 354]
        assert peer.ask(b"x\r\n.\r\n") == [250]
        assert [(mail.content, mail.chunks) for mail in server.mails] == [(b"x\r\n", 0)]


def test_a_greylist_and_a_quota_hold_within_a_group(server: SmtpServer) -> None:
    server.on("RCPT", Greylist())
    server.on("MAIL", Quota(mails=1))
    peer = greeted(server)

    assert peer.ask(a_mail(1), 3) == [250, 450, 554]
    assert peer.ask(a_mail(1) + a_mail(1), 6) == [250, 250, 250, 550, 503, 503]
