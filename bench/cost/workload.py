"""What is sent: mails of 3 kB with a text and an HTML part, over one account that has been used before."""

import json
from dataclasses import dataclass
from random import Random

from bench.cost.installation import Installation, a_tenant
from bench.cost.peer import PASSWORD, USERNAME
from local.place import ROOT

_TEXT_BYTES = 1_000
_HTML_BYTES = 2_000
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
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_use_tls": False,
            "smtp_username": USERNAME,
            "smtp_password": PASSWORD,
            "daily_limit": _NO_LIMIT,
            "min_wait_time": 0,
        }
        self._post("/v1/accounts", account, _CREATED)

    def accept_one(self) -> None:
        self._post("/v1/messages", self._mail(0, self._words(_TEXT_BYTES), self._words(_HTML_BYTES)), _ACCEPTED)

    def accept_batch(self, count: int, *, one_text: bool) -> None:
        """Posts so many in one request: with texts of their own, or with one text for all."""
        common = self._words(_TEXT_BYTES), self._words(_HTML_BYTES)
        mails = [
            self._mail(number, *(common if one_text else (self._words(_TEXT_BYTES), self._words(_HTML_BYTES))))
            for number in range(count)
        ]
        self._post("/v1/messages/batch", {"messages": mails}, _ACCEPTED)

    def _mail(self, number: int, text: str, html: str) -> dict[str, object]:
        subject = f"Your weekly report, {self.random.randrange(10**6)}"
        return {"to": f"reader{number}@example.net", "subject": subject, "text": text, "html": f"<p>{html}</p>"}

    def _words(self, size: int) -> str:
        text = ""
        while len(text) < size:
            text += self.random.choice(_WORDS) + " "
        return text[:size]

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


_WORDS = (ROOT / "README.md").read_text().split()
