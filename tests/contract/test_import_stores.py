"""What every store of imports and of their files must do, those in memory and those in DynamoDB and S3."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from postroom.change import Change, Set
from postroom.conditional import Applied, Refused
from postroom.errors import FieldError
from postroom.leases.model import LEASE
from postroom.paging import PageRequest
from postroom.users.imports import life
from postroom.users.imports.files import S3Files
from postroom.users.imports.model import Counts, Format, Import, ImportStatus, Refusal, SourceFile
from postroom.users.imports.ports import Files, ImportStore, Replaced
from postroom.users.imports.store import ROWS, DynamoImports
from tests.fakes.imports import MemoryFiles, MemoryImports
from tests.fakes.tables import ENVIRONMENT, name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(seconds=10)
WAITING = Import("ten_a", "imp_1", Format.CSV, ImportStatus.WAITING, NOON)
SOURCE = SourceFile('"etag"', 10)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[ImportStore]:
    if request.param == "memory":
        yield MemoryImports()
        return
    with tables("directory"):
        name_table(ROWS, "directory")
        yield DynamoImports()


@pytest.fixture
def claimed(store: ImportStore) -> Import:
    store.add(WAITING)
    started = applied(store, life.start(SOURCE, NOON))
    return applied(store, life.claim(started, "first", 0, NOON))


def applied(store: ImportStore, change: Change) -> Import:
    outcome = store.change("ten_a", "imp_1", change)
    assert isinstance(outcome, Applied)
    return outcome.row


def is_refused(store: ImportStore, change: Change) -> bool:
    return isinstance(store.change("ten_a", "imp_1", change), Refused)


def test_an_import_is_found_again_and_made_once(store: ImportStore) -> None:
    assert store.add(WAITING) == WAITING
    assert store.add(replace(WAITING, format=Format.NDJSON)) == WAITING
    assert store.get("ten_a", "imp_1") == WAITING


def test_another_tenants_import_is_not_there(store: ImportStore) -> None:
    store.add(WAITING)

    assert store.get("ten_b", "imp_1") is None
    assert store.change("ten_b", "imp_1", Change((Set(("status",), "done"),))) == Refused(None)


def test_an_import_is_started_once(store: ImportStore) -> None:
    store.add(WAITING)

    started = applied(store, life.start(SOURCE, NOON))

    assert (started.status, started.etag, started.size, started.started_at) == ("running", '"etag"', 10, NOON)
    assert is_refused(store, life.start(SourceFile("other", 11), LATER))
    assert store.get("ten_a", "imp_1") == started


def test_of_two_who_saw_the_same_one_gets_it(store: ImportStore, claimed: Import) -> None:
    freed = applied(store, life.handed_on(claimed))
    applied(store, life.claim(freed, "second", 0, LATER))

    assert is_refused(store, life.claim(freed, "third", 0, LATER))
    assert (claimed.holder, claimed.claims, claimed.leased_until) == ("first", 1, NOON + LEASE)
    found = store.get("ten_a", "imp_1")
    assert found is not None
    assert (found.holder, found.claims) == ("second", 2)


def test_who_could_not_go_on_is_not_taken_for_dead(store: ImportStore, claimed: Import) -> None:
    after_a_fault = applied(store, life.claim(applied(store, life.handed_on(claimed)), "second", 1, LATER))
    assert (after_a_fault.claims, after_a_fault.faults) == (1, 1)

    # The same ticket again: whoever came with it died.
    after_a_death = applied(store, life.claim(after_a_fault, "third", 1, LATER))
    assert (after_a_death.claims, after_a_death.faults) == (2, 1)

    counted = applied(store, life.checkpoint(after_a_death, 11, Counts(), LATER))
    assert (counted.claims, counted.faults) == (0, 0)


def test_progress_is_counted_once_and_by_who_holds_it_alone(store: ImportStore, claimed: Import) -> None:
    counts = Counts(created=4, changed=3, unchanged=2, refused=1)

    counted = applied(store, life.checkpoint(claimed, 11, counts, LATER))

    assert (counted.line, counted.counts, counted.claims) == (11, counts, 0)
    assert counted.leased_until == LATER + LEASE
    assert is_refused(store, life.checkpoint(claimed, 11, counts, LATER))
    assert is_refused(store, life.checkpoint(replace(counted, holder="other"), 20, counts, LATER))
    assert store.get("ten_a", "imp_1") == counted


@pytest.mark.parametrize(("status", "detail"), [(ImportStatus.DONE, None), (ImportStatus.FAILED, "why")])
def test_what_has_ended_stays_as_it_is(
    store: ImportStore, claimed: Import, status: ImportStatus, detail: str | None
) -> None:
    ended = applied(store, life.finish(claimed, status, detail, LATER))

    assert (ended.status, ended.detail, ended.finished_at) == (status, detail, LATER)
    assert (ended.holder, ended.leased_until) == (None, None)
    for change in (
        life.start(SOURCE, LATER),
        life.claim(ended, "second", 0, LATER),
        life.checkpoint(claimed, 11, Counts(1), LATER),
        life.handed_on(claimed),
        life.finish(claimed, ImportStatus.FAILED, "other", LATER),
    ):
        assert is_refused(store, change)


def test_a_row_goes_after_a_week() -> None:
    with tables("directory"):
        name_table(ROWS, "directory")
        DynamoImports().add(WAITING)

        [row] = boto3.client("dynamodb").scan(TableName="directory")["Items"]

    assert int(row["ttl"]["N"]) == (NOON + timedelta(days=7)).timestamp()


BLOCK = 1_000_000


class Desk:
    """Files, and a hand that uploads."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def put(self, content: bytes) -> SourceFile:
        if isinstance(self.files, MemoryFiles):
            self.files.put("ten_a", "imp_1", content)
        else:
            boto3.client("s3").put_object(Bucket="contents", Key="imports/ten_a/imp_1/source", Body=content)
        source = self.files.source("ten_a", "imp_1")
        assert source is not None
        return source


