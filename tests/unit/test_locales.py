import pytest

from postroom.locales import canonical


@pytest.mark.parametrize(
    ("tag", "usual"),
    [
        ("de", "de"),
        ("DE-at", "de-AT"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("gsw-CH", "gsw-CH"),
        ("ca-ES-VALENCIA", "ca-ES-valencia"),
        ("de-1996", "de-1996"),
        ("sl-rozaj-biske-1994", "sl-rozaj-biske-1994"),
    ],
)
def test_a_language_tag_is_kept_in_its_usual_case(tag: str, usual: str) -> None:
    assert canonical(tag) == usual


@pytest.mark.parametrize(
    "tag",
    [
        "",
        "d",
        "german",
        "de_AT",
        "de-",
        "-de",
        "de-A",
        "de-Latn-Latn",
        "d\u00e9",
        "de-AT\n",
        "de--AT",
        "de-" + "rozaj-" * 6,
    ],
)
def test_what_is_no_language_tag_has_no_usual_case(tag: str) -> None:
    assert canonical(tag) is None
