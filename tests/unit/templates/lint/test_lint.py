"""What is told of a mail before it is published."""

import pytest

from postroom.templates.lint import lint
from postroom.templates.lint.tally import Tally
from postroom.templates.remarks import Client, Level, Remark

GMAIL, OUTLOOK = Client.GMAIL, Client.OUTLOOK


def mail(body: str, *, head: str = "") -> str:
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>'


def found(body: str, *, head: str = "") -> set[tuple[str, Client | None]]:
    return {(warning.code, warning.client) for warning in lint("A subject", mail(body, head=head))}


def the(code: str, html: str, client: Client | None = None) -> Remark:
    told = lint("A subject", html)
    return next(warning for warning in told if warning.code == code and client in {None, warning.client})


WELL_FORMED = {
    "a paragraph": mail("<p>Hello</p>"),
    "a table layout with its CSS inlined": mail(
        '<table role="presentation" align="center" width="600" cellpadding="0" cellspacing="0"'
        ' style="margin: 0 auto; max-width: 600px; width: 100%; border-collapse: collapse">'
        '<tr><td bgcolor="#1a5fb4" style="padding: 24px 32px; background-color: #1a5fb4; color: #ffffff;'
        ' font: bold 20px/28px Arial, Helvetica, sans-serif">Acme</td></tr>'
        '<tr><td style="padding: 32px; font-family: Arial, sans-serif; font-size: 16px; line-height: 24px">'
        '<h1 style="margin: 0 0 16px; font-size: 24px; font-weight: 700">Hello</h1>'
        '<p style="margin: 0 0 16px">All is <strong>well</strong>.</p>'
        '<a href="https://acme.example/" style="color: #1a5fb4; text-decoration: none">Have a look</a>'
        "</td></tr></table>"
    ),
    "an image that fills a phone": mail(
        '<img src="https://acme.example/logo.png" alt="Acme" width="600"'
        ' style="display: block; width: 100%; max-width: 600px; height: auto; border: 0">'
    ),
    "an image that is attached": mail('<img src="cid:logo@acme" alt="Acme" width="120" height="40">'),
    "an ornament": mail('<img src="https://acme.example/line.gif" alt="" width="1" height="1">'),
    "a button in a cell": mail(
        '<table role="presentation"><tr><td align="center" bgcolor="#187f3b" style="padding: 12px 24px">'
        '<a href="https://acme.example/go" style="color: #fff">Go</a></td></tr></table>'
    ),
    "a button with padding for Word": mail(
        '<table role="presentation"><tr><td style="mso-padding-alt: 12px 24px">'
        '<a href="https://acme.example/go" style="padding: 12px 24px; mso-padding-alt: 0">Go</a></td></tr></table>'
    ),
    "a button whose cell has padding for Word": mail(
        '<table role="presentation"><tr><td style="mso-padding-alt: 12px 24px">'
        '<a href="https://acme.example/go" style="display: block; padding: 12px 24px">Go</a></td></tr></table>'
    ),
    "a preheader that is still in the style sheet": mail(
        "<div class=preheader>In short</div>",
        head="<style>.preheader { display: none; max-height: 0; overflow: hidden; visibility: hidden }</style>",
    ),
    "what is hidden from Word": mail('<p style="mso-hide: all; border-radius: 3px; padding: 3px">Round</p>'),
    "a preheader": mail(
        '<div style="display: none; max-height: 0; overflow: hidden; opacity: 0; visibility: hidden; mso-hide: all">'
        "In short</div>"
    ),
    "what takes nothing away": mail(
        '<p style="float: none; border-radius: 0; box-shadow: none; padding: 0; position: static; opacity: 1;'
        ' overflow: visible; margin: 0; width: 100%; min-width: 0">Plain</p>'
    ),
    "links of every kind": mail(
        '<a href="https://acme.example/?a=1&amp;b=2">page</a> <a href="mailto:help@acme.example">mail</a>'
        ' <a href="tel:+4930123456">phone</a> <a href="#end">end</a> <a name="end"></a>'
        ' <a href=" https://acme.example ">x</a>'
    ),
    "what only Word sees": mail(
        '<!--[if mso]><v:roundrect style="position: absolute; display: flex"><p style="padding: 9px">'
        "</v:roundrect><![endif]-->"
    ),
    "a block with a table for Word around it": mail(
        '<!--[if mso | IE]><table align="center" width="600" role="presentation"><tr><td><![endif]-->\n'
        '<div style="max-width: 600px; margin: 0 auto">Hello</div>\n'
        "<!--[if mso | IE]></td></tr></table><![endif]-->"
    ),
    "what Word does not see": mail(
        "<!--[if !mso]><!-->"
        '<div style="border-radius: 8px; padding: 9px; max-width: 600px; margin: 0 auto; min-height: 3px">Round</div>'
        "<!--<![endif]-->"
    ),
    "a style sheet that all can read": mail(
        "<p class=lead>Hello</p>", head="<style>.lead { color: #222222; } td p, th p { margin: 0 }</style>"
    ),
    "scripts as text": mail("<p>&lt;script&gt; &lt;a href=foo&gt; if a < b and c > d</p>"),
    "a long mail": mail("<p>Hello</p>\n" * 7_000),
}


