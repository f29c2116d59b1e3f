"""From an HTTPS request to a mail that an SMTP server has accepted, on the deployed template."""

import base64
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from local.catcher.mailbox import Caught
from tests.e2e.conftest import LiveStack

MAIL = {"to": "ann@example.com", "subject": "Hello", "text": "Hello, Ann"}


def until(wanted: Callable[[dict[str, Any]], bool], read: Callable[[], httpx.Response], seconds: float = 30) -> Any:  # noqa: ANN401 - JSON
    deadline = time.monotonic() + seconds
    while True:
        found = read().json()
        if wanted(found) or time.monotonic() > deadline:
            assert wanted(found), found
            return found
        time.sleep(0.2)


def finished(tenant: httpx.Client, message_id: str, *, seconds: float = 30) -> dict[str, Any]:
    """The message once it neither waits for a queue nor is being sent."""

    def is_settled(message: dict[str, Any]) -> bool:
        return message["status"] not in {"queued", "sending"} and message["reason"] not in {"pace", "turn"}

    found: dict[str, Any] = until(is_settled, lambda: tenant.get(f"/v1/messages/{message_id}"), seconds)
    return found


def caught_for(stack: LiveStack, recipient: str) -> Callable[[Caught], bool]:
    return lambda mail: recipient in mail.rcpt_tos


def send(tenant: httpx.Client, **changes: object) -> str:
    answer = tenant.post("/v1/messages", json=MAIL | changes)
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] in {"queued", "scheduled"}
    return str(answer.json()["id"])


def test_a_request_becomes_a_mail_with_all_that_was_asked_for(stack: LiveStack, tenant: httpx.Client) -> None:
    account = stack.new_account(tenant.headers["Authorization"].split()[1], "way@example.com", sender_name="Grüße & Co")
    message_id = send(
        tenant,
        to=["Ann Ångström <ann.way@example.com>"],
        cc=["cc.way@example.com"],
        bcc="bcc.way@example.com",
        reply_to="team@example.com",
        subject="Überraschung 🎉",
        text="Zum Lesen",
        html="<p>Zum <b>Sehen</b></p>",
        headers={"X-Campaign": "way"},
        attachments=[
            {"filename": "Größe.txt", "content_type": "text/plain", "content": base64.b64encode(b"\x00data").decode()}
        ],
        metadata={"order": "17"},
        priority="high",
    )

    [mail] = stack.mailbox.wait_for(caught_for(stack, "ann.way@example.com"))
    message = finished(tenant, message_id)

    assert mail.tls
    assert mail.username == "demo"
    assert mail.mail_from == "way@example.com"
    assert set(mail.rcpt_tos) == {"ann.way@example.com", "cc.way@example.com", "bcc.way@example.com"}
    parsed = mail.message
    assert parsed["From"] == "Grüße & Co <way@example.com>"
    assert parsed["To"] == "Ann Ångström <ann.way@example.com>"
    assert parsed["Subject"] == "Überraschung 🎉"
    assert parsed["Reply-To"] == "team@example.com"
    assert parsed["X-Campaign"] == "way"
    assert parsed["Bcc"] is None
    assert b"bcc.way@example.com" not in mail.raw
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert "Zum Lesen" in text.get_content()
    assert "<b>Sehen</b>" in html.get_content()
    [attachment] = parsed.iter_attachments()
    assert attachment.get_filename() == "Größe.txt"
    assert attachment.get_payload(decode=True) == b"\x00data"
    assert message["status"] == "sent"
    assert message["attempts"][0]["reply"].startswith("250 2.0.0 Caught")
    assert message["message_id"] == parsed["Message-ID"]
    assert message["metadata"] == {"order": "17"}
    shown = tenant.get(f"/v1/accounts/{account['id']}").json()
    assert (shown["emails_sent"], shown["remaining"]) == (1, 29)


def test_with_a_limit_of_three_three_of_five_go_and_two_know_when(stack: LiveStack, tenant: httpx.Client) -> None:
    account = stack.new_account(tenant.headers["Authorization"].split()[1], "limit@example.com", min_wait_time=0)
    changed = tenant.put(f"/v1/accounts/{account['id']}", json={"daily_limit": 3})
    assert changed.status_code == 200
    ids = [send(tenant, to=f"r{n}.limit@example.com") for n in range(5)]

    messages = [finished(tenant, message_id) for message_id in ids]

    waiting = [message for message in messages if message["status"] == "deferred"]
    assert sorted(message["status"] for message in messages) == ["deferred"] * 2 + ["sent"] * 3
    midnight = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    for message in waiting:
        assert message["reason"] == "quota"
        assert "limit of 3" in message["detail"]
        assert datetime.fromisoformat(message["next_attempt_at"]) == midnight
    assert len(stack.mailbox.wait_for(lambda mail: mail.mail_from == "limit@example.com", 3)) == 3

    # What waits goes by itself once there is room.
    tenant.put(f"/v1/accounts/{account['id']}", json={"daily_limit": 30})
    for message in waiting:
        until(lambda found: found["status"] == "sent", lambda m=message: tenant.get(f"/v1/messages/{m['id']}"))  # type: ignore[misc]
    assert len(stack.mailbox.wait_for(lambda mail: mail.mail_from == "limit@example.com", 5)) == 5


