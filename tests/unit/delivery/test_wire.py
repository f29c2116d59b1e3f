import pytest

from postroom.delivery.headers import text_field
from postroom.delivery.wire import check_header, check_lines
from postroom.errors import Unsendable


@pytest.mark.parametrize("octets", [b"", b"a\r\n", b"a\r\n\r\nb\r\n", b"x" * 998 + b"\r\n" + b"x" * 998])
def test_lines_that_end_in_crlf_pass(octets: bytes) -> None:
    check_lines(octets)


@pytest.mark.parametrize(
    "octets",
    [b"a\nb", b"a\rb", b"\n.\r\n", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\r\n", b"\n\r\n", b"a\0", b"x" * 999],
)
def test_what_a_server_could_read_as_the_end_of_the_message_does_not_pass(octets: bytes) -> None:
    with pytest.raises(Unsendable):
        check_lines(octets)


def test_a_header_that_is_as_meant_passes() -> None:
    check_header(b"Subject: Hi\r\nMIME-Version: 1.0\r\n\r\nbody", [text_field("Subject", "Hi")])


@pytest.mark.parametrize(
    "octets",
    [
        b"Subject: Hi\r\nBcc: eve@example.com\r\n\r\n",
        b"Subject: Hi\r\nSubject: Hi\r\n\r\n",
        b"Subject: Ho\r\n\r\n",
        b"\r\nSubject: Hi\r\n\r\n",
        b"Subject: =?utf-8?q?Ho?=\r\n\r\n",
    ],
)
def test_a_header_that_is_more_or_less_or_other_than_meant_does_not_pass(octets: bytes) -> None:
    with pytest.raises(Unsendable):
        check_header(octets, [text_field("Subject", "Hi")])
