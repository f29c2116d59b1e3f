import pytest

from postroom.delivery.mime.reading import read_filename, read_mailboxes, read_text
from postroom.errors import Unsendable


def test_mailboxes_are_read_with_and_without_names() -> None:
    value = (
        'a@example.com, Ann Bell <b@example.com>, "Lee, Ann" <c@example.com>, =?utf-8?q?=C3=A4?= =?utf-8?q?b?= <ö@x.y>'
    )

    assert read_mailboxes(value) == [
        ("", "a@example.com"),
        ("Ann Bell", "b@example.com"),
        ("Lee, Ann", "c@example.com"),
        ("äb", "ö@x.y"),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a",
        "a@b,c@d",
        "a@b, ",
        "a@b c@d",
        "a@b; c@d",
        "a@b\r\nBcc: c@d",
        "<a@b>",
        "Ann a@b",
        "Ann <a@b",
        "Ann <a@b>>",
        "Ann <a@b> c",
        "Ann, Bob <a@b>",
        "Ann <a@b>, Bob <c@d>x",
        '"Ann" Bell <a@b>',
        '"A\\"nn" <a@b>',
        '"=?utf-8?q?x?=" <a@b>',
        "x =?utf-8?q?x?= <a@b>",
        "=?utf-8?q?x <a@b>",
        "=?utf-8?q?=0D=0A?= x <a@b>",
        "(Ann) a@b",
        "group: a@b;",
        "a@b@c",
        "a b@c",
    ],
)
def test_a_list_of_mailboxes_in_any_other_form_is_not_read(value: str) -> None:
    with pytest.raises(Unsendable):
        read_mailboxes(value)


def test_text_is_read_as_it_stands_or_from_encoded_words() -> None:
    assert read_text("Hello =? you") == "Hello =? you"
    assert read_text("=?utf-8?q?=C3=A4?= =?utf-8?q?b?=") == "äb"


@pytest.mark.parametrize("value", ["a =?utf-8?q?b?=", "=?utf-8?q?b?= a", "=?latin1?q?b?=", "=?utf-8?q?=FF?="])
def test_text_that_readers_would_decode_in_their_own_way_is_not_read(value: str) -> None:
    with pytest.raises(Unsendable):
        read_text(value)


@pytest.mark.parametrize(
    ("value", "filename"),
    [
        ("attachment", ""),
        ('attachment; filename="a; b.pdf"', "a; b.pdf"),
        ("attachment; filename*=utf-8''%C3%A4.pdf", "ä.pdf"),
        ("attachment; filename*0*=utf-8''%C3; filename*1*=%A4", "ä"),
    ],
)
def test_a_filename_is_read_in_each_form(value: str, filename: str) -> None:
    assert read_filename(value) == filename


@pytest.mark.parametrize(
    "value",
    [
        "inline",
        'inline; filename="a"',
        'attachment; filename="a"; filename="b"',
        'attachment; filename="a"b"',
        "attachment; filename=a",
        "attachment; filename*=latin1''a",
        "attachment; filename*=utf-8''%FF",
        "attachment; filename*1*=utf-8''a; filename*0*=b",
        "attachment; filename*0*=utf-8''a; filename*2*=b",
        "inline; filename*=utf-8''a",
    ],
)
def test_a_filename_in_any_other_form_is_not_read(value: str) -> None:
    with pytest.raises(Unsendable):
        read_filename(value)