def test_a_wrong_password_defers_stops_the_account_and_is_nowhere_in_the_logs(
    stack: LiveStack, tenant: httpx.Client
) -> None:
    secret = "Correct-Horse-Battery-9000"
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "wrong@example.com", smtp_password=secret)
    assert secret not in json.dumps(account)
    assert account["smtp_password"] == "********"

    message = finished(tenant, send(tenant, to="never.wrong@example.com"))

    assert message["status"] == "deferred"
    assert message["reason"] == "account"
    assert "535" in message["attempts"][0]["reply"]
    shown = tenant.get(f"/v1/accounts/{account['id']}").json()
    assert shown["status"] == "error"
    assert "535" in shown["last_error"]["message"]

    mended = tenant.put(f"/v1/accounts/{account['id']}", json={"smtp_password": "not-a-secret", "status": "active"})
    assert mended.json()["status"] == "active"
    until(lambda found: found["status"] == "sent", lambda: tenant.get(f"/v1/messages/{message['id']}"))

    log = (stack.place.state / "emulator.log").read_text(errors="replace") + _all_logs(stack)
    encoded = base64.b64encode(f"\0demo\0{secret}".encode()).decode()
    assert secret not in log
    assert encoded not in log
    assert base64.b64encode(secret.encode()).decode() not in log
    assert "never.wrong@example.com" not in _all_logs(stack)


def test_a_host_that_is_not_there_defers_and_says_so(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "nowhere@example.com", smtp_host="127.0.0.1", smtp_port=1)

    message = finished(tenant, send(tenant, to="never.nowhere@example.com"))

    assert message["status"] == "deferred"
    assert message["next_attempt_at"] is not None
    assert message["attempts"][0]["phase"] == "connect"
    assert tenant.get(f"/v1/accounts/{account['id']}").json()["last_error"]["kind"] == "infrastructure"


def test_a_batch_answers_each_message_in_its_place(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], "batch@example.com", min_wait_time=0, daily_limit=900)
    messages: list[dict[str, object]] = [{**MAIL, "to": f"r{n}.batch@example.com"} for n in range(120)]
    messages[7] = {"to": "no address", "subject": "a\r\nBcc: eve@example.com", "typo": 1}

    answer = tenant.post("/v1/messages/batch", json={"messages": messages})

    assert answer.status_code == 202
    items = answer.json()["items"]
    assert len(items) == 120
    assert [n for n, item in enumerate(items) if "error" in item] == [7]
    assert {error["field"] for error in items[7]["error"]["errors"]} == {"to.0", "subject", "typo", "text"}
    caught = stack.mailbox.wait_for(lambda mail: mail.mail_from == "batch@example.com", 119, 60)
    assert len({mail.rcpt_tos for mail in caught}) == 119


def test_a_repeated_request_is_one_mail(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], "once@example.com", min_wait_time=0)
    headers = {"Idempotency-Key": "order-17"}
    mail = MAIL | {"to": "ann.once@example.com"}

    answers = [tenant.post("/v1/messages", json=mail, headers=headers) for _ in range(5)]
    other = tenant.post("/v1/messages", json=mail | {"subject": "Another"}, headers=headers)

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert other.status_code == 422
    finished(tenant, answers[0].json()["id"])
    assert len(stack.mailbox.wait_for(caught_for(stack, "ann.once@example.com"))) == 1


@pytest.mark.parametrize("count", [24, pytest.param(100, marks=pytest.mark.long)])
def test_many_identical_requests_side_by_side_are_one_mail(stack: LiveStack, tenant: httpx.Client, count: int) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], f"hundred{count}@example.com", min_wait_time=0)
    headers = {"Idempotency-Key": "order-18"}
    mail = MAIL | {"to": f"ann.hundred{count}@example.com"}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: tenant.post("/v1/messages", json=mail, headers=headers), range(count)))

    accepted = [answer.json()["id"] for answer in answers if answer.status_code == 202]
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len(set(accepted)) == 1
    finished(tenant, accepted[0])
    assert len(tenant.get("/v1/messages").json()["items"]) == 1
    assert len(stack.mailbox.wait_for(caught_for(stack, f"ann.hundred{count}@example.com"))) == 1


