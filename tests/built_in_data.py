"""Data of the built-in mails: the least of each, and samples with other words and links."""

from collections.abc import Iterator
from typing import Any

LINK = "https://app.example.com/x"
JOB = {"id": "job_1", "name": "Nightly copy", "status": "done"}
LEAST: dict[str, dict[str, Any]] = {
    "compliance_violation": {"result": {"id": "res_1", "policy": "Disks are encrypted", "device": "laptop"}},
    "digest": {"period": "daily", "total": 0, "groups": []},
    "email_verification": {"link": LINK, "hours": 24},
    "notification_address": {"link": LINK, "hours": 24},
    "job_failed": {"job": JOB},
    "job_partial": {"job": JOB},
    "job_success": {"job": JOB},
    "notification": {"message": "All is well."},
    "password_reset": {"link": LINK, "minutes": 60},
    "scheduled_backup_complete": {"job": JOB},
    "test_email": {"account_email": "sales@example.com", "sent_at": "today"},
    "user_invitation": {"inviter_name": "Jonas", "invitee_email": "anna@example.com", "link": LINK, "days": 7},
    "welcome": {"email": "anna@example.com"},
}


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def with_links(data: dict[str, Any], link: str) -> dict[str, Any]:
    """The same with another link in each place of one."""
    return {key: changed(held, None, link, key) for key, held in data.items()}


def with_words(data: dict[str, Any], words: str) -> dict[str, Any]:
    """The same with these words in each place of any, and of a link."""
    return {key: changed(held, words, words, key) for key, held in data.items()}


def long(data: dict[str, Any]) -> dict[str, Any]:
    return {key: changed(held, "Wort" * 50 + " und noch eines", LINK, key) for key, held in data.items()}


def changed(value: object, words: str | None, link: str, key: str = "") -> object:
    if isinstance(value, dict):
        return {inner: changed(held, words, link, inner) for inner, held in value.items()}
    if isinstance(value, list):
        return [changed(held, words, link) for held in value]
    if not isinstance(value, str):
        return value
    if key == "link" or key.endswith("_url"):
        return link
    return value if words is None else words
