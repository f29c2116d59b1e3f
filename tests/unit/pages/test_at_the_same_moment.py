"""What comes between a page's look at what holds and its write. The naive way writes over what it never saw."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from postroom.ids import Seed
from postroom.pages.model import Amount
from postroom.preferences.look_up import Overview
from postroom.preferences.manage import Order, Put
from postroom.preferences.model import Delivery
from postroom.preferences.wanted import Wanted
from tests.builders import a_preference
from tests.fakes.http import Answer
from tests.fakes.time import NOON
from tests.unit.pages.conftest import World

Deed = Callable[[World], Answer]


@dataclass
class Between:
    """Lets something else happen after a look at what holds, so often."""

    tell: Callable[[str, str], Overview]
    then: Callable[[], object]
    times: int = 1

    def __call__(self, tenant_id: str, user_id: str) -> Overview:
        seen = self.tell(tenant_id, user_id)
        if self.times:
            self.times -= 1
            self.then()
        return seen


def _comes_between(world: World, then: Callable[[], object], times: int = 1) -> None:
    _let(world, tell=Between(world.tell, then, times))


def _let(world: World, **parts: Any) -> None:  # noqa: ANN401 - any part of the use case
    world.pages = replace(world.pages, change=replace(world.pages.change, **parts))


def _put(world: World, wanted: Wanted) -> Put:
    return world.pages.change.put("ten_a", Order("ann", "job_failed", wanted), Seed.fresh(NOON))


def _opt_out(world: World) -> Callable[[], object]:
    return lambda: _put(world, Wanted(enabled=False))


def _less(world: World) -> Answer:
    return world.post("less", {"token": world.token(event_type="job_failed"), "was.amount": "immediate"})


def _one_click(world: World) -> Answer:
    return world.one_click("less", world.token(event_type="job_failed"))


def _stop_all(world: World) -> Answer:
    return world.post("preferences", {"token": world.token(), "action": "stop"})


def _save(world: World) -> Answer:
    fields = {"token": world.token(), "was.amount.job_failed": "immediate", "amount.job_failed": "weekly"}
    return world.post("preferences", fields)


@pytest.fixture(params=["nothing was said", "something was said"])
def asked(request: pytest.FixtureRequest, world: World) -> World:
    if request.param == "something was said":
        world.preferences.put(a_preference(user_id="ann", event_type="job_failed"), None)
    return world


def test_who_opts_out_while_less_is_made_of_it_stays_out(asked: World) -> None:
    _comes_between(asked, _opt_out(asked))

    answer = _less(asked)

    assert answer.headers["Location"].endswith("&done=stale")
    assert asked.amount("job_failed") is Amount.OFF


def test_the_naive_way_loses_the_opt_out(asked: World) -> None:
    put = asked.pages.change.put
    _comes_between(asked, _opt_out(asked))
    _let(asked, put=lambda tenant_id, order, seed: put(tenant_id, replace(order, is_new=False, revision=None), seed))

    _less(asked)

    assert asked.amount("job_failed") is Amount.DAILY


@pytest.mark.parametrize(
    ("deed", "amount"),
    [(_one_click, Amount.OFF), (_stop_all, Amount.OFF), (_save, Amount.WEEKLY), (_less, Amount.DAILY)],
)
def test_what_else_is_said_of_it_in_the_same_moment_stays(asked: World, deed: Deed, amount: Amount) -> None:
    _comes_between(asked, lambda: _put(asked, Wanted(job_types=("backup",))))

    answer = deed(asked)

    assert answer.status in {200, 303}
    assert asked.amount("job_failed") is amount
    assert asked.preferences.of_user("ten_a", "ann")["job_failed"].choice.job_types == ("backup",)


def test_stopping_keeps_the_delivery_that_was_chosen_in_the_same_moment(asked: World) -> None:
    _comes_between(asked, lambda: _put(asked, Wanted(delivery=Delivery.WEEKLY)))

    _stop_all(asked)

    assert asked.amount("job_failed") is Amount.OFF
    assert asked.preferences.of_user("ten_a", "ann")["job_failed"].choice.delivery is Delivery.WEEKLY


@pytest.mark.parametrize("deed", [_one_click, _stop_all, _save, _less])
def test_who_is_overtaken_again_and_again_is_told_to_try_again(world: World, deed: Deed) -> None:
    kinds = iter(range(100))
    _comes_between(world, lambda: _put(world, Wanted(job_types=(f"kind {next(kinds)}",))), times=100)

    answer = deed(world)

    assert answer.status == 409
    assert "Try again" in answer.text
