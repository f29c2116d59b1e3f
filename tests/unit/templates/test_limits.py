"""Whether what templates may take fits into what there is."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from postroom.templates import limits
from postroom.templates.filling.built_in import built_in
from postroom.templates.model import Branding
from postroom.templates.processes.contained import Contained
from tests.fakes.tables import template

_MEBIBYTE = 2**20
MAILS = 100 * _MEBIBYTE
"""Is left for what a function does beside."""


@pytest.fixture
def filling() -> Iterator[Contained]:
    with closing(Contained(built_in().shared)) as contained:
        yield contained


@pytest.mark.parametrize(("function", "started"), [("SenderFunction", 70), ("ApiFunction", 85)])
def test_all_children_at_their_limits_fit_into_a_function(function: str, started: int) -> None:
    resources = template()
    memory = resources["Resources"][function]["Properties"].get(
        "MemorySize", resources["Globals"]["Function"]["MemorySize"]
    )
    at_work = limits.AT_WORK * (limits.BORN_WITH + limits.MEMORY)
    waiting = (limits.MOST_CHILDREN - limits.AT_WORK) * (limits.BORN_WITH + limits.KEPT_MEMORY)

    taken = started * _MEBIBYTE + limits.NURSERY_MEMORY + at_work + waiting + limits.SOURCES + MAILS

    assert taken <= memory * _MEBIBYTE


def test_children_and_what_they_are_born_in_take_what_they_are_counted_with(filling: Contained) -> None:
    source, sample = built_in().source("email_verification"), built_in().sample("email_verification")
    assert source is not None
    assert sample is not None
    others = set(_children_of(os.getpid()))
    for tenant in ("ten_a", "ten_b"):
        filling.render(tenant, source, sample, Branding())

    [nursery] = set(_children_of(os.getpid())) - others

    children = _children_of(nursery)
    assert len(children) == 2
    assert _of_its_own(nursery) <= limits.NURSERY_MEMORY
    assert max(map(_of_its_own, children)) <= limits.BORN_WITH


def _children_of(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def _of_its_own(process: int) -> int:
    """In bytes, what nobody but its own children shares, as far as it was written to."""
    statistics = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    kilobytes = {line.split()[0]: int(line.split()[1]) for line in statistics[1:]}
    return (kilobytes["Private_Dirty:"] + (0 if not _children_of(process) else kilobytes["Shared_Dirty:"])) * 1024
