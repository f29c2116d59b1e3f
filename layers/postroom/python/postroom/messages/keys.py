"""The keys of the messages table. The tenant comes first."""

import hashlib

MESSAGE_SORT_KEY = "M"
CONTENT_SORT_KEY = "C"
_SHARDS = 8
_WAITING = "wait"


def message_key(tenant_id: str, message_id: str) -> tuple[str, str]:
    return f"T#{tenant_id}#M#{message_id}", MESSAGE_SORT_KEY


def content_key(tenant_id: str, message_id: str) -> tuple[str, str]:
    return f"T#{tenant_id}#M#{message_id}", CONTENT_SORT_KEY


def request_key(tenant_id: str, idempotency_key: str) -> tuple[str, str]:
    """Of a request that may be repeated; it lives here for the table's time to live."""
    return f"T#{tenant_id}#I#{idempotency_key}", "I"


def recipient_partition(tenant_id: str, address: str) -> str:
    return f"T#{tenant_id}#R#{address.lower()}"


def status_partition(tenant_id: str, status: str) -> str:
    return f"{tenant_id}#{status}"


def account_partition(tenant_id: str, account_id: str) -> str:
    return f"{tenant_id}#{account_id}"


def ids_of(partition: str) -> tuple[str, str]:
    """Tenant and message id of a message's partition key."""
    _, tenant_id, _, message_id = partition.split("#")
    return tenant_id, message_id


def waiting_shard(message_id: str) -> str:
    """Where the due index keeps what waits for its time."""
    return f"{_WAITING}#{_shard(message_id)}"


def queued_shard(priority: str, message_id: str) -> str:
    """Where the due index keeps what should be on the queue of its priority, in case it is not."""
    return f"{priority}#{_shard(message_id)}"


def waiting_shards() -> tuple[str, ...]:
    return tuple(f"{_WAITING}#{shard}" for shard in range(_SHARDS))


def queued_shards(priority: str) -> tuple[str, ...]:
    return tuple(f"{priority}#{shard}" for shard in range(_SHARDS))


def _shard(message_id: str) -> int:
    return hashlib.sha256(message_id.encode()).digest()[0] % _SHARDS
