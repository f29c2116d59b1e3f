"""The demo tenant: a platform key, a tenant, two accounts on the mail catcher and a first mail."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from local.catcher.smtp import PASSWORD, USERNAME
from local.deployment import client
from local.place import Place, aws_environment
from local.platform_key import make_platform_key
from local.trouble import Trouble

_TIMEOUT_SECONDS = 30
_ACCOUNTS = {"hello@demo.example": "Demo", "news@demo.example": "Demo News"}


@dataclass(frozen=True, slots=True)
class Demo:
    platform_key: str
    key: str
    accounts: Mapping[str, str]
    """Account ids by address."""


def make_demo(place: Place, outputs: Mapping[str, str]) -> Demo:
    platform_key = make_platform_key(client("lambda", place), outputs["ApiFunction"], aws_environment(place))
    key = make_tenant(place, platform_key, "Demo")
    accounts = {email: str(make_account(place, key, email, name)["id"]) for email, name in _ACCOUNTS.items()}
    return Demo(platform_key, key, accounts)


def make_tenant(place: Place, platform_key: str, name: str) -> str:
    """The tenant's first admin key."""
    return str(post(place, platform_key, "/v1/tenants", {"name": name})["admin_key"]["key"])


def make_account(place: Place, key: str, email: str, sender_name: str, **changes: object) -> dict[str, Any]:
    """An active account on the mail catcher."""
    account = {
        "email": email,
        "sender_name": sender_name,
        "status": "active",
        "smtp_host": "localhost",
        "smtp_port": place.smtp_port,
        "smtp_use_tls": True,
        "smtp_username": USERNAME,
        "smtp_password": PASSWORD,
    }
    return post(place, key, "/v1/accounts", account | changes)


def send_first_mail(place: Place, demo: Demo, to: str) -> str:
    """From the last account, so that the first one's count is still at nought when somebody tries its limit."""
    *_, account_id = demo.accounts.values()
    mail = {
        "account_id": account_id,
        "to": [to],
        "subject": "It works: your first mail",
        "text": "Hello!\n\nThis mail went through the API, a queue, the sender and a real SMTP conversation.\n",
        "html": (
            "<h1>Hello!</h1>"
            "<p>This mail went through the API, a queue, the sender and a <b>real SMTP conversation</b>.</p>"
        ),
    }
    return str(post(place, demo.key, "/v1/messages", mail)["id"])


def wait_until_sent(place: Place, demo: Demo, message_id: str) -> None:
    """Until the API tells it too: a mail that was caught has only been handed over."""
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    headers = {"Authorization": f"Bearer {demo.key}"}
    while True:
        answer = httpx.get(f"{place.api_url}/v1/messages/{message_id}", headers=headers, timeout=_TIMEOUT_SECONDS)
        if answer.is_success and answer.json()["status"] == "sent":
            return
        if time.monotonic() > deadline:
            raise Trouble(f"The first mail was not sent within {_TIMEOUT_SECONDS} s. The API says: {answer.text}")
        time.sleep(0.2)


def post(place: Place, key: str, path: str, body: Mapping[str, object]) -> dict[str, Any]:
    answer = httpx.post(
        place.api_url + path, json=body, headers={"Authorization": f"Bearer {key}"}, timeout=_TIMEOUT_SECONDS
    )
    if answer.is_error:
        raise Trouble(f"POST {path} was answered with {answer.status_code}: {answer.text}")
    content: dict[str, Any] = answer.json()
    return content
