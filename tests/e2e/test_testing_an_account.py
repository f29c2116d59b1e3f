"""An owner tests an account on the deployed stack, with the api function's own rights."""

from collections.abc import Callable

import httpx
import pytest

from local.catcher.mailbox import Caught
from local.catcher.smtp import PASSWORD, USERNAME
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import finished, send, until


def key_of(tenant: httpx.Client) -> str:
    return tenant.headers["Authorization"].split()[1]


def is_for(recipient: str) -> Callable[[Caught], bool]:
    return lambda mail: recipient in mail.rcpt_tos


def test_a_new_account_waits_for_its_test_and_its_mail_with_it(stack: LiveStack, tenant: httpx.Client) -> None:
    account = {
        "email": "new.probe@example.com",
        "smtp_host": "localhost",
        "smtp_port": stack.place.smtp_port,
        "smtp_use_tls": True,
        "smtp_username": USERNAME,
        "smtp_password": PASSWORD,
    }
    given = tenant.post("/v1/accounts", json=account).json()
    path = f"/v1/accounts/{given['id']}"
    message_id = send(tenant, to="first.probe@example.com")
    waiting = until(lambda m: m["status"] == "deferred", lambda: tenant.get(f"/v1/messages/{message_id}"))
    refused = tenant.post(f"{path}/test-email", json={"recipient_email": "early.probe@example.com"})

    report = tenant.post(f"{path}/test-connection")

    assert given["status"] == "pending"
    assert (waiting["reason"], waiting["detail"]) == (
        "account",
        "new.probe@example.com is pending until its connection has been tested",
    )
    assert refused.status_code == 409
    assert f"{path}/test-connection" in refused.json()["detail"]
    assert report.status_code == 200
    assert report.json()["success"], report.text
    steps = {step["name"]: step for step in report.json()["steps"]}
    assert list(steps) == ["dns", "tcp", "greeting", "starttls", "tls", "ehlo", "auth"]
    assert all(step["ok"] for step in steps.values())
    assert "localhost" in steps["tls"]["certificate"]["names"]
    assert "PLAIN" in steps["ehlo"]["mechanisms"]
    assert tenant.get(path).json()["status"] == "active"
    assert finished(tenant, message_id)["status"] == "sent"
    assert [event["kind"] for event in tenant.get(f"{path}/events").json()["items"]] == ["proven"]


def test_a_wrong_password_is_told_with_its_remedy_and_mended(stack: LiveStack, tenant: httpx.Client) -> None:
    given = stack.new_account(key_of(tenant), "wrong.probe@example.com", status="pending", smtp_password="pa55-wrong")
    path = f"/v1/accounts/{given['id']}"

    report = tenant.post(f"{path}/test-connection")
    again = tenant.post(f"{path}/test-connection").json()
    tenant.put(path, json={"smtp_password": PASSWORD})
    mended = tenant.post(f"{path}/test-connection").json()

    [fault] = [step for step in report.json()["steps"] if step["ok"] is False]
    assert (fault["name"], fault["cause"]) == ("auth", "wrong_password")
    assert fault["remedy"] in report.json()["message"]
    assert "pa55-wrong" not in report.text
    assert not again["tested"]
    assert (mended["success"], mended["account_status"]) == (True, "active")


def test_tls_and_port_that_do_not_fit_are_told_apart(stack: LiveStack, tenant: httpx.Client) -> None:
    given = stack.new_account(
        key_of(tenant), "tls.probe@example.com", status="pending", smtp_use_tls=False, smtp_use_ssl=True
    )

    report = tenant.post(f"/v1/accounts/{given['id']}/test-connection").json()

    [fault] = [step for step in report["steps"] if step["ok"] is False]
    assert (fault["name"], fault["cause"]) == ("tls", "tls_on_starttls_port")


def test_all_active_accounts_are_tested_in_pages(stack: LiveStack, tenant: httpx.Client) -> None:
    key = key_of(tenant)
    good = [stack.new_account(key, f"all{number}.probe@example.com") for number in range(3)]
    dead = stack.new_account(key, "dead.probe@example.com", smtp_host="127.0.0.1", smtp_port=1)
    stack.new_account(key, "off.probe@example.com", status="inactive")

    first = tenant.post("/v1/accounts/test-connections", params={"limit": 3}).json()
    second = tenant.post("/v1/accounts/test-connections", params={"limit": 3, "cursor": first["next_cursor"]}).json()

    found = {item["account_id"]: item["success"] for item in first["items"] + second["items"]}
    assert found == {account["id"]: True for account in good} | {dead["id"]: False}
    assert second["next_cursor"] is None


def test_a_test_mail_arrives_once_however_often_it_is_asked_for(stack: LiveStack, tenant: httpx.Client) -> None:
    given = stack.new_account(key_of(tenant), "mail.probe@example.com")
    asked = {"recipient_email": "arrives.probe@example.com"}

    answers = [
        tenant.post(f"/v1/accounts/{given['id']}/test-email", json=asked, headers={"Idempotency-Key": "probe"})
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert len({answer.json()["id"] for answer in answers}) == 1
    message = finished(tenant, answers[0].json()["id"])
    assert (message["status"], message["priority"]) == ("sent", "high")
    [mail] = stack.mailbox.wait_for(is_for("arrives.probe@example.com"))
    assert mail.message["Subject"] == "Test mail from mail.probe@example.com"
    assert [part.get_content_type() for part in mail.message.walk()][1:] == ["text/plain", "text/html"]
    assert tenant.get(f"/v1/accounts/{given['id']}").json()["emails_sent"] == 1


@pytest.mark.parametrize("what", ["test-connection", "test-email"])
def test_a_strangers_account_is_answered_as_one_that_is_not_there(
    stack: LiveStack, tenant: httpx.Client, what: str
) -> None:
    given = stack.new_account(key_of(tenant), "mine.probe@example.com")
    body = {"recipient_email": "ann@example.com"} if what == "test-email" else None

    with stack.caller(stack.new_tenant("stranger.probe")) as stranger:
        theirs = stranger.post(f"/v1/accounts/{given['id']}/{what}", json=body)
        missing = stranger.post(f"/v1/accounts/acc_00000000000000000000000000/{what}", json=body)

    assert theirs.status_code == missing.status_code == 404
    assert {**theirs.json(), "request_id": ""} == {**missing.json(), "request_id": ""}
