"""Tenants' templates in processes of their own. Of what templates try, see the tests of escapes and of bombs."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from local.place import ROOT, SOURCES
from postroom.errors import Unsendable
from postroom.templates.filling.render import Render
from postroom.templates.limits import MOST_CHILDREN
from postroom.templates.model import Branding, Rendered, Source
from postroom.templates.own.bodies import LARGEST_HTML
from postroom.templates.processes.contained import Contained
from postroom.templates.sandbox.allowed import FILTERS
from postroom.templates.workshop import Fault, Waits
from tests.fakes.built_in import Shared

ACME = Branding("Acme", "https://acme.example/logo.png", "https://acme.example", "#ffee00", "Acme Ltd")
HELLO = Source("Hello {{ name }} from {{ brand.name }}", "<p>{{ name }}</p>", None, "de")


@pytest.fixture(scope="module")
def spying(shared: Shared) -> Iterator[Contained]:
    contained = Contained(shared, "tests.faults.templates.spying_nursery")
    yield contained
    contained.close()


def told(spying: Contained, template: str, tenant: str = "ten_a") -> str:
    return spying.render(tenant, Source(template, None, "t"), {}, ACME).subject


def gone(process_id: int, within: float = 5.0) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        state = Path(f"/proc/{process_id}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_mail_is_the_same_as_if_it_were_filled_in_here(contained: Contained, render: Render) -> None:
    data = {"name": "Ann & Ü 😀", "list": [1, None, {"a": 1.5}]}
    source = Source(HELLO.subject, '{% extends "base.html" %}{% block content %}{{ list }}{% endblock %}', None)

    assert contained.render("ten_a", source, data, ACME) == render(source, data, ACME)


def test_what_is_missing_or_wrong_is_told_in_the_same_words(contained: Contained) -> None:
    with pytest.raises(Unsendable, match='subject, line 1: The template\'s variable "name" is missing'):
        contained.render("ten_a", HELLO, {}, ACME)


def test_data_that_is_nested_too_deeply_fails_its_own_mail(contained: Contained) -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(Unsendable, match="nested too deeply"):
        contained.render("ten_a", HELLO, {"name": deep}, ACME)

    assert contained.render("ten_a", HELLO, {"name": "Ada"}, ACME).subject == "Hello Ada from Acme"


def test_all_faults_of_syntax_are_told_at_once_with_their_places(contained: Contained) -> None:
    source = Source("{{ a", "<p>\n  {% if x %}{{ y|unheard }}{% endif %}", "fine\n\n {% endfor %}")

    assert contained.check_syntax("ten_a", source) == (
        Fault("subject", 1, 1, "unexpected end of template, expected 'end of print statement'."),
        Fault("html", 2, 18, "No filter named 'unheard'."),
        Fault("text", 3, 5, "Encountered unknown tag 'endfor'."),
    )


def test_a_template_without_faults_has_none(contained: Contained) -> None:
    assert contained.check_syntax("ten_a", HELLO) == ()


def test_a_preview_tells_all_that_is_missing_at_once_and_shows_where_it_would_be(contained: Contained) -> None:
    text = (
        "{{ user.name }} {{ user.mail|upper }} {{ total * 2 }} {% for each in items %}x{% endfor %}"
        "{% if flag %}y{% endif %}{{ known }} {{ other|default('z') }}"
    )

    shown = contained.preview("ten_a", Source("{{ user.name }}", None, text), {"known": "k"}, ACME)

    assert shown.missing == ("user.name", "user.mail", "total", "items", "flag")
    assert shown.rendered == Rendered("{{ user.name }}", None, "{{ user.name }} {{ USER.MAIL }} {{ total }} k z\n")
    assert shown.faults == ()


def test_a_preview_of_a_faulty_template_tells_the_fault(contained: Contained) -> None:
    shown = contained.preview("ten_a", Source("s", "\n{{ 1 / 0 }}", None), {}, ACME)

    assert shown.rendered is None
    assert shown.faults == (Fault("html", 2, 1, "This cannot be computed: division by zero"),)


def test_a_child_knows_nothing_of_ours(spying: Contained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert told(spying, "{{ environment() }}") in {"['LD_LIBRARY_PATH']", "['LC_CTYPE', 'LD_LIBRARY_PATH']"}
    assert told(spying, "{{ imported('boto3') }} {{ imported('postroom.bootstrap') }}") == "False False"


def test_a_child_has_its_connection_and_can_get_nothing_else(spying: Contained, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")

    assert told(spying, f"{{{{ read('{tmp_path}/file') }}}}") == "OSError"
    assert told(spying, "{{ connect() }}") == "OSError"
    assert len(told(spying, "{{ descriptors() }}").split(",")) == 4  # what leads nowhere, and the connection


def test_a_child_has_some_memory_and_not_more(spying: Contained) -> None:
    assert told(spying, "{{ take(40) }}") == str(40 * 2**20)
    assert told(spying, "{{ take(50) }}") == "MemoryError"


def test_a_child_that_would_keep_much_memory_while_it_waits_is_ended(spying: Contained) -> None:
    process = told(spying, "{{ process() }}{# for one #}")
    told(spying, "{{ take(40) }}")
    assert told(spying, "{{ process() }}{# as before #}") == process

    told(spying, "{{ hold(10) }}held")

    assert told(spying, "{{ process() }}{# another #}") != process
    assert gone(int(process))


def test_a_mail_is_not_to_blame_for_what_others_have_left_of_the_memory(spying: Contained) -> None:
    told(spying, "{{ hold(5) }}held", "ten_left")

    assert told(spying, "{{ need(44) }}", "ten_left") == str(44 * 2**20)
    with pytest.raises(Unsendable, match="too much memory"):
        told(spying, "{{ need(50) }}", "ten_left")


def test_a_mail_is_not_to_blame_for_a_child_that_others_have_wrecked(spying: Contained) -> None:
    told(spying, "{{ hold(1) }}held", "ten_wrecked")

    assert told(spying, "{{ die_of_what_is_held() }}", "ten_wrecked") == "lives"


def test_what_can_be_shown_can_be_sent_with_memory_to_spare(spying: Contained) -> None:
    def fault_of(megabytes: int) -> str | None:
        shown = spying.preview("ten_spare", Source(f"{{{{ need({megabytes}) }}}}", None, "t"), {}, ACME)
        return shown.faults[0].words if shown.faults else None

    assert fault_of(30) is None
    assert fault_of(40) == "The template takes too much memory"
    assert told(spying, "{{ need(40) }}", "ten_spare") == str(40 * 2**20)


def test_the_largest_mail_fits(contained: Contained) -> None:
    words = "Each of these words is of some length. " * 10
    html = f"<style>p {{ color: red }}</style>{{% for each in rows %}}<p>{words}</p>{{% endfor %}}"

    mail = contained.render("ten_a", Source("s", html, None), {"rows": ["x"] * 1_000}, ACME)

    assert mail.html is not None
    assert len(mail.html) > 400_000


def test_each_tenant_has_processes_of_its_own(spying: Contained) -> None:
    processes = {tenant: told(spying, "{{ process() }}", tenant) for tenant in ("ten_a", "ten_b")}

    assert processes["ten_a"] != processes["ten_b"]
    assert str(os.getpid()) not in processes.values()
    assert told(spying, "{{ process() }} ", "ten_b") == processes["ten_b"]


def test_of_many_tenants_the_latest_keep_their_processes(spying: Contained) -> None:
    processes = [int(told(spying, "{{ process() }}", f"ten_{n}")) for n in range(MOST_CHILDREN + 2)]

    assert [gone(each, 0.1) for each in processes] == [True] * 2 + [False] * MOST_CHILDREN


def test_a_child_that_takes_too_long_is_ended_and_its_successor_goes_on(spying: Contained) -> None:
    process = int(told(spying, "{{ process() }} ", "ten_slow"))
    began = time.monotonic()

    with pytest.raises(Unsendable, match="The template takes too long"):
        told(spying, "{{ busy() }}", "ten_slow")

    assert told(spying, "hello", "ten_slow") == "hello"
    assert time.monotonic() - began < 5  # a quarter of one of the processor's, which others may use too
    assert gone(process)


BUSY = Source("{% set _ = busy(seconds) %}done", None, "t")
STEP = "{% set _ = busy(seconds / 70) %}{% for each in range(64) %}{% endfor %}"
IN_LOOPS = Source(f"{{% for each in range(70) %}}{STEP}{{% endfor %}}done", None, "t")

ROW = """<tr><td style="padding:8px;font-family:Arial" class="item"><a href="https://example.com/p">{{ product }}</a>
<br><span class="small">Some words on the product that is on offer this week</span></td><td>{{ price }}</td></tr>"""
VARIABLES = "<p>Some words on {{ product }} that is on offer this week.</p>\n"


@contextmanager
def patient(shared: Shared, now: Callable[[], float] = time.monotonic) -> Iterator[Contained]:
    with closing(Contained(shared, "tests.faults.templates.spying_nursery", seconds=1.0, now=now)) as contained:
        yield contained


def busy(spying: Contained, source: Source, seconds: float) -> str:
    return spying.render("ten_a", source, {"seconds": seconds}, ACME).subject


@pytest.mark.parametrize("source", [BUSY, IN_LOOPS], ids=["at a stretch", "in loops"])
def test_what_took_too_long_with_one_s_data_has_as_much_time_as_before_with_another_s(
    shared: Shared, source: Source
) -> None:
    with patient(shared) as spying:
        assert busy(spying, source, 0.3) == "done"
        with pytest.raises(Unsendable):
            busy(spying, source, 3600)

        assert busy(spying, source, 0.6) == "done"


def test_what_can_be_shown_can_be_sent_with_half_of_the_time_to_spare(shared: Shared) -> None:
    with patient(shared) as spying:
        in_time = spying.preview("ten_a", BUSY, {"seconds": 0.3}, ACME)
        too_late = spying.preview("ten_a", BUSY, {"seconds": 0.6}, ACME)

        assert in_time.faults == ()
        assert [fault.words for fault in too_late.faults] == ["The template takes too long to fill in"]
        assert busy(spying, BUSY, 0.6) == "done"


@pytest.mark.parametrize("rows", [ROW, VARIABLES], ids=["rows of a newsletter", "many variables"])
def test_a_template_as_large_as_it_may_be_can_be_published_and_sent(contained: Contained, rows: str) -> None:
    data = {"product": "a book", "price": 12}
    source = Source("s", rows * ((LARGEST_HTML - 100) // len(rows)), None)

    assert contained.preview("ten_a", source, data, ACME).faults == ()
    assert contained.render("ten_a", source, data, ACME).html


def test_what_died_with_one_s_data_has_as_much_time_as_before_with_another_s(shared: Shared) -> None:
    dying = Source("{% if die_now %}{{ die() }}{% endif %}{% set _ = busy(0.3) %}done", None, "t")
    with patient(shared) as spying:
        with pytest.raises(Unsendable):
            spying.render("ten_a", dying, {"die_now": True}, ACME)

        assert spying.render("ten_a", dying, {"die_now": False}, ACME).subject == "done"


def test_a_child_that_dies_takes_nobody_with_it(spying: Contained) -> None:
    with pytest.raises(Unsendable, match="too much memory, or is nested too deeply"):
        told(spying, "{{ die() }}", "ten_dying")

    assert told(spying, "hello", "ten_dying") == "hello"


def test_a_child_that_died_while_nobody_looked_is_replaced(spying: Contained) -> None:
    process = int(told(spying, "{{ process() }}"))
    os.kill(process, signal.SIGKILL)
    assert gone(process)

    assert int(told(spying, "{{ process() }}")) != process


def test_when_the_process_that_children_are_born_in_dies_there_is_another(spying: Contained) -> None:
    nursery = int(told(spying, "{{ parent() }}"))
    os.kill(nursery, signal.SIGKILL)
    time.sleep(0.05)

    assert told(spying, "hello", "ten_new") == "hello"


def test_what_has_ended_well_before_does_not_wait_for_what_is_new(spying: Contained) -> None:
    for _ in range(2):
        told(spying, "hello", "ten_known")
    with ThreadPoolExecutor(1) as threads:
        bomb = threads.submit(told, spying, "{{ busy() }} again", "ten_known")
        time.sleep(0.05)

        assert told(spying, "hello", "ten_known") == "hello"

        assert not bomb.done()
        assert isinstance(bomb.exception(), Unsendable)


def test_bombs_of_four_tenants_leave_a_place_to_what_has_ended_well(shared: Shared) -> None:
    with patient(shared) as spying, ThreadPoolExecutor(4) as threads:
        told(spying, "hello")
        bombs = [threads.submit(told, spying, "{{ busy() }}", f"ten_{number}") for number in range(4)]
        time.sleep(0.2)

        assert told(spying, "hello") == "hello"

        assert not any(bomb.done() for bomb in bombs)


def test_what_others_of_its_tenant_have_wasted_makes_what_is_not_known_wait(shared: Shared) -> None:
    clock = [0.0]
    with patient(shared, lambda: clock[0]) as spying:
        told(spying, "hello")
        for number in range(2):
            with pytest.raises(Unsendable, match="takes too long"):
                told(spying, f"{{{{ busy() }}}} {number}")

        for clock[0] in (0, 9.9):
            with pytest.raises(Waits, match="Its template waits: others of this tenant take too long"):
                told(spying, "new")
        assert told(spying, "hello") == "hello"
        assert told(spying, "new", "ten_b") == "new"
        assert spying.preview("ten_a", Source("new", None, "t"), {}, ACME).faults == ()

        clock[0] = 10
        assert told(spying, "new") == "new"


def test_what_ended_well_once_and_comes_to_nothing_after_long_since_then_waits_as_well(shared: Shared) -> None:
    late = Source(f"{STEP * 60}{{% if bad %}}{{{{ missing }}}}{{% endif %}}done", None, "t")
    with patient(shared) as spying:
        assert spying.render("ten_a", late, {"seconds": 0.01, "bad": False}, ACME).subject == "done"
        for _ in range(2):
            with pytest.raises(Unsendable, match="missing"):
                spying.render("ten_a", late, {"seconds": 0.9, "bad": True}, ACME)

        with pytest.raises(Waits):
            spying.render("ten_a", late, {"seconds": 0.01, "bad": False}, ACME)


@pytest.mark.parametrize("waste", ["{{ die() }}", f"{STEP * 60}{{{{ missing }}}}"], ids=["death", "a late fault"])
def test_whatever_comes_to_nothing_after_long_is_wasted(shared: Shared, waste: str) -> None:
    with patient(shared) as spying:
        for number in range(2):
            with pytest.raises(Unsendable):
                spying.render("ten_a", Source(f"{waste} {number}", None, "t"), {"seconds": 0.9}, ACME)

        with pytest.raises(Waits):
            told(spying, "new")


def test_faults_that_are_found_at_once_make_nobody_wait(spying: Contained) -> None:
    for number in range(50):
        with pytest.raises(Unsendable, match="missing"):
            told(spying, f"{{{{ missing }}}} {number}", "ten_faulty")

    assert told(spying, "new", "ten_faulty") == "new"


def test_of_many_bombs_at_once_two_go_off_and_the_rest_waits(shared: Shared) -> None:
    with patient(shared) as spying, ThreadPoolExecutor(12) as threads:
        bombs = [threads.submit(told, spying, f"{{{{ busy() }}}} {number}") for number in range(24)]
        ends = Counter(type(bomb.exception()) for bomb in bombs)

    assert ends == {Unsendable: 2, Waits: 22}


def test_many_threads_fill_in_for_many_tenants_at_once(contained: Contained) -> None:
    def fill_in(number: int) -> str:
        return contained.render(f"ten_{number % 7}", HELLO, {"name": str(number)}, ACME).subject

    with ThreadPoolExecutor(16) as threads:
        subjects = list(threads.map(fill_in, range(200)))

    assert subjects == [f"Hello {number} from Acme" for number in range(200)]


_DYING = """
import sys, threading, time
contained = Contained(dict, "tests.faults.templates.spying_nursery")
ask = lambda text: contained.render("t", Source(text, None, "t"), {}, Branding()).subject
print(ask("{{ process() }}"), ask("{{ parent() }}"), flush=True)
threading.Thread(target=ask, args=("{{ busy() }}",), daemon=True).start()
time.sleep(60)
"""


def test_the_processes_end_with_the_one_that_they_are_for() -> None:
    path = os.pathsep.join((str(SOURCES), str(ROOT)))
    with subprocess.Popen([sys.executable, "-c", _DYING], env={"PYTHONPATH": path}, stdout=subprocess.PIPE) as ours:
        assert ours.stdout is not None
        processes = [int(each) for each in ours.stdout.readline().split()]
        time.sleep(0.1)
        ours.kill()

    assert all(gone(each, 10) for each in processes)


def test_closing_leaves_no_process_behind(shared: Shared) -> None:
    spying = Contained(shared, "tests.faults.templates.spying_nursery")
    processes = [int(told(spying, "{{ process() }}")), int(told(spying, "{{ parent() }}"))]

    spying.close()

    assert all(gone(each) for each in processes)


FILTERED: Mapping[str, str] = {
    "abs": "-1|abs",
    "batch": "[1, 2, 3]|batch(2)",
    "default": "none|default('a', true)",
    "d": "missing|d('a')",
    "dictsort": "{'b': 1, 'a': 2}|dictsort",
    "filesizeformat": "10000|filesizeformat",
    "format": "'%.2f'|format(1.5)",
    "groupby": "[{'a': 1}]|groupby('a')|map('first')",
    "items": "{'a': 1}|items",
    "join": "[1, 2]|join('-')",
    "map": "['a']|map('upper')",
    "max": "[1, 2]|max",
    "min": "[1, 2]|min",
    "replace": "'a'|replace('a', 'b')",
    "reject": "[1, 2]|reject('odd')",
    "rejectattr": "[{'a': 1}]|rejectattr('a')",
    "select": "[1, 2]|select('divisibleby', 2)",
    "selectattr": "[{'a': 1}]|selectattr('a', 'eq', 1)",
    "slice": "[1, 2, 3]|slice(2)",
    "round": "1.25|round(1)",
    "sum": "[1, 2]|sum",
    "tojson": "{'a': [1, none, '<']}|tojson",
    "truncate": "'lorem ipsum dolor'|truncate(9)",
    "unique": "[1, 1]|unique",
    "urlize": "'see https://a.example or b@a.example'|urlize",
    "wordwrap": "'lorem ipsum'|wordwrap(5)",
}
ODD_HTML = """<svg><circle r="1"/></svg><math><mi>x</mi></math><select><option>a</select>&copy;&NotEqualTilde;&#x1F600;
<table><td>1<tr><td>2</table><pre>a
 b</pre><style>@media print { p { color: red } } p:hover { color: red } @import "x"; {{</style>
<p style="color:red">\u00fc \u4e2d</p>"""


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_a_child_needs_no_file_for_any_filter(contained: Contained, render: Render, name: str) -> None:
    expression = FILTERED.get(name, f"'1 a'|{name}")
    source = Source("s", f"{{{{ {expression} }}}}", None)

    assert contained.render("ten_a", source, {}, ACME) == render(source, {}, ACME)


def test_a_child_needs_no_file_for_odd_html(contained: Contained, render: Render) -> None:
    source = Source("s", "{{ html|safe }}", None)

    assert contained.render("ten_a", source, {"html": ODD_HTML}, ACME) == render(source, {"html": ODD_HTML}, ACME)


def test_whoever_is_forgotten_leaves_nothing_open(shared: Shared) -> None:
    forgotten = Contained(shared)
    forgotten.check_syntax("ten_a", Source("s", "{{ a }}", None))
    nursery = forgotten._nursery
    assert nursery._running is not None

    del forgotten
    gc.collect()

    assert nursery._running is None
