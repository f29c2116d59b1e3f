"""Tenants with something of every kind, for what is tried on all of it."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx

from postroom.reference.ids import example_of
from postroom.web.examples import example_id
from tests.e2e.conftest import LiveStack

APP = "https://app.example.com"
TEMPLATE = {"subject": "Hello", "text": "Hello {{ name }}"}


_PATIENCE_SECONDS = 90
NOTICE = {"subject": "Maintenance", "message": "We are back at six."}


@dataclass(frozen=True, slots=True)
class Tenant:
    """One with something of every kind, by which it is found: ``things`` has ids by kind."""

    caller: httpx.Client
    things: dict[str, str]

    def state(self) -> dict[str, Any]:
        """All that it has, as it sees it."""
        paths = [
            f"/v1/accounts/{self.things['account']}",
            f"/v1/accounts/{self.things['account']}/events",
            f"/v1/messages/{self.things['message']}",
            f"/v1/pools/{self.things['pool']}",
            f"/v1/templates/{self.things['template']}",
            f"/v1/templates/{self.things['template']}/versions",
            f"/v1/users/{self.things['user']}",
            f"/v1/users/imports/{self.things['import']}",
            f"/v1/keys/{self.things['key']}",
            f"/v1/jobs/{self.things['job']}/messages",
            f"/v1/events/{self.things['event']}",
            *("/v1/accounts", "/v1/messages", "/v1/pools", "/v1/templates", "/v1/users", "/v1/keys"),
            *("/v1/event-types", f"/v1/preferences/{self.things['preference']}", "/v1/settings/preferences"),
            *("/v1/branding", "/v1/settings", "/v1/settings/mails"),
        ]
        return {path: self.caller.get(path).raise_for_status().json() for path in paths}


class Makers:
    """Makes a tenant with something of every kind."""

    def __init__(self, stack: LiveStack, name: str) -> None:
        self._stack, self._name = stack, name
        self._key = stack.new_tenant(name)
        self._caller = stack.caller(self._key)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._caller.close()

    def tenant(self) -> Tenant:
        self._made("PUT", "/v1/settings/mails", {"origins": [APP]})
        things: dict[str, str] = {}
        for kind, make in self._makers().items():
            things[kind] = make(things)
        return Tenant(self._caller, things)

    def _makers(self) -> dict[str, Any]:
        return {
            "account": lambda _: self._stack.new_account(self._key, f"{self._name}@example.com")["id"],
            "target": lambda made: f"account/{made['account']}",
            "pool": lambda made: self._id("/v1/pools", {"name": self._name, "account_ids": [made["account"]]}),
            "user": lambda _: self._user(),
            "template": lambda _: self._template(),
            "event_type": lambda _: self._event_type(),
            "preference": lambda made: self._id("/v1/preferences", {"user": made["user"], "event_type": "job_success"}),
            "template_name": lambda _: f"of-{self._name}",
            "import": lambda _: self._id("/v1/users/imports", {"format": "csv"}),
            "key": lambda _: self._id("/v1/keys", {"name": "another", "role": "viewer"}),
            "token": lambda _: self._token(),
            "job": lambda made: self._job(made["user"]),
            "event": lambda made: self._event(made["event_type"]),
            "message": lambda made: self._message(made["account"]),
        }

    def _user(self) -> str:
        user_id = f"user-of-{self._name}"
        user = {"email": f"user@{self._name}.example.com", "name": "Ann", "user_type": "customer"}
        self._made("PUT", f"/v1/users/{user_id}", user)
        return user_id

    def _template(self) -> str:
        template_id = self._id("/v1/templates", {**TEMPLATE, "name": f"of-{self._name}"})
        self._made("POST", f"/v1/templates/{template_id}/publish", {})
        return template_id

    def _event_type(self) -> str:
        name = f"event_of_{self._name}".replace("-", "_")
        self._made("PUT", f"/v1/event-types/{name}", {"nature": "news", "template": "notification"})
        return name

    def _message(self, account_id: str) -> str:
        mail = {"to": f"user@{self._name}.example.com", "subject": "Hello", "text": "Hello", "account_id": account_id}
        return self._id("/v1/messages", mail | {"send_at": _in_two_days()})

    def _job(self, user_id: str) -> str:
        """One that is done, so that nothing more comes of it by itself."""
        wanted = NOTICE | {"user_ids": [user_id], "send_at": _in_two_days()}
        job_id = self._id("/v1/notifications/users", wanted)
        end = time.monotonic() + _PATIENCE_SECONDS
        while self._caller.get(f"/v1/jobs/{job_id}").json()["status"] != "done":
            assert time.monotonic() < end, "The job is not done"
            time.sleep(0.2)
        return job_id

    def _event(self, event_type: str) -> str:
        """One that is done, and that nobody has asked to hear of."""
        event_id = self._id("/v1/events", {"event_type": event_type})
        end = time.monotonic() + _PATIENCE_SECONDS
        while self._caller.get(f"/v1/events/{event_id}").json()["status"] != "done":
            assert time.monotonic() < end, "The event is not done"
            time.sleep(0.2)
        return event_id

    def _token(self) -> str:
        """Of a verification mail that was sent."""
        address = f"user@{self._name}.example.com"
        self._made("POST", "/v1/emails/verification", {"user_id": f"user-of-{self._name}", "base_url": APP})
        [mail] = self._stack.mailbox.wait_for(lambda caught: address in caught.rcpt_tos)
        text = "".join(part.get_content() for part in mail.message.walk() if part.get_content_maintype() == "text")
        return str(re.findall(r"\?token=([A-Za-z0-9_-]+)", text)[0])

    def _id(self, path: str, body: dict[str, Any]) -> str:
        return str(self._made("POST", path, body)["id"])

    def _made(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._caller.request(method, path, json=body)
        assert answer.is_success, (path, answer.text)
        made: dict[str, Any] = answer.json()
        return made


def with_ids_of(tenant: Tenant) -> Callable[[Any], Any]:
    """Puts a tenant's own ids in the place of those of the examples."""
    prefixes = {
        "account": "acc",
        "pool": "pool",
        "message": "msg",
        "template": "tpl",
        "import": "imp",
        "key": "key",
        "job": "job",
        "event": "evt",
    }

    def own(value: Any) -> Any:  # noqa: ANN401 - JSON
        text = json.dumps(value)
        for kind, prefix in prefixes.items():
            text = text.replace(example_id(prefix), tenant.things[kind])
        return json.loads(text.replace(example_of("preference_id"), tenant.things["preference"]))

    return own


def _in_two_days() -> str:
    return (datetime.now(UTC) + timedelta(days=2)).isoformat()
