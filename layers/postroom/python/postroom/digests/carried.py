"""Which events a mail of a digest tells of."""

from dataclasses import dataclass

from postroom.digests.ports import DigestStore


@dataclass(frozen=True, slots=True)
class ReadCarried:
    digests: DigestStore

    def __call__(self, tenant_id: str, digest_id: str, message_id: str) -> list[str]:
        """By their ids, as it was planned. Raises Unavailable."""
        plan = self.digests.planned(tenant_id, digest_id)
        parts = plan.parts if plan else ()
        return [event_id for part in parts if part.message_id == message_id for event_id in part.event_ids]
