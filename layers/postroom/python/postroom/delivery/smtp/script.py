"""What is said to a server for one mail: a script for each manner in which it may be said.

A script is a row of segments. All of a segment is sent at once; the next one follows when the replies to it are there.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from postroom.delivery.mime.wire import needs_smtputf8
from postroom.delivery.model import Mail, Phase

GO_AHEAD, ACCEPTED = 3, 2


class Manner(StrEnum):
    """How far ahead of the replies mails are said.

    ``ONE_BY_ONE``: every command waits. ``PIPELINED``: a mail's commands together, and the next mail's behind the final
    dot (RFC 2920). ``CHUNKED``: whole mails, many of them on their way at once (RFC 3030).
    """

    ONE_BY_ONE = "one_by_one"
    PIPELINED = "pipelined"
    CHUNKED = "chunked"


class Step(NamedTuple):
    """A command or a piece of content. ``said`` is how a transcript shows it, ``expects`` its reply's first digit."""

    phase: Phase
    said: str
    octets: bytes
    expects: int | None = ACCEPTED
    recipient: str | None = None


Segment = Sequence[Step]

_AT_ONCE = 65_536
"""Of a longer body a server may refuse the rest while it reads, and is listened to before the final dot."""

RESET = Step(Phase.MAIL, "RSET", b"RSET\r\n")


def script_of(mail: Mail, recipients: Sequence[str], manner: Manner, features: Mapping[str, str]) -> Iterator[Segment]:
    """``features``: what the server offers, by EHLO keyword in lower case."""
    opening = [_mail(mail, recipients, features), *map(_recipient, recipients)]
    match manner:
        case Manner.ONE_BY_ONE:
            yield from ([step] for step in (*opening, _DATA))
            yield from _content(mail.content)
        case Manner.PIPELINED:
            yield [*opening, _DATA]
            yield from _content(mail.content)
        case Manner.CHUNKED:
            yield [*opening, _chunk(mail.content, Phase.FINAL_DOT)]


def trial_of_chunks(mail: Mail, recipients: Sequence[str], features: Mapping[str, str]) -> Iterator[Segment]:
    """The first line goes alone: to a server that does not know BDAT after all, the content would be commands.

    Not an empty chunk, which Postfix refuses.
    """
    line, end, rest = mail.content.partition(b"\r\n")
    yield [_mail(mail, recipients, features), *map(_recipient, recipients), _chunk(line + end, Phase.DATA)]
    yield [_chunk(rest, Phase.FINAL_DOT)]


def _mail(mail: Mail, recipients: Sequence[str], features: Mapping[str, str]) -> Step:
    sender = mail.envelope.sender
    parameters = f" SIZE={len(mail.content)}" if "size" in features else ""
    if needs_smtputf8(mail.content, sender, *recipients):
        parameters += " BODY=8BITMIME SMTPUTF8"
    return _command(Phase.MAIL, f"MAIL FROM:<{sender}>{parameters}")


def _recipient(address: str) -> Step:
    line = f"RCPT TO:<{address}>"
    return Step(Phase.RCPT, line, f"{line}\r\n".encode(), recipient=address)


def _command(phase: Phase, line: str, expects: int = ACCEPTED) -> Step:
    return Step(phase, line, f"{line}\r\n".encode(), expects)


_DATA = _command(Phase.DATA, "DATA", GO_AHEAD)


def _chunk(octets: bytes, phase: Phase) -> Step:
    line = f"BDAT {len(octets)}{' LAST' if phase is Phase.FINAL_DOT else ''}"
    return Step(phase, line, f"{line}\r\n".encode() + octets)


def _content(content: bytes) -> list[Segment]:
    stuffed = _stuffed(content)
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    if not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    body = Step(Phase.BODY, f"({len(content)} bytes)", stuffed, None)
    return [[body, _DOT]] if len(stuffed) <= _AT_ONCE else [[body], [_DOT]]


def _stuffed(content: bytes) -> bytes:
    # What large mails end with, base64, has no dots: one byte is found many times faster in it than two.
    end = content.rfind(b".") + 1
    if content.find(b"\n.", 0, end) < 0:
        return content
    return b"".join((content[:end].replace(b"\r\n.", b"\r\n.."), memoryview(content)[end:]))


_DOT = Step(Phase.FINAL_DOT, ".", b".\r\n")
