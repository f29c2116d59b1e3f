from collections.abc import Callable
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken

from postroom.audit.model import Entries
from postroom.errors import Unsendable
from postroom.pages.model import Links
from tests.fakes.audit import MemoryAuditLog


class MemoryRevocations:
    """``is_there``: whether there is such a user."""

    def __init__(self, is_there: Callable[[str, str], bool] = lambda *_: True) -> None:
        self._revoked: dict[tuple[str, str], datetime] = {}
        self.log = MemoryAuditLog()
        self._is_there = is_there

    def revoked_at(self, tenant_id: str, user_id: str) -> datetime | None:
        return self._revoked.get((tenant_id, user_id))

    def revoke(self, tenant_id: str, user_id: str, at: datetime, entries: Entries = ()) -> bool:
        if not self._is_there(tenant_id, user_id):
            return False
        there = self.revoked_at(tenant_id, user_id)
        if there is None or there < at:
            self._revoked[tenant_id, user_id] = at
            self.log.write(entries)
        return True


class LocalSeal:
    """Seals as a ``Sealer`` does, with a key of its own."""

    def __init__(self) -> None:
        self._key = Fernet(Fernet.generate_key())

    def seal(self, text: str) -> str:
        return self._key.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        try:
            return self._key.decrypt(sealed).decode()
        except InvalidToken as error:
            raise Unsendable from error


def plain_links(tenant_id: str, user_id: str, event_type: str | None) -> Links:
    """Links that say for whom they are."""
    start = f"https://mail.example.org/{tenant_id}/{user_id}"
    return Links(f"{start}/preferences", f"{start}/less/{event_type}" if event_type else "")
