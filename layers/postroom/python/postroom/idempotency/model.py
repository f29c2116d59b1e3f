"""What is remembered of a request that carries an Idempotency-Key."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from postroom.errors import FieldError, Invalid
from postroom.ids import Seed

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=60)
"""How long a run may take. Longer than the api function can live, so that two runs never overlap."""

LARGEST_KEPT = 300_000
"""Bytes. DynamoDB's item ends at 400 kB."""

_VISIBLE = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request is remembered. Two tenants may use the same key; it is not the same place.

    Nor is it for two users of a tenant, when the API keys are theirs: each may be answered otherwise.
    """

    tenant_id: str
    key: str
    user_id: str | None = None

    @classmethod
    def named(cls, tenant_id: str, key: str, user_id: str | None = None) -> "Place":
        """Raises Invalid naming the header."""
        if not _VISIBLE.fullmatch(key):
            raise Invalid((FieldError(HEADER, "must have 1 to 255 visible ASCII characters"),))
        return cls(tenant_id, key, user_id)


@dataclass(frozen=True, slots=True)
class Answer:
    """``masked`` says that secrets were taken out before it was kept."""

    status: int
    body: str = field(repr=False)
    masked: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """``claim`` is the token of the run that holds the lease; ``answer`` is there when a run has ended well."""

    fingerprint: str
    seed: Seed = field(repr=False)
    claim: str
    lease_until: datetime
    expires_at: datetime
    answer: Answer | None = None

    @classmethod
    def fresh(cls, fingerprint: str, now: datetime) -> "Record":
        return cls(fingerprint, Seed.fresh(now), secrets.token_hex(16), now + LEASE, now + KEPT)


def fingerprint(method: str, path: str, body: str) -> str:
    return hashlib.sha256(f"{method} {path}\n{body}".encode()).hexdigest()
