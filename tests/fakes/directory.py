from dataclasses import asdict, replace
from datetime import datetime

from postroom.audit.model import Entries
from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.paging import Page, PageRequest, page_of
from postroom.priorities import Priority
from postroom.tenancy.model import ApiKey, Tenant, is_chief
from postroom.tenancy.ports import Revocation
from tests.fakes.audit import MemoryAuditLog
from tests.fakes.rows import carry_out, holds


class MemoryDirectory:
    def __init__(self) -> None:
        self._tenants: dict[str, Tenant] = {}
        self._keys: dict[tuple[str, str], ApiKey] = {}
        self.log = MemoryAuditLog()

    def add_tenant(self, tenant: Tenant, first_key: ApiKey, entries: Entries = ()) -> None:
        self._tenants[tenant.id] = tenant
        self.add_key(first_key, entries)

    def tenant(self, tenant_id: str) -> Tenant | None:
        return self._tenants.get(tenant_id)

    def tenants(self, request: PageRequest) -> Page[Tenant]:
        found = _behind(sorted(self._tenants), request)
        return page_of([self._tenants[tenant_id] for tenant_id in found], request.limit, lambda tenant: tenant.id)

    def add_key(self, key: ApiKey, entries: Entries = ()) -> None:
        self._keys[key.tenant_id, key.id] = key
        self.log.write(entries)

    def key(self, tenant_id: str, key_id: str) -> ApiKey | None:
        return self._keys.get((tenant_id, key_id))

    def change_key(
        self, tenant_id: str, key_id: str, change: Change, entries: Entries = ()
    ) -> Applied[ApiKey] | Refused[ApiKey]:
        key = self.key(tenant_id, key_id)
        if key is None:
            return Refused(None)
        row = {name: value for name, value in asdict(key).items() if value is not None}
        if not all(holds(row, requirement) for requirement in change.requires):
            return Refused(key)
        for step in change.steps:
            carry_out(row, row, step)
        changed = ApiKey(**row | {"highest_priority": Priority(row["highest_priority"])})
        self._keys[tenant_id, key_id] = changed
        self.log.write(entries)
        return Applied(changed)

    def keys(self, tenant_id: str, request: PageRequest) -> Page[ApiKey]:
        found = _behind(sorted(key_id for owner, key_id in self._keys if owner == tenant_id), request)
        return page_of([self._keys[tenant_id, key_id] for key_id in found], request.limit, lambda key: key.id)

    def revoke(self, tenant_id: str, key_id: str, at: datetime, entries: Entries = ()) -> Revocation:
        key = self.key(tenant_id, key_id)
        if key is None:
            return Revocation.UNKNOWN
        if key.revoked_at is not None:
            return Revocation.REVOKED
        if self._working_chiefs(tenant_id) == [key_id]:
            return Revocation.LAST
        self._keys[tenant_id, key_id] = replace(key, revoked_at=at)
        self.log.write(entries)
        return Revocation.REVOKED

    def _working_chiefs(self, tenant_id: str) -> list[str]:
        return [
            key.id
            for key in self._keys.values()
            if key.tenant_id == tenant_id and is_chief(tenant_id, key.role) and key.revoked_at is None
        ]


def _behind(ids: list[str], request: PageRequest) -> list[str]:
    ordered = ids[::-1] if request.newest_first else ids
    if request.after is None:
        return ordered
    return [each for each in ordered if (each < request.after if request.newest_first else each > request.after)]
