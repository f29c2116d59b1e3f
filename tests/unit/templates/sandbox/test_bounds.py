from collections.abc import Callable

import pytest

from postroom.templates.sandbox.bounds import Meter, TooMuch, check_plain
from postroom.templates.sandbox.environment import Sandbox, SharedLoader


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def fill_in(meter: Meter) -> Callable[[str], str]:
    environment = Sandbox(SharedLoader(dict), meter=meter)
    return lambda template: environment.from_string(template).render()


LOOPS = "{% for a in range(900) %}{% for b in range(900) %}{% endfor %}{% endfor %}"


def test_rounds_are_counted(fill_in: Callable[[str], str], meter: Meter) -> None:
    meter.start(60)

    with pytest.raises(TooMuch, match="more than 200,000 rounds"):
        fill_in(LOOPS)


def test_each_mail_is_counted_by_itself(fill_in: Callable[[str], str], meter: Meter) -> None:
    for _ in range(3):
        meter.start(60)
        assert fill_in("{% for a in range(9000) %}{% for b in range(9) %}{% endfor %}{% endfor %}") == ""


@pytest.mark.parametrize(
    "template",
    [
        LOOPS,
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% macro m() %}{% endmacro %}{% for a in range(9000) %}{{ m() }}{% endfor %}",
        "{% for a in range(999) recursive %}{{ loop(range(99)) if loop.depth < 3 }}{% endfor %}",
    ],
)
def test_the_time_is_looked_at_in_every_body(fill_in: Callable[[str], str], meter: Meter, template: str) -> None:
    meter.start(0)

    with pytest.raises(TooMuch, match=r"takes too long$"):
        fill_in(template)


@pytest.mark.parametrize("value", ["a", 1, 1.5, True, None, [1, (2, None)], {"a": [{"b": "c"}]}])
def test_data_can_be_written_out(value: object) -> None:
    check_plain(value)


@pytest.mark.parametrize("value", [object(), print, str, iter([1]), [print], {"a": ({"b": print},)}])
def test_what_only_a_program_can_make_sense_of_cannot(value: object) -> None:
    with pytest.raises(TypeError):
        check_plain(value)


def test_a_list_of_itself_is_not_gone_through_to_its_end() -> None:
    value: list[object] = [1]
    for _ in range(40):
        value = [value, value]

    with pytest.raises(TooMuch):
        check_plain(value)
