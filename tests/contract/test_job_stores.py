"""What every store of jobs must do, those in memory and those in DynamoDB and S3."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.jobs import life
from postroom.jobs.files import S3Orders
from postroom.jobs.model import Counts, Job, JobStatus, Outcome, Portion, Skip, Tallies, Tally
from postroom.jobs.ports import Gone, JobStore, Orders, PortionStore
from postroom.jobs.rows import ROWS
from postroom.jobs.store import DynamoJobs, DynamoPortions
from postroom.leases.life import let_go
from postroom.leases.model import LEASE
from postroom.paging import PageRequest
from tests.fakes.jobs import MemoryJobs, MemoryOrders, MemoryPortions
from tests.fakes.tables import ENVIRONMENT, name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(seconds=10)
UNTIL = NOON + timedelta(days=90)
WAITING = Job("ten_a", "job_1", "notification", "Maintenance", JobStatus.WAITING, NOON, UNTIL, total=7)
OF_TYPES = replace(WAITING, user_types=("customer", "partner"), total=None)
PLANNED = Portion(3, ("ann", "bob", "eve"), "3")
SETTLED = replace(PLANNED, user_ids=("ann",), skipped=(Skip("bob", "unknown_user"), Skip("eve", "x")), settled=True)


@dataclass
class Stores:
    jobs: JobStore
    portions: PortionStore


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    if request.param == "memory":
        yield Stores(MemoryJobs(), MemoryPortions())
        return
    with tables("messages"):
        name_table(ROWS, "messages")
        yield Stores(DynamoJobs(), DynamoPortions())


@pytest.fixture
def store(stores: Stores) -> JobStore:
    return stores.jobs


@pytest.fixture
def portions(stores: Stores) -> PortionStore:
    return stores.portions


@pytest.fixture(params=["memory", "s3"])
def orders(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Orders]:
    if request.param == "memory":
        yield MemoryOrders()
        return
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="content", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield S3Orders(s3, "content")


@pytest.fixture
def claimed(store: JobStore) -> Job:
    store.add(WAITING)
    return applied(store, life.claim(WAITING, "first", 0, NOON))


def applied(store: JobStore, change: Change) -> Job:
    outcome = store.change("ten_a", "job_1", change)
    assert isinstance(outcome, Applied)
    return outcome.row


def is_refused(store: JobStore, change: Change) -> bool:
    return isinstance(store.change("ten_a", "job_1", change), Refused)


@pytest.mark.parametrize("wanted", [WAITING, OF_TYPES])
def test_a_job_is_found_again_and_made_once(store: JobStore, wanted: Job) -> None:
    assert store.add(wanted) == wanted
    assert store.add(replace(wanted, title="another")) == wanted
    assert store.get("ten_a", "job_1") == wanted


def test_another_tenants_job_is_not_there(store: JobStore) -> None:
    store.add(WAITING)

    assert store.get("ten_b", "job_1") is None
    assert store.page("ten_b", PageRequest()).items == ()
    assert store.change("ten_b", "job_1", life.cancel(WAITING)) == Refused(None)


@pytest.mark.parametrize("newest_first", [True, False])
def test_jobs_are_listed_page_by_page(store: JobStore, *, newest_first: bool) -> None:
    jobs = [store.add(replace(WAITING, id=f"job_{number}")) for number in range(5)]

    first = store.page("ten_a", PageRequest(3, newest_first=newest_first))
    second = store.page("ten_a", PageRequest(3, first.last, newest_first=newest_first))

    assert [*first.items, *second.items] == (jobs[::-1] if newest_first else jobs)
    assert second.last is None


def test_who_begins_with_a_job_makes_it_run(claimed: Job) -> None:
    assert (claimed.status, claimed.started_at, claimed.holder, claimed.claims) == ("running", NOON, "first", 1)
    assert claimed.leased_until == NOON + LEASE


def test_of_two_who_saw_the_same_one_gets_it(store: JobStore, claimed: Job) -> None:
    assert is_refused(store, life.claim(WAITING, "second", 0, NOON))

    freed = applied(store, let_go(claimed))
    applied(store, life.claim(freed, "second", 0, LATER))

    assert is_refused(store, life.claim(freed, "third", 0, LATER))


def test_progress_is_counted_once_and_by_who_holds_it_alone(store: JobStore, claimed: Job) -> None:
    portion = replace(SETTLED, number=0)

    counted = applied(store, life.counted(claimed, portion, LATER))

    assert (counted.portions, counted.place, counted.claims) == (1, "3", 0)
    assert counted.counts == Counts(1, {"unknown_user": 1, "x": 1})
    assert is_refused(store, life.counted(claimed, portion, LATER))
    assert is_refused(store, life.counted(replace(counted, holder="other"), portion, LATER))
    again = applied(store, life.counted(counted, replace(portion, place=None), LATER))
    assert (again.place, again.counts) == (None, Counts(2, {"unknown_user": 2, "x": 2}))
    assert store.get("ten_a", "job_1") == again


def test_where_nobody_was_found_only_the_place_moves(store: JobStore, claimed: Job) -> None:
    passed = applied(store, life.passed(claimed, "1:ann", LATER))

    assert (passed.place, passed.portions, passed.counts) == ("1:ann", 0, Counts())
    assert is_refused(store, life.passed(claimed, "1:ann", LATER))


def test_what_is_done_knows_for_how_many_it_was(store: JobStore, claimed: Job) -> None:
    counted = applied(store, life.counted(claimed, replace(SETTLED, number=0), LATER))

    done = applied(store, life.finish(counted, JobStatus.DONE, None, LATER))

    assert (done.status, done.total, done.finished_at, done.holder) == ("done", 3, LATER, None)
    assert is_refused(store, life.finish(counted, JobStatus.FAILED, "why", LATER))


def test_a_cancelled_job_counts_on_is_taken_back_portion_by_portion_and_ends(store: JobStore, claimed: Job) -> None:
    cancelling = applied(store, life.cancel(claimed))
    assert (cancelling.status, cancelling.holder) == ("cancelling", "first")

    counted = applied(store, life.counted(claimed, replace(SETTLED, number=0), LATER))
    back = applied(store, life.taken_back(counted, 1, LATER))

    assert (counted.status, back.taken_back) == ("cancelling", 1)
    assert is_refused(store, life.taken_back(counted, 1, LATER))
    assert is_refused(store, life.finish(back, JobStatus.DONE, None, LATER))
    ended = applied(store, life.finish(back, JobStatus.CANCELLED, None, LATER))
    assert (ended.status, ended.finished_at) == ("cancelled", LATER)
    once_more = applied(store, life.cancel(ended))
    assert (once_more.taken_back, once_more.finished_at) == (0, None)


def test_who_is_in_a_portion_is_said_once(portions: PortionStore) -> None:
    assert portions.plan("ten_a", "job_1", PLANNED, UNTIL) is None
    assert portions.plan("ten_a", "job_1", replace(PLANNED, user_ids=("zoe",)), UNTIL) == PLANNED
    assert portions.plan("ten_b", "job_1", replace(PLANNED, user_ids=("zoe",)), UNTIL) is None


def test_a_settled_portion_takes_the_place_of_the_planned_once(portions: PortionStore) -> None:
    portions.plan("ten_a", "job_1", PLANNED, UNTIL)

    assert portions.settle("ten_a", "job_1", SETTLED, UNTIL) == SETTLED
    assert portions.settle("ten_a", "job_1", replace(SETTLED, user_ids=("late",)), UNTIL) == SETTLED
    assert portions.get_many("ten_a", "job_1", [3]) == {3: SETTLED}


def test_portions_are_read_in_their_order_as_far_as_they_are_there(portions: PortionStore) -> None:
    for number in (10, 9, 100):
        portions.plan("ten_a", "job_1", replace(SETTLED, number=number, place=None), UNTIL)

    assert list(portions.get_many("ten_a", "job_1", [100, 9, 10, 11])) == [9, 10, 100]
    assert portions.get_many("ten_b", "job_1", [9]) == {}
    assert portions.get_many("ten_a", "job_2", [9]) == {}


def test_of_two_counts_the_one_that_was_there_first_is_remembered(portions: PortionStore) -> None:
    first = {0: Tally({Outcome.SENT: 3, Outcome.QUEUED: 1}, NOON), 12: Tally({}, LATER)}
    assert portions.tallies("ten_a", "job_1") == Tallies()

    portions.remember("ten_a", "job_1", Tallies(first), UNTIL)
    portions.remember("ten_a", "job_1", Tallies({}), UNTIL)

    assert portions.tallies("ten_a", "job_1") == Tallies(first, 1)
    assert portions.tallies("ten_b", "job_1") == Tallies()
    portions.remember("ten_a", "job_1", Tallies({1: Tally({}, LATER)}, 1), UNTIL)
    assert portions.tallies("ten_a", "job_1") == Tallies({1: Tally({}, LATER)}, 2)


def test_an_order_is_found_again_by_its_own_tenant(orders: Orders) -> None:
    order = {"subject": "Wartung am Süd-Gebäude", "priority": "low", "template_data": {"n": [1, 2.5, None]}}

    orders.put("ten_a", "job_1", order, ())

    assert orders.get("ten_a", "job_1") == order
    with pytest.raises(Gone):
        orders.get("ten_b", "job_1")
    with pytest.raises(Gone):
        orders.user_ids("ten_a", "job_1", 0, 10)


@pytest.mark.parametrize("length", [2, 64])
@pytest.mark.parametrize("count", [1, 5, 11])
def test_ids_are_read_part_by_part(orders: Orders, length: int, count: int) -> None:
    ids = [str(number).rjust(length, "x")[-length:] for number in range(count)]
    orders.put("ten_a", "job_1", {}, ids)

    found: list[list[str]] = []
    place: int | None = 0
    while place is not None:
        some, place = orders.user_ids("ten_a", "job_1", place, 5)
        found.append(some)

    assert [one for some in found for one in some] == ids
    assert [len(some) for some in found] == {1: [1], 5: [5], 11: [5, 5, 1]}[count]
