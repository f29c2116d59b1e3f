"""Takes messages in: the row first, then the queue."""

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.clock import Clock
from postroom.errors import FieldError, Invalid, PostroomError
from postroom.ids import Seed
from postroom.messages import life
from postroom.messages.consign import Consign, Results, consignments
from postroom.messages.draft import Draft
from postroom.messages.model import Content, Message, Reason, RecipientStatus, Status
from postroom.messages.named import LookUpNamed
from postroom.messages.ports import Queues, Ticket
from postroom.messages.release import departure_at
from postroom.templates.model import Chosen

log = logging.getLogger(__name__)

_PARALLEL = 16


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a message without an ``expires_at`` is tried, and how long it is kept after that."""

    message: timedelta
    retention: timedelta

    def last_end(self, created_at: datetime) -> datetime:
        """Content is not kept longer."""
        return created_at + self.retention

    def errors(
        self, created_at: datetime, send_at: datetime | None, expires_at: datetime | None
    ) -> tuple[FieldError, ...]:
        start = max(send_at or created_at, created_at)
        last = self.last_end(created_at)
        if start >= last:
            return (FieldError("send_at", f"must be within {self.retention.days} days: content is not kept longer"),)
        if expires_at is not None and expires_at <= start:
            return (FieldError("expires_at", "must be later than the time of sending"),)
        if expires_at is not None and expires_at > last:
            return (FieldError("expires_at", f"must be within {self.retention.days} days: content is not kept longer"),)
        return ()


@dataclass(frozen=True, slots=True)
class AcceptMessages:
    consign: Consign
    queues: Queues
    look_up: LookUpNamed
    lifetimes: Lifetimes
    clock: Clock

    def __call__(self, tenant_id: str, drafts: Sequence[Draft], seed: Seed) -> list[Message | PostroomError]:
        """Each draft's message or what is wrong with it, in order. The same seed gives the same messages.

        A crash after a row and before the queue loses nothing: the due index has the row, or a watch over it.
        """
        named = self.look_up(tenant_id, [draft.names for draft in drafts])
        # By the time of the first request: what was right then is right when it is repeated.
        new = [
            self._message(tenant_id, draft, draft.id or seed.id("msg", index), seed.moment, named.template(draft.names))
            for index, draft in enumerate(drafts)
        ]
        refused = {
            message.id: Invalid(errors)
            for message, draft in zip(new, drafts, strict=True)
            if (errors := (*draft.errors_of_rights, *named.errors(draft.names), *self._errors_of_time(message)))
        }
        known = self._known(tenant_id, refused)
        fit = [
            (message, draft.content) for message, draft in zip(new, drafts, strict=True) if message.id not in refused
        ]
        stored = self._store(fit, self.clock())
        results = [known.get(message.id) or refused.get(message.id) or stored[message.id] for message in new]
        accepted = [result for result in results if isinstance(result, Message)]
        if accepted:
            ids = [message.id for message in accepted]
            log.info("Messages were accepted", extra={"tenant_id": tenant_id, "message_ids": ids})
        self._enqueue(accepted)
        return results

    def _known(self, tenant_id: str, message_ids: Iterable[str]) -> dict[str, Message]:
        """What was accepted and may be sent is not refused afterwards."""
        tickets = [Ticket(tenant_id, message_id) for message_id in message_ids]
        found = self.consign.store.get_many(tickets) if tickets else {}
        return {ticket.message_id: message for ticket, message in found.items()}

    def _store(self, messages: Sequence[tuple[Message, Content]], now: datetime) -> Results:
        with ThreadPoolExecutor(_PARALLEL) as pool:
            parts = list(pool.map(lambda part: self.consign(part, now), consignments(messages)))
        return {message_id: result for part in parts for message_id, result in part.items()}

    def _enqueue(self, messages: Sequence[Message]) -> None:
        now = self.clock()
        self.queues.send([departure_at(message, start, now) for message in messages if (start := _start(message, now))])

    def _errors_of_time(self, message: Message) -> tuple[FieldError, ...]:
        return self.lifetimes.errors(message.created_at, message.send_at, message.expires_at)

    def _message(self, tenant_id: str, draft: Draft, message_id: str, now: datetime, chosen: Chosen | None) -> Message:
        later = draft.send_at is not None and draft.send_at > now
        start = draft.send_at if draft.send_at and later else now
        return Message(
            tenant_id=tenant_id,
            id=message_id,
            status=Status.SCHEDULED if later else Status.QUEUED,
            priority=draft.priority,
            subject=chosen.subject if chosen else draft.content.subject,
            recipients=dict.fromkeys(draft.recipients, RecipientStatus.PENDING),
            created_at=now,
            expires_at=draft.expires_at or min(start + self.lifetimes.message, self.lifetimes.last_end(now)),
            on_uncertain=draft.on_uncertain,
            account_id=draft.account_id,
            pool_id=draft.pool_id,
            strategy=draft.strategy,
            template=chosen.reference if chosen else None,
            send_at=draft.send_at,
            reason=Reason.SCHEDULED if later else None,
            detail="It is to be sent later" if later else "",
            next_attempt_at=draft.send_at if later else None,
            metadata=draft.metadata,
            about=draft.about,
        )


def _start(message: Message, now: datetime) -> datetime | None:
    """When its queue should bring it, or None: it is for later, or a repeated request found it further on."""
    if message.status is Status.QUEUED:
        return now
    if message.status is Status.SCHEDULED and message.send_at is not None and message.send_at <= now + life.NEAR:
        return message.send_at
    return None