def test_a_mail_too_large_for_a_row_goes_through_the_bucket(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], "large@example.com", min_wait_time=0)
    data = bytes(range(256)) * 8000  # 2 MB, and random enough after base64 not to shrink into a row
    noise = base64.b64encode(bytes((n * 7919 + n // 3) % 256 for n in range(1_500_000))).decode()

    message_id = send(
        tenant,
        to="ann.large@example.com",
        attachments=[
            {"filename": "data.bin", "content": base64.b64encode(data).decode()},
            {"filename": "noise.bin", "content": noise},
        ],
    )

    [mail] = stack.mailbox.wait_for(caught_for(stack, "ann.large@example.com"), seconds=60)
    assert next(mail.message.iter_attachments()).get_payload(decode=True) == data
    assert finished(tenant, message_id)["status"] == "sent"


def test_a_message_for_later_goes_when_due_runs_at_its_time(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], "later@example.com", min_wait_time=0)
    soon = datetime.now(UTC) + timedelta(seconds=4)

    message_id = send(tenant, to="ann.later@example.com", send_at=soon.isoformat())
    waiting = tenant.get(f"/v1/messages/{message_id}").json()
    _invoke(stack, "DueFunction")

    assert waiting["status"] == "scheduled"
    assert waiting["reason"] == "scheduled"
    [mail] = stack.mailbox.wait_for(caught_for(stack, "ann.later@example.com"), seconds=60)
    assert datetime.fromisoformat(mail.received_at) >= soon - timedelta(seconds=0.5)


def test_a_cancelled_message_does_not_go(stack: LiveStack, tenant: httpx.Client) -> None:
    stack.new_account(tenant.headers["Authorization"].split()[1], "cancel@example.com", min_wait_time=0)
    message_id = send(tenant, to="ann.cancel@example.com", send_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())

    cancelled = tenant.post(f"/v1/messages/{message_id}/cancel")
    again = tenant.post(f"/v1/messages/{message_id}/cancel")
    sent = finished(tenant, send(tenant, to="other.cancel@example.com"))
    too_late = tenant.post(f"/v1/messages/{sent['id']}/cancel")

    assert cancelled.json()["status"] == "cancelled"
    assert again.status_code == 200
    assert too_late.status_code == 409
    assert not any("ann.cancel@example.com" in mail.rcpt_tos for mail in stack.mailbox.all())


def test_the_daily_reset_runs_and_a_reset_by_hand_gives_room(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "reset@example.com", min_wait_time=0, daily_limit=1)
    first, second = (send(tenant, to=f"{n}.reset@example.com") for n in range(2))
    states = {finished(tenant, message_id)["status"] for message_id in (first, second)}

    assert states == {"sent", "deferred"}
    assert "accounts" in _invoke(stack, "DailyResetFunction")
    reset = tenant.post(f"/v1/accounts/{account['id']}/reset").json()
    for message_id in (first, second):
        until(lambda found: found["status"] == "sent", lambda m=message_id: tenant.get(f"/v1/messages/{m}"))  # type: ignore[misc]
    usage = until(
        lambda found: found["items"][0]["sent"] == 2,  # When the lot is settled, a moment after its mail was sent.
        lambda: tenant.get(f"/v1/accounts/{account['id']}/usage", params={"days": 3}),
    )
    health = tenant.get(f"/v1/accounts/{account['id']}/health").json()

    assert (reset["emails_sent"], reset["remaining"]) == (0, 1)
    assert [(day["used"], day["sent"], day["failed"]) for day in usage["items"]] == [(2, 2, 0), (0, 0, 0), (0, 0, 0)]
    assert (health["circuit"], health["consecutive_faults"], health["last_error"]) == ("closed", 0, None)
    assert health["last_success"] is not None
    assert health["logins"] >= 1


def test_the_list_finds_messages_by_each_filter(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "list@example.com", min_wait_time=0)
    ids = [send(tenant, to=f"r{n}.list@example.com") for n in range(3)]
    for message_id in ids:
        finished(tenant, message_id)
    today = datetime.now(UTC).date().isoformat()

    def found(**filters: str) -> list[str]:
        answer = tenant.get("/v1/messages", params=filters)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert found() == ids[::-1]
    assert found(order="created_at") == ids
    assert found(status="sent", account=account["id"], recipient="r1.list@example.com") == [ids[1]]
    assert found(status="failed") == []
    assert found(**{"from": today, "to": today}) == ids[::-1]
    assert found(to="2020-01-01") == []
    first = tenant.get("/v1/messages", params={"limit": 2}).json()
    second = tenant.get("/v1/messages", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


def _invoke(stack: LiveStack, function: str) -> Any:  # noqa: ANN401 - JSON
    answer = stack.aws("lambda").invoke(FunctionName=stack.outputs[function], Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    return json.loads(answer["Payload"].read())


def _all_logs(stack: LiveStack) -> str:
    logs = stack.aws("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    events = [event for group in groups for event in logs.filter_log_events(logGroupName=group)["events"]]
    return "\n".join(event["message"] for event in events)