@pytest.fixture(params=["memory", "s3"])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    if request.param == "memory":
        yield Desk(MemoryFiles(BLOCK))
        return
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="contents", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield Desk(S3Files(s3, "contents"))


def test_nothing_was_uploaded_until_it_was(desk: Desk) -> None:
    assert desk.files.source("ten_a", "imp_1") is None
    assert desk.put(b"id\n").size == 3
    assert desk.files.source("ten_b", "imp_1") is None


@pytest.mark.parametrize("content", [b"", b"id", b"x" * BLOCK, b"y" * (2 * BLOCK + 1)], ids=len)
def test_a_file_comes_in_blocks(desk: Desk, content: bytes) -> None:
    source = desk.put(content)

    blocks = list(desk.files.blocks("ten_a", "imp_1", source))

    assert b"".join(blocks) == content
    assert all(len(block) <= BLOCK for block in blocks)


@pytest.mark.parametrize("other", [b"z" * 2 * BLOCK, b"z"])
def test_a_file_that_was_replaced_is_not_read_on(desk: Desk, other: bytes) -> None:
    blocks = desk.files.blocks("ten_a", "imp_1", desk.put(b"y" * 2 * BLOCK))
    next(blocks)
    desk.put(other)

    with pytest.raises(Replaced):
        next(blocks)


def a_refusal(line: int, **changes: object) -> Refusal:
    return replace(Refusal(line, (FieldError("email", "is required"),), f"user{line}"), **changes)  # type: ignore[arg-type]


def refused(desk: Desk, until: int, limit: int) -> list[int]:
    after: str | None = None
    found: list[int] = []
    while True:
        page = desk.files.refusals("ten_a", "imp_1", until, PageRequest(limit, after))
        assert len(page.items) <= limit
        found += [refusal.line for refusal in page.items]
        after = page.last
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_refusals_are_told_in_order_as_far_as_they_are_counted(desk: Desk, limit: int) -> None:
    for first in range(0, 1200, 20):  # more parts than are read for one page
        desk.files.keep_refusals("ten_a", "imp_1", first + 1, [a_refusal(first + 1), a_refusal(first + 20)])

    everything = [first + place for first in range(0, 1200, 20) for place in (1, 20)]

    assert refused(desk, 1200, limit) == everything
    assert refused(desk, 40, limit) == [1, 20, 21, 40]
    assert refused(desk, 0, limit) == []


def test_a_refusal_is_told_as_it_was(desk: Desk) -> None:
    told = [a_refusal(1, errors=(FieldError("a", "b"), FieldError("ä\n", "c")), user_id=None), a_refusal(2)]

    desk.files.keep_refusals("ten_a", "imp_1", 1, told)

    assert list(desk.files.refusals("ten_a", "imp_1", 9, PageRequest()).items) == told
    assert desk.files.refusals("ten_b", "imp_1", 9, PageRequest()).items == ()


def test_what_is_kept_again_takes_the_place_of_what_was_kept(desk: Desk) -> None:
    desk.files.keep_refusals("ten_a", "imp_1", 1, [a_refusal(1), a_refusal(2)])
    desk.files.keep_refusals("ten_a", "imp_1", 1, [a_refusal(2)])
    desk.files.keep_refusals("ten_a", "imp_1", 10, [a_refusal(10)])
    desk.files.keep_refusals("ten_a", "imp_1", 10, [])

    assert refused(desk, 100, 5) == [2]


def test_of_a_line_with_a_thousand_faults_some_are_told_shortly() -> None:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="contents", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        files = S3Files(s3, "contents")
        files.keep_refusals("ten_a", "imp_1", 1, [a_refusal(1, errors=(FieldError("\ud800" * 500, "y" * 500),) * 1000)])

        [told] = files.refusals("ten_a", "imp_1", 1, PageRequest()).items

    assert told.errors == (FieldError("?" * 100, "y" * 300),) * 10
