import pytest

from postroom.templates.filling.colours import readable_on


@pytest.mark.parametrize(
    ("colour", "text"),
    [
        ("#000000", "#ffffff"),
        ("#ffffff", "#000000"),
        ("#ffff00", "#000000"),
        ("#0000ff", "#ffffff"),
        ("#b3261e", "#ffffff"),
        ("#767676", "#000000"),
        ("#757575", "#ffffff"),
    ],
)
def test_text_has_the_colour_that_stands_out_more(colour: str, text: str) -> None:
    assert readable_on(colour) == text
