import threading
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from postroom.errors import Unavailable
from postroom.ids import Seed
from postroom.mails.cool_down import LetThrough, with_one_more
from postroom.mails.model import CoolDown, Kind, MailRequest
from tests.fakes.mails import MemoryCoolDowns
from tests.fakes.time import NOON

LIMITS = CoolDown(per_minute=1, per_hour=5)
ANN = "ann@example.com"


def a_request(seconds: float, kind: Kind = Kind.PASSWORD_RESET, tenant_id: str = "ten_a") -> MailRequest:
    return MailRequest(tenant_id, kind, Seed.fresh(NOON + timedelta(seconds=seconds)), email=ANN)


class Desk:
    def __init__(self, limits: CoolDown = LIMITS) -> None:
        self._let_through, self._limits = LetThrough(MemoryCoolDowns()), limits

    def asks(self, request: MailRequest, address: str = ANN) -> bool:
        return self._let_through(request, address, self._limits)

    def asks_at(self, *seconds: float) -> list[bool]:
        return [self.asks(a_request(at)) for at in seconds]


def test_one_is_let_through_in_any_minute() -> None:
    assert Desk().asks_at(0, 1, 59.999, 60, 61, 119, 120) == [True, False, False, True, False, False, True]


def test_five_are_let_through_in_any_hour() -> None:
    assert Desk().asks_at(0, 60, 120, 180, 240, 300, 3599, 3600, 3601, 3660) == [
        *(True, True, True, True, True, False, False),
        *(True, False, True),
    ]


def test_a_request_that_comes_again_is_let_through_again_and_counts_once() -> None:
    desk = Desk(CoolDown(per_minute=2, per_hour=5))
    first = a_request(0)

    assert [desk.asks(first) for _ in range(5)] == [True] * 5
    assert desk.asks_at(1, 2) == [True, False]


def test_a_request_that_was_refused_stays_refused_however_late_it_comes_again() -> None:
    desk = Desk()
    refused = a_request(1)

    desk.asks_at(0)

    assert not desk.asks(refused)
    desk.asks_at(60, 120)
    assert not desk.asks(refused)


def test_a_request_that_was_let_through_stays_so_however_late_it_comes_again() -> None:
    let_through, first = LetThrough(MemoryCoolDowns()), a_request(0)
    for request in (first, a_request(3000), a_request(3599 + 3000)):
        assert let_through(request, ANN, LIMITS)

    assert let_through(first, ANN, CoolDown(per_minute=1, per_hour=1))


def test_each_kind_tenant_and_address_is_counted_alone_and_letters_do_not_matter() -> None:
    desk = Desk()
    desk.asks_at(0)

    assert desk.asks(a_request(1, Kind.VERIFICATION))
    assert desk.asks(a_request(1, tenant_id="ten_b"))
    assert desk.asks(a_request(1), "bob@example.com")
    assert not desk.asks(a_request(1), "ANN@Example.com")


def test_whatever_the_order_no_window_holds_more_than_it_may() -> None:
    random, limits = Random(7), CoolDown(per_minute=3, per_hour=10)
    for _ in range(200):
        desk, let_through = Desk(limits), list[float]()
        times = [random.uniform(0, 7200) if random.random() < 0.5 else random.uniform(0, 120) for _ in range(60)]
        let_through = sorted(at for at in times if desk.asks(a_request(round(at, 3))))

        for window, most in ((60, 3), (3600, 10)):
            for start in let_through:
                assert sum(start <= at < start + window - 0.002 for at in let_through) <= most


def test_what_comes_so_late_that_its_hour_is_forgotten_is_refused() -> None:
    assert Desk().asks_at(0, 60, 120, 180, 240, 7500, 300) == [True] * 6 + [False]


def test_limits_that_were_lowered_hold_from_then_on_and_block_nobody_for_longer() -> None:
    counts = MemoryCoolDowns()
    many, few = CoolDown(per_minute=10, per_hour=50), CoolDown(per_minute=1, per_hour=2)
    let_through = LetThrough(counts)
    for second in range(10):
        assert let_through(a_request(second), ANN, many)

    assert not let_through(a_request(70), ANN, few)
    assert let_through(a_request(3700), ANN, few)


@pytest.mark.parametrize("most", [1, 5])
def test_of_many_at_once_exactly_as_many_are_let_through_as_may(most: int) -> None:
    for _ in range(20):
        desk, got = Desk(CoolDown(per_minute=most, per_hour=5)), list[bool]()
        start = threading.Barrier(20)

        def ask(desk: Desk = desk, got: list[bool] = got, start: threading.Barrier = start) -> None:
            start.wait()
            got.append(desk.asks(a_request(0)))

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sum(got) == most


def test_what_is_counted_does_not_grow() -> None:
    counted: Mapping[str, int] = {}
    for minute in range(0, 1000, 10):
        counted = with_one_more(counted, f"msg_{minute}", minute * 60_000, CoolDown(1, 60)) or {}

    assert len(counted) == 12
    assert all(later - earlier == 600_000 for earlier, later in pairwise(counted.values()))


class Busy(MemoryCoolDowns):
    def replace(self, *_: object) -> bool:
        return False


def test_a_table_that_never_takes_the_count_is_no_reason_to_send() -> None:
    with pytest.raises(Unavailable):
        LetThrough(Busy())(a_request(0), ANN, LIMITS)
