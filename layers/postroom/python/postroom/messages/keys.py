"""The keys of the messages table. The tenant comes first."""

import hashlib
from collections.abc import Iterable

_SHARDS = 8
"""Of a tenant's messages, and of each part of the due index. A partition takes 1,000 write units a second."""

_WATCH_SHARDS = 2
"""Fewer: one watch stands for many messages."""

_WAITING = "wait"
_WATCH = "watch"
_UNWISHED = "unwished"
_CONTENT_SORT_KEY = "C"


def message_key(tenant_id: str, message_id: str) -> tuple[str, str]:
    return _message_partition(tenant_id, _shard(message_id)), message_id


def message_partitions(tenant_id: str) -> tuple[str, ...]:
    return tuple(_message_partition(tenant_id, shard) for shard in range(_SHARDS))


def content_key(tenant_id: str, name: str) -> tuple[str, str]:
    """Of the content of one message, named by its id, or of a bundle of contents."""
    return f"T#{tenant_id}#C#{name}", _CONTENT_SORT_KEY


def watch_key(tenant_id: str, watch_id: str) -> tuple[str, str]:
    return f"T#{tenant_id}#W", watch_id


def request_key(tenant_id: str, idempotency_key: str, user_id: str | None) -> tuple[str, str]:
    """Of a request that may be repeated; it lives here for the table's time to live."""
    # An idempotency key has no space in it, so that no other one's place is met.
    whose = "" if user_id is None else f" {user_id}"
    return f"T#{tenant_id}#I#{idempotency_key}{whose}", "I"


def runs_partition() -> str:
    """Of what runs by the clock, for nobody in particular; it lives here for the table's time to live."""
    return "T#platform#RUNS"


def run_key(schedule: str) -> tuple[str, str]:
    return runs_partition(), f"RUN#{schedule}"


def job_key(tenant_id: str, job_id: str) -> tuple[str, str]:
    """All jobs of a tenant in one partition, by the time they were made."""
    return f"T#{tenant_id}#J", f"JOB#{job_id}"


def portion_key(tenant_id: str, job_id: str, number: int) -> tuple[str, str]:
    return f"T#{tenant_id}#J#{job_id}", f"PORTION#{number:08}"


def tallies_key(tenant_id: str, job_id: str) -> tuple[str, str]:
    return f"T#{tenant_id}#J#{job_id}", "TALLIES"


def recipient_partition(tenant_id: str, address: str) -> str:
    return f"T#{tenant_id}#R#{address.lower()}"


def status_partition(tenant_id: str, status: str) -> str:
    return f"{tenant_id}#{status}"


def tenant_of(partition: str) -> str:
    return partition.split("#")[1]


def name_of(partition: str) -> str:
    """What a content's partition key calls it."""
    return partition.split("#")[3]


def digest(parts: Iterable[bytes]) -> str:
    """A short name for just these parts: what is stored again has the same one, and anything else another."""
    return hashlib.sha256(b"\n".join(parts)).hexdigest()[:20]


def waiting_shard(message_id: str) -> str:
    """Where the due index keeps what waits for its time."""
    return f"{_WAITING}#{_shard(message_id)}"


def queued_shard(priority: str, message_id: str) -> str:
    """Where the due index keeps what should be on the queue of its priority, in case it is not."""
    return f"{priority}#{_shard(message_id)}"


def watch_shard(priority: str, watch_id: str) -> str:
    """Where the due index keeps what stands for messages that should be on the queue of its priority."""
    return f"{_WATCH}-{priority}#{_shard(watch_id, _WATCH_SHARDS)}"


def unwished_shard(message_id: str) -> str:
    """Where the due index keeps what ended by wishes: what waits for its time must not wait behind it."""
    return f"{_UNWISHED}#{_shard(message_id)}"


def waiting_shards() -> tuple[str, ...]:
    return tuple(f"{_WAITING}#{shard}" for shard in range(_SHARDS))


def queued_shards(priority: str) -> tuple[str, ...]:
    return tuple(f"{priority}#{shard}" for shard in range(_SHARDS))


def watch_shards(priority: str) -> tuple[str, ...]:
    return tuple(f"{_WATCH}-{priority}#{shard}" for shard in range(_WATCH_SHARDS))


def unwished_shards() -> tuple[str, ...]:
    return tuple(f"{_UNWISHED}#{shard}" for shard in range(_SHARDS))


def _message_partition(tenant_id: str, shard: int) -> str:
    return f"T#{tenant_id}#M#{shard}"


def _shard(name: str, shards: int = _SHARDS) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % shards
