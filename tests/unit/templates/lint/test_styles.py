"""What is told of CSS, in style attributes and in style sheets."""

import pytest

from postroom.templates.lint import lint
from postroom.templates.remarks import Client, Level, Remark

GMAIL, OUTLOOK = Client.GMAIL, Client.OUTLOOK
BOTH = {GMAIL, OUTLOOK}


def told(html: str) -> tuple[Remark, ...]:
    return lint("A subject", f'<html lang="en"><head>{html}')


def clients(html: str) -> dict[str, set[Client | None]]:
    by_code: dict[str, set[Client | None]] = {}
    for warning in told(html):
        by_code.setdefault(warning.code, set()).add(warning.client)
    return by_code


@pytest.mark.parametrize(
    ("declaration", "code", "who"),
    [
        ("position: absolute", "css_position", BOTH),
        ("float: left", "css_float", {OUTLOOK}),
        ("display: flex", "css_display_flex", BOTH),
        ("display: inline-grid", "css_display_grid", BOTH),
        ("border-radius: 4px", "css_border_radius", {OUTLOOK}),
        ("border-top-left-radius: 4px", "css_border_radius", {OUTLOOK}),
        ("box-shadow: 0 1px 2px #000", "css_box_shadow", BOTH),
        ("background: url(https://a.example/a.png) #fff", "css_background_image", {OUTLOOK}),
        ("background-image: url('https://a.example/a.png')", "css_background_image", {OUTLOOK}),
        ("background-size: cover", "css_background_size", BOTH),
        ("background: linear-gradient(#fff, #000)", "css_linear_gradient", {OUTLOOK}),
        ("color: rgba(0, 0, 0, .5)", "css_rgba", {OUTLOOK}),
        ("color: rgb(0, 0, 0, .5)", "css_rgb", {OUTLOOK}),
        ("color: rgb(0 0 0)", "css_rgb", BOTH),
        ("color: oklch(50% 0.1 20)", "css_modern_color", BOTH),
        ("color: var(--main)", "css_variables", BOTH),
        ("--main: #fff", "css_variables", BOTH),
        ("line-height: calc(1em + 2px)", "css_unit_calc", BOTH),
        ("font-size: clamp(1em, 2em, 3em)", "css_function_clamp", BOTH),
        ("font-size: 1.5rem", "css_unit_rem", {OUTLOOK}),
        ("font-size: 3VW", "css_unit_vw", {OUTLOOK}),
        ("opacity: .5", "css_opacity", {OUTLOOK}),
        ("opacity: 0", "css_opacity", {OUTLOOK}),
        ("object-fit: cover", "css_object_fit", BOTH),
        ("animation: spin 1s", "css_animation", BOTH),
        ("animation-name: spin", "css_animation", BOTH),
        ("transform: rotate(3deg)", "css_transform", BOTH),
        ("overflow: hidden", "css_overflow", {OUTLOOK}),
        ("min-height: 3px", "css_min_height", {OUTLOOK}),
        ("max-height: 0", "css_max_height", {OUTLOOK}),
        ("margin: -4px 0 0", "css_margin", BOTH),
        ("margin-left: -4px", "css_margin", BOTH),
        ("text-indent: -4px", "css_text_indent", {GMAIL}),
        ("padding-inline: 0 4px", "css_padding_inline_block", BOTH),
        ("visibility: hidden", "css_visibility", BOTH),
        ("text-align: start", "css_text_align", {OUTLOOK}),
        ("text-transform: lowercase", "css_text_transform", {OUTLOOK}),
        ("border: 9px solid", "css_border", {OUTLOOK}),
        ("font-weight: 500", "css_font_weight", {OUTLOOK}),
        ("color: red !important", "css_important", {OUTLOOK}),
        ("color: red !IMPORTANT", "css_important", BOTH),
        ("color: initial", "css_unit_initial", BOTH),
        ("color red; color: red", "css_unreadable", {None}),
    ],
)
def test_what_a_style_attribute_says_in_vain(declaration: str, code: str, who: set[Client | None]) -> None:
    assert clients(f'<td style="{declaration}">x</td>') == {code: who}
    assert clients(f'<td style="COLOR: #222222; {declaration.replace(": ", ":")} ">x</td>') == {code: who}


