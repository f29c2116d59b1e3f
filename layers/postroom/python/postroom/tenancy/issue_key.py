"""A new key, whose text is known to nobody but the one who asked for it."""

from dataclasses import dataclass, field

from postroom.audit.acting import entries_of
from postroom.errors import FieldError, Invalid, NotFound
from postroom.ids import Seed
from postroom.priorities import Priority
from postroom.tenancy.deeds import key_issued
from postroom.tenancy.key_text import KEY_PREFIX, KeyText, hash_secret, new_secret
from postroom.tenancy.model import ApiKey, Role
from postroom.tenancy.ports import Directory


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """The only moment at which the text of a key exists on our side."""

    key: ApiKey
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRequest:
    name: str
    role: Role
    user_id: str | None = None
    requests_per_minute: int | None = None
    highest_priority: Priority = Priority.HIGH


def draw_key(tenant_id: str, wanted: KeyRequest, seed: Seed) -> IssuedKey:
    """Not stored yet. The id comes from the seed; the secret never does, for the seed is kept in clear."""
    text = KeyText(tenant_id, seed.id(KEY_PREFIX), new_secret())
    key = ApiKey(
        tenant_id=tenant_id,
        id=text.key_id,
        name=wanted.name,
        role=wanted.role,
        secret_hash=hash_secret(text.secret),
        created_at=seed.moment,
        user_id=wanted.user_id,
        requests_per_minute=wanted.requests_per_minute,
        highest_priority=wanted.highest_priority,
    )
    return IssuedKey(key, str(text))


class IssueKey:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def __call__(self, tenant_id: str, wanted: KeyRequest, seed: Seed) -> IssuedKey:
        """Raises Invalid for a key that is bound to a user and would count as one that may do more."""
        if wanted.user_id is not None and wanted.role is not Role.VIEWER:
            raise Invalid((FieldError("role", "must be viewer for a key that is bound to a user"),))
        issued = draw_key(tenant_id, wanted, seed)
        self._directory.add_key(issued.key, entries_of(tenant_id, key_issued(issued.key)))
        return issued

    def for_tenant(self, tenant_id: str, wanted: KeyRequest, seed: Seed) -> IssuedKey:
        """For the platform, which may name a tenant that does not exist: raises NotFound, and Invalid as above."""
        if self._directory.tenant(tenant_id) is None:
            raise NotFound
        return self(tenant_id, wanted, seed)
