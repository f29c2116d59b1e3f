from dataclasses import replace
from typing import Any

import pytest
from jinja2 import Undefined

from postroom.errors import Unsendable
from postroom.templates.filling.built_in import BuiltIn
from postroom.templates.filling.render import Render, Unfillable
from postroom.templates.filling.trial import preview
from postroom.templates.model import Branding, Source
from postroom.templates.sandbox.environment import Sandbox, SharedLoader

ACME = Branding("Acme", footer="Acme Ltd, Main Street 1", colour="#ffee00")


def subject(render: Render, template: str, **data: object) -> str:
    return render(Source(template, None, "t"), data, ACME).subject


def why_not(render: Render, source: Source, **data: object) -> str:
    with pytest.raises(Unsendable) as refused:
        render(source, data, ACME)
    return refused.value.detail


def test_all_three_parts_are_filled_in(render: Render) -> None:
    source = Source("Hello {{ name }}", "<p>Dear {{ name }}</p>", "Dear {{ name }}")

    mail = render(source, {"name": "Ada"}, ACME)

    assert mail.subject == "Hello Ada"
    assert "<p>Dear Ada</p>" in (mail.html or "")
    assert mail.text == "Dear Ada\n"


def test_what_is_filled_into_html_is_escaped_and_what_is_filled_into_text_is_not(render: Render) -> None:
    source = Source("{{ name }}", "<p>{{ name }}</p>", "{{ name }}")

    mail = render(source, {"name": "<b>Tom & Ann"}, ACME)

    assert "<p>&lt;b&gt;Tom &amp; Ann</p>" in (mail.html or "")
    assert (mail.subject, mail.text) == ("<b>Tom & Ann", "<b>Tom & Ann\n")


def test_a_subject_is_one_line(render: Render) -> None:
    assert subject(render, "  Hello\n{% if true %}\n {{ name }}\n{% endif %}", name="A\r\nBcc: b@example.com") == (
        "Hello A Bcc: b@example.com"
    )


def test_styles_go_to_the_elements_and_what_depends_on_the_screen_stays(render: Render) -> None:
    html = '{% extends "base.html" %}{% block content %}<p class="card">Hi</p>{% endblock %}'

    mail = render(Source("s", html, "t"), {}, ACME).html or ""

    assert '<p class="card" style="color: red;">Hi</p>' in mail
    assert "@media (max-width: 480px) { .card { color: blue; } }" in mail
    assert "Acme Ltd, Main Street 1" in mail


def test_styles_that_lie_elsewhere_are_not_fetched(render: Render) -> None:
    html = (
        '<link rel="stylesheet" href="file:///etc/hostname"><link rel="stylesheet" href="http://127.0.0.1:1/"><p>a</p>'
    )

    assert "<p>a</p>" in (render(Source("s", html, "t"), {}, ACME).html or "")


def test_a_text_that_is_missing_is_made_from_the_html(render: Render) -> None:
    html = "<h1>Hello {{ name }}</h1><p>Go <a href='https://example.com/a'>there</a></p>"

    assert render(Source("s", html, None), {"name": "A & B"}, ACME).text == (
        "Hello A & B\n\nGo there (https://example.com/a)\n"
    )


def test_a_template_may_have_no_html(render: Render) -> None:
    assert render(Source("s", None, "t"), {}, ACME).html is None


def test_lines_of_tags_alone_leave_no_blank_lines(render: Render) -> None:
    text = "a\n{% if true %}\nb\n{% endif %}\n\n\n\nc"

    assert render(Source("s", None, text), {}, ACME).text == "a\nb\n\nc\n"


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("{{ name }}", "name"),
        ("{{ user.address.city }}", "user.address.city"),
        ("{{ user['name'] }}", "user.name"),
        ("{{ user['first name'] }}", "user['first name']"),
        ("{{ known.name }}", "known.name"),
        ("{{ known.list[3].x }}", "known.list[3].x"),
        ("{% for each in known.list %}{{ each.name }}{% endfor %}", "each.name"),
        ("{% if user.name %}a{% endif %}", "user.name"),
        ("{{ user.name|upper }}", "user.name"),
        ("{{ 'a' ~ user.name }}", "user.name"),
        ("{{ total * 2 }}", "total"),
        ("{{ lipsum(5) }}", "lipsum"),
        ("{{ [total] }}", "total"),
        ("{{ {'a': user.name} }}", "user.name"),
        ("{{ 'a' ~ [total] }}", "total"),
        ("{{ [total]|string }}", "total"),
        ("{{ '%s'|format([total]) }}", "total"),
        ("{{ '{}'.format([total]) }}", "total"),
        ("{{ ', '.join([total]) }}", "total"),
        ("{{ {'a': [total]}|tojson }}", "total"),
        ("{{ known.list|map(attribute='price')|list }}", "price"),
        ("{{ known.list|groupby('price') }}", "price"),
        ("{{ known.list|map(attribute='price')|join }}", "price"),
        ("{{ total|round }}", "total"),
    ],
)
def test_a_variable_that_is_missing_is_named_in_full(render: Render, expression: str, name: str) -> None:
    source = Source("s", None, f"one\n{expression}")

    assert why_not(render, source, known={"list": [{}]}) == (
        f'text, line 2: The template\'s variable "{name}" is missing'
    )


