"""How a mail is read tag by tag."""

import pytest

from postroom.templates.lint.markup import Element, elements


def read(html: str) -> list[Element]:
    return list(elements(html))


def tags(html: str) -> list[str]:
    return [element.tag for element in read(html)]


@pytest.mark.parametrize(
    ("html", "attributes"),
    [
        ("<a href=x>", {"href": "x"}),
        ("<A HREF='x' Title=\"y\">", {"href": "x", "title": "y"}),
        ("<a\n\thref = x\n>", {"href": "x"}),
        ("<a href=x/>", {"href": "x/"}),
        ("<a hidden/>", {"hidden": ""}),
        ("<a href='a>b'>", {"href": "a>b"}),
        ("<a href='' title=\"\">", {"href": "", "title": ""}),
        ("<a href=x href=y>", {"href": "x"}),
        ("<a href='?a&amp;b&lt;'>", {"href": "?a&b<"}),
        ("<a =b=c>", {"=b": "c"}),
        ("<a <b>", {"<b": ""}),
    ],
)
def test_attributes_are_read_as_a_browser_reads_them(html: str, attributes: dict[str, str]) -> None:
    (element,) = read(html)

    assert (element.tag, dict(element.attributes), element.closed) == ("a", attributes, True)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "text",
        "a < b",
        "</a>",
        "</>",
        "<>",
        "<!doctype html>",
        "<?xml?>",
        "<1>",
        "<!-- <a> -->",
        "<!-- <a>",
        "<![CDATA[]]>",
    ],
)
def test_what_is_no_start_tag(html: str) -> None:
    assert read(html) == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<!--><b>", ["b"]),
        ("<!---><b>", ["b"]),
        ("<!-- --><b>", ["b"]),
        ("<b><!-- a --", ["b"]),
        ("<style>a<b></style ><i>", ["style", "i"]),
        ("<STYLE>a<b></sTyLe><i>", ["style", "i"]),
        ("<style>a</styles><b>", ["style"]),
        ("<textarea><b></textarea><i>", ["textarea", "i"]),
        ("<title><b></title><i>", ["title", "i"]),
        ("<script>'<b>'</script><i>", ["script", "i"]),
        ("<a<b>", ["a<b"]),
    ],
)
def test_what_is_text_and_what_is_a_tag(html: str, expected: list[str]) -> None:
    assert tags(html) == expected


def test_a_style_sheet_is_the_text_of_its_element() -> None:
    assert read("<style>a > b {}</style>")[0].text == "a > b {}"


@pytest.mark.parametrize("html", ["<a", "<a href", "<a href=", '<a href="x><b>', "<a href='x><b>"])
def test_a_tag_that_the_end_cuts_off(html: str) -> None:
    assert [(element.tag, element.closed) for element in read(html)] == [("a", False)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_however_they_end(end: str) -> None:
    html = end.join(["<a>", "", "<b", "c>", "<!--", "<i>", "-->", "<style>", "</style><u>"])

    assert [(element.tag, element.line) for element in read(html)] == [("a", 1), ("b", 3), ("style", 8), ("u", 9)]


@pytest.mark.parametrize(
    "html",
    [
        "<!--[if !mso]><!--><b><!--<![endif]-->",
        "<!--[if !mso]><!-- --><b><!-- <![endif]-->",
        "<!--[if !mso]> --><b><!-- <![endif]-->",
        "<![if !mso]><b><![endif]>",
        "<!--[if !gte mso 9]><!--><b><!--<![endif]-->",
        "<!--[if !(mso)]><!--><b><!--<![endif]-->",
        "<!--[IF !MSO]><!--><b><!--<![ENDIF]-->",
        "<!--[if !mso]><!--><!--[if IE]><u><![endif]--><b><!--<![endif]-->",
    ],
)
def test_what_is_not_for_word(html: str) -> None:
    before, hidden, after = read(f"<a>{html}<i>")

    assert [before.word, hidden.word, after.word] == [True, False, True]
    assert hidden.tag == "b"


@pytest.mark.parametrize(
    "html", ["<!--[if mso]><b><![endif]-->", "<!--[if gte mso 9]><b><![endif]-->", "<!--[if !mso]> <b> <![endif]-->"]
)
def test_what_is_for_word_alone_or_for_nobody_is_a_comment(html: str) -> None:
    assert [(element.tag, element.word) for element in read(f"<a>{html}<i>")] == [("a", True), ("i", True)]
