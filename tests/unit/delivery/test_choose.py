"""Which account carries which message."""

from collections import Counter
from random import Random

import pytest

from postroom.delivery.choose import Choose
from postroom.delivery.rules import Rules
from postroom.messages.model import Message
from tests.builders import a_message, an_account
from tests.fakes.time import NOON


def messages(count: int, account_id: str | None = None) -> list[Message]:
    return [a_message(id=f"msg_{number:03}", account_id=account_id) for number in range(count)]


def shares(assigned: dict[str, list[Message]]) -> Counter[str]:
    return Counter({account_id: len(given) for account_id, given in assigned.items()})


def test_a_batch_over_many_accounts_goes_to_few_of_them() -> None:
    accounts = [an_account(id=f"acc_{number}", daily_limit=1_000, min_wait_time=0) for number in range(100)]

    assigned = Choose(Random(1))(messages(50), accounts, Rules({}), NOON)

    assert sum(shares(assigned).values()) == 50
    assert len(assigned) <= 3


def test_in_the_long_run_each_account_gets_the_share_that_it_has_left() -> None:
    accounts = [
        an_account(id=f"acc_{number}", daily_limit=limit, min_wait_time=0)
        for number, limit in enumerate((1_000, 2_000, 3_000, 4_000))
    ]
    choose, total = Choose(Random(2)), Counter[str]()
    for _ in range(2_000):
        total += shares(choose(messages(50), accounts, Rules({}), NOON))

    for number, share in enumerate((0.1, 0.2, 0.3, 0.4)):
        assert total[f"acc_{number}"] / 100_000 == pytest.approx(share, rel=0.05)


def test_nobody_is_given_more_than_is_left() -> None:
    accounts = [
        an_account(id="acc_1", daily_limit=3, min_wait_time=0),
        an_account(id="acc_2", daily_limit=4, min_wait_time=0),
    ]

    assert shares(Choose(Random(3))(messages(50), accounts, Rules({}), NOON)) == {"acc_1": 3, "acc_2": 4}


def test_an_account_with_a_pace_is_given_what_it_can_send_now() -> None:
    accounts = [an_account(id=f"acc_{number}", daily_limit=1_000, min_wait_time=1) for number in range(10)]

    assert set(shares(Choose(Random(4))(messages(50), accounts, Rules({}), NOON)).values()) == {2}


def test_a_message_that_names_its_account_goes_there_first() -> None:
    account = an_account(id="acc_1", daily_limit=2, min_wait_time=0)

    assigned = Choose(Random(5))(
        [*messages(2), *messages(2, "acc_1"), *messages(1, "acc_9")], [account], Rules({}), NOON
    )

    assert [message.account_id for message in assigned["acc_1"]] == ["acc_1", "acc_1"]
