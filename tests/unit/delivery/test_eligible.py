"""Who keeps the recipient of a sticky message, and when its mail goes by another."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from postroom.accounts.ceilings import Ceiling
from postroom.accounts.model import Account, AccountStatus, LastError
from postroom.delivery.eligible import KEPT_FOR, Eligible
from postroom.delivery.model import ReplyClass
from postroom.delivery.rules import Rules
from postroom.messages.model import Message, RecipientStatus
from postroom.pools.model import Strategy
from tests.builders import a_message, a_pool, an_account
from tests.fakes.time import NOON

STICKY = Rules({"pool_1": a_pool("acc_1", "acc_2")}, Strategy.STICKY)
ALMOST_MIDNIGHT = NOON.replace(hour=23, minute=30)
SOON, LATER = NOON + KEPT_FOR, NOON + KEPT_FOR + timedelta(seconds=1)


def accounts(count: int = 5) -> list[Account]:
    return [an_account(id=f"acc_{number}") for number in range(count)]


def keeper(message: Message, among: list[Account], now: datetime = NOON) -> str:
    [account] = Eligible(STICKY, among, now).of(message)
    return account.id


def with_keeper(message: Message, **changes: Any) -> list[Account]:  # noqa: ANN401 - any field of an account
    """The accounts, of which the one that keeps the message's recipient is changed."""
    name = keeper(message, accounts())
    return [an_account(id=account.id, **changes) if account.id == name else account for account in accounts()]


def used_up(account: Account) -> Account:
    return replace(account, counter=replace(account.counter, day_used=30))


def test_a_recipient_has_one_account_whatever_the_message(  # also for a sender that never saw the first one
) -> None:
    first, second = a_message(), a_message(subject="Did you get this?")

    assert keeper(first, accounts()) == keeper(second, accounts()[::-1])


def test_who_does_not_want_it_may_go_by_all() -> None:
    assert len(Eligible(STICKY, accounts(), NOON).of(a_message(strategy=Strategy.RANDOM))) == 5
    assert len(Eligible(Rules({}), accounts(), NOON).of(a_message())) == 5


def test_within_a_pool_its_accounts_keep_the_recipients() -> None:
    everyone = {keeper(a_message(id=f"msg_{n}", recipients=to(n), pool_id="pool_1"), accounts()) for n in range(30)}

    assert everyone == {"acc_1", "acc_2"}


def to(number: int) -> dict[str, Any]:
    return {f"r{number}@example.com": RecipientStatus.PENDING}


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({"status": AccountStatus.INACTIVE}, False),
        ({"status": AccountStatus.ERROR}, False),
        ({"status": AccountStatus.PENDING}, False),
        ({"rest_until": SOON}, True),
        ({"rest_until": LATER}, False),
        ({"rest_until": NOON + timedelta(minutes=1), "last_error": LastError(NOON, ReplyClass.RATE, "421")}, True),
        ({"rest_until": NOON + timedelta(minutes=1), "last_error": LastError(NOON, ReplyClass.QUOTA, "550")}, False),
        ({"rest_until": NOON, "last_error": LastError(NOON, ReplyClass.QUOTA, "550")}, True),
        ({"min_wait_time": 3600.0}, True),
        ({"faults": 2}, True),
    ],
)
def test_it_waits_for_its_account_unless_that_is_stopped_or_rests_for_long(
    changes: dict[str, object], *, waits: bool
) -> None:
    message = a_message()

    kept = keeper(message, with_keeper(message, **changes)) == keeper(message, accounts())

    assert kept is waits


@pytest.mark.parametrize(("now", "waits"), [(NOON, False), (ALMOST_MIDNIGHT, True)])
def test_it_waits_for_a_new_window_only_when_that_begins_within_the_hour(now: datetime, *, waits: bool) -> None:
    message = a_message()
    name = keeper(message, accounts())
    full = [used_up(account) if account.id == name else account for account in accounts()]

    assert (keeper(message, full, now) == name) is waits


def test_a_message_that_its_account_could_never_carry_goes_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    message = a_message(recipients={f"r{number}@example.com": RecipientStatus.PENDING for number in range(3)})
    name = keeper(message, accounts())
    small = [used_up(account) for account in with_keeper(message, email="small@example.com")]
    monkeypatch.setattr(
        "postroom.accounts.limits.ceiling_of",
        lambda config: Ceiling(recipients=2 if config.email == "small@example.com" else 100),
    )

    assert keeper(message, small, ALMOST_MIDNIGHT) != name


def test_when_nobody_can_keep_it_all_are_asked() -> None:
    full = [used_up(account) for account in accounts()]

    assert len(Eligible(STICKY, full, NOON).of(a_message())) == 5
    assert list(Eligible(STICKY, [], NOON).of(a_message())) == []
