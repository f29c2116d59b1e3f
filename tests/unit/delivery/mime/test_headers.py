import string

import pytest

from postroom.delivery.mime.headers import address_field, text_field
from postroom.errors import Unsendable
from postroom.messages.model import Mailbox


def test_a_long_text_is_folded_between_words() -> None:
    wire = text_field("Subject", "word " * 40 + "end").wire

    assert max(map(len, wire.split(b"\r\n"))) <= 76
    assert wire.replace(b"\r\n ", b" ") == b"Subject: " + b"word " * 40 + b"end\r\n"


def test_a_subject_with_a_word_that_fits_no_line_is_encoded() -> None:
    wire = text_field("Subject", "x" * 120).wire

    assert max(map(len, wire.split(b"\r\n"))) <= 76


def test_a_field_for_programs_keeps_a_long_word_as_it_is() -> None:
    assert text_field("X-Token", "x" * 900).wire == b"X-Token: " + b"x" * 900 + b"\r\n"


@pytest.mark.parametrize("name", ["Message-ID", "List-Unsubscribe", "References"])
@pytest.mark.parametrize("text", ["<ä@example.com>", "<a@b>  <c@d>", "<" + "x" * 1000 + ">", "=?utf-8?q?x?="])
def test_a_structured_field_is_never_encoded(name: str, text: str) -> None:
    with pytest.raises(Unsendable):
        text_field(name, text)


def test_names_in_all_forms_are_folded_between_their_words_and_their_addresses() -> None:
    mailboxes = [
        Mailbox("bob.with.a.long.name@mail.example.com", "Bob"),
        Mailbox("a@example.com"),
        Mailbox("ann@example.com", 'Ann "Lee", Käthe ' + "Ü" * 30),
        Mailbox("cy@example.com", "Lee, Cy"),
    ]

    wire = address_field("To", mailboxes).wire

    assert max(map(len, wire.split(b"\r\n"))) <= 76
    assert wire.endswith(b'"Lee, Cy" <cy@example.com>\r\n')


def test_an_address_beyond_ascii_is_written_as_it_is() -> None:
    wire = address_field("To", [Mailbox("änn@example.com", "Änn")]).wire

    assert wire.decode() == "To: =?utf-8?q?=C3=84nn?= <änn@example.com>\r\n"


@pytest.mark.parametrize(
    "address",
    [
        "a@b, c@d",
        "a@b>, <c@d",
        "a b@c",
        "a@b\r\nBcc: c@d",
        '"a"@b',
        "(a)a@b",
        "a;b@c",
        "a@ä.example",
        "a\u2028b@example.com",
        "a\u00a0b@example.com",
        "a\u202eb@example.com",
        "a\u0085b@example.com",
        "a\ud800b@example.com",
    ],
)
def test_an_address_that_could_be_read_as_something_else_is_refused(address: str) -> None:
    with pytest.raises(Unsendable):
        address_field("To", [Mailbox(address)])


def test_a_local_part_is_of_atoms_and_dots_and_of_printable_letters_beyond_ascii() -> None:
    candidates = [chr(code) for code in range(0x300)]

    taken = {character for character in candidates if is_taken(f"a{character}b@example.com")}

    beyond = {character for character in candidates if character > "\u00a0" and character.isprintable()}
    assert taken == {*string.ascii_letters, *string.digits, *"!#$%&'*+/=?^_`{|}~-."} | beyond


def is_taken(address: str) -> bool:
    try:
        address_field("To", [Mailbox(address)])
    except Unsendable:
        return False
    return True
