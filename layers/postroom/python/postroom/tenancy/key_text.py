"""The text of an API key: ``pr_<tenant>_<key>_<secret>``. The first two find its row, the last one is proof.

A secret has 256 bits of entropy, so one SHA-256 of it is enough: a slow hash protects what people choose and others can
guess, and would only cost time at every request.
"""

import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass, field

from postroom.ids import is_id
from postroom.tenancy.model import PLATFORM_TENANT

TENANT_PREFIX = "ten"
KEY_PREFIX = "key"

_MARK = "pr"
_ALPHABET = string.ascii_letters + string.digits
_SECRET_LENGTH = 43  # of 62 letters: 256 bits


@dataclass(frozen=True, slots=True)
class KeyText:
    tenant_id: str
    key_id: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return "_".join((_MARK, _without_prefix(self.tenant_id), _without_prefix(self.key_id), self.secret))

    @classmethod
    def parse(cls, text: str) -> "KeyText | None":
        match text.split("_"):
            case [mark, tenant, key, secret] if mark == _MARK and _is_secret(secret):
                tenant_id = tenant if tenant == PLATFORM_TENANT else f"{TENANT_PREFIX}_{tenant}"
                found = cls(tenant_id, f"{KEY_PREFIX}_{key}", secret)
                return found if _names_a_row(found) else None
            case _:
                return None


def new_secret() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_SECRET_LENGTH))


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(secret_hash: str, secret: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(secret_hash, hash_secret(secret))


def _is_secret(text: str) -> bool:
    return len(text) == _SECRET_LENGTH and text.isascii() and text.isalnum()


def _names_a_row(text: KeyText) -> bool:
    known_tenant = text.tenant_id == PLATFORM_TENANT or is_id(TENANT_PREFIX, text.tenant_id)
    return known_tenant and is_id(KEY_PREFIX, text.key_id)


def _without_prefix(identifier: str) -> str:
    return identifier.rpartition("_")[2]
