"""Events on the deployed stack: each user is told as they wish, and the log says what became of it."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from local.catcher.mailbox import Caught
from postroom.clock import system_clock, to_milliseconds
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import caught_for

_LONGEST_SECONDS = 90
_LOG = "/v1/notifications/events"
BROKEN = {"id": "job-1", "type": "backup", "name": "Nightly copy", "status": "failed", "error": "The disk is full"}
DONE = {"id": "job-2", "type": "sync", "name": "Stock of shops", "status": "success"}


def test_each_user_is_told_as_they_wish_and_the_log_says_what_became_of_it(
    stack: LiveStack, tenant: httpx.Client
) -> None:
    mails = with_users(stack, tenant)

    both: list[dict[str, Any]] = [
        {"job": BROKEN, "dedupe_key": "night-1"},
        {"job": DONE},
        {"job": BROKEN | {"id": "job-3"}},
    ]
    failed, _, again = ids = post(tenant, *both)
    repeated = post(tenant, both[0])
    for event_id in ids:
        until(lambda: tenant.get(f"/v1/events/{event_id}").json(), lambda event: event["status"] == "done")  # noqa: B023
    at_once = stack.mailbox.wait_for(caught_for(stack, mails["ann"]), count=2)
    of_success = stack.mailbox.wait_for(caught_for(stack, mails["eve"]))
    waiting = logged(tenant, user="bob")

    assert repeated == [failed]
    assert all("The disk is full" in text_of(mail) for mail in at_once)
    assert "Stock of shops" in text_of(of_success[0])
    assert {(one["delivery"], one["status"]) for one in waiting} == {("digest", "pending")}
    assert {one["event"] for one in waiting} == {failed, again}
    assert logged(tenant, user="nobody_wants") == logged(tenant, user="only_syncs") == []

    make_due(stack, tenant, "bob")
    [digest] = stack.mailbox.wait_for(caught_for(stack, mails["bob"]))
    told = until(lambda: logged(tenant, user="bob"), lambda found: all(one["status"] == "sent" for one in found))

    assert text_of(digest).count("The disk is full") == 2
    assert len({one["message"] for one in told}) == 1
    assert until(lambda: logged(tenant, status="sent"), lambda found: len(found) == 5)
    run_digests(stack)
    assert stack.mailbox.wait_for(caught_for(stack, mails["bob"])) == (digest,)


def test_a_user_gets_less_of_a_kind_by_the_link_in_the_mail_and_no_key(stack: LiveStack, tenant: httpx.Client) -> None:
    mails = with_users(stack, tenant)
    post(tenant, {"job": BROKEN})
    [mail] = stack.mailbox.wait_for(caught_for(stack, mails["ann"]))
    [less] = re.findall(r"https?://\S+/pages/less\?token=\S+", text_of(mail))

    shown = httpx.get(less)
    before = wished(tenant, "ann")
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown.text))
    changed = httpx.post(less.partition("?")[0], data=form)
    after = wished(tenant, "ann")

    assert (shown.status_code, shown.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert changed.status_code in {200, 303}
    assert (before, after) == ("immediate", "daily")


def test_another_tenant_sees_neither_events_nor_what_was_told(stack: LiveStack, tenant: httpx.Client) -> None:
    with_users(stack, tenant)
    [event_id] = post(tenant, {"job": BROKEN, "dedupe_key": "same-words"})
    until(lambda: logged(tenant, user="ann"), lambda found: len(found) == 1)

    with stack.caller(stack.new_tenant("Stranger")) as stranger:
        unseen = stranger.get(f"/v1/events/{event_id}")
        theirs = post(stranger, {"job": BROKEN, "dedupe_key": "same-words"})

        assert unseen.status_code == 404
        assert theirs != [event_id]
        assert logged(stranger) == []


def with_users(stack: LiveStack, tenant: httpx.Client) -> dict[str, str]:
    """Addresses by user: each wishes something else of jobs that failed and of those that went well."""
    mark = uuid4().hex[:8]
    stack.new_account(tenant.headers["Authorization"].split()[1], f"events.{mark}@example.com", min_wait_time=0)
    roles = {"ann": "admin", "bob": "operator", "eve": "viewer", "only_syncs": "operator", "nobody_wants": "admin"}
    addresses = {name: f"{name}.{mark}@example.net" for name in roles}
    for name, role in roles.items():
        put(tenant, f"/v1/users/{name}", {"email": addresses[name], "role": role})
    wishes = [
        {"user": "bob", "event_type": "job_failed", "delivery": "daily"},
        {"user": "eve", "event_type": "job_success"},
        {"user": "only_syncs", "event_type": "job_failed", "job_types": ["sync"]},
        {"user": "nobody_wants", "event_type": "job_failed", "enabled": False},
    ]
    put(tenant, "/v1/preferences/bulk", {"preferences": wishes})
    return addresses


def make_due(stack: LiveStack, tenant: httpx.Client, user: str) -> None:
    """What this user waits for is due now: nobody waits for a day."""
    [digest] = {one["digest"] for one in logged(tenant, user=user)}
    table, dynamodb = stack.outputs["NotificationsTable"], stack.aws("dynamodb")
    named = {":head": {"S": "DIGEST"}}
    heads = dynamodb.scan(TableName=table, FilterExpression="sk = :head", ExpressionAttributeValues=named)["Items"]
    [head] = [one for one in heads if one["pk"]["S"].endswith(f"#{digest}")]
    past = {"N": str(to_milliseconds(system_clock() - timedelta(minutes=1)))}
    dynamodb.update_item(
        TableName=table,
        Key={name: head[name] for name in ("pk", "sk")},
        UpdateExpression="SET due_at = :past, first_due_ms = :past",
        ExpressionAttributeValues={":past": past},
    )
    run_digests(stack)


def run_digests(stack: LiveStack) -> None:
    stack.aws("lambda").invoke(FunctionName=stack.outputs["DigestsFunction"], Payload=b"{}")


def post(tenant: httpx.Client, *events: dict[str, Any]) -> list[str]:
    answer = tenant.post("/v1/events", json={"events": list(events)})
    assert answer.is_success, answer.text
    return [one["id"] for one in answer.json()["events"]]


def put(tenant: httpx.Client, path: str, body: dict[str, Any]) -> None:
    answer = tenant.put(path, json=body)
    assert answer.is_success, answer.text


def logged(tenant: httpx.Client, **filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tenant.get(_LOG, params=filters).raise_for_status().json()["items"]
    return found


def wished(tenant: httpx.Client, user: str) -> str:
    found = tenant.get(f"/v1/users/{user}/effective-preferences").json()["items"]
    return next(str(one["delivery"]) for one in found if one["event_type"] == "job_failed")


def text_of(mail: Caught) -> str:
    body = mail.message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def until(found: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:  # noqa: ANN401 - what was looked for
    deadline = time.monotonic() + _LONGEST_SECONDS
    while not wanted(value := found()):
        assert time.monotonic() < deadline, value
        time.sleep(0.3)
    return value
