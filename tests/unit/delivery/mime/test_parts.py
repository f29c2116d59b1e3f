import binascii
import email
import re

import pytest

from postroom.delivery.mime.parts import attachment_part, text_part
from postroom.errors import Unsendable


def transfer_encoding(part: bytes) -> str:
    found = re.search(rb"Content-Transfer-Encoding: (\S+)", part)
    assert found is not None
    return found[1].decode()


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Hello,\n\tworld", "7bit"),
        ("", "7bit"),
        ("x" * 998, "7bit"),
        ("x" * 999, "quoted-printable"),
        ("Grüße aus dem schönen Köln am Rhein", "quoted-printable"),
        ("\0 and a few words", "quoted-printable"),
        ("漢字漢字漢字", "base64"),
        ("привет, мир", "base64"),
    ],
)
def test_a_body_is_left_as_it_is_or_takes_the_shorter_encoding(text: str, encoding: str) -> None:
    assert transfer_encoding(text_part(text, "plain")) == encoding


@pytest.mark.parametrize("text", ["ä" * 50 + "x" * n for n in range(0, 400, 23)])
def test_the_encoding_is_never_longer_than_the_other(text: str) -> None:
    body = text_part(text, "plain").partition(b"\r\n\r\n")[2]

    octets = f"{text}\r\n".encode()
    assert len(body) <= len(binascii.b2a_qp(octets))
    assert len(body) <= len(re.sub(b"(.{1,76})", rb"\1\r\n", binascii.b2a_base64(octets, newline=False)))


@pytest.mark.parametrize("text", ["--=_", "a\n--=_x", "a\r--=_", "--=_\n", "\n\n--=_"])
def test_a_line_that_looks_like_a_boundary_is_encoded(text: str) -> None:
    part: bytes = text_part(text, "plain")

    assert transfer_encoding(part) == "quoted-printable"
    assert b"\n--=_" not in part


def test_a_body_that_no_encoding_can_carry_is_refused_without_its_text() -> None:
    with pytest.raises(Unsendable) as refusal:
        text_part("secret \ud800", "plain")

    assert "secret" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize(
    "bad", ["text", "text/plain; x=y", "text/plain\r\nX: y", "message/rfc822", "multipart/mixed", ""]
)
def test_a_type_that_cannot_be_carried_becomes_a_plain_file(bad: str) -> None:
    part: bytes = attachment_part("a", bad, b"x")

    assert b"Content-Type: application/octet-stream\r\n" in part


def test_a_type_may_name_its_charset() -> None:
    part: bytes = attachment_part("a", "text/csv; charset=latin1", b"x")

    assert b'Content-Type: text/csv; charset="latin1"\r\n' in part


@pytest.mark.parametrize("name", ["<a>", '"a"', "a\\b", "100%", "=?utf-8?q?x?=", "a  b", "ä", "漢" * 50, "x" * 100])
def test_a_name_that_readers_would_not_leave_alone_is_percent_encoded(name: str) -> None:
    part = email.message_from_bytes(attachment_part(name, "text/plain", b""))

    assert "filename*" in part["Content-Disposition"]
    assert part.get_filename() == name


@pytest.mark.parametrize("name", ["a\r\nBcc: x", "a\0", "a\nb", "\ud800"])
def test_a_name_with_a_control_character_is_refused(name: str) -> None:
    with pytest.raises(Unsendable):
        attachment_part(name, "text/plain", b"")
