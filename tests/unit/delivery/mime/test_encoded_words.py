import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.delivery.mime.encoded_words import decoded_words, encoded_words

_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300)


@given(_texts, st.integers(0, 80))
def test_words_fit_their_line_and_are_read_as_they_were_meant(text: str, taken: int) -> None:
    first, *rest = encoded_words(text, taken)

    assert decoded_words([first, *rest]) == text
    assert len(first) <= max(76 - taken, 36)
    assert all(len(word) <= 75 for word in rest)


@given(_texts)
def test_every_word_is_whole_by_itself(text: str) -> None:
    for word in encoded_words(text, 9):
        assert decoded_words([word])


@pytest.mark.parametrize("text", [f"{'a' * before}漢é🎉{'b' * 200}" for before in range(70)])
def test_no_character_is_cut_in_two_wherever_it_stands(text: str) -> None:
    words = encoded_words(text, 9)

    assert all(word.startswith("=?utf-8?q?") for word in words)
    assert decoded_words(words) == text


@pytest.mark.parametrize(("text", "encoding"), [("Einladung nach Köln", "q"), ("漢字漢字", "b"), ("a" * 20 + "é", "q")])
def test_the_shorter_encoding_is_taken(text: str, encoding: str) -> None:
    assert encoded_words(text, 9)[0].startswith(f"=?utf-8?{encoding}?")


@pytest.mark.parametrize(
    "word",
    [
        "plain",
        "=?utf-8?q??=",
        "=?iso-8859-1?q?x?=",
        "=?utf-8?Q?x?=",
        "=?utf-8?q?a b?=",
        "=?utf-8?q?x?= ",
        "=?utf-8?q?=C3?=",
        "=?utf-8?b?w6Q?=",
        "=?utf-8?b?w6Q=w6Q=?=",
        "=?utf-8?q?" + "x" * 64 + "?=",
        "=?utf-8?q?x?y?=",
    ],
)
def test_what_another_reader_could_take_for_something_else_is_no_word(word: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded_words([word])
