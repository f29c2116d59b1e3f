"""What every store of contents must do, the one in memory and the one in a table and a bucket."""

import os
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest

from postroom.errors import Unavailable, Unsendable
from postroom.messages.content import ROWS, DynamoContents
from postroom.messages.model import Attachment
from postroom.messages.ports import ContentStore, Ticket
from tests.builders import a_content
from tests.fakes.messages import MemoryContents
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LIMIT = 10_000
KEEP = NOON + timedelta(days=1)
LARGE = a_content(attachments=(Attachment("noise.bin", "application/octet-stream", os.urandom(3 * LIMIT)),))


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[ContentStore]:
    if request.param == "memory":
        yield MemoryContents()
        return
    with tables("messages"):
        name_table(ROWS, "messages")
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="content", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield DynamoContents(s3, "content", LIMIT)


def test_content_comes_back_as_it_was_whether_small_or_large(store: ContentStore) -> None:
    small = a_content(html="<p>ü</p>", headers=(("X-A", "b"),))
    store.put("ten_a", "msg_1", small, KEEP)
    store.put("ten_a", "msg_2", LARGE, KEEP)

    found = store.get_many([Ticket("ten_a", "msg_1"), Ticket("ten_a", "msg_2"), Ticket("ten_a", "msg_3")])

    assert {ticket.message_id: stored.open() for ticket, stored in found.items()} == {"msg_1": small, "msg_2": LARGE}


def test_content_is_not_found_under_another_tenant(store: ContentStore) -> None:
    store.put("ten_a", "msg_1", a_content(), KEEP)

    assert store.get_many([Ticket("ten_b", "msg_1")]) == {}


def test_content_that_is_stored_again_is_there_once(store: ContentStore) -> None:
    store.put("ten_a", "msg_1", a_content(text="first"), KEEP)
    store.put("ten_a", "msg_1", LARGE, KEEP)

    [stored] = store.get_many([Ticket("ten_a", "msg_1")]).values()
    assert stored.open() == LARGE


def test_an_object_that_is_gone_is_no_reason_to_try_for_ever() -> None:
    with tables("messages"):
        name_table(ROWS, "messages")
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="content", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        store = DynamoContents(s3, "content", LIMIT)
        store.put("ten_a", "msg_1", LARGE, KEEP)
        s3.delete_object(Bucket="content", Key="content/ten_a/msg_1")
        [stored] = store.get_many([Ticket("ten_a", "msg_1")]).values()

        with pytest.raises(Unsendable):
            stored.open()


def test_a_bucket_that_does_not_answer_is_asked_again_later() -> None:
    with tables("messages"):
        name_table(ROWS, "messages")

        with pytest.raises(Unavailable):
            DynamoContents(boto3.client("s3"), "no-such-bucket", LIMIT).put("ten_a", "msg_1", LARGE, KEEP)
