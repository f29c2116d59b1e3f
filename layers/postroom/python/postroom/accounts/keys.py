"""The keys of the accounts table. The tenant comes first."""

import hashlib

ACCOUNT_PREFIX = "A#"
_ROLLOVER_SHARDS = 4


def account_key(tenant_id: str, account_id: str) -> tuple[str, str]:
    return tenant_partition(tenant_id), f"{ACCOUNT_PREFIX}{account_id}"


def tenant_partition(tenant_id: str) -> str:
    return f"T#{tenant_id}"


def history_partition(tenant_id: str, account_id: str) -> str:
    return f"T#{tenant_id}#A#{account_id}"


def history_key(tenant_id: str, account_id: str, day: str) -> tuple[str, str]:
    return history_partition(tenant_id, account_id), f"D#{day}"


def event_key(tenant_id: str, account_id: str, event_id: str) -> tuple[str, str]:
    return history_partition(tenant_id, account_id), f"E#{event_id}"


def token_key(tenant_id: str, account_id: str, secret_version: str) -> tuple[str, str]:
    """Of an access token; each consent has a row of its own, which ends by itself."""
    return history_partition(tenant_id, account_id), f"TOKEN#{secret_version}"


def day_of(sort_key: str) -> str:
    return sort_key.removeprefix("D#")


def rollover_shard(tenant_id: str, account_id: str) -> str:
    digest = hashlib.sha256(f"{tenant_id}/{account_id}".encode()).digest()
    return str(digest[0] % _ROLLOVER_SHARDS)


def rollover_shards() -> tuple[str, ...]:
    return tuple(str(shard) for shard in range(_ROLLOVER_SHARDS))


def days_from(first: str) -> tuple[str, str]:
    """The bounds of all days from this one on."""
    return first, "D#~"


def ids_of(partition: str, sort_key: str) -> tuple[str, str]:
    """Tenant and account id of an account's key."""
    return partition.removeprefix("T#"), sort_key.removeprefix(ACCOUNT_PREFIX)
