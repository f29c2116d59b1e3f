"""A tenant on a bare AWS, with the API of the product in this process."""

import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postroom.bootstrap.api import build_api
from postroom.bootstrap.sender import build_sender
from postroom.clock import system_clock
from postroom.delivery.deadline import Deadline
from postroom.ids import new_id
from postroom.messages.ports import Ticket
from postroom.settings import read_settings
from postroom.tenancy.model import Caller, Role
from postroom.web.api import Api
from tests.fakes.http import authorised, request, send
from tests.faults.checker import Parcel
from tests.faults.smtp_server import AcceptedMail

ANSWER_SECONDS = 0.005
"""How long a server that is near takes for an answer. In that time a sender can be killed, or be overtaken."""

_BATCH = 250
_NO_LIMIT = 1_000_000
_firsts = itertools.count()


@dataclass(frozen=True)
class Tenant:
    id: str
    api: Api

    def post(self, path: str, body: object, status: int) -> Any:  # noqa: ANN401 - JSON
        return self.call("POST", path, body, status)

    def call(self, method: str, path: str, body: object, status: int) -> Any:  # noqa: ANN401 - JSON
        answer = send(self.api, authorised(request(method, path, body), Caller(self.id, "key", Role.ADMIN)))
        assert answer.status == status, answer.text
        return answer.json

    def add_account(self, port: int, **changes: object) -> str:
        """An account on a server of this machine, without TLS and credentials, and in effect without limits."""
        account = {
            "email": "sales@example.com",
            "status": "active",
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "daily_limit": _NO_LIMIT,
            "min_wait_time": 0,
            "max_connections": 100,
        }
        return str(self.post("/v1/accounts", account | changes, 201)["id"])

    def accept(self, count: int, **changes: object) -> list[Parcel]:
        """Posts so many messages, each to a recipient of its own, and gives back what the API has accepted."""
        parcels: list[Parcel] = []
        for start in range(0, count, _BATCH):
            recipients = [f"r{number}@example.net" for number in range(start, min(start + _BATCH, count))]
            parcels += self._accept(recipients, changes)
        return parcels

    def prove(self, account_id: str) -> list[Parcel]:
        """Sends one mail, here and now: an account that is new or was changed gets one at a time until one is sent."""
        parcels = self._accept([f"first{next(_firsts)}@example.net"], {"account_id": account_id})
        self.send(parcels)
        return parcels

    def send(self, parcels: Sequence[Parcel], seconds: float = 30) -> set[Ticket]:
        """Hands messages to a sender in this process; those that the queue would have to hand out again."""
        sender = build_sender(read_settings(os.environ))
        try:
            return sender([Ticket(self.id, message_id) for message_id, _ in parcels], Deadline.after(seconds))
        finally:
            for _, session in sender.send_lot.connections._keeper._kept.values():
                session.close()

    def _accept(self, recipients: Sequence[str], changes: dict[str, object]) -> list[Parcel]:
        messages = [{"to": to, "subject": "Hello", "text": "Hello", **changes} for to in recipients]
        items = self.post("/v1/messages/batch", {"messages": messages}, 202)["items"]
        return [(item["id"], to) for item, to in zip(items, recipients, strict=True) if "id" in item]


def a_tenant(tenant_id: str | None = None) -> Tenant:
    """A new one, or one that is there, with the API of this process's settings."""
    return Tenant(tenant_id or new_id("ten", system_clock()), build_api(read_settings(os.environ)))


def parcels_of(mails: Sequence[AcceptedMail]) -> list[Parcel]:
    """What a server has noted, as the checker wants it: by the ids that its mails really carried."""
    return [(mail.message_id.partition("@")[0], recipient) for mail in mails for recipient in mail.recipients]
