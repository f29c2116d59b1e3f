"""What a tenant is told of its capacity and of its messages, on the deployed template."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import finished, send


def key_of(tenant: httpx.Client) -> str:
    return str(tenant.headers["Authorization"]).split()[1]


def told(tenant: httpx.Client, path: str) -> Any:  # noqa: ANN401 - JSON
    answer = tenant.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def explained(tenant: httpx.Client, message_id: str) -> Any:  # noqa: ANN401 - JSON
    return told(tenant, f"/v1/messages/{message_id}/explain")


def test_of_five_mails_and_a_limit_of_three_two_wait_until_midnight(stack: LiveStack, tenant: httpx.Client) -> None:
    email = "capacity@example.com"
    account = stack.new_account(key_of(tenant), email, daily_limit=3, min_wait_time=0)
    before = told(tenant, "/v1/capacity")
    # A new account is tried with one mail first.
    sent = [send(tenant, to="first.capacity@example.com")]
    finished(tenant, sent[0])
    ids = [send(tenant, to=f"{number}.capacity@example.com") for number in range(4)]
    statuses = {message_id: finished(tenant, message_id)["status"] for message_id in ids}
    waiting = [message_id for message_id, status in statuses.items() if status == "deferred"]

    after = told(tenant, "/v1/capacity")

    assert sorted(statuses.values()) == ["deferred", "deferred", "sent", "sent"]
    assert before["today"]["can_send"] == 3
    assert (after["now"], after["next_hour"]["can_send"]) == (0, 0) or datetime.now(UTC).hour == 23
    assert (after["waiting"]["count"], after["waiting"]["deferred"], after["waiting"]["at_least"]) == (2, 2, False)
    midnight = account["resets_at"]
    assert after["waiting"]["drained_at"] == midnight
    assert after["accounts"][0]["because"] == "has used its limit of 3"

    said = explained(tenant, waiting[1])

    assert (said["status"], said["reason"], said["until"], said["expected_at"]) == (
        "deferred",
        "quota",
        midnight,
        midnight,
    )
    assert f"{email} has used its limit of 3" in said["summary"]
    assert explained(tenant, sent[0])["summary"].startswith(f"{email} sent it at")

    tenant.post(f"/v1/accounts/{account['id']}/reset")

    for message_id in waiting:
        assert finished(tenant, message_id, seconds=90)["status"] == "sent"
    assert told(tenant, "/v1/capacity")["waiting"]["count"] == 0


def test_each_message_says_what_it_waits_for(stack: LiveStack, tenant: httpx.Client) -> None:
    stopped = stack.new_account(key_of(tenant), "stopped.capacity@example.com")["id"]
    tenant.post(f"/v1/accounts/{stopped}/pause")
    stack.new_account(key_of(tenant), "fine.capacity@example.com")
    later = datetime.now(UTC) + timedelta(hours=2)
    scheduled = send(tenant, to="later.capacity@example.com", send_at=later.isoformat())
    named = send(tenant, to="named.capacity@example.com", account_id=stopped)
    finished(tenant, named)

    of_named, of_scheduled, capacity = (
        explained(tenant, named),
        explained(tenant, scheduled),
        told(tenant, "/v1/capacity"),
    )
    inactive = "stopped.capacity@example.com is inactive until its owner resumes it"

    assert of_named["summary"].startswith(f"{inactive}. It comes to a sender again at")
    assert "Somebody has to act first" in of_named["summary"]
    assert of_named["expected_at"] is None
    assert of_scheduled["summary"].startswith("It is to be sent at")
    assert capacity["scheduled"] == {"count": 1, "at_least": False}
    assert capacity["waiting"]["drained_at"] is None
    assert capacity["waiting"]["blocked"] == [{"count": 1, "because": inactive}]

    pool = tenant.post("/v1/pools", json={"name": "Stopped", "account_ids": [stopped]}).json()["id"]
    of_pool = told(tenant, f"/v1/capacity?pool_id={pool}")

    assert capacity["now"] > 0
    assert (of_pool["now"], of_pool["accounts_in_all"], of_pool["waiting"]["count"]) == (0, 1, 1)


def test_nobody_else_is_told_of_it(stack: LiveStack, tenant: httpx.Client) -> None:
    account = stack.new_account(key_of(tenant), "own.capacity@example.com")
    message_id = send(tenant, to="own.capacity@example.org")
    with stack.caller(stack.new_tenant("a stranger to capacity")) as stranger:
        assert stranger.get(f"/v1/messages/{message_id}/explain").status_code == 404
        assert stranger.get("/v1/capacity", params={"account_ids": account["id"]}).status_code == 422
        assert stranger.get("/v1/capacity").json()["accounts"] == []
