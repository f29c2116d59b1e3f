"""Notifications on the deployed stack, whose AWS lets each function do only what its role says."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.catcher.mailbox import Caught
from tests.e2e.conftest import LiveStack
from tests.e2e.test_command_line import command_line
from tests.e2e.test_the_way_of_a_mail import until

_LONGEST_SECONDS = 120
_LANGUAGES = {"customer": "de-AT", "partner": None, "staff": "fr"}


class Platform:
    """A tenant with users of three types at a domain that no other test has."""

    def __init__(self, stack: LiveStack, tenant: httpx.Client) -> None:
        self.stack, self.tenant = stack, tenant
        self.domain = f"{uuid4().hex[:10]}.example.com"
        self.key = tenant.headers["Authorization"].split()[1]
        for number in range(3):
            stack.new_account(self.key, f"news{number}@{self.domain}", min_wait_time=0, daily_limit=1000)
        for user_type, locale in _LANGUAGES.items():
            for number in range(4):
                self.put(f"{user_type}{number}", user_type=user_type, locale=locale)
        until(lambda found: len(found["items"]) == 4, lambda: tenant.get("/v1/users", params={"user_type": "staff"}))

    def put(self, user_id: str, **fields: object) -> None:
        body = {"email": f"{user_id}@{self.domain}", "name": user_id.title(), **fields}
        assert self.tenant.put(f"/v1/users/{user_id}", json=body).is_success

    def notify(self, whom: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        answer = self.tenant.post(f"/v1/notifications/{whom}", json=body)
        assert answer.status_code == 202, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def job(self, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.tenant.get(f"/v1/jobs/{job_id}").json()
        return found

    def ended(self, job_id: str, *, queued: int = 0) -> dict[str, Any]:
        """When nobody works on it any more, and no more than these wait."""
        path = f"/v1/jobs/{job_id}"

        def over(found: dict[str, Any]) -> bool:
            return found["status"] in {"done", "cancelled", "failed"} and found["queued"] <= queued

        found: dict[str, Any] = until(over, lambda: self.tenant.get(path), _LONGEST_SECONDS)
        return found

    def mails(self, count: int) -> tuple[Caught, ...]:
        mine = f"@{self.domain}"
        return self.stack.mailbox.wait_for(lambda mail: mail.rcpt_tos[0].endswith(mine), count, _LONGEST_SECONDS)


@pytest.fixture
def platform(stack: LiveStack, tenant: httpx.Client) -> Platform:
    return Platform(stack, tenant)


def test_users_of_three_types_get_a_mail_each_in_their_variant_and_the_count_adds_up(platform: Platform) -> None:
    source = {"name": "outage", "subject": "{{ title }}", "text": "{{ user.name }}, {{ message }} ({{ email_type }})"}
    variants: list[dict[str, str]] = [{}, {"locale": "de", "text": "Hallo {{ name }}: {{ message }}"}]
    for variant in (*variants, {"user_type": "staff", "text": "Internal: {{ message }}"}):
        made = platform.tenant.post("/v1/templates", json=source | variant).json()
        assert platform.tenant.post(f"/v1/templates/{made['id']}/publish", json={}).is_success, made

    job = platform.notify(
        "user-types",
        user_types=["customer", "partner", "staff"],
        subject="Short outage",
        message="we are back at 4.",
        email_type="alert",
        template="outage",
        priority="high",
        metadata={"incident": "17"},
    )
    done = platform.ended(job["id"])
    mails = platform.mails(12)

    assert (job["status"], job["total"]) == ("waiting", None)
    told = {name: done[name] for name in ("status", "total", "accepted", "sent", "failed", "skipped")}
    assert told == {"status": "done", "total": 12, "accepted": 12, "sent": 12, "failed": 0, "skipped": 0}
    texts = {mail.rcpt_tos[0].partition("@")[0]: text_of(mail) for mail in mails}
    assert len(mails) == len(texts) == 12
    assert texts["customer1"] == "Hallo Customer1: we are back at 4."
    assert texts["partner2"] == "Partner2, we are back at 4. (alert)"
    assert texts["staff3"] == "Internal: we are back at 4."
    assert {mail.message["Subject"] for mail in mails} == {"Short outage"}
    listed = platform.tenant.get(f"/v1/jobs/{job['id']}/messages", params={"status": "sent", "limit": 100}).json()
    assert len(listed["items"]) == 12
    message = platform.tenant.get(f"/v1/messages/{listed['items'][0]['message_id']}").json()
    assert message["metadata"] == {"incident": "17", "email_type": "alert", "job_id": job["id"]}
    assert message["priority"] == "high"


def text_of(mail: Caught) -> str:
    body = mail.message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).strip()


def test_unknown_users_are_skipped_with_the_reason_and_a_repeated_request_is_one_job(platform: Platform) -> None:
    body = {"user_ids": ["customer0", "nobody", "staff1", "customer0"], "subject": "Hello", "message": "Read this."}
    key = {"Idempotency-Key": uuid4().hex}

    answers = [platform.tenant.post("/v1/notifications/users", json=body, headers=key) for _ in range(2)]
    job_id = answers[0].json()["id"]
    done = platform.ended(job_id)

    assert [answer.json()["id"] for answer in answers] == [job_id] * 2
    assert (done["total"], done["sent"], done["skipped_by_reason"]) == (3, 2, {"unknown_user": 1})
    skipped = platform.tenant.get(f"/v1/jobs/{job_id}/skipped").json()["items"]
    assert skipped == [{"user_id": "nobody", "reason": "unknown_user"}]
    assert sorted(mail.rcpt_tos[0].partition("@")[0] for mail in platform.mails(2)) == ["customer0", "staff1"]
    assert [job["id"] for job in platform.tenant.get("/v1/jobs").json()["items"]] == [job_id]


def test_what_waits_is_taken_back_and_comes_to_nobody(platform: Platform, stack: LiveStack) -> None:
    held = {"user_types": ["staff", "partner"], "subject": "Held", "message": "x"}
    too_late = platform.tenant.post("/v1/notifications/user-types", json=held | {"send_at": "2999-01-01T00:00:00Z"})
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="seconds")

    job = platform.notify("user-types", **held, send_at=later)
    waiting = platform.ended(job["id"], queued=8)
    cancelled = platform.tenant.post(f"/v1/jobs/{job['id']}/cancel")
    done = until(
        lambda found: found["cancelled"] == 8, lambda: platform.tenant.get(f"/v1/jobs/{job['id']}"), _LONGEST_SECONDS
    )

    assert [error["field"] for error in too_late.json()["errors"]] == ["send_at"]
    assert (waiting["accepted"], waiting["sent"]) == (8, 0)
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelling")
    assert platform.ended(job["id"])["status"] == "cancelled"
    assert done["queued"] == 0
    assert not [mail for mail in stack.mailbox.all() if mail.rcpt_tos[0].endswith(f"@{platform.domain}")]


def test_another_tenants_job_is_as_unknown_as_one_that_never_was(platform: Platform, stack: LiveStack) -> None:
    job = platform.notify("users", user_ids=["staff0"], subject="Hello", message="x")
    platform.ended(job["id"])
    unknown = "job_" + "0" * 26

    with stack.caller(stack.new_tenant("stranger")) as stranger:
        for job_id in (job["id"], unknown):
            assert [
                stranger.get(f"/v1/jobs/{job_id}").status_code,
                stranger.get(f"/v1/jobs/{job_id}/messages").status_code,
                stranger.get(f"/v1/jobs/{job_id}/skipped").status_code,
                stranger.post(f"/v1/jobs/{job_id}/cancel").status_code,
            ] == [404] * 4
        assert stranger.get("/v1/jobs").json()["items"] == []


def test_the_command_line_notifies_and_follows(platform: Platform, stack: LiveStack, tmp_path: Path) -> None:
    postroom = command_line(stack, platform.key, tmp_path)
    file = tmp_path / "ids.txt"
    file.write_text("customer1\n\nnobody\n")

    ended = postroom("notify", "users", "staff2", "--file", str(file), "-s", "Hello", "-m", "Read this.", "--wait")
    by_type = postroom("notify", "user-types", "partner", "-s", "Hello", "-m", "Read this.", "--json").document
    watched = postroom("jobs", "watch", by_type["id"])
    listed = postroom("jobs", "list", "--json").document["items"]

    assert ended.status == 1
    assert "is done for 3 users: 2 sent, 1 skipped" in ended.err
    assert watched.status == 0, watched.err
    assert f"{by_type['id']} is done for 4 users: 4 sent" in watched.out
    assert listed[0]["id"] == by_type["id"]
    assert len(platform.mails(6)) == 6