@pytest.mark.parametrize(
    ("tag", "declaration", "code"),
    [
        ("p", "padding: 4px", "css_padding"),
        ("a", "padding-left: 4px", "css_padding"),
        ("div", "margin: 0 auto", "css_margin"),
        ("table", "margin-left: auto", "css_margin"),
        ("span", "margin: 4px", "css_margin"),
        ("div", "max-width: 600px", "css_max_width"),
        ("table", "max-width: 600px", "css_max_width"),
        ("img", "width: 50px", "css_width"),
        ("div", "width: 50px", "css_width"),
        ("p", "height: 50px", "css_height"),
        ("div", "border: 1px solid #000", "css_border"),
        ("div", "border-top-width: 1px", "css_border"),
    ],
)
def test_what_word_does_not_do_on_this_element(tag: str, declaration: str, code: str) -> None:
    warning = next(warning for warning in told(f'<{tag} style="{declaration}">') if warning.code == code)

    assert (warning.client, warning.level) == (OUTLOOK, Level.WARNING)
    assert f"on <{tag}>" in warning.message


@pytest.mark.parametrize(
    "html",
    [
        '<td style="padding: 4px; height: 9px; width: 9px; border: 1px solid #000; margin: 4px">',
        '<p style="padding: 0; margin: 1em 0; border: 0; width: auto; height: auto">',
        '<table align="center" width="600" style="margin: 0 auto; max-width: 600px">',
        '<table width="600" style="width: 600px">',
        '<div style="width: 100%">',
        '<th align="left" style="text-align: start">',
        '<p style="font-weight: bold; color: rgb(0, 0, 0)">',
        '<p style="mso-line-height-rule: exactly; -webkit-text-size-adjust: 100%; -ms-text-size-adjust: 100%">',
        '<p style="/* position: absolute */ color: red">',
    ],
)
def test_what_word_does_do(html: str) -> None:
    assert clients(html) == {}


@pytest.mark.parametrize(
    ("sheet", "code", "who"),
    [
        ("@import 'https://a.example/a.css';", "css_at_import", BOTH),
        ("@font-face { font-family: A; src: url(a.woff) }", "css_at_font_face", BOTH),
        ("@keyframes spin { from { left: 0 } 50% { position: absolute } }", "css_at_keyframes", BOTH),
        ("@supports (display: grid) { p { display: grid } }", "css_at_supports", BOTH),
        ("@media (max-width: 480px) { p { color: red !important } }", "css_at_media", BOTH),
        ("@media (min-height: 480px) { p { color: red } }", "css_at_media", BOTH),
        (
            "@media (prefers-color-scheme: dark) { p { box-shadow: none; display: flex } }",
            "css_at_media_prefers_color_scheme",
            BOTH,
        ),
        ("p:hover { color: red }", "css_pseudo_class_hover", BOTH),
        ("p:nth-child(2) { color: red }", "css_pseudo_class_nth_child", BOTH),
        ("p::before { color: red }", "css_pseudo_element_before", BOTH),
        ("p:after { color: red }", "css_pseudo_element_after", BOTH),
        ("p:not(.a) { color: red }", "css_pseudo_class_not", BOTH),
        ("td[class=a] { color: red }", "css_selector_attribute", BOTH),
        ("* { color: red }", "css_selector_universal", {OUTLOOK}),
        ("p > a { color: red }", "css_selector_child", {OUTLOOK}),
        ("p + p { color: red }", "css_selector_adjacent_sibling", {OUTLOOK}),
        (".a.b { color: red }", "css_selector_chaining", {OUTLOOK}),
        ("p { a { color: red } }", "css_nesting", BOTH),
        ("p { color: red!important }", "css_important", {OUTLOOK}),
        ("p { color: red !Important }", "css_important", {GMAIL}),
        ("p { float: left }", "css_float", {OUTLOOK}),
        ("p { color }", "css_error", {GMAIL}),
        ("p { color: red } }", "css_error", {GMAIL}),
        ("p", "css_error", {GMAIL}),
    ],
)
def test_what_a_style_sheet_says_in_vain(sheet: str, code: str, who: set[Client | None]) -> None:
    assert clients(f"<style>{sheet}</style>") == {code: who}


