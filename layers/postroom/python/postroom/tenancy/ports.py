"""What the use cases of tenancy need from the outside."""

from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.paging import Page, PageRequest
from postroom.tenancy.model import ApiKey, Tenant


class Revocation(Enum):
    REVOKED = auto()
    UNKNOWN = auto()
    LAST = auto()


class Directory(Protocol):
    """A write may be repeated with the same id: it is the same thing, made again by a request that was run again.

    ``entries`` are written with it or not at all.
    """

    def add_tenant(self, tenant: Tenant, first_key: ApiKey, entries: Entries = ()) -> None: ...

    def tenant(self, tenant_id: str) -> Tenant | None: ...

    def tenants(self, request: PageRequest) -> Page[Tenant]: ...

    def add_key(self, key: ApiKey, entries: Entries = ()) -> None:
        """Replaces a key with the same id: its first secret never reached anyone."""

    def key(self, tenant_id: str, key_id: str) -> ApiKey | None:
        """As it is now: a revocation is seen by the next read."""

    def change_key(
        self, tenant_id: str, key_id: str, change: Change, entries: Entries = ()
    ) -> Applied[ApiKey] | Refused[ApiKey]: ...

    def keys(self, tenant_id: str, request: PageRequest) -> Page[ApiKey]: ...

    def revoke(self, tenant_id: str, key_id: str, at: datetime, entries: Entries = ()) -> Revocation:
        """LAST, and unchanged, when it is the last working key of the tenant that may make others."""
