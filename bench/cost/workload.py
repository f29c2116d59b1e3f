"""What is sent: mails of about 3 kB with a text and an HTML part, over one account that has been used before."""

import json
from dataclasses import dataclass
from random import Random

from bench.cost.installation import Installation, a_tenant
from bench.cost.peer import PASSWORD, USERNAME
from bench.cost.texts import Text, Write, at_random

_NO_LIMIT = 1_000_000
_ACCEPTED = 202
_CREATED = 201


@dataclass
class Sender:
    """A tenant with an account on a mail server; its texts are those of the seed."""

    installation: Installation
    tenant_id: str
    key: str
    random: Random

    def add_account(self, port: int) -> None:
        account = {
            "email": "news@example.com",
            "status": "active",
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_use_tls": False,
            "smtp_username": USERNAME,
            "smtp_password": PASSWORD,
            "daily_limit": _NO_LIMIT,
            "min_wait_time": 0,
        }
        self._post("/v1/accounts", account, _CREATED)

    def accept_one(self, write: Write = at_random) -> None:
        self._post("/v1/messages", _mail(0, write(self.random)), _ACCEPTED)

    def accept_batch(self, count: int, write: Write, *, one_text: bool = False) -> None:
        """Posts so many in one request: with texts of their own, or with one text for all."""
        common = write(self.random)
        texts = (
            common._replace(subject=write(self.random).subject) if one_text else write(self.random)
            for _ in range(count)
        )
        mails = [_mail(number, text) for number, text in enumerate(texts)]
        self._post("/v1/messages/batch", {"messages": mails}, _ACCEPTED)

    def _post(self, path: str, body: object, status: int) -> None:
        answered, text = self.installation.ask(self.key, "POST", path, body)
        if answered != status:
            raise RuntimeError(f"{path} was answered with {answered}: {text}")
        refused = [item for item in json.loads(text).get("items", ()) if "error" in item]
        if refused:
            raise RuntimeError(f"{len(refused)} were refused: {refused[0]}")


def a_sender(installation: Installation, port: int, seed: int) -> Sender:
    """Warm: its first mail is sent, its password read, its connection open."""
    sender = Sender(installation, *a_tenant(), Random(seed))  # noqa: S311 - the same texts in every run
    sender.add_account(port)
    sender.accept_one()
    installation.send_queued(1)
    installation.forget()
    return sender


def _mail(number: int, text: Text) -> dict[str, object]:
    return {"to": f"reader{number}@example.net", **text._asdict()}
