"""The JSON of the audit log."""

from datetime import datetime
from typing import Any

from postroom.audit.model import Action, Actor, Entry
from postroom.tenancy.model import PLATFORM_TENANT
from postroom.web.body import ResponseBody


class ActorAnswer(ResponseBody):
    """``tenant_id`` null: it was the platform.

    ``key_id`` null: somebody with the keys of the AWS account or, in the role ``preference_link``, a user by a link.
    """

    tenant_id: str | None
    key_id: str | None
    role: str
    user_id: str | None
    source_ip: str | None
    user_agent: str | None
    request_id: str

    @classmethod
    def of(cls, actor: Actor) -> "ActorAnswer":
        return cls(
            tenant_id=None if actor.tenant_id == PLATFORM_TENANT else actor.tenant_id,
            key_id=actor.key_id or None,
            role=actor.role,
            user_id=actor.user_id,
            source_ip=actor.source_ip,
            user_agent=actor.user_agent,
            request_id=actor.request_id,
        )


class EntryAnswer(ResponseBody):
    """``before`` and ``after``: the fields that are different; a long value is cut, with its length and a digest."""

    id: str
    at: datetime
    action: Action
    target: str
    actor: ActorAnswer
    before: dict[str, Any]
    after: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "EntryAnswer":
        deed = entry.deed
        return cls(
            id=entry.id,
            at=entry.at,
            action=deed.action,
            target=deed.target,
            actor=ActorAnswer.of(entry.actor),
            before=dict(deed.before),
            after=dict(deed.after),
        )
