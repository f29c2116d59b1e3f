"""The lines that the functions really wrote: one mail is followed by its id, and nothing private is in any of them.

Comes after the other tests on the stack, whose lines it reads too.
"""

import json
import re
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

import httpx

from local.catcher.smtp import PASSWORD
from tests.e2e.conftest import LiveStack
from tests.e2e.test_the_way_of_a_mail import finished, send

APP = "https://app.example.com"
SUBJECT = "Canary Kestrel subject"
BODY = "Canary Kestrel body"
PATIENCE_SECONDS = 60

Line = dict[str, Any]


def lines(stack: LiveStack, text: str = "") -> list[Line]:
    """What all functions wrote with this text in it, by time."""
    logs = stack.aws("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    found: list[tuple[int, str]] = []
    for group in groups:
        found += [(event["timestamp"], event["message"]) for event in events(logs, group, text)]
    pieces = [piece for _, message in sorted(found) for piece in message.splitlines() if text in piece]
    return [parsed for piece in pieces if isinstance(parsed := read(piece), dict)]


def events(logs: Any, group: str, text: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a client of boto3
    """All with this text: the local AWS gives the first ten thousand, and no token to go on with."""
    wanted = f'"{text}"' if text else ""
    start, seen = 0, set[tuple[str, int, str]]()
    while True:
        page = logs.filter_log_events(logGroupName=group, startTime=start, filterPattern=wanted)["events"]
        new = {(each["logStreamName"], each["timestamp"], each["message"]): each for each in page}
        if new.keys() <= seen:
            return
        yield from (each for key, each in new.items() if key not in seen)
        seen |= new.keys()
        start = page[-1]["timestamp"]


def read(piece: str) -> object:
    try:
        return json.loads(piece)
    except ValueError:
        return {"text": piece}


def until(stack: LiveStack, text: str, wanted: Callable[[list[Line]], bool]) -> list[Line]:
    end = monotonic() + PATIENCE_SECONDS
    while not wanted(found := lines(stack, text)):
        assert monotonic() < end, found
        sleep(0.5)
    return sorted(found, key=lambda line: str(line.get("timestamp", "")))


def told(found: list[Line]) -> list[str]:
    return [line["message"] for line in found if "message" in line]


def test_a_mail_is_followed_by_its_id_through_the_functions(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "followed@example.com", min_wait_time=0)
    message_id = send(tenant, to="followed.by@example.com", subject=SUBJECT, text=BODY)
    finished(tenant, message_id)

    found = until(stack, message_id, lambda lines: "A message was sent" in told(lines))

    assert told(found) == ["Messages were accepted", "Messages were put on their queue", "A message was sent"]
    accepted, queued, sent = (line for line in found if "message" in line)
    assert accepted["requestId"] == queued["requestId"] != sent["requestId"]
    assert (sent["account_id"], sent["class"]) == (account["id"], "accepted")
    metrics = [line for line in lines(stack, sent["requestId"]) if "_aws" in line]
    assert sum(line.get("Sent", 0) for line in metrics) >= 1
    assert {line["Stage"] for line in metrics} == {"local"}


def test_a_mail_that_had_to_wait_is_followed_too(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "limited@example.com", min_wait_time=0, daily_limit=1)
    first, message_id = send(tenant, to="first.one@example.com"), send(tenant, to="second.one@example.com")
    if finished(tenant, message_id)["status"] == "sent":
        message_id = first  # the queue gave them out the other way round
    until(stack, message_id, lambda lines: "A message was put off" in told(lines))

    tenant.put(f"/v1/accounts/{account['id']}", json={"daily_limit": 5})

    found = until(stack, message_id, lambda lines: "A message was sent" in told(lines))
    put_off = next(line for line in found if line.get("message") == "A message was put off")
    assert put_off["reason"] == "quota"
    said = told(found)
    assert said[:2] == ["Messages were accepted", "Messages were put on their queue"]
    assert said[-2:] == ["Messages were put on their queue", "A message was sent"]


def test_a_request_for_a_mail_has_the_id_of_the_mail_that_comes_of_it(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    stack.new_account(key, "requested@example.com", min_wait_time=0)
    tenant.put("/v1/settings/mails", json={"origins": [APP]})
    tenant.put("/v1/users/kestrel", json={"email": "kestrel.user@example.com", "name": "Kestrel"})

    answer = tenant.post("/v1/emails/welcome", json={"user_id": "kestrel"})

    assert answer.is_success, answer.text
    tenant_id = lines(stack, "A mail was asked for")[-1]["tenant_id"]
    asked = next(line for line in lines(stack, tenant_id) if line.get("message") == "A mail was asked for")
    whole_way = {
        "A mail was asked for",
        "Messages were accepted",
        "Messages were put on their queue",
        "A request was handled",
        "A message was sent",
    }
    until(stack, asked["message_id"], lambda lines: set(told(lines)) == whole_way)


def test_a_log_in_that_is_refused_is_told_without_its_words(stack: LiveStack, tenant: httpx.Client) -> None:
    key = tenant.headers["Authorization"].split()[1]
    account = stack.new_account(key, "wrong@example.com", smtp_password="canary-wrong-password")
    message_id = send(tenant, subject=SUBJECT, text=BODY)

    until(stack, account["id"], lambda lines: "An account met a fault" in told(lines))

    found = until(stack, message_id, lambda lines: "A message was put off" in told(lines))
    assert found[-1]["reason"] in {"account", "no_account"}
    stopped = [line for line in lines(stack, "AccountsStopped") if line.get("AccountsStopped")]
    assert stopped
    tenant.post(f"/v1/messages/{message_id}/cancel")


def test_no_line_has_an_address_a_body_or_a_secret(stack: LiveStack, tenant: httpx.Client) -> None:
    tenant.put("/v1/users/kestrel.id@example.com", json={"email": "kestrel.id@example.com"}).raise_for_status()
    tenant.get("/v1/users", params={"email": "kestrel.id@example.com"}).raise_for_status()
    tenant_id = tenant.get("/v1/me").json()["tenant_id"]
    until(stack, tenant_id, lambda lines: {"/v1/users/{user_id}", "/v1/users"} <= {line.get("route") for line in lines})
    written = [json.dumps(line) for line in lines(stack)]

    assert len(written) > 20
    for private in (SUBJECT, BODY, PASSWORD, "canary-wrong-password", stack.platform_key, "Kestrel", APP):
        assert [line for line in written if private in line] == []
    address, key, token = r"[\w.+-]+@[\w-]+\.\w+", r"\bpr_[a-z0-9]+_[a-z0-9]+_\w{20,}", r"[?&](token|code|state)="
    assert [line for line in written if re.search(f"{address}|{key}|{token}", line)] == []