@pytest.mark.parametrize(
    "expression", ["{{ user.name|default('you') }}", "{{ user.name if user.name is defined else 'you' }}"]
)
def test_a_template_may_provide_for_what_is_missing(render: Render, expression: str) -> None:
    assert subject(render, expression) == "you"


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("{{ [total] }}", "[{{ total }}]"),
        ("{{ {'a': [total]} }}", "{'a': [{{ total }}]}"),
        ("{{ {'a': total}|tojson }}", '{"a": "{{ total }}"}'),
        ("{{ ', '.join([total]) }}", "{{ total }}"),
        ("{{ rows|map(attribute='total')|list }}", "[{{ total }}]"),
    ],
)
def test_a_preview_names_what_is_missing_within_a_list_as_well(built_in: BuiltIn, expression: str, shown: str) -> None:
    def environment(undefined: type[Undefined]) -> Sandbox:
        return Sandbox(SharedLoader(built_in.shared), undefined=undefined)

    rendered, missing = preview(environment, Source("s", None, expression), {"rows": [{}]}, ACME)

    assert (rendered.text, missing) == (f"{shown}\n", ("total",))


def test_what_is_no_json_is_told(render: Render) -> None:
    assert "cannot be written as JSON" in why_not(render, Source("{{ [range]|tojson }}", None, "t"))


def test_what_a_filter_makes_can_be_gone_through_twice_and_shown(render: Render) -> None:
    template = "{% set upper = ['a', 'b']|map('upper') %}{{ upper|join }}{{ upper|join }}{{ [1, 2]|reverse }}"

    assert subject(render, template) == "ABAB[2, 1]"


def test_what_is_null_is_written_as_nothing(render: Render) -> None:
    assert subject(render, "[{{ name }}]", name=None) == "[]"


def test_the_data_goes_before_what_a_value_can_do(render: Render) -> None:
    order = {"items": ["pen", "ink"], "values": 3}

    assert subject(render, "{{ order.items|join(', ') }} {{ order.values }}", order=order) == "pen, ink 3"


def test_the_branding_is_at_hand_with_a_colour_for_text_upon_its_own(render: Render) -> None:
    shown = "{{ brand.name }} {{ brand.colour }} {{ brand.text_colour }}"

    assert subject(render, shown) == "Acme #ffee00 #000000"
    assert render(Source(shown, None, "t"), {}, Branding("B", colour="#1a2b3c")).subject == "B #1a2b3c #ffffff"


def test_there_is_a_colour_even_if_the_tenant_has_none(render: Render) -> None:
    assert render(Source("{{ brand.colour }}", None, "t"), {}, Branding()).subject.startswith("#")


def test_the_locale_is_the_template_s_or_else_the_tenant_s(render: Render) -> None:
    tenant = replace(ACME, default_locale="fr")

    assert render(Source("{{ locale }}", None, "t", "de-AT"), {}, tenant).subject == "de-AT"
    assert render(Source("{{ locale }}", None, "t"), {}, tenant).subject == "fr"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ 1 / 0 }}", "html, line 2: This cannot be computed: division by zero"),
        ("{{ name", "html, line 2: unexpected end of template, expected 'end of print statement'."),
        ("{% include 'x.html' %}", 'html, line 2: There is no template "x.html" to build on'),
        ("{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}", "html, line 2: parameter 'a' was not provided"),
        ("{{ range }}", "html, line 2: This cannot be computed: this is no text"),
        ("{{ 'a'|unheard }}", "html, line 2: No filter named 'unheard'."),
    ],
)
def test_a_fault_is_told_with_its_part_and_line(render: Render, template: str, words: str) -> None:
    assert why_not(render, Source("s", f"\n{template}", "t")) == words


