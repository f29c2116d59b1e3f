"""What the stream of the messages table brings to notices, on the deployed stack."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx

from postroom.ids import Seed
from postroom.messages import keys as message_keys
from postroom.notices import keys
from postroom.notices.model import About, Notice, NoticeStatus
from postroom.notices.rows import NoticeRow, notice_of, notice_row
from tests.builders import a_notice
from tests.e2e.conftest import LiveStack
from tests.e2e.test_telling import BROKEN, logged, make_due, post, put, text_of
from tests.e2e.test_telling import until as told_until
from tests.e2e.test_the_way_of_a_mail import caught_for, finished

_LONGEST_SECONDS = 60


def test_notices_follow_the_mails_that_are_about_them(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], "outcomes@example.com", min_wait_time=0)
    sent, taken_back, other = (send(tenant, number, later=number > 0) for number in range(3))
    finished(tenant, sent)

    notices = {message_id: noted(stack, message_id) for message_id in (sent, taken_back, other)}
    tell_about(stack, notices[sent])
    tell_about(stack, notices[taken_back])
    for message_id in (taken_back, other):
        tenant.post(f"/v1/messages/{message_id}/cancel").raise_for_status()

    followed = until(lambda: read(stack, notices[sent]), lambda notice: notice.status is not NoticeStatus.PENDING)
    assert followed.status is NoticeStatus.SENT
    assert followed.sent_at is not None
    back = until(lambda: read(stack, notices[taken_back]), lambda notice: notice.status is not NoticeStatus.PENDING)
    assert back.status is NoticeStatus.CANCELLED
    assert read(stack, notices[other]) == notices[other]  # no message says that it is about it
    for query, message_id in (
        ("status=sent&order=sent_at", sent),
        ("status=cancelled&user=ann&event_type=job_failed", taken_back),
        ("status=pending&recipient=ann@example.com", other),
    ):
        [item] = tenant.get(f"/v1/notifications/events?{query}").raise_for_status().json()["items"]
        assert item["message"] == message_id
    assert len(tenant.get("/v1/notifications/events?user=ann").raise_for_status().json()["items"]) == 3


def test_what_waited_until_its_user_wished_otherwise_comes_in_a_digest(stack: LiveStack, tenant: httpx.Client) -> None:
    address = f"ann.{uuid4().hex[:8]}@example.net"
    account = stack.new_account(tenant.headers["Authorization"].split()[1], "waits@example.com", min_wait_time=0)
    path = f"/v1/accounts/{account['id']}"
    tenant.post(f"{path}/pause").raise_for_status()
    put(tenant, "/v1/users/ann", {"email": address, "role": "admin"})
    post(tenant, {"job": BROKEN})
    [waits] = told_until(lambda: logged(tenant, user="ann"), lambda found: len(found) == 1)
    mail = f"/v1/messages/{waits['message']}"
    told_until(lambda: tenant.get(mail), lambda found: found.is_success and found.json()["status"] == "deferred")

    daily = {"user": "ann", "event_type": "job_failed", "delivery": "daily"}
    put(tenant, "/v1/preferences/bulk", {"preferences": [daily]})
    tenant.post(f"{path}/resume").raise_for_status()

    ended = told_until(lambda: tenant.get(mail).json(), lambda found: found["status"] == "cancelled")
    [folded] = told_until(lambda: logged(tenant, user="ann"), lambda found: found[0]["delivery"] == "digest")
    assert ended["reason"] == "wishes"
    assert (folded["status"], folded["message"]) == ("pending", None)
    make_due(stack, tenant, "ann")
    [digest] = stack.mailbox.wait_for(caught_for(stack, address))
    assert "The disk is full" in text_of(digest)


def send(tenant: httpx.Client, number: int, *, later: bool) -> str:
    body = {"to": [f"user{number}@outcomes.example.com"], "subject": "A job failed", "text": "It did."}
    if later:
        body["send_at"] = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    answer = tenant.post("/v1/messages", json=body)
    message_id: str = answer.raise_for_status().json()["id"]
    return message_id


def noted(stack: LiveStack, message_id: str) -> Notice:
    """A notice that goes by this message."""
    now = datetime.now(UTC).replace(microsecond=0)
    event_id = Seed.fresh(now).id("evt")
    notice = a_notice(tenant_id=tenant_of(stack, message_id), event_id=event_id, at=now, message_id=message_id)
    stack.aws("dynamodb").put_item(
        TableName=stack.outputs["NotificationsTable"], Item=notice_row(notice).serialize(null_check=True)
    )
    return notice


def tell_about(stack: LiveStack, notice: Notice) -> None:
    pk, sk = message_keys.message_key(notice.tenant_id, notice.message_id or "")
    stack.aws("dynamodb").update_item(
        TableName=stack.outputs["MessagesTable"],
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET about = :about",
        ExpressionAttributeValues={":about": {"S": str(About(notice.user_id, notice.event_id))}},
    )


def tenant_of(stack: LiveStack, message_id: str) -> str:
    pages = stack.aws("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs["MessagesTable"])
    return next(
        message_keys.tenant_of(item["pk"]["S"])
        for page in pages
        for item in page["Items"]
        if item["sk"]["S"] == message_id
    )


def read(stack: LiveStack, notice: Notice) -> Notice:
    pk, sk = keys.notice_key(notice.tenant_id, notice.user_id, notice.event_id)
    item = stack.aws("dynamodb").get_item(
        TableName=stack.outputs["NotificationsTable"], Key={"pk": {"S": pk}, "sk": {"S": sk}}, ConsistentRead=True
    )["Item"]
    return notice_of(NoticeRow.from_raw_data(item))


def until(found: Callable[[], Notice], wanted: Callable[[Notice], bool]) -> Notice:
    deadline = time.monotonic() + _LONGEST_SECONDS
    while not wanted(notice := found()):
        assert time.monotonic() < deadline, notice
        time.sleep(0.2)
    return notice
