"""What the use cases of digests need from the outside."""

from typing import Protocol

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.digests.model import Digest, Item, Plan


class DigestStore(Protocol):
    """Everything is read as it is now. Every write may be repeated by a client that lost the answer to it."""

    def add(self, wanted: Digest, item: Item) -> bool:
        """Puts the item into the digest, which is made when there is none. False when it takes nothing more in.

        True as well when the item is in it already, closed or not: it was taken in when it was open.
        """

    def get(self, tenant_id: str, digest_id: str) -> Digest | None: ...

    def items(self, tenant_id: str, digest_id: str) -> list[Item]:
        """All of them, in the order of events."""

    def change(self, tenant_id: str, digest_id: str, change: Change) -> Applied[Digest] | Refused[Digest]: ...

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        """Stores it, or gives back what was planned before."""

    def planned(self, tenant_id: str, digest_id: str) -> Plan | None: ...

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        """Tenant and id of those whose entry in the due index is no later."""
