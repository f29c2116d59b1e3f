"""What every log of notices must do: the one in memory, the one in DynamoDB, and the one that counts what it reads."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest

from postroom.clock import to_milliseconds
from postroom.ids import Seed
from postroom.notices import keys
from postroom.notices.listing import DynamoNoticeLog
from postroom.notices.model import Notice, NoticeStatus, Way
from postroom.notices.ports import Filter, NoticeLog, NoticeStore
from postroom.notices.rows import ROWS
from postroom.notices.store import DynamoNotices
from postroom.paging import PageRequest
from tests.builders import a_notice
from tests.experiments.notice_lists import NoticeLists
from tests.fakes.notices import MemoryNotices
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

MINUTE = timedelta(minutes=1)
WANTED: dict[str, Any] = {
    "event_type": "job_failed",
    "status": NoticeStatus.SENT,
    "user_id": "ann",
    "job_id": "copy",
    "result_id": "res",
    "recipient": "OPS@example.com",
}


@dataclass
class Log:
    store: NoticeStore
    log: NoticeLog
    notices: Sequence[Notice]


@pytest.fixture(scope="module", params=["memory", "lists", "dynamodb"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    """With notices of all kinds, none of which is changed."""
    notices = all_kinds(Random(20_261_120))
    if request.param == "memory":
        memory = MemoryNotices()
        memory.add(notices)
        yield Log(memory, memory, notices)
        return
    if request.param == "lists":
        lists = NoticeLists()
        lists.add(notices)
        yield Log(lists, DynamoNoticeLog(lists, lists.query), notices)
        return
    with tables("notifications"):
        name_table(ROWS, "notifications")
        store = DynamoNotices()
        store.add(notices)
        yield Log(store, DynamoNoticeLog(store), notices)


def all_kinds(chance: Random) -> list[Notice]:
    found = []
    for minute in range(24):
        at = NOON + minute * MINUTE
        facts: dict[str, Any] = {
            "event_id": Seed(at, "e").id("evt"),
            "at": at,
            "event_type": chance.choice(["job_failed", "job_failed", "job_success"]),
            "job_id": chance.choice(["copy", "copy", None]),
            "result_id": chance.choice(["res", "res", None]),
        }
        for user_id in chance.sample(["ann", "bob", "ann.b"], 2):
            status = chance.choice([NoticeStatus.SENT, NoticeStatus.SENT, NoticeStatus.BOUNCED, NoticeStatus.FAILED])
            # Not in the order of their events.
            sent_at = None if status is NoticeStatus.FAILED else at + chance.randrange(100) * MINUTE
            address = chance.choice(["ops@example.com", "Ops@Example.com", f"{user_id}@example.com"])
            found.append(a_notice(**facts, user_id=user_id, recipient=address, status=status, sent_at=sent_at))
    strangers = [replace(notice, tenant_id="ten_b", subject="Theirs") for notice in found[::3]]
    return found + strangers


def expected(log: Log, wanted: Filter) -> list[Notice]:
    """Looked for in the plainest way."""

    def place(notice: Notice) -> tuple[Any, ...]:
        return (
            (notice.sent_at, notice.event_id, notice.user_id)
            if wanted.by_sending
            else (notice.event_id, notice.user_id)
        )

    def is_wanted(notice: Notice) -> bool:
        given = {name: getattr(wanted, name) for name in WANTED if getattr(wanted, name) is not None}
        at = notice.sent_at if wanted.by_sending else notice.created_at
        return (
            notice.tenant_id == "ten_a"
            and all(str(getattr(notice, name)).lower() == value.lower() for name, value in given.items())
            and at is not None
            and (wanted.since is None or at >= wanted.since)
            and (wanted.until is None or at < wanted.until)
        )

    return sorted(filter(is_wanted, log.notices), key=place)


def walked(log: Log, wanted: Filter, *, newest_first: bool, limit: int) -> list[Notice]:
    """All pages, one after the other."""
    found: list[Notice] = []
    request = PageRequest(limit, newest_first=newest_first)
    while True:
        page = log.log.page("ten_a", wanted, request)
        assert len(page.items) <= limit
        found += page.items
        if page.last is None:
            return found
        request = replace(request, after=page.last)


COMBINATIONS = [
    {name: value for (name, value), is_given in zip(WANTED.items(), given, strict=True) if is_given}
    for given in product((False, True), repeat=len(WANTED))
]


@pytest.mark.parametrize("given", COMBINATIONS, ids=lambda given: " and ".join(given) or "all")
def test_any_filters_together_find_what_has_all_of_it_in_any_order(log: Log, given: dict[str, Any]) -> None:
    for by_sending, newest_first in product((False, True), repeat=2):
        wanted = Filter(**given, by_sending=by_sending)
        right = expected(log, wanted)

        assert right or len(given) > 3
        found = walked(log, wanted, newest_first=newest_first, limit=9)
        assert found == (right[::-1] if newest_first else right)


@pytest.mark.parametrize("by_sending", [False, True])
@pytest.mark.parametrize("given", [{}, {"user_id": "ann"}, {"event_type": "job_failed", "job_id": "copy"}], ids=str)
def test_bounds_are_of_the_time_that_orders_the_list(log: Log, given: dict[str, Any], *, by_sending: bool) -> None:
    bounds = [None, NOON + 7 * MINUTE, NOON + 20 * MINUTE]
    for since, until, newest_first in product(bounds, bounds, (False, True)):
        wanted = Filter(**given, since=since, until=until, by_sending=by_sending)
        right = expected(log, wanted)

        found = walked(log, wanted, newest_first=newest_first, limit=100)

        assert found == (right[::-1] if newest_first else right)


@pytest.mark.parametrize("by_sending", [False, True])
@pytest.mark.parametrize("year", [2287, 2999])
def test_bounds_may_be_as_far_away_as_a_query_can_say(log: Log, year: int, *, by_sending: bool) -> None:
    since, until = datetime(1971, 1, 1, tzinfo=UTC), datetime(year, 1, 1, tzinfo=UTC)
    ever = Filter(since=since, until=until, by_sending=by_sending)

    assert walked(log, ever, newest_first=False, limit=100) == expected(log, ever)
    assert walked(log, ever, newest_first=True, limit=100) == expected(log, ever)[::-1]


@pytest.mark.parametrize("status", NoticeStatus)
def test_what_was_not_sent_is_in_no_list_by_sending(log: Log, status: NoticeStatus) -> None:
    wanted = Filter(status=status, by_sending=True)

    assert walked(log, wanted, newest_first=False, limit=100) == expected(log, wanted)


def test_one_page_ends_where_the_next_begins(log: Log) -> None:
    for limit in (1, 2, 90):
        wanted = Filter(user_id="ann", event_type="job_failed")

        assert walked(log, wanted, newest_first=False, limit=limit) == expected(log, wanted)


@pytest.mark.parametrize("after", ["!", "~", "evt_", "x" * 900, "0~~", "1~evt~"])
@pytest.mark.parametrize("by_sending", [False, True])
def test_a_place_that_was_made_up_leads_to_nobody_elses(log: Log, after: str, *, by_sending: bool) -> None:
    for newest_first, user_id in product((False, True), (None, "ann")):
        wanted = Filter(user_id=user_id, by_sending=by_sending)
        page = log.log.page("ten_a", wanted, PageRequest(after=after, newest_first=newest_first))

        assert {notice.tenant_id for notice in page.items} <= {"ten_a"}


def changing(log: Log, change: Callable[[Notice], Notice]) -> tuple[Notice, Notice]:
    notice = a_notice(tenant_id="ten_c", job_id="copy", way=Way.DIGEST)
    log.store.add([notice])
    [seen] = log.store.get_many("ten_c", [("ann", notice.event_id)]).values()
    assert log.store.replace(seen, change(seen))
    [after] = log.store.get_many("ten_c", [("ann", notice.event_id)]).values()
    return seen, after


def test_a_notice_that_changed_is_found_by_what_it_is_now(log: Log) -> None:
    _, sent = changing(log, lambda seen: replace(seen, status=NoticeStatus.SENT, sent_at=NOON, recipient="b@x.example"))

    def found(**given: Any) -> tuple[Notice, ...]:  # noqa: ANN401 - any field of a filter
        return log.log.page("ten_c", Filter(**given), PageRequest()).items

    assert found(status=NoticeStatus.PENDING) == found(recipient="ann@example.com") == ()
    assert found(status=NoticeStatus.SENT) == found(recipient="b@x.example") == found(job_id="copy") == (sent,)
    assert found(by_sending=True) == (sent,)


def test_places_sort_by_time_before_anything_else() -> None:
    early, late = to_milliseconds(NOON), to_milliseconds(NOON + MINUTE)

    assert keys.place_when_sent(early, "evt_z", "z") < keys.place_when_sent(late, "evt_a", "a")
    assert (
        keys.named_by(keys.place_when_sent(early, "evt_z", "z"))
        == keys.named_by(keys.place("evt_z", "z"))
        == ("z", "evt_z")
    )
