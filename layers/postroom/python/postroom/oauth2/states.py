"""The ``state`` of a consent: it names the tenant, and proves by a random part that this very consent was asked for.

It comes back from outside, where anybody may make one up; only its hash is stored.
"""

import hashlib
import secrets
from dataclasses import dataclass, field

from postroom.ids import is_id

_TENANT = "ten"
_RANDOM_BYTES = 32
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class StateText:
    tenant_id: str
    proof: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.tenant_id}.{self.proof}"

    @property
    def hash(self) -> str:
        return hashlib.sha256(str(self).encode()).hexdigest()

    @classmethod
    def fresh(cls, tenant_id: str) -> "StateText":
        return cls(tenant_id, secrets.token_urlsafe(_RANDOM_BYTES))

    @classmethod
    def parse(cls, text: str) -> "StateText | None":
        tenant_id, dot, proof = text[:_LONGEST].partition(".")
        if not (dot and text.isascii() and is_id(_TENANT, tenant_id)):
            return None
        return cls(tenant_id, proof)