@pytest.mark.parametrize(
    "sheet",
    [
        "",
        "<!-- p { color: red } -->",
        "/* p:hover { float: left } */ p, a.b, #c { color: red !important }",
        ":root { color-scheme: light dark } [data-ogsc] .a { color: red }",
        "p { padding: 4px; width: 9px }",  # on what, only a style attribute knows
    ],
)
def test_a_style_sheet_that_all_can_read(sheet: str) -> None:
    assert clients(f"<style>{sheet}</style>") == {}


def test_a_line_in_a_style_sheet_is_that_of_the_mail() -> None:
    html = "<p>\r\n<style>\r\n\r\np { float: left }\r\n</style>\n<p>\n<style>\n\na:hover { color: red }</style>"

    assert {(warning.code, warning.line) for warning in told(html)} == {
        ("css_float", 4),
        ("css_pseudo_class_hover", 9),
    }


def test_what_stands_in_a_media_query_does_not_reach_word() -> None:
    html = "<style>@media (max-width: 480px) { p { border-radius: 4px; position: absolute } }</style>"

    assert clients(html) == {"css_at_media": BOTH, "css_position": BOTH}
    assert not any("Word" in warning.message for warning in told(html) if warning.code == "css_position")


def test_a_style_sheet_is_kept_from_word_by_a_conditional_comment() -> None:
    html = "<!--[if !mso]><!--><style>@media (max-width: 480px) { .a { color: red } }</style><!--<![endif]-->"

    assert clients(html) == {"css_at_media": {GMAIL}}


def test_gmail_drops_a_style_sheet_with_one_at_rule_in_another() -> None:
    html = "<style>@media (max-width: 480px) { @font-face { font-family: A } }</style>"

    assert clients(html)["css_nested_at_rule"] == {GMAIL}


def test_gmail_drops_style_sheets_beyond_16_kb() -> None:
    half = f"<style>{'p { color: red } ' * 500}</style>"

    assert clients(half) == {}
    assert [(warning.code, warning.client) for warning in told(half * 4)] == [("html_style", GMAIL)]


def test_gmail_drops_a_style_sheet_in_the_body() -> None:
    assert clients("<body><style>p { color: red }</style>") == {"html_style": {GMAIL}}


def test_a_padding_for_word_counts_for_its_own_cell_alone() -> None:
    html = '<td style="mso-padding-alt: 4px"></td><td><a style="padding: 4px">'

    assert clients(html) == {"css_padding": {OUTLOOK}}


def test_a_table_for_word_frames_what_follows_it_at_once() -> None:
    frame = "<!--[if gte mso 9]><table><tr><td><![endif]-->"
    block = '<div style="max-width: 600px">'

    assert clients(f"{frame} {block}") == {}
    assert clients(f"{frame} text {block}") == {"css_max_width": {OUTLOOK}}
    assert clients(f"{frame}<p>{block}") == {"css_max_width": {OUTLOOK}}
    assert clients(f"<!--[if !mso]><table><![endif]-->{block}") == {"css_max_width": {OUTLOOK}}
    assert clients(f"<!--[if mso]><p><![endif]-->{block}") == {"css_max_width": {OUTLOOK}}


def test_an_image_in_css_is_an_image() -> None:
    html = '<td style="background: url(a.png)"><style>p { background-image: url("data:image/png;base64,AAAA") }</style>'

    assert {"image_relative", "image_base64"} <= clients(html).keys()


def test_a_thing_is_told_whether_it_is_inlined_or_not_and_counted_together() -> None:
    html = '<style>p { float: left }</style><p style="float: left">a</p>'

    [warning] = told(html)
    assert warning.code == "css_float"
    assert "(2 times)" in warning.message
