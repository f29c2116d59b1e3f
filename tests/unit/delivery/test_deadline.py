import pytest

from postroom.delivery.deadline import Deadline


def test_a_deadline_within_another_is_the_sooner_of_the_two() -> None:
    long = Deadline.after(100)

    assert long.within(1).remaining() < 2
    assert long.within(1_000) == long


def test_a_deadline_that_is_past_leaves_no_time() -> None:
    past = Deadline.after(-1)

    assert past.remaining() < 0
    with pytest.raises(TimeoutError):
        past.left()
