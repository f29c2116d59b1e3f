from dataclasses import replace
from datetime import timedelta

import pytest

from postroom.ids import Seed
from postroom.messages.due import EnqueueDue
from postroom.messages.model import Message, Reason, Status
from postroom.messages.release import Release
from postroom.messages.relieve import Relieve
from postroom.messages.untaken import PutAsideUntaken
from tests.builders import a_draft, an_account
from tests.fakes.sending import TENANT, FakeSender
from tests.fakes.time import NOON

MINUTES = timedelta(minutes=1)


class Setting:
    """Another tenant keeps the queue deep for ever."""

    def __init__(self) -> None:
        self.sender = FakeSender()
        self.sender.queues.deep = True
        self.sender.add_account(an_account(min_wait_time=0, daily_limit=1000))
        store, clock = self.sender.messages, self.sender.clock
        self.queues = PutAsideUntaken(self.sender.queues, store, clock)
        release, relieve = Release(store, self.queues, clock), Relieve(store, self.queues, 3, clock)
        self._enqueue_due = EnqueueDue(store, self.queues, release, relieve, 3, clock)

    def accept(self, count: int, **changes: object) -> list[Message]:
        drafts = [a_draft(recipients=(f"r{n}@example.com",), **changes) for n in range(count)]
        accept = replace(self.sender.acceptor(), queues=self.queues)
        results = accept(TENANT, drafts, Seed.fresh(self.sender.clock()))
        return [result for result in results if isinstance(result, Message)]

    def due(self) -> int:
        return self._enqueue_due(stop_at=self.sender.clock() + timedelta(seconds=40)).done


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.mark.parametrize("count", [1, 60])
def test_what_a_queue_did_not_take_waits_for_nobodys_backlog(setting: Setting, count: int) -> None:
    setting.sender.queues.down = True
    messages = setting.accept(count)
    setting.sender.queues.down = False

    setting.sender.clock.advance(2 * MINUTES)
    setting.due()
    setting.sender.run()

    assert {setting.sender.message(message).status for message in messages} == {Status.SENT}
    assert len(setting.sender.servers.accepted) == count


def test_it_says_why_it_waits_and_until_when(setting: Setting) -> None:
    setting.sender.queues.down = True

    [message] = setting.accept(1)

    row = setting.sender.message(message)
    assert (row.status, row.reason, row.detail) == (
        Status.DEFERRED,
        Reason.TURN,
        "Its queue did not take it; it goes there again",
    )
    assert row.next_attempt_at == NOON + 2 * MINUTES


def test_while_a_queue_takes_nothing_each_run_tries_a_message_once(setting: Setting) -> None:
    setting.sender.queues.down = True
    setting.accept(30)
    setting.sender.clock.advance(2 * MINUTES)
    calls = setting.sender.queues.calls

    assert setting.due() == 30
    assert setting.due() == 0
    assert setting.sender.queues.calls - calls <= 3


def test_what_was_called_early_and_not_taken_keeps_its_time(setting: Setting) -> None:
    [message] = setting.accept(1, send_at=NOON + 10 * MINUTES)
    setting.sender.clock.advance(9.5 * MINUTES)
    setting.sender.queues.down = True
    setting.due()
    row = setting.sender.message(message)
    setting.sender.queues.down = False

    setting.sender.clock.advance(3 * MINUTES)
    setting.due()
    setting.sender.run()

    assert (row.status, row.reason) == (Status.SCHEDULED, Reason.SCHEDULED)
    assert setting.sender.message(message).status is Status.SENT


def test_a_table_that_does_not_answer_either_takes_back_no_promise(setting: Setting) -> None:
    setting.sender.queues.down = True
    setting.sender.messages.fail_on = {3}  # Pointers, the row, and then this.

    [message] = setting.accept(1)

    assert setting.sender.message(message).status is Status.QUEUED
