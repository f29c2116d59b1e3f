"""What every store of notices must do: the one in memory, and the one in DynamoDB."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import pytest

from postroom.ids import Seed
from postroom.notices.model import NoticeStatus, Way
from postroom.notices.ports import NoticeStore
from postroom.notices.rows import ROWS
from postroom.notices.store import DynamoNotices
from tests.builders import a_notice
from tests.fakes.notices import MemoryNotices
from tests.fakes.sizes import UNIT, item_size
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LATER = NOON + timedelta(minutes=1, milliseconds=5)
FULL: dict[str, Any] = {
    "user_id": "ann.b@x:1",
    "recipient": "Ann@elsewhere.example",
    "subject": "Die nächtliche Sicherung 💾 ist fehlgeschlagen",
    "status": NoticeStatus.SENT,
    "way": Way.QUIET_HOURS,
    "job_id": "copy#7~x",
    "job_type": "Sicherung 💾",
    "result_id": "res/1",
    "critical": True,
    "link": "https://example.com/logs/7",
    "message_id": Seed(NOON, "x").id("msg"),
    "digest_id": Seed(NOON, "x").id("dig"),
    "due_at": LATER,
    "sent_at": LATER,
    "error": "550 5.1.1 no such user",
    "tries": 2,
    "faults": 1,
    "leg": "viewer",
    "revision": 4,
}


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[NoticeStore]:
    if request.param == "memory":
        yield MemoryNotices()
        return
    with tables("notifications"):
        name_table(ROWS, "notifications")
        yield DynamoNotices()


def test_notices_are_found_again_as_they_were(store: NoticeStore) -> None:
    plain, full = a_notice(), a_notice(**FULL)

    assert store.add([plain, full]) == [plain, full]

    places = [("ann", plain.event_id), ("ann.b@x:1", full.event_id), ("ann", plain.event_id), ("eve", plain.event_id)]
    assert store.get_many("ten_a", places) == {places[0]: plain, places[1]: full}
    assert store.get_many("ten_a", []) == {}


def test_another_tenants_notice_is_not_there(store: NoticeStore) -> None:
    notice = a_notice()
    store.add([notice])
    strangers = replace(notice, tenant_id="ten_b", subject="Theirs")

    assert store.get_many("ten_b", [("ann", notice.event_id)]) == {}
    assert not store.replace(strangers, strangers)
    assert store.add([strangers]) == [strangers]
    assert store.get_many("ten_a", [("ann", notice.event_id)]) == {("ann", notice.event_id): notice}


def test_what_was_said_first_counts_and_is_given_back_in_order(store: NoticeStore) -> None:
    first, other = a_notice(), a_notice(user_id="bob")
    store.add([first])

    again = replace(first, way=Way.THROTTLED, subject="Something else")

    assert store.add([again, other]) == [first, other]
    assert store.add([other, again]) == [other, first]
    assert store.add([]) == []


def test_a_notice_is_replaced_by_who_saw_it_last(store: NoticeStore) -> None:
    seen = a_notice()
    store.add([seen])

    sent = replace(seen, status=NoticeStatus.SENT, sent_at=LATER)

    assert store.replace(seen, sent)
    assert store.get_many("ten_a", [("ann", seen.event_id)]) == {("ann", seen.event_id): replace(sent, revision=2)}


def test_who_saw_an_older_one_replaces_nothing(store: NoticeStore) -> None:
    seen = a_notice()
    store.add([seen])
    sent = replace(seen, status=NoticeStatus.SENT, sent_at=LATER)
    store.replace(seen, sent)

    assert not store.replace(seen, replace(seen, status=NoticeStatus.FAILED))
    assert store.replace(seen, sent)  # once more, as by a client that lost the answer
    assert store.get_many("ten_a", [("ann", seen.event_id)]) == {("ann", seen.event_id): replace(sent, revision=2)}


def test_nothing_is_put_where_no_notice_is(store: NoticeStore) -> None:
    notice = a_notice()

    assert not store.replace(notice, notice)
    assert store.get_many("ten_a", [("ann", notice.event_id)]) == {}


def test_a_usual_notice_costs_a_unit_at_each_step() -> None:
    # A write is paid for by the kilobyte of the whole item.
    seed = Seed(NOON, "x")
    usual = a_notice(
        tenant_id=seed.id("ten"),
        user_id="johannes.mustermann",
        recipient="johannes.mustermann@mail.example.org",
        job_id="orders-copy-2030-01-31",
        job_type="database_copy",
        link="https://console.example.com/jobs/orders-copy-2030-01-31/logs",
        message_id=seed.id("msg"),
        tries=1,
    )

    with tables("notifications"):
        name_table(ROWS, "notifications")
        store = DynamoNotices()
        store.add([usual])
        store.replace(usual, replace(usual, status=NoticeStatus.SENT, sent_at=LATER))
        [size] = [item_size(item) for item in boto3.client("dynamodb").scan(TableName="notifications")["Items"]]

    assert size <= UNIT, size
