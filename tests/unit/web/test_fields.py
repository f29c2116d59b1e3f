from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from postroom.messages.model import Mailbox
from postroom.web.body import RequestBody
from postroom.web.fields import AsText, EmailText, HeaderName, HeaderText, MailboxText, Timestamp, Timezone, UserType


class Colour(StrEnum):
    RED = "red"


class Paint(RequestBody):
    colour: Annotated[Colour, AsText] = Colour.RED
    layers: int = 1
    share: float = 0.5
    dry: bool = True
    label: str = ""
    tags: dict[str, str] | None = None
    title: Annotated[HeaderText, Field(min_length=1, max_length=5)] = "x"
    coats: Annotated[list[str], Field(max_length=5)] | None = None


def parsed(type_: object, value: object) -> object:
    return TypeAdapter[object](type_).validate_python(value)


def refusal(type_: object, value: object) -> str:
    with pytest.raises(ValidationError) as refused:
        parsed(type_, value)
    return "; ".join(error["msg"] for error in refused.value.errors())


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ann@example.com", "ann@example.com"),
        ("Ann.Lee+x@EXAMPLE.com", "Ann.Lee+x@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@mail.test", "ann@mail.test"),
        ("änn@Bücher.example", "änn@xn--bcher-kva.example"),
        ("a\u0308nn@example.com", "änn@example.com"),
        ("用户@例え.example", "用户@xn--r8jz45g.example"),
    ],
)
def test_an_address_is_brought_into_the_form_that_is_sent(given: str, meant: str) -> None:
    assert parsed(EmailText, given) == meant


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@example",
        "ann@@example.com",
        "ann@localhost",
        "ann@[127.0.0.1]",
        "ann@exa mple.com",
        "ann @example.com",
        "ann@example.com ",
        "ann@example.com\n",
        "ann@example.com\r\nBcc: eve@example.com",
        "ann@example.com,eve@example.com",
        "Ann <ann@example.com>",
        '"a b"@example.com',
        "ann\x00@example.com",
        "ann@example.com\ud800",
        "a" * 65 + "@example.com",
        "ann@" + "a." * 130 + "com",
        f"ann@{'{}'}example.com",
    ],
)
def test_a_bad_address_is_refused(bad: str) -> None:
    assert refusal(EmailText, bad)


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u00a0", "\u2028", "\ufeff", "\ue000", "\u0085"])
def test_letters_that_nobody_sees_are_no_part_of_an_address(hidden: str) -> None:
    assert refusal(EmailText, f"än{hidden}n@example.com")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ann@example.com", Mailbox("ann@example.com")),
        ("Ann <ann@example.com>", Mailbox("ann@example.com", "Ann")),
        ('"Lee, Ann" <ann@example.com>', Mailbox("ann@example.com", "Lee, Ann")),
        ("Änn Lée <ann@bücher.example>", Mailbox("ann@xn--bcher-kva.example", "Änn Lée")),
        ('"Ann \\"Lee\\"" <ann@example.com>', Mailbox("ann@example.com", 'Ann "Lee"')),
        ("<ann@example.com>", Mailbox("ann@example.com")),
        ("ann@example.com <ann@example.com>", Mailbox("ann@example.com", "ann@example.com")),
    ],
)
def test_a_mailbox_may_have_a_name(given: str, meant: Mailbox) -> None:
    assert parsed(MailboxText, given) == meant


@pytest.mark.parametrize(
    "bad",
    [
        5,
        None,
        ["ann@example.com"],
        {"address": "ann@example.com"},
        "Ann <ann@example.com",
        "Ann\r\nBcc: eve@example.com <ann@example.com>",
        '"Ann\n" <ann@example.com>',
        "Ann <ann@example.com>, Eve <eve@example.com>",
        "Lee, Ann <ann@example.com>",
        "ann@example.com <eve@example.com> <ann@example.com>",
        "Ann < ann@example.com>",
        "Ann <>",
        "A" * 700 + " <ann@example.com>",
    ],
)
def test_a_bad_mailbox_is_refused(bad: object) -> None:
    assert refusal(MailboxText, bad)


