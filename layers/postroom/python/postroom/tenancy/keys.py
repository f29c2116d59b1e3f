"""The keys of the directory table. The tenant comes first."""

from postroom.tenancy.model import PLATFORM_TENANT

TENANT_PREFIX = "TENANT#"
API_KEY_PREFIX = "KEY#"
POOL_PREFIX = "POOL#"
_CHIEF_KEYS = "CHIEF-KEYS"
_CHOICE = "CHOICE"


def partition(tenant_id: str) -> str:
    return f"T#{tenant_id}"


def tenant_key(tenant_id: str) -> tuple[str, str]:
    """All tenants are in the platform's partition, which alone may list them."""
    return partition(PLATFORM_TENANT), f"{TENANT_PREFIX}{tenant_id}"


def api_key_key(tenant_id: str, key_id: str) -> tuple[str, str]:
    return partition(tenant_id), f"{API_KEY_PREFIX}{key_id}"


def consent_key(tenant_id: str, state_hash: str) -> tuple[str, str]:
    return partition(tenant_id), f"CONSENT#{state_hash}"


def chief_keys_key(tenant_id: str) -> tuple[str, str]:
    return partition(tenant_id), _CHIEF_KEYS


def pool_key(tenant_id: str, pool_id: str) -> tuple[str, str]:
    return partition(tenant_id), f"{POOL_PREFIX}{pool_id}"


def pool_name_key(tenant_id: str, name: str) -> tuple[str, str]:
    """Of the row that makes a name belong to one pool; ``name`` as it is compared."""
    return partition(tenant_id), f"POOL-NAME#{name}"


def choice_key(tenant_id: str) -> tuple[str, str]:
    return partition(tenant_id), _CHOICE
