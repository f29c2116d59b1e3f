import pytest

from postroom.templates.filling.as_text import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n two</p><p>three</p>", "One two\n\nthree"),
        ("<div>one</div><div><div>two</div></div>", "one\ntwo"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<h1>Title</h1><ul><li>one<li>two</ul>", "Title\n\n- one\n- two"),
        ("<table><tr><td>Job</td><td>42</td></tr>\n<tr><td>Status</td><td>ok</td></tr></table>", "Job 42\nStatus ok"),
        ("<table><tr><td><table><tr><td><p>inner</p></td></tr></table></td></tr></table>", "inner"),
        ("<pre>a\n  b | c</pre>", "a\n  b | c"),
        ("a<hr>b", "a\n\n---\n\nb"),
        ("Tom &amp; Ann&nbsp;&zwnj;&shy;&copy;", "Tom & Ann ©"),
        ("<b>bo</b>ld", "bold"),
        ("<img src='https://a.example/l.png' alt='Acme Ltd'> mail", "Acme Ltd mail"),
    ],
)
def test_elements_are_set_in_lines(html: str, text: str) -> None:
    assert text_of(html) == text


@pytest.mark.parametrize(
    ("link", "text"),
    [
        ("<a href='https://a.example/x?a=1&amp;b=2'>Go</a>", "Go (https://a.example/x?a=1&b=2)"),
        ("<a href='https://a.example/x'>https://a.example/x</a>", "https://a.example/x"),
        ("<a href='mailto:b@a.example'>b@a.example</a>", "b@a.example"),
        ("<a href='mailto:b@a.example'>Write</a>", "Write (mailto:b@a.example)"),
        ("<a href='#top'>Top</a>", "Top"),
        ("<a href='https://a.example'><img src='x'></a>", ""),
        ("<a>Go</a>", "Go"),
    ],
)
def test_a_link_keeps_its_address_where_its_words_do_not_say_it(link: str, text: str) -> None:
    assert text_of(link) == text


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>t</title><style>p {}</style></head>",
        "<script>x</script><style>y</style><!-- z --><!--[if mso]><p>w</p><![endif]-->",
        "<div style='display: none; color: red'>preheader<p>more</p></div>",
        "<p hidden>x</p>",
        "<template><p>x</p></template>",
    ],
)
def test_what_nobody_sees_is_left_out(html: str) -> None:
    assert text_of(f"{html}<p>shown</p>") == "shown"


def test_no_line_is_longer_than_a_mail_may_have() -> None:
    text = text_of("<p>" + "word " * 5_000 + "</p><p>" + "x" * 5_000 + "</p>")

    assert max(map(len, text.split("\n"))) <= 998
    assert text.count("word") == 5_000
    assert text.count("x") == 5_000


def test_html_that_is_nested_deeply_is_read_to_its_end() -> None:
    assert text_of("<div>" * 5_000 + "end") == "end"


def test_the_marks_that_are_used_within_cannot_come_from_outside() -> None:
    assert text_of("<p>a\x01b\x02c\x03d\x04e</p><pre>f\x01\x02\x03\x04g</pre>") == "a b c d e\n\nfg"
