from collections.abc import Mapping
from threading import Lock

from postroom.audit.model import Entries
from postroom.errors import Unavailable
from postroom.mails.model import Kind, MailRequest, MailSettings
from tests.fakes.audit import MemoryAuditLog


class MemoryMailSettings:
    def __init__(self) -> None:
        self._settings: dict[str, MailSettings] = {}
        self.log = MemoryAuditLog()

    def get(self, tenant_id: str) -> MailSettings:
        return self._settings.get(tenant_id, MailSettings())

    def put(self, tenant_id: str, settings: MailSettings) -> None:
        """Whatever was there."""
        self._settings[tenant_id] = settings

    def replace(self, tenant_id: str, seen: MailSettings, settings: MailSettings, entries: Entries = ()) -> bool:
        there = self.get(tenant_id)
        if there.revision == seen.revision:
            self._settings[tenant_id] = settings
            self.log.write(entries)
        return there.revision == seen.revision or there == settings


class MemoryCoolDowns:
    def __init__(self) -> None:
        self.counts: dict[tuple[str, Kind, str], Mapping[str, int]] = {}
        self._lock = Lock()

    def get(self, tenant_id: str, kind: Kind, person: str) -> Mapping[str, int] | None:
        return self.counts.get((tenant_id, kind, person))

    def replace(
        self, tenant_id: str, kind: Kind, person: str, seen: Mapping[str, int] | None, counted: Mapping[str, int]
    ) -> bool:
        with self._lock:
            if self.get(tenant_id, kind, person) != seen:
                return False
            self.counts[tenant_id, kind, person] = counted
            return True


class MemoryRequests:
    """``down``: the queue takes nothing."""

    def __init__(self) -> None:
        self.waiting: list[MailRequest] = []
        self.down = False

    def put(self, request: MailRequest) -> None:
        if self.down:
            raise Unavailable
        self.waiting.append(request)


class PlainSealer:
    """A seal that can be looked through."""

    def seal(self, text: str) -> str:
        return f"sealed({text})"

    def unseal(self, sealed: str) -> str:
        return sealed.removeprefix("sealed(").removesuffix(")")
