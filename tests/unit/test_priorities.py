import pytest

from postroom.priorities import Priority, refusal
from postroom.tenancy.model import Caller, Role

HIGH, NORMAL, LOW = Priority


@pytest.mark.parametrize(
    ("highest", "allowed", "usual"),
    [(HIGH, {HIGH, NORMAL, LOW}, NORMAL), (NORMAL, {NORMAL, LOW}, NORMAL), (LOW, {LOW}, LOW)],
)
def test_a_key_may_send_what_is_no_more_urgent_than_its_right(
    highest: Priority, allowed: set[Priority], usual: Priority
) -> None:
    caller = Caller("ten_a", "key_a", Role.OPERATOR, highest_priority=highest)

    assert {one for one in Priority if caller.may_send(one)} == allowed
    assert highest.usual is usual


def test_who_is_refused_is_told_what_may_be_sent() -> None:
    assert refusal(NORMAL) == "this key may send normal and low"
    assert refusal(LOW) == "this key may send low"
