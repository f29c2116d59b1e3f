"""A password reset that is asked for while all accounts of its tenant are busy with bulk mail, and booked by it."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e.conftest import LiveStack

APP = "https://app.example.com"
_AT_ONCE = 100
_ASKING = 4


@dataclass(frozen=True, slots=True)
class Overtaking:
    """``ahead``: bulk mails that went between the request and the mail, of ``waiting`` that had not gone."""

    waiting: int
    ahead: int
    seconds: float
    naive: dict[str, Any]
    """The same mail with low priority, asked for a moment before: as it stood when the reset had arrived."""


class Campaign:
    """A tenant with a user, its accounts, and so many mails of low priority on their way."""

    def __init__(
        self, stack: LiveStack, tenant: httpx.Client, pauses: Sequence[float], *, expire_in: timedelta
    ) -> None:
        self._stack, self._tenant = stack, tenant
        self._mark = uuid4().hex[:8]
        self._expires_at = datetime.now(UTC) + expire_in
        key = tenant.headers["Authorization"].split()[1]
        for number, pause in enumerate(pauses):
            email = f"campaign{number}.{self._mark}@example.com"
            stack.new_account(key, email, min_wait_time=pause, daily_limit=100_000)
        assert tenant.put("/v1/settings/mails", json={"origins": [APP]}).is_success
        assert tenant.put("/v1/users/ann", json={"email": self._address("ann"), "name": "Ann"}).is_success

    def begin(self, count: int, priority: str = "low") -> None:
        starts = range(0, count, _AT_ONCE)
        with ThreadPoolExecutor(_ASKING) as pool:
            list(pool.map(lambda start: self._accept(range(start, min(start + _AT_ONCE, count)), priority), starts))

    def wait_for_bulk(self, count: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while self.bulk_sent() < count:
            assert time.monotonic() < deadline, f"{self.bulk_sent()} of {count} bulk mails were sent"
            time.sleep(0.1)

    def bulk_sent(self) -> int:
        return len(self._times("bulk"))

    def ask(self, count: int) -> Overtaking:
        """Asks for the reset, and waits until it has arrived."""
        naive = self._send("naive", "low")
        before, asked = self.bulk_sent(), datetime.now(UTC)
        reset = {"email": self._address("ann"), "base_url": APP}
        answer = self._tenant.post("/v1/emails/password-reset", json=reset)
        assert answer.status_code == 202, answer.text
        [mail] = self._stack.mailbox.wait_for(lambda mail: self._address("ann") in mail.rcpt_tos, seconds=90)
        arrived = datetime.fromisoformat(mail.received_at)
        stood = self._tenant.get(f"/v1/messages/{naive}").json()
        ahead = sum(asked <= moment < arrived for moment in self._times("bulk"))
        return Overtaking(count - before, ahead, (arrived - asked).total_seconds(), stood)

    def _accept(self, numbers: Sequence[int], priority: str) -> None:
        messages = [self._mail(f"bulk{number}", priority) for number in numbers]
        answer = self._tenant.post("/v1/messages/batch", json={"messages": messages})
        assert all("id" in item for item in answer.json()["items"]), answer.text

    def _send(self, name: str, priority: str) -> str:
        return str(self._tenant.post("/v1/messages", json=self._mail(name, priority)).json()["id"])

    def _mail(self, name: str, priority: str) -> dict[str, Any]:
        mail = {"to": self._address(name), "subject": "News", "text": "News", "priority": priority}
        return mail | {"expires_at": self._expires_at.isoformat()}

    def _address(self, name: str) -> str:
        return f"{name}.{self._mark}@example.com"

    def _times(self, name: str) -> list[datetime]:
        return [
            datetime.fromisoformat(mail.received_at)
            for mail in self._stack.mailbox.all()
            if any(to.startswith(name) and self._mark in to for to in mail.rcpt_tos)
        ]
