"""What is done to tenants and keys, as the audit log tells it. Of a key never its text, nor the hash of it."""

from datetime import datetime

from postroom.audit.model import Action, Deed, View
from postroom.tenancy.model import ApiKey, Tenant


def tenant_created(tenant: Tenant, first_key: ApiKey) -> Deed:
    after = {"name": tenant.name, "admin_key_id": first_key.id}
    return Deed(Action.TENANT_CREATED, f"tenant/{tenant.id}", after=after)


def limits_changed(tenant_id: str, seen: int | None, per_minute: int | None) -> Deed:
    """None: the usual one."""
    before, after = {"requests_per_minute": seen}, {"requests_per_minute": per_minute}
    return Deed.change(Action.TENANT_LIMITS_CHANGED, f"tenant/{tenant_id}", before, after)


def key_issued(key: ApiKey) -> Deed:
    return Deed.change(Action.KEY_ISSUED, _target(key.id), {}, _view(key))


def key_changed(seen: ApiKey, key: ApiKey) -> Deed:
    return Deed.change(Action.KEY_CHANGED, _target(key.id), _view(seen), _view(key))


def key_revoked(key_id: str, at: datetime) -> Deed:
    return Deed(Action.KEY_REVOKED, _target(key_id), after={"revoked_at": at.isoformat()})


def _target(key_id: str) -> str:
    return f"key/{key_id}"


def _view(key: ApiKey) -> View:
    return {
        "name": key.name,
        "role": key.role.value,
        "user_id": key.user_id,
        "requests_per_minute": key.requests_per_minute,
        "highest_priority": key.highest_priority.value,
    }
