"""Pools on the deployed stack: who carries a mail that names one, and what a deletion needs."""

from datetime import UTC, datetime, timedelta

import httpx

from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import finished, send, until


def with_accounts(stack: LiveStack, tenant: httpx.Client, *names: str) -> dict[str, str]:
    """Ids by name; a pace would only make the test wait."""
    key = tenant.headers["Authorization"].split()[1]
    return {name: stack.new_account(key, f"{name}@example.com", min_wait_time=0)["id"] for name in names}


def pooled(tenant: httpx.Client, name: str, *account_ids: str, **changes: object) -> str:
    answer = tenant.post("/v1/pools", json={"name": name, "account_ids": list(account_ids)} | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_a_message_that_names_a_pool_goes_by_its_accounts_alone(stack: LiveStack, tenant: httpx.Client) -> None:
    ids = with_accounts(stack, tenant, "in1.pool", "in2.pool", "out.pool")
    pool_id = pooled(tenant, "Sales", ids["in1.pool"], ids["in2.pool"], strategy="round_robin")
    messages = [
        {"to": f"r{number}.pool@example.com", "subject": "Hello", "text": "Hello", "pool_id": pool_id}
        for number in range(12)
    ]
    wrong = {**messages[0], "pool_id": "pool_none"}

    answer = tenant.post("/v1/messages/batch", json={"messages": [*messages, wrong]}).json()["items"]

    assert answer[-1]["error"]["errors"] == [{"field": "pool_id", "message": "There is no such pool"}]
    states = [finished(tenant, item["id"]) for item in answer[:-1]]
    assert {state["account_id"] for state in states} <= {ids["in1.pool"], ids["in2.pool"]}
    assert {(state["status"], state["pool_id"]) for state in states} == {("sent", pool_id)}
    assert len(tenant.get("/v1/messages", params={"pool": pool_id}).json()["items"]) == 12
    assert not [mail for mail in stack.mailbox.all() if mail.mail_from == "out.pool@example.com"]


def test_what_is_in_use_is_deleted_by_force_alone_and_what_waits_says_so(
    stack: LiveStack, tenant: httpx.Client
) -> None:
    [account_id] = with_accounts(stack, tenant, "used.pool").values()
    pool_id = pooled(tenant, "Used", account_id)
    later = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    message_id = send(tenant, pool_id=pool_id, account_id=account_id, send_at=later)

    account, pool = tenant.delete(f"/v1/accounts/{account_id}"), tenant.delete(f"/v1/pools/{pool_id}")

    assert (account.status_code, pool.status_code) == (409, 409)
    assert f"in the pool Used ({pool_id}) and named by 1 waiting message" in account.json()["detail"]
    assert "named by 1 waiting message" in pool.json()["detail"]
    assert tenant.delete(f"/v1/accounts/{account_id}", params={"force": "true"}).status_code == 204
    assert tenant.get(f"/v1/pools/{pool_id}").json()["account_ids"] == []
    assert tenant.get(f"/v1/messages/{message_id}").json()["status"] == "scheduled"
    assert tenant.delete(f"/v1/pools/{pool_id}", params={"force": "true"}).status_code == 204
    assert tenant.get(f"/v1/pools/{pool_id}").status_code == 404


def test_what_waits_for_an_empty_pool_goes_once_that_has_an_account(stack: LiveStack, tenant: httpx.Client) -> None:
    ids = with_accounts(stack, tenant, "gone.pool", "new.pool")
    pool_id = pooled(tenant, "Changing", ids["gone.pool"])
    tenant.delete(f"/v1/accounts/{ids['gone.pool']}", params={"force": "true"})
    message_id = send(tenant, pool_id=pool_id)

    waiting = finished(tenant, message_id)
    tenant.put(f"/v1/pools/{pool_id}", json={"account_ids": [ids["new.pool"]]})

    assert (waiting["reason"], waiting["detail"]) == ("no_account", "The pool Changing has no accounts")
    sent = until(lambda found: found["status"] == "sent", lambda: tenant.get(f"/v1/messages/{message_id}"))
    assert sent["account_id"] == ids["new.pool"]


def test_a_tenant_chooses_how_its_accounts_are_chosen(stack: LiveStack, tenant: httpx.Client) -> None:
    with_accounts(stack, tenant, "a.choice", "b.choice", "c.choice")
    assert tenant.put("/v1/settings", json={"strategy": "sticky"}).json() == {"strategy": "sticky"}

    states = [finished(tenant, send(tenant, to="same.choice@example.com")) for _ in range(4)]

    assert tenant.get("/v1/settings").json() == {"strategy": "sticky"}
    assert len({state["account_id"] for state in states}) == 1
