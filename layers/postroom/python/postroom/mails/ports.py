"""What the use cases of these mails need from the outside."""

from collections.abc import Mapping
from typing import Protocol

from postroom.audit.model import Entries
from postroom.mails.model import Kind, MailRequest, MailSettings


class SettingsStore(Protocol):
    def get(self, tenant_id: str) -> MailSettings:
        """As they were last put, or what holds without."""

    def replace(self, tenant_id: str, seen: MailSettings, settings: MailSettings, entries: Entries = ()) -> bool:
        """False when they are not as they were seen any more. ``entries`` are written with it or not at all."""


class CoolDowns(Protocol):
    """``person`` is a hash; counts are milliseconds by the ids of requests."""

    def get(self, tenant_id: str, kind: Kind, person: str) -> Mapping[str, int] | None:
        """As it is now; None when nothing was counted."""

    def replace(
        self, tenant_id: str, kind: Kind, person: str, seen: Mapping[str, int] | None, counted: Mapping[str, int]
    ) -> bool:
        """Whether ``counted`` stands there now. False: it was not as it was ``seen`` any more."""


class Requests(Protocol):
    def put(self, request: MailRequest) -> None:
        """Onto the queue of the worker. Raises Unavailable when it was not taken."""
