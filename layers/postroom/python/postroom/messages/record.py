"""A message as flat, plain attributes, as a table holds it and a ``Change`` names it.

A write is paid for by the kilobyte of the whole row, names included: what the key says and what is nothing is left out.
"""

from datetime import datetime
from typing import Any

from postroom.change import Entry
from postroom.clock import from_milliseconds, to_milliseconds
from postroom.messages import transcript
from postroom.messages.model import Attempt, Message, OnUncertain, Priority, Reason, RecipientStatus, Status
from postroom.pools.model import Strategy
from postroom.templates.model import Reference

Record = dict[str, Any]


def record_of(message: Message) -> Record:
    """Without what the table needs: its keys, its indexes and its time to live."""
    record = {
        "status": str(message.status),
        "priority": str(message.priority),
        "subject": message.subject,
        "recipients": {address: str(state) for address, state in message.recipients.items()},
        "created_ms": to_milliseconds(message.created_at),
        "expires_ms": to_milliseconds(message.expires_at),
        "on_uncertain": str(message.on_uncertain),
        "account_id": message.account_id,
        "pool_id": message.pool_id,
        "strategy": str(message.strategy) if message.strategy else None,
        "template": str(message.template) if message.template else None,
        "send_at_ms": _ms(message.send_at),
        "reason": str(message.reason) if message.reason else None,
        "detail": message.detail or None,
        "next_attempt_ms": _ms(message.next_attempt_at),
        "sent_ms": _ms(message.sent_at),
        "used_account_id": message.used_account_id,
        "appointed_account_id": message.appointed_account_id,
        "message_id": message.message_id,
        "bundle": message.bundle,
        "retries": message.retries or None,
        "heals": message.heals or None,
        "attempts": [attempt_record(attempt) for attempt in message.attempts],
        "metadata": dict(message.metadata) or None,
        "about": message.about,
        "claim": message.claim,
        "lease_ms": _ms(message.lease_until),
    }
    return {name: value for name, value in record.items() if value is not None}


def attempt_record(attempt: Attempt) -> Entry:
    record: Entry = {
        "at_ms": to_milliseconds(attempt.at),
        "account_id": attempt.account_id,
        "outcome": attempt.outcome,
        "phase": attempt.phase,
        "reply": attempt.reply,
    }
    return record | ({"said": transcript.pack(attempt.transcript)} if attempt.transcript else {})


def message_of(tenant_id: str, message_id: str, record: Record) -> Message:
    reason = record.get("reason")
    return Message(
        tenant_id=tenant_id,
        id=message_id,
        status=Status(record["status"]),
        priority=Priority(record["priority"]),
        subject=record["subject"],
        recipients={address: RecipientStatus(state) for address, state in record["recipients"].items()},
        created_at=from_milliseconds(record["created_ms"]),
        expires_at=from_milliseconds(record["expires_ms"]),
        on_uncertain=OnUncertain(record["on_uncertain"]),
        account_id=record.get("account_id"),
        pool_id=record.get("pool_id"),
        strategy=Strategy(record["strategy"]) if record.get("strategy") else None,
        template=Reference.parse(record["template"]) if record.get("template") else None,
        send_at=_moment(record, "send_at_ms"),
        reason=Reason(reason) if reason else None,
        detail=record.get("detail") or "",
        next_attempt_at=_moment(record, "next_attempt_ms"),
        sent_at=_moment(record, "sent_ms"),
        used_account_id=record.get("used_account_id"),
        appointed_account_id=record.get("appointed_account_id"),
        message_id=record.get("message_id"),
        bundle=record.get("bundle"),
        retries=record.get("retries") or 0,
        heals=record.get("heals") or 0,
        attempts=tuple(_attempt(attempt) for attempt in record["attempts"]),
        metadata=record.get("metadata") or {},
        about=record.get("about"),
        claim=record.get("claim"),
        lease_until=_moment(record, "lease_ms"),
    )


def _attempt(record: Record) -> Attempt:
    return Attempt(
        at=from_milliseconds(record["at_ms"]),
        account_id=record["account_id"],
        outcome=record["outcome"],
        phase=record["phase"],
        reply=record["reply"],
        transcript=transcript.unpack(record["said"]) if "said" in record else (),
    )


def _ms(moment: datetime | None) -> int | None:
    return to_milliseconds(moment) if moment else None


def _moment(record: Record, name: str) -> datetime | None:
    value = record.get(name)
    return from_milliseconds(value) if value else None
