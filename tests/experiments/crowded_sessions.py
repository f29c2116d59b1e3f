"""Many mails on their way over one session, and a server that fails anywhere: is it true what is said of each."""

import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from random import Random
from typing import BinaryIO

from postroom.delivery.deadline import Deadline
from postroom.delivery.model import Mail, ReplyClass, Security, Server, SessionFailed
from postroom.delivery.smtp.limits import LIMITS
from postroom.delivery.smtp.open_session import OpenSession
from tests.fakes.flow import a_mail, deliver_all
from tests.faults.smtp_server import Answer, Drop, Extra, Fault, Flush, Hang, SmtpServer, Taking, Wordy

Word = str
"""What is said of one recipient of one mail: ``sent``, ``unsent`` or ``doubtful``."""

Send = Callable[[SmtpServer, Sequence[Mail]], Mapping[str, Word]]

_open_session = OpenSession(allow_private=True, hello="x.test", limits=dict.fromkeys(LIMITS, 0.5))
_WORDS = {ReplyClass.ACCEPTED: "sent", ReplyClass.UNCERTAIN: "doubtful"}
_VERBS = ("EHLO", "RSET", "MAIL", "RCPT", "DATA", "BDAT", "CHUNK", "BODY", "DOT")
_FAULTS: tuple[Fault, ...] = (
    Answer("451 4.3.0 later"),
    Answer("550 5.7.1 no"),
    Answer("503 5.5.1 what?"),
    Answer("421 4.3.2 closing", then_drop=True),
    Answer("421 4.3.2 closing"),
    Drop(),
    Drop(reset=True),
    Drop(swallowing=True),
    Hang(),
    Wordy(lines=20),
    Taking(Drop()),
    Taking(Hang()),
)
_SHIFTING = (Extra(), Answer("250 ok\r\n250 ok"))
"""Replies too many: nobody can tell which belongs to what, so they are tried for the envelopes alone."""


@dataclass
class Told:
    """``wrong``: sent and not there, or there and called unsent. ``strayed``: content for somebody else."""

    mails: int = 0
    doubtful: int = 0
    wrong: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)


def meet_crowded_sessions(rounds: int, seed: int, send: Send) -> Told:
    *_, told = islice(crowded_sessions(seed, send), rounds)
    return told


def crowded_sessions(seed: int, send: Send) -> Iterator[Told]:
    """Without end; after each round, all that was told so far."""
    random, told = Random(seed), Told()
    for number in count():
        _meet(number, random, send, told)
        yield told


def send_with_sessions(server: SmtpServer, mails: Sequence[Mail]) -> Mapping[str, Word]:
    """As a sender does it."""
    said = {address: "unsent" for mail in mails for address in mail.envelope.recipients}
    account = Server("127.0.0.1", server.port, Security.PLAIN)
    try:
        session = _open_session(account, Deadline.after(5))
    except SessionFailed:
        return said
    for delivery in deliver_all(session, mails, Deadline.after(5)):
        said |= {who: _WORDS.get(verdict.reply_class, "unsent") for who, verdict in delivery.verdicts.items()}
    session.close()
    return said


def _meet(number: int, random: Random, send: Send, told: Told) -> None:
    mails = [_mail(number, index, random) for index in range(random.randint(1, 30))]
    shifts = random.random() < 0.1
    with _server(random) as server:
        if random.random() < 0.05:
            # What it throws away later nobody could know of.
            server.on("MAIL", Flush(), mail=1)
        for _ in range(random.choice((0, 1, 1, 2))):
            fault = random.choice(_SHIFTING if shifts else _FAULTS)
            server.on(random.choice(_VERBS), fault, mail=random.randint(0, len(mails)))
        said = send(server, mails)
        _judge(number, server, mails, said, told, shifts=shifts)


def _judge(
    number: int, server: SmtpServer, mails: Sequence[Mail], said: Mapping[str, Word], told: Told, *, shifts: bool
) -> None:
    meant: dict[bytes, tuple[str, ...]] = {mail.content: mail.envelope.recipients for mail in mails}
    told.mails += len(mails)
    told.doubtful += sum(word == "doubtful" for word in said.values())
    arrived: Counter[str] = Counter()
    for accepted in server.mails:
        arrived.update(accepted.recipients)
        strangers = set(accepted.recipients) - set(meant.get(accepted.content, ()))
        told.strayed += [f"round {number}: {stranger}" for stranger in strangers]
    for address, word in said.items():
        if not shifts and word != "doubtful" and (word == "sent") != (arrived[address] == 1):
            told.wrong.append(f"round {number}: {address} {word}, arrived {arrived[address]} times")


def _mail(number: int, index: int, random: Random) -> Mail:
    recipients = tuple(f"r{number}.{index}.{place}@example.org" for place in range(random.choice((1, 1, 1, 3))))
    filling = b"x" * 70 + b"\r\n"
    content = b"Subject: %d.%d\r\n\r\n" % (number, index) + filling * random.choice((1, 1, 20, 600))
    return a_mail("ann@example.com", recipients, content)


def _server(random: Random) -> SmtpServer:
    pipelining = random.random() < 0.9
    return SmtpServer(
        extensions=("SIZE 10000000", "8BITMIME"),
        pipelining=pipelining,
        chunking=pipelining and random.random() < 0.8,
        cut_after=random.randint(60, 4_000) if random.random() < 0.3 else None,
        mails_per_connection=random.choice((None, None, None, 1, 5)),
        receive_window=random.choice((None, None, 4_096)),
        needs_reset=random.choice((True, False)),
        goes_ahead_without_recipients=random.choice((True, False)),
    )


def send_naively(server: SmtpServer, mails: Sequence[Mail]) -> Mapping[str, Word]:
    """The control: everything at once, no RSET, and what is not answered counts as unsent."""
    said = {address: "unsent" for mail in mails for address in mail.envelope.recipients}
    with contextlib.suppress(OSError, ValueError), socket.create_connection(("127.0.0.1", server.port), 0.5) as line:
        replies = line.makefile("rb")
        _reply(replies)
        line.sendall(b"EHLO x.test\r\n")
        if b"CHUNKING" not in _reply(replies):
            return dict.fromkeys(said, "doubtful")
        for mail in mails:
            commands = [
                f"MAIL FROM:<{mail.envelope.sender}>",
                *(f"RCPT TO:<{who}>" for who in mail.envelope.recipients),
            ]
            line.sendall("".join(f"{command}\r\n" for command in commands).encode())
            line.sendall(b"BDAT %d LAST\r\n" % len(mail.content) + mail.content)
        for mail in mails:
            answers = [_reply(replies) for _ in range(len(mail.envelope.recipients) + 2)]
            if answers[-1].startswith(b"2"):
                said |= dict.fromkeys(mail.envelope.recipients, "sent")
    return said


def _reply(replies: BinaryIO) -> bytes:
    lines = []
    while line := replies.readline():
        lines.append(line)
        if line[3:4] != b"-":
            return b"".join(lines)
    raise ValueError