@pytest.mark.parametrize(
    "bad", ["a\nb", "a\rb", "a\x00b", "a\tb", "a\x7fb", "a\x85b", "a\u2028b", "a\ud800b", "\x1b[0m"]
)
def test_text_for_a_header_has_no_control_characters(bad: str) -> None:
    assert refusal(HeaderText, bad)


@pytest.mark.parametrize("good", ["", "Grüße aus Köln", "🎉 party", "a {brace} %s", "العربية"])
def test_text_for_a_header_may_be_in_any_language(good: str) -> None:
    assert parsed(HeaderText, good) == good


@pytest.mark.parametrize("bad", ["", "X:Y", "X Y", "X\n", "Ü", "a" * 77])
def test_a_header_name_is_visible_ascii_without_a_colon(bad: str) -> None:
    assert refusal(HeaderName, bad)


def test_a_header_name_is_taken_as_it_is() -> None:
    assert parsed(HeaderName, "X-Campaign") == "X-Campaign"


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_known_by_its_name(zone: str) -> None:
    assert parsed(Timezone, zone) == zone


@pytest.mark.parametrize("zone", ["", "America", "europe/berlin", "../etc/passwd", "/etc/localtime", "CEST", "+02:00"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    assert refusal(Timezone, zone)


@pytest.mark.parametrize("good", ["a", "Größe 1", "backup-admin.v2", "staff_", "x" * 64])
def test_a_type_of_users_is_a_few_words(good: str) -> None:
    assert parsed(UserType, good) == good


@pytest.mark.parametrize("bad", ["", " a", "a ", "_a", "(vip)", "a#b", "a\n", "a\tb", "x" * 65])
def test_what_no_user_can_be_is_no_type_of_users(bad: str) -> None:
    assert refusal(UserType, bad)


@pytest.mark.parametrize(
    "text", ["2030-01-31T12:00:00Z", "2030-01-31T13:00:00+01:00", "2030-01-31T12:00:00.000000+00:00"]
)
def test_a_moment_is_kept_in_utc(text: str) -> None:
    moment = parsed(Timestamp, text)

    assert moment == datetime(2030, 1, 31, 12, tzinfo=UTC)
    assert isinstance(moment, datetime)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    "bad",
    [
        1_900_000_000,
        1.5,
        True,
        None,
        "",
        "1900000000",
        "2030-01-31",
        "2030-01-31T12:00:00",
        "2030-02-30T12:00:00Z",
        "2030-01-31T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2030-01-31T12:00:00Z\n",
    ],
)
def test_what_is_not_a_moment_with_an_offset_is_refused(bad: object) -> None:
    assert refusal(Timestamp, bad)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"title": "a" * 6}, "String should have at most 5 characters"),
        ({"title": ""}, "String should have at least 1 character"),
        ({"coats": ["a"] * 6}, "List should have at most 5 items after validation, not 6"),
    ],
)
def test_a_text_has_characters_and_a_list_has_items(given: object, words: str) -> None:
    assert refusal(Paint, given) == words


def test_a_body_takes_an_enum_by_its_text() -> None:
    assert Paint.model_validate({"colour": "red"}).colour is Colour.RED


@pytest.mark.parametrize(
    "bad",
    [
        {"colour": "blue"},
        {"layers": "5"},
        {"layers": True},
        {"layers": 1.0},
        {"share": "0.5"},
        {"share": float("nan")},
        {"share": float("inf")},
        {"dry": 1},
        {"dry": "true"},
        {"label": 5},
        {"tags": {"a": 1}},
        {"tags": []},
        {"unknown": 1},
    ],
)
def test_a_body_turns_no_type_into_another(bad: dict[str, object]) -> None:
    assert refusal(Paint, bad)
