"""What may be wrong with the keys of a tenant, or of the platform."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.system.configuration.model import Area, Check, Finding, warning
from postroom.tenancy.model import ApiKey, is_chief

OLD = timedelta(days=365)
"""NIST SP 800-57 gives keys that authenticate one to two years."""

_MANY = 50


@dataclass(frozen=True, slots=True)
class Keys:
    all: tuple[ApiKey, ...]
    now: datetime

    @property
    def working(self) -> list[ApiKey]:
        return [key for key in self.all if key.revoked_at is None]


def single_chief(keys: Keys) -> Iterator[Finding]:
    chiefs = [key for key in keys.working if is_chief(key.tenant_id, key.role)]
    if len(chiefs) == 1:
        found = f"is the only working key with the role {chiefs[0].role}: who loses it can make no other"
        yield warning(chiefs[0].name, found, "Issue a second one, and keep it somewhere else")


def old(keys: Keys) -> Iterator[Finding]:
    for key in keys.working:
        if keys.now - key.created_at > OLD:
            found = f"has been in use since {key.created_at:%Y-%m-%d}: who may have seen it since?"
            yield warning(key.name, found, "Issue a new one, put it in its place, and revoke this one")


def many(keys: Keys) -> Iterator[Finding]:
    if len(keys.working) > _MANY:
        found = f"{len(keys.working)} work: nobody can tell who has them all"
        yield warning("keys", found, "Revoke those that nobody needs: DELETE /v1/keys/{id}")


CHECKS: tuple[Check[Keys], ...] = (
    Check("keys_second", Area.KEYS, "More than one can make others", single_chief),
    Check("keys_old", Area.KEYS, f"None is older than {OLD.days} days", old),
    Check("keys_many", Area.KEYS, "They are few enough to know", many),
)
