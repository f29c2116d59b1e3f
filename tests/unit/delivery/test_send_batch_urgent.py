"""Mail of high priority where all accounts are booked by others."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from postroom.accounts.limits import PLAIN
from postroom.accounts.reserve import Reserve
from postroom.messages.model import Message, Priority, Reason, Status
from tests.builders import a_draft
from tests.fakes.batch import drafts, with_account
from tests.fakes.sending import FakeSender

PAUSE = timedelta(seconds=30)
BULK = 200


def waits(sender: FakeSender, messages: Sequence[Message]) -> list[timedelta]:
    found = [sender.message(message).next_attempt_at for message in messages]
    return [moment - sender.clock() for moment in found if moment]


@pytest.fixture
def booked(sender: FakeSender) -> FakeSender:
    """Two accounts, each with a mail every half minute, and appointments for two hundred."""
    for name in ("a", "b"):
        with_account(
            sender,
            id=f"acc_{name}",
            email=f"{name}@example.com",
            min_wait_time=PAUSE.total_seconds(),
            daily_limit=10_000,
        )
    sender.accept(*drafts(BULK, priority=Priority.LOW))
    sender.run()
    return sender


def test_it_waits_for_one_pause_and_the_same_mail_with_low_priority_for_all_before_it(booked: FakeSender) -> None:
    # The low one is the control: that is how it was for all.
    low, high = booked.accept(a_draft(priority=Priority.LOW), a_draft(priority=Priority.HIGH))

    booked.run()

    assert waits(booked, [high])[0] <= PAUSE
    assert waits(booked, [low])[0] > BULK / 2 * PAUSE - 2 * PAUSE
    assert booked.message(high).reason is Reason.PACE


def test_of_several_each_account_carries_some(booked: FakeSender) -> None:
    high = booked.accept(*drafts(4, priority=Priority.HIGH))

    booked.run()

    assert (
        sorted(booked.message(message).appointed_account_id or "" for message in high) == ["acc_a"] * 2 + ["acc_b"] * 2
    )
    assert max(waits(booked, high)) <= 2 * PAUSE


def test_when_its_time_comes_the_slot_is_there_for_it_and_for_no_other(booked: FakeSender) -> None:
    [high] = booked.accept(a_draft(priority=Priority.HIGH))
    booked.run()
    account = booked.account(booked.message(high).appointed_account_id or "")
    booked.clock.advance(waits(booked, [high])[0])

    refused = Reserve(booked.accounts, booked.clock)(account, [PLAIN], timedelta(seconds=1))
    booked.due()
    booked.run()

    assert refused is None
    assert booked.message(high).status is Status.SENT


@pytest.mark.parametrize("priority", [Priority.NORMAL, Priority.HIGH])
def test_it_is_not_behind_those_that_expire_before_their_appointments(sender: FakeSender, priority: Priority) -> None:
    with_account(sender, min_wait_time=PAUSE.total_seconds(), daily_limit=10_000)
    life = 10 * PAUSE
    sender.accept(*drafts(100, priority=priority, expires_at=sender.clock() + life))
    sender.run()
    message = sender.accept(a_draft(priority=priority))

    sender.run()

    [wait] = waits(sender, message)
    assert life <= wait <= life + PAUSE
