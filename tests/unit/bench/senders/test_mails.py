"""The rivals carry the same mail as ours, or the figures beside each other mean nothing."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from bench.senders import ours, standard
from bench.senders.job import Kind


def ours_of(kind: Kind) -> EmailMessage:
    return message_from_bytes(ours.Composer(kind).mail(7).content, policy=SMTP)


def contents(message: EmailMessage) -> list[tuple[str, str, bytes]]:
    parts = [part for part in message.walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.get_filename() or "", _content(part)) for part in parts]


def _content(part: EmailMessage) -> bytes:
    return part.get_payload(decode=True).replace(b"\r\n", b"\n")  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", Kind)
def test_ours_and_the_standard_way_say_the_same(kind: Kind) -> None:
    mine, theirs = ours_of(kind), standard.Composer(kind).message(7)

    assert contents(mine) == contents(theirs)
    assert [mine[name] for name in ("From", "To", "Subject")] == [theirs[name] for name in ("From", "To", "Subject")]


def test_the_mail_has_three_kilobytes() -> None:
    assert 2_800 < len(ours.Composer(Kind.TWO_PARTS).mail(7).content) < 3_300


def test_the_file_has_two_hundred_kilobytes() -> None:
    (_, _, file) = contents(ours_of(Kind.ATTACHMENT))[-1]

    assert len(file) == 200_000


def test_every_mail_is_another() -> None:
    composer = ours.Composer(Kind.TWO_PARTS)

    first, second = composer.mail(1), composer.mail(2)

    assert first.envelope != second.envelope
    assert b"A-0000001" in bytes(first.content)
    assert b"A-0000001" not in bytes(second.content)
