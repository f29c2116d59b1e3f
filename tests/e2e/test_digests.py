"""A digest on the deployed stack, whose AWS lets each function do only what its role says."""

from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx

from postroom.clock import system_clock, to_milliseconds
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import until

_LONGEST_SECONDS = 60


def heads_of(stack: LiveStack, user_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.aws("dynamodb").scan(
        TableName=stack.outputs["NotificationsTable"],
        FilterExpression="sk = :head AND user_id = :user",
        ExpressionAttributeValues={":head": {"S": "DIGEST"}, ":user": {"S": user_id}},
        ConsistentRead=True,
    )["Items"]
    return found


def falls_due_now(stack: LiveStack, head: dict[str, Any]) -> None:
    """As if the night were over."""
    stack.aws("dynamodb").update_item(
        TableName=stack.outputs["NotificationsTable"],
        Key={name: head[name] for name in ("pk", "sk")},
        UpdateExpression="SET first_due_ms = :now, due_at = :now",
        ExpressionAttributeValues={":now": {"N": str(to_milliseconds(system_clock()) - 1000)}},
    )


def test_what_was_posted_during_the_day_comes_in_one_mail(stack: LiveStack, tenant: httpx.Client) -> None:
    domain, user = f"{uuid4().hex[:10]}.example.com", f"ann-{uuid4().hex[:10]}"
    key = tenant.headers["Authorization"].split()[1]
    stack.new_account(key, f"news@{domain}", min_wait_time=0)
    ann = {"email": f"ann@{domain}", "name": "Ann", "role": "operator"}
    assert tenant.put(f"/v1/users/{user}", json=ann).is_success
    wish = {"user": user, "event_type": "job_failed", "delivery": "daily"}
    assert tenant.post("/v1/preferences", json=wish).is_success
    for number in range(3):
        job = {
            "id": f"run_{number}",
            "name": "Nightly copy",
            "status": "failed",
            "error": f"No answer from db-{number}",
        }
        answer = tenant.post("/v1/events", json={"event_type": "job_failed", "job": job})
        assert answer.is_success, answer.text

    until(
        lambda events: all(event["status"] == "done" for event in events["items"]),
        lambda: tenant.get("/v1/events"),
        _LONGEST_SECONDS,
    )
    [head] = heads_of(stack, user)
    falls_due_now(stack, head)
    for _ in range(3):
        stack.aws("lambda").invoke(FunctionName=stack.outputs["DigestsFunction"], Payload=b"{}")

    [mail] = stack.mailbox.wait_for(lambda caught: caught.rcpt_tos == (f"ann@{domain}",), 1, _LONGEST_SECONDS)
    body = mail.message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    text = body.get_content()
    assert [f"No answer from db-{number}" in text for number in range(3)] == [True] * 3
    assert text.count("Nightly copy (job failed)") == 1
    assert "/pages/" in text
    [made] = heads_of(stack, user)
    assert (made["status"]["S"], "due_at" in made) == ("done", False)
    [told] = tenant.get("/v1/messages").json()["items"]
    assert told["metadata"] == {"digest_id": made["pk"]["S"].split("#")[3]}
