from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from postroom.delivery.mime.known import Known
from postroom.errors import Unsendable


class Maker:
    def __init__(self) -> None:
        self.calls: list[object] = []

    def __call__(self, value: object) -> bytes:
        self.calls.append(value)
        return b"x" * 1000


class Colliding:
    """Has the hash of all others, and is equal to none of them."""

    _numbers: Iterator[int] = count()

    def __hash__(self) -> int:
        return 7

    def __eq__(self, other: object) -> bool:
        return self is other


def test_what_is_asked_for_again_is_made_once_more_and_then_remembered() -> None:
    known, make = Known(100_000), Maker()

    _, second, third = (known(make, bytes([97, 98]).decode()) for _ in range(3))

    assert second is third
    assert make.calls == ["ab", "ab"]


def test_what_is_asked_for_only_once_takes_no_room() -> None:
    known, make = Known(40_000), Maker()

    known(make, "often")
    for value in range(500):
        known(make, value)
        known(make, "often")

    assert make.calls.count("often") == 2
    assert list(known._young) == [(make, ("often",))]


def test_it_does_not_note_without_end_what_it_has_seen() -> None:
    known = Known(40_000)

    for value in range(30_000):
        known(str, value)

    assert len(known._seen) <= 10_000


def test_values_of_one_hash_are_not_mixed_up() -> None:
    known, make = Known(100_000), Maker()
    values = [Colliding() for _ in range(5)]

    for value in values * 3:
        known(make, value)

    # The first of them, having been the first of this hash, is remembered only when it comes again.
    assert make.calls == [*values, values[0]]


def test_what_another_made_of_the_same_value_is_not_taken() -> None:
    known = Known(100_000)

    assert known(str.encode, "a") == b"a"
    assert known(str.upper, "a") == "A"


def test_what_was_not_asked_for_in_a_while_is_forgotten_and_what_was_is_kept() -> None:
    known, make = Known(40_000), Maker()

    for value in range(200):
        for asked in ("often", value, value):
            known(make, asked)
    known(make, 0)

    assert make.calls.count("often") == 2
    assert make.calls.count(0) == 3


def test_it_never_holds_more_than_its_limit_counting_what_things_were_made_from() -> None:
    known, make = Known(40_000), Maker()

    for value in range(500):
        for _ in range(2):
            known(make, str(value).ljust(3000))
        assert len(known._young) + len(known._old) <= 10


def test_what_is_larger_than_half_the_limit_is_made_anew() -> None:
    known, make = Known(1000), Maker()

    known(make, "a")
    known(make, "a")

    assert make.calls == ["a", "a"]


def test_a_failure_is_not_remembered() -> None:
    known = Known(100_000)
    outcomes = iter([Unsendable("no"), None])

    def make(_value: str) -> bytes:
        if fault := next(outcomes):
            raise fault
        return b"made"

    with pytest.raises(Unsendable):
        known(make, "a")

    assert known(make, "a") == b"made"


def test_threads_may_share_it() -> None:
    known = Known(50_000)

    def ask(number: int) -> bool:
        return all(known(str.encode, str(value)) == str(value).encode() for value in range(number, number + 300))

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(0, 800, 50)))