def test_a_fault_in_a_block_is_told_with_the_line_of_the_template_not_of_its_base(render: Render) -> None:
    html = '{% extends "base.html" %}\n{% block content %}\n{{ name }}{% endblock %}'

    assert why_not(render, Source("s", html, "t")).startswith("html, line 3:")


@pytest.mark.parametrize(("part", "most"), [("subject", 1_000), ("html", 1_000_000), ("text", 500_000)])
def test_a_part_has_a_greatest_length(render: Render, part: str, most: int) -> None:
    sources = {"subject": "s", "html": None, "text": "t"} | {part: "{{ a }}"}

    assert why_not(render, Source(**sources), a="x" * (most + 1)) == (  # type: ignore[arg-type] # of the table above
        f"{part}, line 1: It is longer than {most:,} characters"
    )


@pytest.fixture
def compiled(render: Render, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were compiled."""
    compiled = []
    as_ever = render._environment.compile

    def compile_one(source: str, **named: Any) -> Any:  # noqa: ANN401 - as Jinja calls it
        compiled.append(source)
        return as_ever(source, **named)

    monkeypatch.setattr(render._environment, "compile", compile_one)
    return compiled


def test_a_template_is_compiled_once(render: Render, compiled: list[str]) -> None:
    for name in ("a", "b", "a"):
        render(Source(f"{name} {{{{ n }}}}", None, "text"), {"n": 1}, ACME)

    assert compiled == ["a {{ n }}", "text", "b {{ n }}", "text"]


def test_many_small_templates_stay_compiled_but_few_large_ones(render: Render, compiled: list[str]) -> None:
    def fill_in(*names: str, text: str) -> None:
        for name in names:
            render(Source(name, None, text), {}, ACME)

    for _ in range(2):
        fill_in(*map(str, range(300)), text="small")
    assert len(compiled) == 600

    compiled.clear()
    fill_in("a", "b", "a", "c", "a", "b", text="large" * 30_000)
    assert [each for each in compiled if len(each) == 1] == ["a", "b", "c", "b"]


def test_even_a_template_that_is_larger_than_what_is_kept_is_compiled_once(render: Render, compiled: list[str]) -> None:
    for _ in range(2):
        render(Source("s", None, "large" * 90_000), {}, ACME)

    assert compiled[::2] == ["s"]


@pytest.mark.parametrize("text", ["{{ a }}", "{% if a %}Hello{% endif %}\n"])
@pytest.mark.parametrize("html", [None, "{{ a }}", "<title>Hi</title><p>{{ a }}</p>"])
def test_a_mail_in_which_nothing_can_be_read_is_refused(render: Render, html: str | None, text: str) -> None:
    assert why_not(render, Source("Hi", html, text), a="") == "The template's bodies are empty with this data"
    assert why_not(render, Source(" {{ a }}", html, "Hello"), a="") == "The template's subject is empty with this data"


@pytest.mark.parametrize(("html", "text"), [("<IMG src='{{ a }}'>", None), ("<p>Hi</p>", "{{ a }}"), (None, "Hi")])
def test_a_mail_that_shows_something_is_not_empty(render: Render, html: str | None, text: str | None) -> None:
    assert render(Source("Hi", html, text), {"a": ""}, ACME).subject == "Hi"


@pytest.mark.parametrize(("spelt", "named"), [(r"{{ a ~ '\x00' }}", "U+0000"), (r"{{ a ~ '\ud83d' }}", "U+D83D")])
@pytest.mark.parametrize("part", ["subject", "html", "text"])
def test_a_character_that_no_mail_can_have_is_refused_where_it_is_made(
    render: Render, part: str, spelt: str, named: str
) -> None:
    parts = {"subject": "s", "html": "h", "text": "t"} | {part: f"one\n{{% if a %}}\n{spelt}{{% endif %}}"}

    assert why_not(render, Source(**parts), a=1) == (
        f"{part}, line 3: This cannot be computed: no mail can have the character {named}"
    )


def test_a_character_that_no_mail_can_have_is_found_in_a_macro(render: Render) -> None:
    macro = r"{% macro m() %}{{ '\x00' }}{% endmacro %}{{ m() }}"

    assert "text, line 1" in why_not(render, Source("s", None, macro))


@pytest.mark.parametrize(("text", "column"), [("{% set a = 1 %}{{ name }", 24), ("{{ a }} {{ name }, {{ b }}", 17)])
def test_a_fault_of_syntax_is_found_in_its_line(render: Render, text: str, column: int) -> None:
    with pytest.raises(Unfillable) as refused:
        render.fill_in(Source("s", None, text), {}, Branding())

    assert (refused.value.fault.line, refused.value.fault.column) == (1, column)
