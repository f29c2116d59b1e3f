import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.messages.transcript import pack, unpack
from tests.builders import SAID_BY_GMAIL

LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1, max_size=60))


@given(LINES)
def test_what_was_said_is_read_as_it_was(lines: list[str]) -> None:
    assert unpack(pack(tuple(lines))) == tuple(lines)


def test_a_whole_session_takes_a_fifth_of_its_room() -> None:
    assert len(pack(SAID_BY_GMAIL)) < len("\n".join(SAID_BY_GMAIL)) / 5 < 256


def test_what_is_too_long_is_cut_off() -> None:
    assert "\n".join(unpack(pack(("S: 250 " + "x" * 3000, "S: 250 " + "y" * 3000)))).count("y") < 1000


def test_what_the_first_version_wrote_can_be_read_for_ever() -> None:
    stored = bytes.fromhex("01430da2c4bc3c9400c2080c64cf27e527c115e717a5dba1b630f2f241d19b01aedd00")

    assert unpack(stored) == (
        "C: MAIL FROM:<ann@example.com>",
        "S: 250 2.1.0 OK",
        "C: RCPT TO:<bob@example.org>",
        "S: 550 5.1.1 no such user",
    )


def test_what_a_later_version_wrote_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="later version"):
        unpack(b"\xff" + pack(SAID_BY_GMAIL)[1:])
