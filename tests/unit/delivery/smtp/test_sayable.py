import pytest

from postroom.delivery.model import Envelope, Finished, Mail, ReplyClass
from postroom.delivery.smtp.sayable import unsayable

CAPABLE = {"smtputf8": "", "8bitmime": ""}
EARLY = [chr(code) for code in range(0x300)]


def mail(sender: str, recipient: str) -> Mail:
    return Mail(Envelope(sender, (recipient,)), Finished(b"Subject: Hi\r\n\r\n"))


@pytest.mark.parametrize("place", ["sender", "recipient"])
def test_a_path_holds_every_visible_character_but_those_that_enclose_it(place: str) -> None:
    addresses = {"sender": "ann@example.com", "recipient": "bob@example.com"}

    said = {c for c in EARLY if not unsayable(mail(**{**addresses, place: f"a{c}b@example.com"}), CAPABLE)}

    assert said == {c for c in EARLY if c.isprintable()} - {" ", "<", ">"}


@pytest.mark.parametrize("character", ["\u2028", "\u202e", "\ud800", "\ufffe", "\U0010ffff"])
def test_a_path_holds_nothing_that_is_not_seen(character: str) -> None:
    verdicts = unsayable(mail("ann@example.com", f"a{character}@example.com"), CAPABLE)

    assert [verdict.reply_class for verdict in verdicts.values()] == [ReplyClass.POLICY]


def test_a_path_holds_letters_of_all_planes() -> None:
    assert not unsayable(mail("ann@example.com", "\u4e16\U0001f600@example.com"), CAPABLE)
