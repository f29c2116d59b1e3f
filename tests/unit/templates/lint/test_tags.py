"""What is told of elements, links and images."""

import pytest

from postroom.templates.lint import lint
from postroom.templates.remarks import Client, Level

GMAIL, OUTLOOK = Client.GMAIL, Client.OUTLOOK
BOTH = {GMAIL, OUTLOOK}


def clients(html: str) -> dict[str, set[Client | None]]:
    told: dict[str, set[Client | None]] = {}
    for warning in lint("A subject", f'<html lang="en">{html}'):
        told.setdefault(warning.code, set()).add(warning.client)
    return told


def errors(html: str) -> set[str]:
    return {warning.code for warning in lint("A subject", f'<html lang="en">{html}') if warning.level is Level.ERROR}


@pytest.mark.parametrize(
    ("html", "code", "who"),
    [
        ("<audio>", "html_audio", BOTH),
        ("<video controls>", "html_video", BOTH),
        ("<svg viewBox='0 0 1 1'>", "html_svg", BOTH),
        ("<object>", "html_object", BOTH),
        ("<form>", "html_form", BOTH),
        ("<input name=a>", "html_input_text", {OUTLOOK}),
        ("<BUTTON>", "html_button_submit", BOTH),
        ("<select>", "html_select", {OUTLOOK}),
        ("<textarea>", "html_textarea", {OUTLOOK}),
        ("<script>", "html_active", {None}),
        ("<iframe src='https://a.example'>", "html_active", {None}),
        ("<embed>", "html_active", {None}),
    ],
)
def test_what_is_not_shown_is_an_error(html: str, code: str, who: set[Client | None]) -> None:
    assert clients(html)[code] == who
    assert code in errors(html)


@pytest.mark.parametrize(
    ("html", "code", "who"),
    [
        ("<picture>", "html_picture", BOTH),
        ("<nav>", "html_semantics", BOTH),
        ("<section>", "html_semantics", {OUTLOOK}),
        ("<link rel='StyleSheet' href='https://a.example/a.css'>", "html_link", BOTH),
        ("<td background='https://a.example/a.png'>", "html_background", BOTH),
        ("<p hidden>", "html_hidden", BOTH),
        ("<img src='https://a.example/a.png' alt='' srcset='https://a.example/b.png 2x'>", "html_srcset", BOTH),
        ("<img src='https://a.example/a.png'>", "image_without_alt", {None}),
    ],
)
def test_what_looks_different_is_a_warning(html: str, code: str, who: set[Client | None]) -> None:
    assert clients(html) == {code: who}
    assert errors(html) == set()


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("javascript:alert(1)", "link_dead"),
        (" JavaScript:alert(1)", "link_dead"),
        ("java\nscript:alert(1)", "link_dead"),
        ("&#106;avascript&colon;alert(1)", "link_dead"),
        ("\x01javascript:alert(1)", "link_dead"),
        ("vbscript:x", "link_dead"),
        ("data:text/html,x", "link_dead"),
        ("file:///etc/passwd", "link_dead"),
        ("page.html", "link_relative"),
        ("/page", "link_relative"),
        ("//acme.example/page", "link_relative"),
        ("?a=https://acme.example", "link_relative"),
        ("www.acme.example", "link_relative"),
        ("", "link_empty"),
        ("#", "link_empty"),
    ],
)
def test_a_link_that_leads_nowhere_is_an_error(address: str, code: str) -> None:
    assert errors(f'<a href="{address}">go</a>') == {code}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("logo.png", "image_relative"),
        ("//acme.example/logo.png", "image_relative"),
        ("file:///logo.png", "image_dead"),
        ("", "image_empty"),
        ("data:image/png;base64,iVBORw0KGgo=", "image_base64"),
        ("https://acme.example/logo.svg", "image_svg"),
        ("https://acme.example/logo.webp?v=1", "image_webp"),
        ("https://acme.example/logo.AVIF#x", "image_avif"),
    ],
)
def test_an_image_that_is_not_shown_is_an_error(address: str, code: str) -> None:
    assert errors(f'<img alt="" src="{address}">') == {code}
    assert errors(f'<table background="{address}">') == ({code} if address else set())


def test_an_image_inside_the_html_is_not_shown_by_gmail() -> None:
    assert GMAIL in clients('<img alt="" src="data:image/png;base64,AAAA">')["image_base64"]


def test_what_goes_over_the_wire_in_the_clear_is_a_warning() -> None:
    html = '<a href="http://acme.example/">x</a><img alt="" src="http://acme.example/logo.png">'

    assert clients(html) == {"link_insecure": {None}, "image_insecure": {None}}
    assert errors(html) == set()


def test_an_address_that_a_preview_could_not_fill_in_is_left_alone() -> None:
    assert clients('<a href="{{ link }}"><img alt="" src="{{logo}}/a.png"></a>') == {}


def test_an_address_that_cannot_be_taken_apart_is_left_alone() -> None:
    assert clients('<img alt="" src="https://[half/logo.svg">') == {}


def test_what_word_does_not_see_is_told_of_gmail_and_the_new_outlook_alone() -> None:
    html = "<!--[if !mso]><!--><svg><input></svg><!--<![endif]-->"

    told = lint("A subject", f'<html lang="en">{html}')

    assert {(warning.code, warning.client) for warning in told} == {("html_svg", GMAIL), ("html_svg", OUTLOOK)}
    assert any("Outlook.com and the new Outlook" in warning.message for warning in told)
