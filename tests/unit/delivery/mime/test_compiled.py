import pytest

from postroom.delivery.mime.assemble import Assembler
from postroom.delivery.mime.compiled import Compiled
from postroom.delivery.mime.headers import Field, address_field, text_field
from postroom.delivery.mime.parts import Part, text_part
from postroom.errors import Unsendable
from postroom.messages.model import Attachment, Mailbox

FILE = Attachment("terms.pdf", "application/pdf", b"%PDF" * 100)


def template() -> Compiled:
    return Assembler().compiled(Mailbox("shop@example.com", "Shop"), (), (("X-Campaign", "spring"),), (FILE,))


def test_a_compiled_message_is_filled_for_one_recipient_after_another() -> None:
    compiled = template()

    mails = [
        compiled.fill(
            f"{name}@example.com",
            [address_field("To", [Mailbox(f"{name}@example.net")]), text_field("Subject", f"Hello {name}")],
            [text_part(f"Dear {name}", "plain"), text_part(f"<p>Dear {name}</p>", "html")],
        )
        for name in ("ann", "bob")
    ]

    for mail, name, other in zip(mails, (b"ann", b"bob"), (b"bob", b"ann"), strict=True):
        assert b"From: Shop <shop@example.com>\r\nX-Campaign: spring\r\nTo: %b@example.net\r\n" % name in bytes(mail)
        assert mail.count(b"Dear %b" % name) == 2
        assert other not in bytes(mail)


def test_a_message_that_is_tried_again_has_the_same_bytes_and_another_has_other_boundaries() -> None:
    bodies = [text_part("a", "plain"), text_part("b", "html")]

    first, again, other = (template().fill(name, [], bodies) for name in ("m1@x.y", "m1@x.y", "m2@x.y"))

    assert first == again
    assert first.partition(b"boundary=")[2][:30] != other.partition(b"boundary=")[2][:30]


def test_in_and_behind_an_attachment_is_no_dot() -> None:
    mail = template().fill("m1@x.y", [], [text_part("a", "plain"), text_part("b", "html")])

    assert b"." not in mail.partition(b'filename="terms.pdf"')[2]


@pytest.mark.parametrize(
    "wire",
    [
        b"X-A: a\r\nBcc: eve@example.com\r\n",
        b"X-A: a\r\n\r\n",
        b"X-A: a",
        b"X-A: a\nBcc: eve@example.com\r\n",
        b"X-B: a\r\n",
        "X-A: ä\r\n".encode(),
        b"",
    ],
)
def test_a_field_that_is_more_or_less_or_other_than_one_line_is_never_sent(wire: bytes) -> None:
    with pytest.raises(Unsendable):
        Compiled((), ()).fill("m1@x.y", [Field("X-A", wire)], [text_part("a", "plain")])


def test_a_part_that_is_none_is_never_sent() -> None:
    with pytest.raises(Unsendable):
        Compiled((), ()).fill("m1@x.y", [], [Part(b"Bcc: eve@example.com\r\n\r\nbody\r\n")])


@pytest.mark.parametrize("message_id", ["a@b>\r\nBcc: <c@d", "ä@b", "a\0@b"])
def test_a_message_id_cannot_carry_anything_else(message_id: str) -> None:
    with pytest.raises(Unsendable):
        Compiled((), ()).fill(message_id, [], [text_part("a", "plain")])
