from datetime import timedelta

import pytest

from postroom.ids import new_id
from postroom.messages import outstanding
from postroom.messages.model import Message, Status
from postroom.messages.outstanding import CountOutstanding, Outstanding
from postroom.messages.ports import Filter
from postroom.paging import Page, PageRequest
from tests.builders import a_message
from tests.fakes.messages import MemoryMessages
from tests.fakes.time import NOON, FakeClock


def counted(messages: MemoryMessages) -> Outstanding:
    return CountOutstanding(messages, FakeClock()).of_pool("ten_a", "pool_1")


def test_what_is_finished_or_names_another_is_not_counted() -> None:
    messages = MemoryMessages()
    for status in (Status.SENT, Status.FAILED, Status.CANCELLED):
        messages.add(a_message(status=status, pool_id="pool_1"))
    messages.add(a_message(status=Status.DEFERRED, pool_id="pool_2"))
    messages.add(a_message(status=Status.DEFERRED, tenant_id="ten_b", pool_id="pool_1"))

    assert counted(messages) == Outstanding(0, complete=True)
    assert not counted(messages)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "by 1 waiting message"), (450, "by 450 waiting messages"), (501, "by at least 500 waiting")],
)
def test_very_many_are_counted_so_far(count: int, words: str) -> None:
    messages = MemoryMessages()
    for _ in range(count):
        messages.add(a_message(status=Status.DEFERRED, pool_id="pool_1"))

    assert str(counted(messages)).startswith(words)


def test_who_could_not_look_through_all_that_waits_says_so() -> None:
    found_none_so_far = Outstanding(0, complete=False, listed=False)

    assert found_none_so_far
    assert "more than can be looked through" in str(found_none_so_far)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING, Status.UNCERTAIN])
def test_what_may_be_sent_again_counts_until_it_expires(status: Status) -> None:
    messages = MemoryMessages()
    for life in (timedelta(hours=1), timedelta(0)):
        messages.add(
            a_message(id=new_id("msg", NOON), created_at=NOON, status=status, pool_id="pool_1", expires_at=NOON + life)
        )

    assert counted(messages) == Outstanding(1, complete=True)


def test_what_came_lately_and_is_on_its_queue_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = MemoryMessages()
    for minutes in (5, 90):
        at = NOON - timedelta(minutes=minutes)
        messages.add(a_message(id=new_id("msg", at), created_at=at, pool_id="pool_1"))

    assert counted(messages) == Outstanding(1, complete=True)
    monkeypatch.setattr(outstanding, "_LATELY", timedelta(hours=2))
    assert counted(messages) == Outstanding(2, complete=True)


class BusyMessages(MemoryMessages):
    """More came lately than one page looks through; what is listed is seen whole."""

    def page(self, tenant_id: str, wanted: Filter, request: PageRequest) -> Page[Message]:
        page = super().page(tenant_id, wanted, request)
        return Page(page.items, "msg_there_is_more") if wanted.status is Status.QUEUED else page


def test_a_queue_that_is_longer_than_can_be_looked_through_is_not_said_to_have_been() -> None:
    none_seen, one_seen = BusyMessages(), BusyMessages()
    one_seen.add(a_message(status=Status.DEFERRED, pool_id="pool_1"))

    assert counted(none_seen) == Outstanding(0, complete=False)
    assert not counted(none_seen)
    assert str(counted(one_seen)) == "by at least 1 waiting message"
