"""Templates that would take all there is: each ends by itself alone, with the sandbox's guards and without them."""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from postroom.errors import Unsendable
from postroom.templates.limits import SECONDS
from postroom.templates.model import Branding, Source
from postroom.templates.processes.contained import Contained
from postroom.templates.workshop import Waits
from tests.fakes.built_in import Shared
from tests.faults.templates.bombs import BOMBS, Bomb
from tests.faults.templates.watch import children_watched

NEIGHBOUR = Source("Hello {{ name }}", '{% extends "base.html" %}{% block content %}{{ name }}{% endblock %}', None)
A_LOOK_LATE = 0.1
"""Of the processor, beyond what a child may have: until its parent is given the processor to look."""

LONG = 5.0
"""Seconds on the wall, on a machine that has other things to do."""

_MEGABYTE = 2**20


@pytest.fixture(scope="module")
def unguarded(shared: Shared) -> Iterator[Contained]:
    contained = Contained(shared, "tests.faults.templates.bare_nursery", seconds=0.1)
    yield contained
    contained.close()


def explode(contained: Contained, bomb: Bomb, tenant: str) -> str:
    """One for each: the bombs of one tenant would soon have to wait."""
    with pytest.raises(Unsendable) as ended:
        contained.render(tenant, bomb.source, bomb.data, Branding())
    return ended.value.detail


def greet(contained: Contained, tenant: str, source: Source = NEIGHBOUR) -> float:
    """In seconds, how long a mail beside it took."""
    began = time.monotonic()
    assert contained.render(tenant, source, {"name": "Ada"}, Branding()).subject == "Hello Ada"
    return time.monotonic() - began


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_bomb_ends_alone_and_has_taken_no_more_of_the_processor_than_it_may(contained: Contained, bomb: Bomb) -> None:
    never_seen = Source(NEIGHBOUR.subject, None, bomb.name)

    with children_watched() as taken, ThreadPoolExecutor(3) as threads:
        words = threads.submit(explode, contained, bomb, bomb.name)
        time.sleep(0.005)
        behind = [threads.submit(greet, contained, bomb.name, source) for source in (NEIGHBOUR, never_seen)]

    assert words.result()
    assert max(taken.values()) < SECONDS + A_LOOK_LATE
    assert max(delay.result() for delay in behind) < LONG


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_the_limits_of_the_process_alone_hold_it_too(unguarded: Contained, bomb: Bomb) -> None:
    assert explode(unguarded, bomb, bomb.name)
    assert greet(unguarded, bomb.name) < LONG


def test_most_bombs_are_ended_in_words_before_they_take_anything(contained: Contained) -> None:
    began = time.monotonic()
    told = [explode(contained, bomb, f"{bomb.name} again") for bomb in BOMBS[:36]]

    assert time.monotonic() - began < 36 * 0.4
    of_processes = ("too long to fill in", "too much memory")
    assert len([words for words in told if not any(each in words for each in of_processes)]) > 25


def test_two_dozen_of_one_version_hold_up_none_of_those_that_ended_well_before(contained: Contained) -> None:
    [bomb] = [bomb for bomb in BOMBS if bomb.name == "elements in elements"]
    tenant = f"{bomb.name}, two dozen times"
    greet(contained, tenant)

    with ThreadPoolExecutor(8) as threads:
        bombs = [threads.submit(contained.render, tenant, bomb.source, bomb.data, Branding()) for _ in range(24)]
        delays = [greet(contained, tenant) for _ in range(20)]

    assert {type(each.exception()) for each in bombs} <= {Unsendable, Waits}
    assert max(delays) < LONG


def test_we_do_not_grow_by_what_children_do(contained: Contained) -> None:
    greet(contained, "ten_a")
    before = _resident()

    for bomb in BOMBS[:40]:
        explode(contained, bomb, f"{bomb.name} once more")

    assert _resident() - before < 10 * _MEGABYTE


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