@pytest.mark.parametrize("html", WELL_FORMED.values(), ids=WELL_FORMED.keys())
def test_nothing_is_told_of_a_mail_that_is_well(html: str) -> None:
    assert lint("Welcome to Acme", html) == ()


def test_nothing_is_told_of_a_mail_without_html() -> None:
    assert lint("Welcome to Acme", None) == ()


@pytest.mark.parametrize("subject", ["", " ", "\t\n\u00a0"])
def test_a_mail_without_a_subject_is_an_error(subject: str) -> None:
    (warning,) = lint(subject, None)

    assert (warning.code, warning.level, warning.client, warning.line) == ("subject_missing", Level.ERROR, None, None)


@pytest.mark.parametrize(
    ("length", "codes"),
    [
        (1, []),
        (78, []),
        (79, ["subject_long"]),
        (150, ["subject_long"]),
        (151, ["subject_cut"]),
        (5_000, ["subject_cut"]),
    ],
)
def test_a_subject_is_too_long_for_phones_and_then_for_all(length: int, codes: list[str]) -> None:
    told = lint("x" * length, None)

    assert [warning.code for warning in told] == codes
    assert all(str(length) in warning.message and warning.level is Level.WARNING for warning in told)


def test_gmail_clips_what_has_more_than_102_kb() -> None:
    frame = len(mail(""))

    within = lint("s", mail("x" * (101_900 - frame)))
    beyond = lint("s", mail("x" * (102_100 - frame)))

    assert within == ()
    assert [(warning.code, warning.level, warning.client) for warning in beyond] == [
        ("html_clipped", Level.ERROR, GMAIL)
    ]


def test_what_is_counted_is_bytes_as_they_are_sent() -> None:
    """Lines end in two bytes there, and é has two."""
    many = "é" * 60_000
    lines = "<br>\n" * 20_000

    assert "html_clipped" not in {code for code, _ in found("e" * 60_000)}
    assert "html_clipped" in {code for code, _ in found(many)}
    assert the("html_clipped", mail(lines)).message.startswith("The HTML has 120,")


def test_each_kind_is_told_once_with_its_count_and_its_first_line() -> None:
    html = mail('<p>1</p>\n<div style="border-radius: 3px">\n<div style="border-radius: 4px">' * 250)

    told = lint("A subject", html)

    assert [(warning.code, warning.line) for warning in told] == [("css_border_radius", 5)]
    assert "(500 times)" in told[0].message


def test_errors_come_first_and_then_it_goes_by_line() -> None:
    html = mail('<p style="float: left">\n<p style="opacity: .5">\n<a href="javascript:go()">x</a>\n<img src="">')

    told = lint("", html)

    assert [(warning.level, warning.line) for warning in told] == [
        (Level.ERROR, None),
        (Level.ERROR, 6),
        (Level.ERROR, 7),
        (Level.WARNING, 4),
        (Level.WARNING, 5),
        (Level.WARNING, 7),
    ]


def test_at_most_fifty_kinds_are_told_and_errors_are_never_left_out() -> None:
    from postroom.templates.lint.gaps_of_properties import PROPERTIES  # noqa: PLC0415 - what there is to get wrong

    html = mail(f'<p style="{"; ".join(f"{name}: 3px" for name in PROPERTIES)}">\n<a href="foo">')

    told = lint("A subject", html)

    assert len(told) == 50
    assert told[0].code == "link_relative"
    assert told[-1].code == "more"


def test_how_many_kinds_are_left_out_is_told() -> None:
    tally = Tally()
    for number in range(60):
        tally.add(f"kind_{number}", Level.WARNING, f"Something {number}", "Mend it")

    told = tally.warnings()

    assert len(told) == 50
    assert told[-1].message == "11 further kinds of warnings are not listed. Mend these first."


def test_a_message_says_what_why_and_what_to_do() -> None:
    told = the("css_float", mail('<p style="float: left">a</p><p style="float: right">b</p>'))

    assert told.message == (
        "float is not supported by Outlook for Windows (Word's engine) (2 times). "
        "Use the align attribute of <table> or <img>."
    )
    assert told.source == "https://www.caniemail.com/features/css-float/"


def test_what_the_mail_says_is_shortened_where_it_is_repeated() -> None:
    told = the("link_relative", mail(f'<a href="{"x" * 5_000}\x07">'))

    assert len(told.message) < 250
    assert told.message.isprintable()


@pytest.mark.parametrize("start", ["", "<html>", '<html lang="">', '<html lang=" ">'])
def test_a_mail_says_its_language(start: str) -> None:
    told = lint("A subject", f"{start}<p>Hello</p>")

    assert [(warning.code, warning.line) for warning in told] == [("html_without_lang", None)]


def test_a_tag_that_never_ends_is_an_error() -> None:
    assert the("html_open_tag", mail('\n<a href="https://acme.example>go</a>')).line == 5


def test_a_mail_of_which_only_the_beginning_is_read_is_not_said_to_break_off_there() -> None:
    told = lint("A subject", mail('<a href="https://acme.example/">' * 20_000))

    assert {warning.code for warning in told} == {"html_clipped"}
