from postroom.errors import NotFound
from postroom.paging import Page, PageRequest
from postroom.tenancy.model import ApiKey, Tenant
from postroom.tenancy.ports import Directory


class LookUp:
    """Tenants and keys as they are shown. Raises NotFound; a stranger's key looks like a missing one."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def tenant(self, tenant_id: str) -> Tenant:
        tenant = self._directory.tenant(tenant_id)
        if tenant is None:
            raise NotFound
        return tenant

    def tenant_name(self, tenant_id: str) -> str | None:
        """None where there is no tenant, as behind the platform's keys."""
        tenant = self._directory.tenant(tenant_id)
        return tenant.name if tenant else None

    def tenants(self, request: PageRequest) -> Page[Tenant]:
        return self._directory.tenants(request)

    def key(self, tenant_id: str, key_id: str) -> ApiKey:
        key = self._directory.key(tenant_id, key_id)
        if key is None:
            raise NotFound
        return key

    def keys(self, tenant_id: str, request: PageRequest) -> Page[ApiKey]:
        return self._directory.keys(tenant_id, request)
