"""What is stopped, in doubt or given up, and how it goes on."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from postroom.messages.keys import message_key
from postroom.messages.ports import Ticket
from postroom.messages.queue import write_payload
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import caught_for, finished, send, until


def test_a_stopped_account_is_told_of_and_resumed_by_hand(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "stopped@example.com", smtp_password="wrong", min_wait_time=0)
    path = f"/v1/accounts/{account['id']}"
    message = finished(tenant, send(tenant, to="ann.stopped@example.com"))
    assert message["status"] == "deferred"

    [event] = tenant.get(f"{path}/events").json()["items"]
    assert event["kind"] == "stopped"
    assert "535" in event["detail"]
    assert tenant.get(path).json()["status"] == "error"
    said = message["attempts"][0]["transcript"]
    assert "C: AUTH PLAIN ********" in said
    assert any(line.startswith("S: 535") for line in said)

    # A new password alone sets it going again.
    assert tenant.put(path, json={"smtp_password": "not-a-secret"}).json()["status"] == "active"
    until(lambda found: found["status"] == "sent", lambda: tenant.get(f"/v1/messages/{message['id']}"))


def test_a_paused_account_sends_nothing_until_it_is_resumed(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "paused@example.com", min_wait_time=0)
    path = f"/v1/accounts/{account['id']}"

    assert tenant.post(f"{path}/pause").json()["status"] == "inactive"
    message = finished(tenant, send(tenant, to="ann.paused@example.com"))
    assert (message["status"], message["reason"]) == ("deferred", "account")

    assert tenant.post(f"{path}/resume").json()["status"] == "active"
    until(lambda found: found["status"] == "sent", lambda: tenant.get(f"/v1/messages/{message['id']}"))
    assert len(stack.mailbox.wait_for(caught_for(stack, "ann.paused@example.com"))) == 1


def test_what_is_not_in_doubt_cannot_be_resent(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], "doubt@example.com", min_wait_time=0)
    message = finished(tenant, send(tenant, to="ann.doubt@example.com"))

    answer = tenant.post(f"/v1/messages/{message['id']}/resend")

    assert answer.status_code == 409
    assert tenant.post("/v1/messages/msg_none/resend").status_code == 404


def test_dead_letters_are_put_back_and_what_is_sent_is_not_sent_again(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    stack.new_account(key, "dead@example.com", min_wait_time=0, daily_limit=1000)
    tenant_id = "ten_" + key.split("_")[1]
    sent = [finished(tenant, send(tenant, to=f"s{n}.dead@example.com"))["id"] for n in range(5)]
    # Ones that no queue ever had: their queue is paused by naming a time, then the row is put right by hand.
    lost = [_queued_in_name_only(stack, tenant, tenant_id, f"l{n}.dead@example.com") for n in range(5)]
    sqs = stack.aws("sqs")
    for message_id in (*sent, *lost):
        sqs.send_message(
            QueueUrl=stack.outputs["DeadLetterQueueUrl"], MessageBody=write_payload(Ticket(tenant_id, message_id))
        )
    sqs.send_message(QueueUrl=stack.outputs["DeadLetterQueueUrl"], MessageBody="not ours")

    with stack.caller(stack.platform_key) as platform:
        refused = tenant.post("/v1/system/redrive", json={})
        done = platform.post("/v1/system/redrive", json={"per_second": 100}).json()

    assert refused.status_code == 403
    assert done == {"put_back": 5, "already_done": 5, "unreadable": 1}
    for message_id in lost:
        until(lambda found: found["status"] == "sent", lambda m=message_id: tenant.get(f"/v1/messages/{m}"))  # type: ignore[misc]
    time.sleep(1)
    caught = [mail for mail in stack.mailbox.all() if mail.mail_from == "dead@example.com"]
    assert len(caught) == len({mail.rcpt_tos for mail in caught}) == 10


def test_a_batch_that_no_queue_got_is_found_and_its_watch_is_over_then(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    stack.new_account(key, "watched@example.com", min_wait_time=0)
    tenant_id = "ten_" + key.split("_")[1]
    dynamodb, table = stack.aws("dynamodb"), stack.outputs["MessagesTable"]
    messages = [{"to": f"r{n}.watched@example.com", "subject": "Hello", "text": "Hello"} for n in range(3)]
    items = tenant.post("/v1/messages/batch", json={"messages": messages}).json()["items"]
    for item in items:
        finished(tenant, item["id"])
    [watch] = _watches(dynamodb, table, tenant_id)
    lost = items[0]["id"]
    _put_back_to_queued(dynamodb, table, tenant_id, lost)
    _is_due_now(dynamodb, table, watch)

    stack.aws("lambda").invoke(FunctionName=stack.outputs["DueFunction"], Payload=b"{}")

    until(lambda found: found["status"] == "sent", lambda: tenant.get(f"/v1/messages/{lost}"))
    assert _watches(dynamodb, table, tenant_id) == []
    assert len(stack.mailbox.wait_for(caught_for(stack, "r0.watched@example.com"), 2)) == 2
    assert len(stack.mailbox.wait_for(caught_for(stack, "r1.watched@example.com"))) == 1


def _watches(dynamodb: Any, table: str, tenant_id: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a boto3 client
    found: list[dict[str, Any]] = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :watches",
        ExpressionAttributeValues={":watches": {"S": f"T#{tenant_id}#W"}},
    )["Items"]
    return found


def _put_back_to_queued(dynamodb: Any, table: str, tenant_id: str, message_id: str) -> None:  # noqa: ANN401
    """As if no sender had ever seen it."""
    pk, sk = message_key(tenant_id, message_id)
    dynamodb.update_item(
        TableName=table,
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="SET #s = :queued, recipients = :pending REMOVE sent_ms",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={
            ":queued": {"S": "queued"},
            ":pending": {"M": {"r0.watched@example.com": {"S": "pending"}}},
        },
    )


def _is_due_now(dynamodb: Any, table: str, watch: dict[str, Any]) -> None:  # noqa: ANN401
    dynamodb.update_item(
        TableName=table,
        Key={"pk": watch["pk"], "sk": watch["sk"]},
        UpdateExpression="SET due_at = :now",
        ExpressionAttributeValues={":now": {"N": "0"}},
    )


def _queued_in_name_only(stack: LiveStack, tenant: httpx.Client, tenant_id: str, to: str) -> str:
    message_id = send(tenant, to=to, send_at=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    pk, sk = message_key(tenant_id, message_id)
    row: dict[str, Any] = {
        "TableName": stack.outputs["MessagesTable"],
        "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
        "UpdateExpression": "SET #s = :queued, due_shard = :shard REMOVE next_attempt_ms",
        "ExpressionAttributeNames": {"#s": "status"},
        "ExpressionAttributeValues": json.loads('{":queued": {"S": "queued"}, ":shard": {"S": "normal#0"}}'),
    }
    stack.aws("dynamodb").update_item(**row)
    return message_id
