"""A mail of 8 kB, the built-in one that confirms an address, filled in in all the ways there are."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import jinja2

from bench.aims import at_most
from bench.figures import Rival, Seen, seen
from bench.report import Report
from postroom.errors import Unsendable
from postroom.templates.filling.built_in import built_in
from postroom.templates.filling.render import Render
from postroom.templates.model import Branding, Source
from postroom.templates.processes.contained import Contained
from postroom.templates.sandbox.environment import Sandbox, SharedLoader, is_html

_MAILS, _REPETITIONS = 400, 5
_ACME = Branding("Acme", "https://acme.example/logo.png", "https://acme.example", "#0055aa", "Acme Ltd")
_NAME = "email_verification"
_BOMB = Source("s", "<div>" * 100_000, "t")


def run(report: Report) -> None:
    source, data = built_in().source(_NAME), built_in().sample(_NAME)
    if source is None or data is None:
        raise LookupError(_NAME)
    _measure_here(report, source, dict(data))
    with _contained() as contained:
        _measure_in_children(report, contained, source, dict(data))
        _measure_bombs(report, contained, source, dict(data))


def _measure_here(report: Report, source: Source, data: dict[str, object]) -> None:
    render = Render(Sandbox(SharedLoader(built_in().shared)))
    rivals = [Rival("jinja2", _per_mail(_plain(source, data), time.process_time), jinja2.__version__)]
    setting = "processor time; jinja2 with neither sandbox nor inlined styles"
    html_alone = replace(source, text=None)
    for name, each in (("here", source), ("here, with the text made from the HTML", html_alone)):
        report.progress(name)
        figure = _per_mail(lambda each=each: render(each, data, _ACME), time.process_time)  # type: ignore[misc] # bound
        report.figure(name, figure, "µs/mail", rivals=rivals, setting=setting)


def _measure_in_children(report: Report, contained: Contained, source: Source, data: dict[str, object]) -> None:
    report.progress("in a child")
    first = _once(lambda: contained.render("ten_0", source, data, _ACME))
    report.figure("in a child, the very first", seen(first * 1000), "ms", setting="starts the process they are born in")
    others = [_once(lambda n=n: contained.render(f"ten_{n}", source, data, _ACME)) for n in range(1, 20)]  # type: ignore[misc] # bound
    setting = "wall time, with a child that is born for it and the template compiled"
    report.figure("in a child, the first of a tenant", seen(*(each * 1000 for each in others)), "ms", setting=setting)
    for name, clock, setting in (
        ("in a child", time.perf_counter, "wall time, one mail after the other"),
        ("in a child, the sender's part", time.process_time, "processor time"),
    ):
        figure = _per_mail(lambda: contained.render("ten_1", source, data, _ACME), clock)
        report.figure(name, figure, "µs/mail", setting=setting)


def _measure_bombs(report: Report, contained: Contained, source: Source, data: dict[str, object]) -> None:
    report.progress("behind a bomb")
    delays = []
    for number in range(_REPETITIONS):
        tenant = f"ten_{number}"
        delays.append(_once(lambda tenant=tenant: _explode(contained, tenant)))  # type: ignore[misc] # bound
        delays[-1] += _once(lambda tenant=tenant: contained.render(tenant, source, data, _ACME))  # type: ignore[misc] # bound
    setting = "from the bomb's beginning to the end of the mail behind it; 100,000 elements in each other"
    report.figure(
        "a mail behind a bomb", seen(*(each * 1000 for each in delays)), "ms", aim=at_most(1000), setting=setting
    )


def _explode(contained: Contained, tenant: str) -> None:
    try:
        contained.render(tenant, _BOMB, {}, _ACME)
    except Unsendable:
        return
    raise AssertionError("The bomb did no harm")


def _plain(source: Source, data: dict[str, object]) -> Callable[[], object]:
    loader = jinja2.FunctionLoader(lambda name: built_in().shared().get(name))
    environment = jinja2.Environment(loader=loader, autoescape=is_html)  # noqa: S701 - as the mails need it
    brand = {"name": "Acme", "colour": "#0055aa", "text_colour": "#ffffff", "url": None, "logo_url": None, "footer": ""}
    written = (source.subject, source.html or "", source.text or "")
    templates = [environment.from_string(each) for each in written]
    return lambda: [template.render(data, brand=brand, locale="en") for template in templates]


def _per_mail(fill_in: Callable[[], object], clock: Callable[[], float]) -> Seen:
    fill_in()
    runs = []
    for _ in range(_REPETITIONS):
        began = clock()
        for _ in range(_MAILS):
            fill_in()
        runs.append((clock() - began) / _MAILS * 1e6)
    return seen(*runs)


def _once(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


@contextmanager
def _contained() -> Iterator[Contained]:
    contained = Contained(built_in().shared)
    try:
        yield contained
    finally:
        contained.close()
