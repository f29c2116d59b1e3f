import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import cast

import pytest

from postroom.errors import Unavailable
from postroom.templates.processes.children import Child
from postroom.templates.processes.lanes import Lanes, Recently
from postroom.templates.workshop import Waits


class Nursery:
    """Its children do nothing; they are counted."""

    def __init__(self) -> None:
        self.born: list[IdleChild] = []
        self.barren = False

    def bear(self) -> Child:
        if self.barren:
            raise Unavailable
        self.born.append(IdleChild())
        return cast("Child", self.born[-1])


class IdleChild:
    def __init__(self) -> None:
        self.lives = True

    def end(self) -> None:
        self.lives = False


@pytest.fixture
def nursery() -> Nursery:
    return Nursery()


@pytest.fixture
def lanes(nursery: Nursery) -> Iterator[Lanes]:
    lanes = Lanes(nursery.bear, most=2, at_once=2, newcomers=1)
    yield lanes
    lanes.close()
    assert not any(child.lives for child in nursery.born)


def test_a_key_keeps_its_child(lanes: Lanes, nursery: Nursery) -> None:
    for key in ("a", "b", "a", "b"):
        with lanes.child(key):
            pass

    assert [child.lives for child in nursery.born] == [True, True]


def test_of_too_many_the_one_that_was_used_longest_ago_is_ended(lanes: Lanes, nursery: Nursery) -> None:
    for key in ("a", "b", "a", "c"):
        with lanes.child(key):
            pass

    assert [child.lives for child in nursery.born] == [True, False, True]


def test_one_that_is_at_work_is_not_ended(lanes: Lanes, nursery: Nursery) -> None:
    with lanes.child("a"):
        for key in ("b", "c", "d"):
            with lanes.child(key):
                pass

        assert nursery.born[0].lives


def test_however_many_wait_for_however_many_keys_there_are_no_more_children(nursery: Nursery) -> None:
    lanes = Lanes(nursery.bear, most=4, at_once=3, newcomers=2)
    alive: list[int] = []

    def work(number: int) -> None:
        with lanes.child(number % 32, newcomer=number % 2 == 0) as child:
            time.sleep(0.001)
            alive.append(sum(each.lives for each in nursery.born))
            assert child.lives

    with ThreadPoolExecutor(96) as threads:
        list(threads.map(work, range(192)))
    lanes.close()

    assert len(alive) == 192
    assert max(alive) <= 4


def test_one_that_has_died_is_replaced(lanes: Lanes, nursery: Nursery) -> None:
    with lanes.child("a"):
        nursery.born[0].end()
    with lanes.child("a") as child:
        assert child is cast("Child", nursery.born[1])


def test_a_birth_that_fails_leaves_the_lane_to_the_next(lanes: Lanes, nursery: Nursery) -> None:
    nursery.barren = True
    with pytest.raises(Unavailable), lanes.child("a"):
        pass
    nursery.barren = False

    with lanes.child("a") as child:
        assert child.lives


def test_a_child_has_one_user_at_a_time_and_only_so_many_are_at_work(nursery: Nursery) -> None:
    lanes = Lanes(nursery.bear, most=9, at_once=2, newcomers=1)
    lock, full = Lock(), Event()
    at_work: list[str] = []
    seen: list[tuple[str, ...]] = []

    def work(key: str) -> None:
        with lanes.child(key):
            with lock:
                at_work.append(key)
                seen.append(tuple(at_work))
                if len(at_work) == 2:
                    full.set()
            full.wait(1)
            with lock:
                at_work.remove(key)

    with ThreadPoolExecutor(9) as threads:
        list(threads.map(work, "aabbccdda"))
    lanes.close()

    assert max(map(len, seen)) == 2
    assert all(len(set(each)) == len(each) for each in seen)


def test_newcomers_leave_a_place_to_those_who_are_known(nursery: Nursery) -> None:
    lanes = Lanes(nursery.bear, most=9, at_once=3, newcomers=2)
    lock, two_are_in, done = Lock(), Event(), Event()
    inside: list[str] = []

    def come(key: str) -> None:
        with lanes.child(key, newcomer=True):
            with lock:
                inside.append(key)
                if len(inside) == 2:
                    two_are_in.set()
            done.wait(10)

    with ThreadPoolExecutor(9) as threads:
        newcomers = [threads.submit(come, key) for key in "abcd"]
        assert two_are_in.wait(10)

        known = threads.submit(lambda: lanes.child("a known one").__enter__())

        try:
            assert known.result(10).lives
            assert len(inside) == 2
        finally:
            done.set()
    lanes.close()

    assert [each.exception() for each in newcomers] == [None] * 4


def test_what_was_noted_is_recent_for_a_while() -> None:
    clock = [0.0]
    recently = Recently[str](lambda: clock[0])
    recently.note("a")

    clock[0] = 59.0
    assert recently.within("a", 60)
    assert not recently.within("b", 60)

    clock[0] = 60.0
    assert not recently.within("a", 60)

    recently.note("a")
    recently.forget("a")
    assert not recently.within("a", 60)


@pytest.mark.parametrize(("waits_for", "newcomer"), [("a", False), ("b", True), ("b", False)])
def test_who_finds_no_place_for_too_long_is_to_be_put_off(nursery: Nursery, waits_for: str, *, newcomer: bool) -> None:
    lanes = Lanes(nursery.bear, most=2, at_once=1, newcomers=1, patience=0.05)

    with lanes.child("a", newcomer=True), pytest.raises(Waits), lanes.child(waits_for, newcomer=newcomer):
        pass

    with lanes.child(waits_for, newcomer=newcomer) as child:
        assert child.lives
    lanes.close()
