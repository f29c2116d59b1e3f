"""The keys of the notifications table: of notices, events, digests and what is throttled. The tenant comes first.

The feature ``notifications`` keeps nothing in it: what it sends to many users are jobs.
"""

import hashlib
from base64 import urlsafe_b64encode

from postroom.notices.model import BETWEEN

_SHARDS = 4
"""Of each part of the due index. A partition takes 1,000 write units a second."""

_LAST_MS = 9_999_999_999_999
"""In the year 2286: more letters would not sort."""

_EVENT = "event"
_DIGEST = "digest"


def notice_partition(tenant_id: str, user_id: str) -> str:
    return f"T#{tenant_id}#U#{user_id}"


def notice_key(tenant_id: str, user_id: str, event_id: str) -> tuple[str, str]:
    """All notices of a user in one partition, by the time of their events."""
    return notice_partition(tenant_id, user_id), event_id


def list_key(tenant_id: str, *values: str) -> str:
    """Of a list of notices that have these values in common.

    Hashed: the row of a notice carries the keys of all the lists that it stands in (``facets``).
    """
    name = "\n".join((tenant_id, *values))
    return urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:12]).decode()


def place(event_id: str, user_id: str) -> str:
    """Of a notice in a list by the time of its event."""
    return f"{event_id}{BETWEEN}{user_id}"


def place_when_sent(sent_ms: int, event_id: str, user_id: str) -> str:
    """Of a notice in a list by the time at which it was sent."""
    return f"{first_sent_at(sent_ms)}{BETWEEN}{place(event_id, user_id)}"


def first_sent_at(sent_ms: int) -> str:
    """Before all places of that moment. One that is too late for its letters is behind all there are."""
    return f"{min(sent_ms, _LAST_MS):013}"


def event_in(place: str) -> str:
    """The id of the event, as far as it is there: in a bound it may not be."""
    return place.partition(BETWEEN)[0] or BETWEEN


def named_by(place: str) -> tuple[str, str]:
    """The user's id and the event's, of either kind of place."""
    *_, event_id, user_id = place.split(BETWEEN)
    return user_id, event_id


def event_key(tenant_id: str, event_id: str) -> tuple[str, str]:
    """All events of a tenant in one partition, by the time they were posted."""
    return f"T#{tenant_id}#E", event_id


def dedupe_key(tenant_id: str, dedupe_key: str) -> tuple[str, str]:
    """Hashed: it may be longer than a key can be."""
    return f"T#{tenant_id}#ONCE#{_hashed(dedupe_key)}", "ONCE"


def throttle_key(tenant_id: str, user_id: str, event_type: str) -> tuple[str, str]:
    return f"T#{tenant_id}#THROTTLE#{user_id}", event_type


def digest_key(tenant_id: str, digest_id: str) -> tuple[str, str]:
    return _digest_partition(tenant_id, digest_id), "DIGEST"


def item_key(tenant_id: str, digest_id: str, event_id: str) -> tuple[str, str]:
    """What is in a digest, beside it."""
    return _digest_partition(tenant_id, digest_id), f"ITEM#{event_id}"


def plan_key(tenant_id: str, digest_id: str) -> tuple[str, str]:
    return _digest_partition(tenant_id, digest_id), "PLAN"


def plan_piece_key(tenant_id: str, digest_id: str, plan_name: str, number: int) -> tuple[str, str]:
    """Of a plan that is too large for one item: what follows the first piece."""
    return _digest_partition(tenant_id, digest_id), f"PLAN#{plan_name}#{number:04}"


def event_shards() -> tuple[str, ...]:
    """Where the due index keeps events that somebody may still have to be told of, in case nobody is at it."""
    return tuple(f"{_EVENT}#{shard}" for shard in range(_SHARDS))


def event_shard(event_id: str) -> str:
    return f"{_EVENT}#{_shard(event_id)}"


def digest_shards() -> tuple[str, ...]:
    return tuple(f"{_DIGEST}#{shard}" for shard in range(_SHARDS))


def digest_shard(digest_id: str) -> str:
    return f"{_DIGEST}#{_shard(digest_id)}"


def digest_of(partition: str) -> str:
    return partition.split("#")[3]


def tenant_of(partition: str) -> str:
    return partition.split("#")[1]


def _digest_partition(tenant_id: str, digest_id: str) -> str:
    return f"T#{tenant_id}#D#{digest_id}"


def _shard(one: str) -> int:
    return hashlib.sha256(one.encode()).digest()[0] % _SHARDS


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
