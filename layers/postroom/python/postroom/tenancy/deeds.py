"""What is done to tenants and keys, as the audit log tells it. Of a key never its text, nor the hash of it."""

from datetime import datetime

from postroom.audit.model import Action, Deed
from postroom.tenancy.model import ApiKey, Tenant


def tenant_created(tenant: Tenant, first_key: ApiKey) -> Deed:
    after = {"name": tenant.name, "admin_key_id": first_key.id}
    return Deed(Action.TENANT_CREATED, f"tenant/{tenant.id}", after=after)


def key_issued(key: ApiKey) -> Deed:
    after = {"name": key.name, "role": key.role.value} | ({"user_id": key.user_id} if key.user_id else {})
    return Deed(Action.KEY_ISSUED, _target(key.id), after=after)


def key_revoked(key_id: str, at: datetime) -> Deed:
    return Deed(Action.KEY_REVOKED, _target(key_id), after={"revoked_at": at.isoformat()})


def _target(key_id: str) -> str:
    return f"key/{key_id}"
