"""A link must never lead to anybody but the tenant, whatever stands in a base URL."""

from urllib.parse import urlsplit

import pytest

from postroom.mails.links import BadUrl, Url, parse_origin

OURS = {
    "https://app.example.com",
    "https://app.example.com:8443",
    "https://xn--bcher-kva.example",
    "http://localhost:3000",
}

HOSTILE = [
    "https://app.example.com@evil.example",
    "https://app.example.com:pass@evil.example",
    "https://evil.example\\@app.example.com",
    "https://app.example.com\\@evil.example",
    "https://app.example.com\\.evil.example",
    "https://app.example.com.evil.example",
    "https://app.example.com.",
    "https://app.example.com..",
    "https://evil.example/https://app.example.com",
    "https://evil.example?https://app.example.com",
    "https://evil.example#https://app.example.com",
    "https://app.example.com#@evil.example",
    "https://app.example.com/#/reset",
    "https:/\\evil.example",
    "https:\\\\app.example.com",
    "https:///app.example.com",
    "https:/app.example.com",
    "https:app.example.com",
    "//evil.example",
    "//app.example.com",
    "/reset",
    "app.example.com",
    "evil.example",
    "",
    "https://",
    "https://app.example.com%2eevil.example",
    "https://app.example.com%40evil.example",
    "https://app.example.com%00.evil.example",
    "https://app%2eexample%2ecom",
    "https://app。example。com",
    "https://app．example．com",  # noqa: RUF001 - full-width stops
    "https://app.example.com｡evil.example",
    "https://аpp.example.com",  # noqa: RUF001 - the first letter is Cyrillic
    "https://ａpp.example.com",  # noqa: RUF001 - the first letter is full-width
    "httpſ://app.example.com",  # noqa: RUF001 - a long s
    "https://app.example.com：443",  # noqa: RUF001 - a full-width colon
    "https://app.example.com／@evil.example",  # noqa: RUF001 - a full-width slash
    "https://app.example.com℀.evil.example",
    "https://app.example.com:444",
    "https://app.example.com:80",
    "https://app.example.com:",
    "https://app.example.com:0",
    "https://app.example.com:0443",
    "https://app.example.com:65979",
    "https://app.example.com:443443",
    "https://app.example.com:４４３",  # noqa: RUF001 - full-width digits
    "https://app.example.com:+443",
    "https://app.example.com:443@evil.example",
    "https://app.example.com:@evil.example",
    "http://app.example.com",
    "ftp://app.example.com",
    "javascript://app.example.com/%0aalert(1)",
    "javascript:alert(1)",
    "data:text/html,https://app.example.com",
    " https://app.example.com",
    "https://app.example.com ",
    "https://app.example.com\t.evil.example",
    "ht\ttps://evil.example",
    "https://app.example.com\n",
    "https://app.example.com\r\n.evil.example",
    "https://app.example.com\x00.evil.example",
    "https://app.example.com\x0b",
    "https://app.example.com\u2028",
    "https://app.example.com\u00ad.evil.example",
    "https://app.example.com/%0d%0aSet-Cookie:x",
    "https://app.example.com/%7f",
    "https://app.example.com/%zz",
    "https://app.example.com/%",
    "https://app.example.com/a b",
    'https://app.example.com/"onclick=',
    "https://app.example.com/<script>",
    "https://app.example.com/{{config}}",
    "https://app.example.com/a|b",
    "https://app.example.com/ü",
    "https://[::1]",
    "https://[::ffff:app.example.com]",
    "https://[app.example.com]",
    "https://app.example.com[evil.example]",
    "https://[::1]@app.example.com",
    "https://0x7f.1",
    "https://2130706433",
    "https://127.1",
    "https://192.0.2.1",
    "https://localhost:3000",
    "http://localhost",
    "http://localhost:3000.evil.example",
    "http://localhost:3000@evil.example",
    "https://-app.example.com",
    "https://app_.example.com",
    "https://app.example.com?token=known",
    "https://app.example.com/?a=b&%74oken=known",
    "https://app.example.com/?a=b&token",
    "https://app.example.com/" + "a" * 2000,
]


