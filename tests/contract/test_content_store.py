"""What every store of contents must do, the one in memory and the one in a table and a bucket."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import boto3
import pytest

from postroom.errors import Unavailable, Unsendable
from postroom.messages import codec
from postroom.messages.content import DynamoContents
from postroom.messages.model import Attachment, Content, Message
from postroom.messages.ports import ContentStore
from postroom.messages.rows import ROWS, ContentRow
from postroom.templates.model import Filling
from tests.builders import a_content, a_message
from tests.fakes.messages import MemoryContents
from tests.fakes.tables import name_table, tables
from tests.fakes.time import NOON

LIMIT = 10_000
KEEP = NOON + timedelta(days=1)
FILLED = a_content(subject="", text=None, filling=Filling({"name": "Ann", "lines": [1, 2.5, None, True]}, "sealed"))
MANY = {f"msg_{number}": a_content(text=f"Hello, number {number}") for number in range(30)}


def noise(size: int) -> Content:
    return a_content(attachments=(Attachment("noise.bin", "application/octet-stream", os.urandom(size)),))


LARGE = noise(3 * LIMIT)


@pytest.fixture
def dynamodb() -> Iterator[DynamoContents]:
    with tables("messages"):
        name_table(ROWS, "messages")
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="content", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        yield DynamoContents(s3, "content", LIMIT)


@pytest.fixture(params=["memory", "dynamodb"])
def store(request: pytest.FixtureRequest) -> ContentStore:
    if request.param == "memory":
        return MemoryContents()
    found: DynamoContents = request.getfixturevalue("dynamodb")
    return found


def message(message_id: str, bundles: dict[str, str] | None = None, tenant_id: str = "ten_a") -> Message:
    return a_message(tenant_id=tenant_id, id=message_id, bundle=(bundles or {}).get(message_id))


def opened(store: ContentStore, messages: Sequence[Message]) -> dict[str, Content]:
    return {ticket.message_id: stored.open() for ticket, stored in store.get_many(messages).items()}


def items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = boto3.client("dynamodb").scan(TableName="messages")["Items"]
    return found


def test_content_comes_back_as_it_was_whether_small_or_large(store: ContentStore) -> None:
    small = a_content(html="<p>ü</p>", headers=(("X-A", "b"),))
    assert store.put("ten_a", {"msg_1": small}, KEEP) == {}
    assert store.put("ten_a", {"msg_2": LARGE}, KEEP) == {}
    assert store.put("ten_a", {"msg_3": FILLED}, KEEP) == {}

    found = opened(store, [message("msg_1"), message("msg_2"), message("msg_3"), message("msg_4")])

    assert found == {"msg_1": small, "msg_2": LARGE, "msg_3": FILLED}


def test_what_is_stored_together_comes_back_each_for_itself(store: ContentStore) -> None:
    contents = MANY | {
        "msg_filled": FILLED,
        "msg_full": a_content(html="<p>ü</p>", headers=(("X-A", "b"),), attachments=noise(9).attachments),
    }

    bundles = store.put("ten_a", contents, KEEP)

    assert set(bundles) == set(contents)
    assert opened(store, [message(message_id, bundles) for message_id in contents]) == contents


def test_what_is_stored_together_is_one_item_for_25(dynamodb: DynamoContents) -> None:
    bundles = dynamodb.put("ten_a", MANY, KEEP)

    assert len(set(bundles.values())) == len(items()) == 2


def test_equal_parts_are_held_once(dynamodb: DynamoContents) -> None:
    page = os.urandom(2_000).hex()
    equal = {f"msg_{number}": a_content(html=page, attachments=noise(0).attachments) for number in range(25)}

    bundles = dynamodb.put("ten_a", equal, KEEP)

    [item] = items()
    assert len(item["blob"]["B"]) < 3_000
    assert opened(dynamodb, [message("msg_7", bundles)]) == {"msg_7": equal["msg_7"]}


def test_what_does_not_fit_together_is_parted_until_it_does(dynamodb: DynamoContents) -> None:
    contents = {f"msg_{number}": noise(LIMIT // 8) for number in range(25)} | {"msg_large": LARGE}

    bundles = dynamodb.put("ten_a", contents, KEEP)

    assert opened(dynamodb, [message(message_id, bundles) for message_id in contents]) == contents
    assert "msg_large" not in bundles
    assert 4 < len(items()) < 15


def test_content_is_not_found_under_another_tenant(store: ContentStore) -> None:
    bundles = store.put("ten_a", MANY, KEEP)
    store.put("ten_a", {"msg_alone": a_content()}, KEEP)

    assert store.get_many([message("msg_alone", tenant_id="ten_b"), message("msg_1", bundles, "ten_b")]) == {}


def test_content_that_is_stored_again_is_there_once(store: ContentStore) -> None:
    store.put("ten_a", {"msg_1": a_content(text="first")}, KEEP)
    store.put("ten_a", {"msg_1": LARGE}, KEEP)
    first = store.put("ten_a", MANY, KEEP)

    assert opened(store, [message("msg_1")]) == {"msg_1": LARGE}
    assert store.put("ten_a", MANY, KEEP) == first


def test_a_request_that_is_repeated_in_part_takes_nothing_from_what_is_there(store: ContentStore) -> None:
    first = store.put("ten_a", dict(list(MANY.items())[:5]), KEEP)

    second = store.put("ten_a", dict(list(MANY.items())[:3]), KEEP)

    assert set(first.values()).isdisjoint(second.values())
    assert opened(store, [message("msg_0", first), message("msg_4", first)]) == {
        "msg_0": MANY["msg_0"],
        "msg_4": MANY["msg_4"],
    }


def test_what_several_share_is_opened_once(dynamodb: DynamoContents, monkeypatch: pytest.MonkeyPatch) -> None:
    opens: list[bytes] = []
    open_bundle = codec.open_bundle

    def counted(blob: bytes) -> codec.Bundle:
        opens.append(blob)
        return open_bundle(blob)

    monkeypatch.setattr(codec, "open_bundle", counted)
    bundles = dynamodb.put("ten_a", MANY, KEEP)

    opened(dynamodb, [message(message_id, bundles) for message_id in MANY])

    assert len(opens) == 2


def test_what_was_written_a_moment_ago_is_not_taken_for_missing(
    dynamodb: DynamoContents, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch_get = ContentRow.batch_get

    def late(keys: Iterable[Any], *, consistent_read: bool) -> Iterator[ContentRow]:
        return batch_get(keys, consistent_read=True) if consistent_read else iter(())

    monkeypatch.setattr(ContentRow, "batch_get", late)
    dynamodb.put("ten_a", {"msg_1": a_content()}, KEEP)

    assert opened(dynamodb, [message("msg_1")]) == {"msg_1": a_content()}


def test_an_object_that_is_gone_is_no_reason_to_try_for_ever(dynamodb: DynamoContents) -> None:
    dynamodb.put("ten_a", {"msg_1": LARGE}, KEEP)
    boto3.client("s3").delete_object(Bucket="content", Key="content/ten_a/msg_1")
    [stored] = dynamodb.get_many([message("msg_1")]).values()

    with pytest.raises(Unsendable):
        stored.open()


def test_a_bundle_that_holds_another_message_sends_nobody_anothers_mail(store: ContentStore) -> None:
    bundles = store.put("ten_a", MANY, KEEP)
    [stored] = store.get_many([message("msg_other", {"msg_other": bundles["msg_1"]})]).values()

    with pytest.raises(Unsendable):
        stored.open()


def test_a_bucket_that_does_not_answer_is_asked_again_later(dynamodb: DynamoContents) -> None:
    with pytest.raises(Unavailable):
        DynamoContents(boto3.client("s3"), "no-such-bucket", LIMIT).put("ten_a", {"msg_1": LARGE}, KEEP)
