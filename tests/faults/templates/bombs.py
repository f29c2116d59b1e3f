"""Templates that would take all there is of time or memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from postroom.templates.model import Source


@dataclass(frozen=True)
class Bomb:
    name: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    html: bool = False

    @property
    def source(self) -> Source:
        return Source("s", self.text, "t") if self.html else Source("s", None, self.text)


def _looped(times: int, body: str) -> str:
    return f"{{% for i in range({times}) %}}{body}{{% endfor %}}"


_LONG = "{% set long = 'a' * 400000 %}"
_WORDS = "{% set words = 'lorem ipsum ' * 30000 %}"
_ROUNDS = 9999

BOMBS = (
    Bomb("loops in loops", _looped(_ROUNDS, _looped(_ROUNDS, _looped(_ROUNDS, "")))),
    Bomb(
        "loops over the data",
        "{% for a in l %}{% for b in l %}{% for c in l %}{% endfor %}{% endfor %}{% endfor %}",
        {"l": list(range(5_000))},
    ),
    Bomb("a text that is repeated", "{{ 'a' * 10**10 }}"),
    Bomb("a list that is repeated", "{{ ([1] * 10**9)|length }}"),
    Bomb("filler text", "{{ lipsum(n=10**6) }}"),
    Bomb("a power of powers", "{{ 10**(10**10) }}"),
    Bomb(
        "powers in a loop", "{% set ns = namespace(x=3) %}" + _looped(99, "{% set ns.x = ns.x * ns.x %}") + "{{ ns.x }}"
    ),
    Bomb("a large range", "{{ range(10**9)|list|length }}"),
    Bomb("a range that has no length", "{{ range(10**30)|list|length }}"),
    Bomb("a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
    Bomb(
        "a macro that calls itself twice",
        "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    ),
    Bomb("a block that shows itself", "{% block b %}{{ self.b() }}{% endblock %}"),
    Bomb("a loop that goes into itself", "{% for x in [[]] recursive %}{{ loop([x]) }}{% endfor %}"),
    Bomb(
        "calls in calls",
        "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{% call m() %}x{% endcall %}",
    ),
    Bomb(
        "a text that doubles",
        "{% set ns = namespace(x='a') %}" + _looped(99, "{% set ns.x = ns.x ~ ns.x %}") + "{{ ns.x }}",
    ),
    Bomb("a text that is added to itself", "{% set x = 'a' %}" + "{% set x = x + x %}" * 60 + "{{ x }}"),
    Bomb("a list of itself", "{% set x = [1] %}" + "{% set x = [x, x] %}" * 40 + "{{ x }}"),
    Bomb("a list of itself as JSON", "{% set x = [1] %}" + "{% set x = [x, x] %}" * 40 + "{{ x|tojson }}"),
    Bomb(
        "texts that are kept",
        "{% set ns = namespace(l=[]) %}" + _looped(_ROUNDS, "{% set ns.l = ns.l + [('a' * 400000) + i|string] %}"),
    ),
    Bomb("a captured body", _LONG + "{% set all %}" + _looped(_ROUNDS, "{{ long }}") + "{% endset %}{{ all|length }}"),
    Bomb("a filtered body", _LONG + "{% filter upper %}" + _looped(_ROUNDS, "{{ long }}") + "{% endfilter %}"),
    Bomb("a large separator", _LONG + "{{ range(9999)|join(long) }}"),
    Bomb("a large separator of a text", _LONG + "{{ long.join(long) }}"),
    Bomb("a replacement that multiplies", _LONG + "{{ long|replace('a', long)|length }}"),
    Bomb("a replacement of nothing", _LONG + "{{ long.replace('', long)|length }}"),
    Bomb("a wide filter", "{{ 'x'|center(10**10)|length }}"),
    Bomb("a wide method", "{{ 'x'.rjust(10**10)|length }}"),
    Bomb("leading zeros", "{{ '1'.zfill(10**10)|length }}"),
    Bomb("a wide old format", "{{ '%10000000000d' % 1 }}"),
    Bomb("a format whose width is an argument", "{{ '%*d'|format(2000000000, 1)|length }}"),
    Bomb("a wide new format", "{{ '{:>10000000000}'.format(1)|length }}"),
    Bomb("a format in a format", "{{ '{:>{w}}'.format(1, w=10**10)|length }}"),
    Bomb("a precise number", "{{ '%.2000000000f' % 1.5 }}"),
    Bomb("a large batch", "{{ [1]|batch(10**10, 'x')|list|length }}"),
    Bomb("many slices", "{{ [1]|slice(10**9)|list|length }}"),
    Bomb("a deep indent", "{{ ('a\\n' * 100000)|indent(10**6)|length }}"),
    Bomb("rounding far behind the point", "{{ 1.5|round(10**9, 'ceil') }}"),
    Bomb("wrapping again and again", _WORDS + _looped(_ROUNDS, "{% set x = words|wordwrap(3) %}")),
    Bomb("cutting again and again", _WORDS + _looped(_ROUNDS, "{% set x = (words * 2 ~ i)|truncate(700000) %}")),
    Bomb("links again and again", _looped(_ROUNDS, "{% set x = ('(www.a.b ' * 9999 ~ i)|urlize %}")),
    Bomb("tags again and again", _looped(_ROUNDS, "{% set x = ('<!--<a' * 9999 ~ i)|striptags %}")),
    Bomb("titles again and again", _WORDS + _looped(_ROUNDS, "{% set x = words|title %}")),
    Bomb(
        "sorting again and again",
        "{% set l = range(9999)|list %}" + _looped(_ROUNDS, "{% set x = l|sort(reverse=true) %}"),
    ),
    Bomb("parentheses in parentheses", "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}"),
    Bomb("lists in lists", "{{ " + "[" * 20_000 + "]" * 20_000 + " }}"),
    Bomb("conditions in conditions", "{% if true %}" * 3_000 + "{% endif %}" * 3_000),
    Bomb("negations of negations", "{{ " + "not " * 50_000 + "1 }}"),
    Bomb("a long chain", "{{ 1" + " + 1" * 50_000 + " }}"),
    Bomb("a long chain of filters", "{{ 1" + "|string" * 50_000 + " }}"),
    Bomb("a long path", "{{ a" + ".a" * 50_000 + " }}", {"a": {}}),
    Bomb("a number of 100,000 digits", "{{ " + "9" * 100_000 + " }}"),
    Bomb("100,000 blocks", "".join(f"{{% block b{n} %}}{{% endblock %}}" for n in range(100_000))),
    Bomb("100,000 variables", "".join(f"{{% set v{n} = {n} %}}" for n in range(100_000))),
    Bomb("elements in elements", "<div>" * 100_000, html=True),
    Bomb("elements in elements, made", "{{ '<b>'|safe * 100000 }}", html=True),
    Bomb(
        "styles for elements",
        "<style>{% for i in range(9999) %}.a .b .c{{ i }}, p:not(.d{{ i }}) { color: red }{% endfor %}</style>"
        "{% for i in range(9999) %}<p class='c{{ i }}'>x</p>{% endfor %}",
        html=True,
    ),
    Bomb(
        "selectors that look far back",
        "<style>{% for i in range(50) %}p.x ~ p ~ p:not(.y{{ i }}) { color: red }{% endfor %}</style>"
        + "<p>x</p>" * 5_000
        + "<p class='x'>",
        html=True,
    ),
)
