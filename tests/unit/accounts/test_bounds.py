from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from postroom.accounts.bounds import Bound, connections_bound, daily_bound, recipients_bound, spacing_bound
from postroom.accounts.limits import limits_at
from postroom.accounts.model import ConnectionType, Lesson
from tests.builders import an_account
from tests.fakes.time import NOON


def test_what_was_set_holds_where_nothing_else_is_known() -> None:
    account = an_account(daily_limit=30, min_wait_time=1.5, max_connections=4)

    assert daily_bound(account, NOON) == Bound(30, None, 30)
    assert spacing_bound(account, NOON) == Bound(1.5, None, 1.5)
    assert connections_bound(account, NOON) == Bound(4, None, 4)
    assert recipients_bound(account) == Bound(None, None, None)


def test_the_provider_is_named_and_holds_where_it_is_stricter() -> None:
    account = an_account(connection_type=ConnectionType.OUTLOOK, daily_limit=90_000, min_wait_time=1)

    assert daily_bound(account, NOON) == Bound(90_000, 10_000, 10_000)
    assert spacing_bound(account, NOON) == Bound(1.0, 2.0, 2.0)
    assert connections_bound(account, NOON) == Bound(10, 3, 3)
    assert recipients_bound(account) == Bound(None, 500, 500)


def test_what_was_learned_is_shown_with_the_time_at_which_it_is_forgotten() -> None:
    account = an_account(
        daily_limit=500, min_wait_time=1, learned_daily=Lesson(230, NOON), learned_spacing=Lesson(4_000, NOON)
    )

    assert daily_bound(account, NOON) == Bound(500, None, 230, 230, NOON + timedelta(days=6))
    assert spacing_bound(account, NOON) == Bound(1.0, None, 4.0, 4.0, NOON + timedelta(minutes=45))


def test_a_lesson_that_has_faded_is_not_shown() -> None:
    account = an_account(
        daily_limit=500, min_wait_time=1, learned_daily=Lesson(230, NOON), learned_spacing=Lesson(4_000, NOON)
    )

    later = NOON + timedelta(days=6)

    assert daily_bound(account, later) == Bound(500, None, 500)
    assert spacing_bound(account, later) == Bound(1.0, None, 1.0)


@example(wanted=1, learned=1, wait=0.0, spacing=100_000)
@given(
    wanted=st.integers(1, 100_000),
    learned=st.integers(1, 100_000),
    wait=st.floats(0, 600),
    spacing=st.integers(1_000, 900_000),
)
def test_a_limit_is_whole_when_it_was_said_to_be_and_not_long_before(
    wanted: int, learned: int, wait: float, spacing: int
) -> None:
    account = an_account(
        daily_limit=wanted,
        min_wait_time=wait,
        learned_daily=Lesson(learned, NOON),
        learned_spacing=Lesson(spacing, NOON),
    )

    daily, pace = daily_bound(account, NOON).recovers_at, spacing_bound(account, NOON).recovers_at

    if daily:
        assert limits_at(account, daily).daily == wanted
        assert limits_at(account, daily - timedelta(days=1)).daily < wanted
    if pace:
        assert limits_at(account, pace).spacing_ms == round(wait * 1000)
        assert NOON < pace <= NOON + timedelta(hours=1)
