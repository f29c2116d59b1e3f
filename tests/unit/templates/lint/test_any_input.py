"""Templates are anybody's: whatever they give, it is looked over, and soon."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.templates.lint import lint
from postroom.templates.lint.tally import AT_MOST

MARKUP = (
    """< > </ <!-- --> <![ [if !mso]> <![endif] " ' = & ; { } ( ) [ ] <a href= <img src= <style> </style> <script>"""
)
STYLE = (
    """<p style=" @media @ : :: ! !important url( rgb( data: javascript: //[ \\ /* */ -- - 1e999px -1 position margin"""
)
ODD = ("\x00", "\r", "\n", " ", "\ud800", "\u0130", "9" * 400, "a", "ä", "🙂")
PIECES = st.sampled_from((*MARKUP.split(), *STYLE.split(), *ODD))


@given(subject=st.text(), html=st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join))
def test_no_text_is_too_much(subject: str, html: str) -> None:
    told = lint(subject, html)

    assert len(told) <= AT_MOST
    assert all(warning.message.isprintable() for warning in told)


@given(style=st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join))
def test_no_style_is_too_much(style: str) -> None:
    lint("s", f"<style>{style}</style><p style='{style}'>")


SIZE = 200_000
REPEATED = """<|<a |<a b='|<!--|<![|</|<style>|<p style='color:red'>|<!--[if !mso]>|&|<x=|<b>\n|<style>a{|<style>@a{"""
MORE = """<script></s|<title|<img src="x">|<a href=#>|! |<p style="a:b;c|<a = """
ENDLESS = {repr(piece): piece * (SIZE // len(piece)) for piece in f"{REPEATED}|{MORE}".split("|")} | {
    "brackets": '<p style="color:' + "(" * SIZE,
    "blocks": "<style>" + "a{" * (SIZE // 2),
    "one long name": '<p style="' + "a-" * (SIZE // 2) + ':1">',
    "bangs": "<style>a{b:" + "!" * SIZE,
    "selectors": "<style>" + "[a]:b>" * (SIZE // 6) + "{}",
    "each style another": "".join(f'<p style="color:#{i:06x};padding:{i}px;margin:0 auto">' for i in range(4_000)),
    "each rule another": "<style>" + "".join(f".a{i}>b:hover{{color:#{i:06x};float:left}}" for i in range(5_000)),
    "megabytes": "<p style='float:left'>" * 200_000,
}


@pytest.mark.parametrize("html", ENDLESS.values(), ids=ENDLESS.keys())
def test_the_time_for_a_large_mail_does_not_grow_with_its_square(html: str) -> None:
    begun = process_time()

    lint("s", html)

    assert process_time() - begun < 5  # most take a tenth of that; with the square of the size, it would be minutes
