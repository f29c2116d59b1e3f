"""A tenant comes with its first admin key: without one nobody could make others."""

from dataclasses import dataclass

from postroom.audit.acting import entries_of
from postroom.ids import Seed
from postroom.tenancy.deeds import tenant_created
from postroom.tenancy.issue_key import IssuedKey, KeyRequest, draw_key
from postroom.tenancy.key_text import TENANT_PREFIX
from postroom.tenancy.model import Role, Tenant
from postroom.tenancy.ports import Directory

_FIRST_KEY = KeyRequest("first admin key", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class CreatedTenant:
    tenant: Tenant
    admin_key: IssuedKey


class CreateTenant:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def __call__(self, name: str, seed: Seed) -> CreatedTenant:
        tenant = Tenant(seed.id(TENANT_PREFIX), name, seed.moment)
        admin_key = draw_key(tenant.id, _FIRST_KEY, seed)
        self._directory.add_tenant(tenant, admin_key.key, entries_of(tenant.id, tenant_created(tenant, admin_key.key)))
        return CreatedTenant(tenant, admin_key)