def leads_to_us(text: str) -> bool:
    try:
        return Url.parse(text).origin in OURS
    except BadUrl:
        return False


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_what_is_not_exactly_one_of_ours_is_refused(text: str) -> None:
    assert not leads_to_us(text)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://app.example.com", "https://app.example.com/reset?token=t"),
        ("https://app.example.com/", "https://app.example.com/reset?token=t"),
        ("HTTPS://APP.EXAMPLE.COM", "https://app.example.com/reset?token=t"),
        ("https://app.example.com:443/new", "https://app.example.com/new?token=t"),
        ("https://app.example.com:8443?from=mail", "https://app.example.com:8443/reset?from=mail&token=t"),
        ("https://app.example.com/a/b?c=d&e", "https://app.example.com/a/b?c=d&e&token=t"),
        ("https://app.example.com//evil.example/x", "https://app.example.com//evil.example/x?token=t"),
        ("https://app.example.com/@evil.example", "https://app.example.com/@evil.example?token=t"),
        ("https://app.example.com/%C3%BC?x=%40", "https://app.example.com/%C3%BC?x=%40&token=t"),
        ("https://app.example.com?next=https://evil.example", None),
        ("https://xn--bcher-kva.example/x", "https://xn--bcher-kva.example/x?token=t"),
        ("http://localhost:3000/x", "http://localhost:3000/x?token=t"),
    ],
)
def test_a_link_is_built_from_the_parts_and_leads_to_one_of_ours(text: str, link: str | None) -> None:
    built = str(Url.parse(text).with_path("/reset").with_token("t"))

    assert leads_to_us(text)
    assert link is None or built == link
    split = urlsplit(built)
    assert f"{split.scheme}://{split.netloc}" in OURS
    assert split.query.endswith("token=t")


def test_a_link_without_a_token_is_as_it_was_given() -> None:
    assert str(Url.parse("https://app.example.com").with_path("")) == "https://app.example.com"
    assert str(Url.parse("https://app.example.com/x?y").with_path("")) == "https://app.example.com/x?y"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("https://App.Example.COM/", "https://app.example.com"),
        ("HTTPS://app.example.com:443", "https://app.example.com"),
        ("https://app.example.com:8443", "https://app.example.com:8443"),
        ("https://Bücher.example", "https://xn--bcher-kva.example"),
        ("https://bücher。example:9000/", "https://xn--bcher-kva.example:9000"),
        ("https://intranet", "https://intranet"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(text: str, origin: str) -> None:
    assert parse_origin(text, local=False) == origin


@pytest.mark.parametrize(
    "text",
    [
        "http://app.example.com",
        "http://localhost:3000",
        "https://localhost",
        "https://127.0.0.1",
        "https://192.0.2.1",
        "https://0x7f.1",
        "https://[::1]",
        "https://*.example.com",
        "https://app.example.com/path",
        "https://app.example.com?",
        "https://app.example.com#",
        "https://ann@app.example.com",
        "https://app.example.com:0",
        "https://app.example.com:70000",
        "https://exa mple.com",
        "https://app..example.com",
        "https://☃☃.example\u200b",
        "https://" + "ü" * 70 + ".example",
        "app.example.com",
        "",
        "null",
    ],
    ids=ascii,
)
def test_what_is_no_origin_of_the_world_outside_is_refused(text: str) -> None:
    with pytest.raises(BadUrl):
        parse_origin(text, local=False)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://app.example.com.", "no dot at the end"),
        ("https://foo_bar.com", "letters, digits and hyphens"),
        ("https://*.example.com", "name of one host"),
        ("https://192.0.2.1", "not an address"),
        ("https://localhost", "not this machine"),
        ("http://app.example.com", "must be https"),
        ("https://app.example.com/path", "without a path"),
    ],
)
def test_what_is_wrong_with_an_origin_is_said(text: str, words: str) -> None:
    with pytest.raises(BadUrl, match=words):
        parse_origin(text, local=False)


@pytest.mark.parametrize("text", ["http://localhost:3000", "http://127.0.0.1:8080", "https://localhost"])
def test_this_machine_is_an_origin_in_local_mode(text: str) -> None:
    assert parse_origin(text, local=True) == text


@pytest.mark.parametrize("text", ["http://app.example.com", "http://192.168.0.1", "http://localhost.evil.example"])
def test_local_mode_opens_nothing_else(text: str) -> None:
    with pytest.raises(BadUrl):
        parse_origin(text, local=True)
