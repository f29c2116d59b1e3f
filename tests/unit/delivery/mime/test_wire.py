import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.delivery.mime.wire import check_header, check_lines, fault_of_lines, needs_smtputf8
from postroom.errors import Unsendable

_pieces = st.sampled_from([b"\r\n", b"\r", b"\n", b"\0", b"a", b".", b"x" * 997, b"x" * 998, b"x" * 500, b"\r\n" * 40])


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


@given(st.lists(_pieces, max_size=12).map(b"".join))
def test_the_quick_look_at_lines_sees_what_a_slow_one_sees(octets: bytes) -> None:
    whole = not re.search(rb"\r(?!\n)|(?<!\r)\n|\0", octets)
    short = max(map(len, octets.split(b"\r\n"))) <= 998

    assert (fault_of_lines(octets) is None) == (whole and short)


@pytest.mark.parametrize(
    "octets",
    [
        b"Subject: Hi\r\n\r\nbody",
        b"Subject:\r\n\r\n",
        b"Subject: \r\n\r\n",
        b"Subject: Hi\r\n there\r\n and: here\r\n\r\n",
    ],
)
def test_a_header_with_the_fields_that_were_meant_passes(octets: bytes) -> None:
    check_header(octets, ["Subject"])


@pytest.mark.parametrize(
    "octets",
    [
        b"Subject: Hi\r\nBcc: eve@example.com\r\n\r\n",
        b"Subject: Hi\r\nSubject: Hi\r\n\r\n",
        b"Subject: Hi\r\nX: y",
        b"subject: Hi\r\n\r\n",
        b"Subjekt: Hi\r\n\r\n",
        b"Subject : Hi\r\n\r\n",
        b"\r\nSubject: Hi\r\n\r\n",
        b" Subject: Hi\r\n\r\n",
        b"Subject: Hi\r\n \r\n\r\n",
        b"Subject: Hi\r\n  there\r\n\r\n",
        b"Subject: Hi\r\n\tthere\r\n\r\n",
        b"Subject: Hi\r\nthere\r\n\r\n",
        b"Subject: Hi\nBcc: eve\r\n\r\n",
        b"Subject: Hi\rBcc: eve\r\n\r\n",
        b"Subject: H\0i\r\n\r\n",
        b"Subject: H\x7fi\r\n\r\n",
        "Subject: Hä\r\n\r\n".encode(),
        b"",
        b"\r\n\r\n",
    ],
)
def test_a_header_that_is_more_or_less_or_other_than_meant_does_not_pass(octets: bytes) -> None:
    with pytest.raises(Unsendable):
        check_header(octets, ["Subject"])


@pytest.mark.parametrize("name", ["From", "To", "Cc", "Reply-To"])
def test_letters_outside_ascii_may_stand_where_addresses_stand(name: str) -> None:
    check_header(f"{name}: änn@example.com,\r\n ö@example.com\r\n\r\n".encode(), [name])


@pytest.mark.parametrize("first", [True, False])
def test_a_line_of_addresses_holds_all_but_control_characters_and_begins_with_what_is_seen(*, first: bool) -> None:
    candidates = [chr(code) for code in range(0x300) if chr(code) not in "\r\n"]

    passing = {c for c in candidates if passes(f"To: a,\r\n {'' if first else 'b'}{c}c@d\r\n\r\n", "To")}

    controls = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))}
    assert passing == {*candidates} - controls - {" " if first else ""}


def passes(header: str, name: str) -> bool:
    try:
        check_header(header.encode(), [name])
    except Unsendable:
        return False
    return True


@pytest.mark.parametrize("octets", [b"To: \xff@x\r\n\r\n", b"To: \xc2\x85@x\r\n\r\n", "Bcc: ä@x\r\n\r\n".encode()])
def test_what_is_not_text_or_stands_elsewhere_does_not_pass(octets: bytes) -> None:
    with pytest.raises(Unsendable):
        check_header(octets, [octets.partition(b":")[0].decode()])


@pytest.mark.parametrize(
    ("sender", "recipients", "content", "needed"),
    [
        ("a@b.example", ("c@d.example",), b"To: c@d.example\r\n", False),
        ("ä@b.example", ("c@d.example",), b"To: c@d.example\r\n", True),
        ("a@b.example", ("c@d.example", "ö@d.example"), b"To: c@d.example\r\n", True),
        ("a@b.example", ("c@d.example",), "To: ö@d.example\r\n".encode(), True),
    ],
)
def test_smtputf8_is_needed_where_an_address_is_beyond_ascii(
    sender: str, recipients: tuple[str, ...], content: bytes, *, needed: bool
) -> None:
    assert needs_smtputf8(content, sender, *recipients) is needed
