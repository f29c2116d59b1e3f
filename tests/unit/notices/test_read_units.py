"""What is read for a page of the log is in proportion to what the page has, whatever it is filtered by."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest

from postroom.ids import Seed
from postroom.notices import listing
from postroom.notices.facets import BY_EVENT
from postroom.notices.model import Notice, NoticeStatus
from postroom.notices.ports import Filter
from tests.builders import a_notice
from tests.experiments.notice_lists import NoticeLists
from tests.experiments.notice_units import SECOND, TENANT, listed, mixed, walked
from tests.fakes.time import NOON

ROWS = 20_000
VALUES: Mapping[str, list[Any]] = {
    "event_type": ["job_success", "rare"],
    "status": [NoticeStatus.SENT, NoticeStatus.FAILED, NoticeStatus.PENDING],
    "user_id": ["user7", "user10"],
    "job_id": ["hourly", "job3"],
    "result_id": ["none such"],
    "recipient": ["ops@example.com", "user7@example.com"],
}
SINGLE = [{}, *({name: value} for name, values in VALUES.items() for value in values)]
ANY = [
    {name: value for name, value in zip(VALUES, given, strict=True) if value}
    for given in product(*([None, *values] for values in VALUES.values()))
]
A_HALF: dict[str, Any] = {"event_type": "odd", "status": NoticeStatus.SENT, "user_id": "odd", "job_id": "odd"} | {
    "result_id": "odd",
    "recipient": "odd@example.com",
}
OTHER_HALF: dict[str, Any] = {
    "event_type": "even",
    "status": NoticeStatus.FAILED,
    "user_id": "even",
    "job_id": "even",
} | {
    "result_id": "even",
    "recipient": "even@example.com",
}
WITH_A_LIST = {
    "by_type_status": ("event_type", "status"),
    "by_user_type": ("user_id", "event_type"),
    "by_user_status": ("user_id", "status"),
    "by_job_type": ("job_id", "event_type"),
    "by_job_status": ("job_id", "status"),
    "by_result_status": ("result_id", "status"),
    "by_recipient_status": ("recipient", "status"),
}


@pytest.fixture(scope="module")
def usual() -> NoticeLists:
    lists = NoticeLists()
    lists.fill(mixed(ROWS, seed=20_261_120))
    return lists


def halves(*, in_turns: bool) -> NoticeLists:
    """Two halves that have nothing in common, one in turn with the other or one after the other."""
    lists = NoticeLists()
    lists.fill(_halves(in_turns=in_turns))
    return lists


def _halves(*, in_turns: bool) -> Iterator[Notice]:
    for number in range(ROWS):
        at = NOON + number * SECOND
        is_odd = number % 2 if in_turns else number >= ROWS // 2
        facts = A_HALF if is_odd else OTHER_HALF
        sent_at = at if is_odd else None
        yield a_notice(**facts, tenant_id=TENANT, event_id=Seed(at, "e").id("evt"), at=at, sent_at=sent_at)


@pytest.fixture(scope="module")
def alternating() -> NoticeLists:
    return halves(in_turns=True)


@pytest.mark.parametrize("by_sending", [False, True])
@pytest.mark.parametrize("limit", [1, 100])
@pytest.mark.parametrize("given", SINGLE, ids=str)
def test_one_filter_reads_what_it_finds_and_a_fifth(
    usual: NoticeLists, given: dict[str, Any], limit: int, *, by_sending: bool
) -> None:
    found, consumed = listed(usual, Filter(**given, by_sending=by_sending), limit)

    # Of the four units, a status of mails that were sent is half a one, and so is a list that is empty.
    assert consumed.units <= 1.2 * found + 4, (found, consumed)
    assert found == limit or found < ROWS / 50


@pytest.mark.parametrize("by_sending", [False, True])
def test_any_filters_together_read_little_more_than_they_find(usual: NoticeLists, *, by_sending: bool) -> None:
    beyond = {}
    for given in ANY:
        found, consumed = listed(usual, Filter(**given, by_sending=by_sending))
        if consumed.units > 1.1 * found + 30:
            beyond[str(given)] = (found, consumed)

    assert beyond == {}


@pytest.mark.parametrize("pair", WITH_A_LIST.values(), ids=" and ".join)
def test_two_that_are_everywhere_and_never_together_have_a_list_of_their_own(
    alternating: NoticeLists, pair: tuple[str, str]
) -> None:
    one, other = pair

    found, consumed = listed(alternating, Filter(**{one: A_HALF[one], other: OTHER_HALF[other]}))

    assert (found, consumed.units) == (0, 0.5)


@pytest.mark.parametrize(("name", "pair"), WITH_A_LIST.items())
def test_without_that_list_all_of_one_of_them_is_read(
    alternating: NoticeLists, monkeypatch: pytest.MonkeyPatch, name: str, pair: tuple[str, str]
) -> None:
    # The naive control: it says of each of these lists what its writing is paid for.
    one, other = pair
    monkeypatch.setattr(listing, "BY_EVENT", {each: facets for each, facets in BY_EVENT.items() if each != name})

    found, consumed, _ = walked(alternating, Filter(**{one: A_HALF[one], other: OTHER_HALF[other]}))

    assert found == 0
    assert consumed.units > ROWS / 80


def test_one_after_the_other_is_leapt_over() -> None:
    lists = halves(in_turns=False)

    for one, other in (("recipient", "event_type"), ("recipient", "job_id"), ("user_id", "job_id")):
        found, consumed, pages = walked(lists, Filter(**{one: A_HALF[one], other: OTHER_HALF[other]}))

        assert (found, pages) == (0, 1)
        assert consumed.units <= 50, consumed


def test_what_has_no_list_of_its_own_and_is_nowhere_is_looked_for_some_at_a_time(alternating: NoticeLists) -> None:
    # Two long lists in turns with each other, which have nothing in common: the worst there is. A page ends and says
    # where to go on, and entries of a list cost a fifteenth of what rows do.
    wanted = Filter(recipient=A_HALF["recipient"], job_id=OTHER_HALF["job_id"])

    found, consumed = listed(alternating, wanted)
    _, whole, _ = walked(alternating, wanted)

    assert found == 0
    assert consumed.queries <= 55
    assert whole.units <= ROWS / 2 / 15
