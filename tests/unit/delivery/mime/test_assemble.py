import email
import email.policy
import re
import string
import sys
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postroom.delivery.mime.assemble import Assembler
from postroom.errors import Unsendable
from postroom.messages.model import Attachment, Content, Mailbox

SENDER = Mailbox("ann@example.com", "Ann Bell")
MOMENT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
TO = (Mailbox("bob@example.org"),)

_words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120)
_bodies = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
_local = st.text(string.ascii_letters + string.digits + "+_-", min_size=1, max_size=20)
_mailboxes = st.builds(lambda local, name: Mailbox(f"{local}@example.net", name), _local, _words)
_filenames = _words.map(str.strip).filter(bool)
_attachments = st.builds(
    Attachment,
    _filenames,
    st.sampled_from(["application/pdf", "text/csv", "image/png"]),
    st.binary(max_size=300),
)


def assembled(content: Content, sender: Mailbox = SENDER) -> bytes:
    return Assembler()(content, sender, "<m1@example.com>", MOMENT)


def parsed(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def content(**changes: object) -> Content:
    fields: dict[str, object] = {"subject": "Hello", "text": "Hi.", "html": None, "to": TO, **changes}
    return Content(**fields)  # type: ignore[arg-type]


def lines(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\n", text).removesuffix("\n")


def display_names(octets: bytes) -> list[str]:
    # Python's newer parser keeps the space between two encoded words of a name, against RFC 2047.
    header = email.message_from_bytes(octets)["To"].replace("\r\n", "")
    return [str(make_header(decode_header(name))) for name, _ in getaddresses([header])]


def body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return lines(payload.decode())


def test_a_plain_message_has_the_headers_of_rfc_5322_and_nothing_else() -> None:
    octets = assembled(content(cc=(Mailbox("cy@example.org", "Cy"),), reply_to=(Mailbox("re@example.com"),)))

    assert octets == (
        b"From: Ann Bell <ann@example.com>\r\n"
        b"Reply-To: re@example.com\r\n"
        b"To: bob@example.org\r\n"
        b"Cc: Cy <cy@example.org>\r\n"
        b"Subject: Hello\r\n"
        b"Date: Sun, 01 Mar 2026 09:30:00 +0000\r\n"
        b"Message-ID: <m1@example.com>\r\n"
        b"MIME-Version: 1.0\r\n"
        b'Content-Type: text/plain; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Hi.\r\n"
    )


def test_text_and_html_become_alternatives_and_attachments_stand_beside_them() -> None:
    message = parsed(
        assembled(content(html="<p>Hi.</p>", attachments=(Attachment("a.pdf", "application/pdf", b"%PDF"),)))
    )

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]


def test_html_alone_is_the_whole_body() -> None:
    message = parsed(assembled(content(text=None, html="<p>Hi.</p>")))

    assert message.get_content_type() == "text/html"


def test_an_address_beyond_ascii_is_carried_as_it_is_and_nothing_else_changes() -> None:
    plain = content(subject="Grüße", text="Grüße", to=(Mailbox("bob@example.org", "Bøb"),))

    octets = assembled(replace(plain, to=(Mailbox("bøb@example.org", "Bøb"),)))

    assert octets == assembled(plain).replace(b"<bob@", "<bøb@".encode())
    [address] = email.message_from_string(octets.decode(), policy=email.policy.default)["To"].addresses
    assert (address.display_name, address.addr_spec) == ("Bøb", "bøb@example.org")


def test_a_message_without_visible_recipients_says_so() -> None:
    message = parsed(assembled(content(to=())))

    assert str(message["To"]) == "undisclosed-recipients:;"


def test_the_standard_library_alone_lets_an_encoded_word_become_a_header_of_its_own() -> None:
    message = EmailMessage(policy=email.policy.SMTP)

    message["Subject"] = "=?utf-8?q?hi=0D=0ABcc:_eve@example.com?="
    naive = message.as_bytes()

    assert b"\r\nBcc: eve@example.com" in naive or sys.version_info >= (3, 12)


def test_an_encoded_word_in_a_subject_is_sent_as_the_text_that_it_is() -> None:
    hostile = "=?utf-8?q?hi=0D=0ABcc:_eve@example.com?="

    octets = assembled(content(subject=hostile))

    assert b"\nBcc" not in octets
    assert parsed(octets)["Subject"] == hostile


@pytest.mark.parametrize("name", ["Bcc", "bcc", "From", "To", "Date", "Content-Type", "Resent-Bcc", "Received"])
def test_a_custom_header_cannot_take_the_place_of_ours(name: str) -> None:
    with pytest.raises(Unsendable):
        assembled(content(headers=((name, "x"),)))


@pytest.mark.parametrize(
    "payload", ["a\r\nBcc: eve@example.com", "a\nb", "a\rb", "a\0b", "a\x0bb", "a\x85b", "a\ud800b"]
)
def test_no_control_character_gets_into_any_header(payload: str) -> None:
    ways = (
        {"subject": payload},
        {"headers": (("X-Note", payload),)},
        {"headers": ((payload, "x"),)},
        {"to": (Mailbox("bob@example.org", payload),)},
        {"to": (Mailbox(f"{payload}@example.org"),)},
        {"attachments": (Attachment(payload, "text/plain", b""),)},
    )
    for way in ways:
        with pytest.raises(Unsendable):
            assembled(content(**way))


def test_what_cannot_be_sent_is_not_worth_another_try() -> None:
    assert not Unsendable.retryable


def test_a_type_that_may_not_be_carried_as_base64_becomes_a_plain_file() -> None:
    message = parsed(assembled(content(attachments=(Attachment("a.eml", "message/rfc822", b"Subject: x\r\n\r\ny"),))))

    (part,) = message.iter_attachments()
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == b"Subject: x\r\n\r\ny"


def test_a_content_type_that_carries_a_header_is_not_used() -> None:
    octets = assembled(content(attachments=(Attachment("a", "text/plain\r\nBcc: x@example.com", b""),)))

    assert b"Bcc" not in octets


def test_a_list_unsubscribe_header_is_left_as_it_is() -> None:
    value = f"<https://example.com/u?{'t' * 300}>, <mailto:u@example.com?subject=u>"

    octets = assembled(content(headers=(("List-Unsubscribe", value),)))

    assert parsed(octets)["List-Unsubscribe"] == value


@pytest.mark.parametrize("text", ["x" * 999, "x" * 100_000, "ä" * 600, "\0", "tab\there", ".", "..\n.\n"])
def test_any_body_fits_into_lines_and_comes_back_whole(text: str) -> None:
    octets = assembled(content(text=text))

    assert max(map(len, octets.split(b"\r\n"))) <= 998
    assert octets.isascii()
    assert body(parsed(octets), "plain") == lines(text)


def test_every_kind_of_newline_in_a_body_becomes_crlf() -> None:
    octets = assembled(content(text="a\nb\rc\r\nd"))

    assert octets.endswith(b"\r\n\r\na\r\nb\r\nc\r\nd\r\n")


@settings(max_examples=150)
@given(subject=_words, names=st.lists(_mailboxes, min_size=1, max_size=4), sender=_mailboxes, note=_words)
def test_headers_are_read_as_they_were_meant(subject: str, names: list[Mailbox], sender: Mailbox, note: str) -> None:
    octets = assembled(content(subject=subject, to=tuple(names), headers=(("X-Note", note),)), sender)

    message = parsed(octets)
    assert message["Subject"] == subject
    assert message["X-Note"] == note
    assert [address.addr_spec for address in message["To"].addresses] == [mailbox.address for mailbox in names]
    assert display_names(octets) == [" ".join(mailbox.name.split()) for mailbox in names]
    assert message["From"].addresses[0].addr_spec == sender.address
    assert message["Bcc"] is None


@settings(max_examples=150)
@given(text=_bodies, html=st.none() | _bodies, attachments=st.lists(_attachments, max_size=3))
def test_bodies_and_attachments_come_back_as_they_were(
    text: str, html: str | None, attachments: list[Attachment]
) -> None:
    message = parsed(assembled(content(text=text, html=html, attachments=tuple(attachments))))

    assert body(message, "plain") == lines(text)
    if html is not None:
        assert body(message, "html") == lines(html)
    parts = list(message.iter_attachments())
    # get_filename takes <> and quotes away from around a name, however it was written.
    names = [part["Content-Disposition"].params["filename"] for part in parts]
    assert names == [attachment.filename for attachment in attachments]
    assert [part.get_payload(decode=True) for part in parts] == [attachment.data for attachment in attachments]
    assert [part.get_content_type() for part in parts] == [attachment.content_type for attachment in attachments]
