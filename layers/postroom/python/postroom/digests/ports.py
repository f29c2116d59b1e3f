"""What the use cases of digests need from the outside."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from postroom.change import Change
from postroom.conditional import Applied, Refused
from postroom.digests.model import Digest, Plan
from postroom.events.model import Event

FindEvents = Callable[[str, Sequence[str]], Mapping[str, Event]]
"""Of a tenant's events of these ids, those that are there."""


class DigestStore(Protocol):
    """Everything is read as it is now. Every write may be repeated by a client that lost the answer to it."""

    def add(self, wanted: Digest, event_id: str) -> bool:
        """Puts the event into the digest, which is made when there is none. False when it takes nothing more in.

        True as well when the event is in it already, closed or not: it was taken in when it was open.
        """

    def add_all(self, wanted: Digest, event_ids: Sequence[str]) -> set[str]:
        """The same with many: which of these events are in it then. What is in it already is not written again."""

    def get(self, tenant_id: str, digest_id: str) -> Digest | None: ...

    def event_ids(self, tenant_id: str, digest_id: str) -> list[str]:
        """Of all that is in it, in their order."""

    def change(self, tenant_id: str, digest_id: str, change: Change) -> Applied[Digest] | Refused[Digest]: ...

    def plan(self, digest: Digest, plan: Plan) -> Plan:
        """Stores it, or gives back what was planned before."""

    def planned(self, tenant_id: str, digest_id: str) -> Plan | None: ...

    def due(self, until_ms: int, limit: int) -> list[tuple[str, str]]:
        """Tenant and id of those whose entry in the due index is no later, so many of each shard at most."""
