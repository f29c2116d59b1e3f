"""The mails that were caught, in memory and as files."""

import json
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Caught:
    id: int
    received_at: str
    mail_from: str
    rcpt_tos: tuple[str, ...]
    tls: bool
    username: str | None
    raw: bytes = field(repr=False)

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)


class Mailbox:
    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._mails: list[Caught] = []
        self._count = 0
        self._changed = threading.Condition()
        self._empty_directory()

    def add(self, *, mail_from: str, rcpt_tos: tuple[str, ...], tls: bool, username: str | None, raw: bytes) -> Caught:
        with self._changed:
            self._count += 1
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            mail = Caught(self._count, now, mail_from, rcpt_tos, tls, username, raw)
            self._keep(mail)
            self._mails.append(mail)
            self._changed.notify_all()
        return mail

    def all(self) -> tuple[Caught, ...]:
        with self._changed:
            return tuple(self._mails)

    def clear(self) -> None:
        with self._changed:
            self._mails.clear()
            self._empty_directory()

    def wait_for(self, wanted: Callable[[Caught], bool], count: int = 1, seconds: float = 30) -> tuple[Caught, ...]:
        """The mails that are wanted, as soon as there are ``count``. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                found = tuple(mail for mail in self._mails if wanted(mail))
                if len(found) >= count:
                    return found
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"{len(found)} of {count} mails were caught within {seconds} s")

    def _keep(self, mail: Caught) -> None:
        envelope = {name: value for name, value in asdict(mail).items() if name != "raw"}
        (self._directory / f"{mail.id:06}.json").write_text(json.dumps(envelope, indent=2) + "\n")
        (self._directory / f"{mail.id:06}.eml").write_bytes(mail.raw)

    def _empty_directory(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory.mkdir(parents=True)
