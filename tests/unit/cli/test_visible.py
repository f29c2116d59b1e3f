import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from postroom_cli.visible import harmless, local_time, shown


@pytest.mark.parametrize(
    ("text", "harmless_text"),
    [
        ("Grüße an Ann 🎉 [red]", "Grüße an Ann 🎉 [red]"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\x9bb\x7f", "a\\x9bb\\x7f"),
        ("one\r\ntwo\tthree", "one\\x0d⏎two three"),
        ("\u202eexe.pdf\u2066\u200f", "\\u202eexe.pdf\\u2066\\u200f"),
        ("\ud800\u2028", "\\ud800\\u2028"),
    ],
)
def test_what_steers_a_terminal_is_shown(text: str, harmless_text: str) -> None:
    assert harmless(text) == harmless_text


@given(st.text(st.characters()))
def test_nothing_that_is_shown_steers_a_terminal(text: str) -> None:
    said = harmless(text)

    assert all(letter.isprintable() or letter.isspace() for letter in said if ord(letter) < 0xA0)
    assert not set(said) & set("\n\r\x1b\x9b\u202e")
    said.encode()


@given(st.text())
def test_a_terminal_gets_the_very_letters_and_no_markup(text: str) -> None:
    console = Console(width=10_000, force_terminal=True, color_system=None, markup=True)

    with console.capture() as captured:
        console.print(shown(text), end="", soft_wrap=True)

    assert captured.get() == harmless(text)


@pytest.fixture
def in_india() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "IST-5:30")  # POSIX writes what has to be added to reach UTC
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_india")
def test_people_see_times_of_their_own_zone() -> None:
    assert local_time(datetime(2030, 1, 31, 22, 45, 1, tzinfo=UTC)) == "2030-02-01 04:15:01"
    assert local_time(None) == ""
