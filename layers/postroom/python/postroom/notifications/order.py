"""A notification as the order of a job, and back. An order stays readable one version back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from postroom.messages.model import Mailbox, OnUncertain, Priority
from postroom.notifications.model import Notification
from postroom.pools.model import Strategy


def write_order(wanted: Notification) -> dict[str, Any]:
    return {
        "subject": wanted.subject,
        "message": wanted.message,
        "email_type": wanted.email_type,
        "template": wanted.template,
        "template_data": dict(wanted.template_data),
        "priority": wanted.priority.value,
        "on_uncertain": wanted.on_uncertain.value,
        "reply_to": [[mailbox.address, mailbox.name] for mailbox in wanted.reply_to],
        "account_id": wanted.account_id,
        "pool_id": wanted.pool_id,
        "strategy": wanted.strategy.value if wanted.strategy else None,
        "send_at": wanted.send_at.isoformat() if wanted.send_at else None,
        "expires_at": wanted.expires_at.isoformat() if wanted.expires_at else None,
        "metadata": dict(wanted.metadata),
    }


def read_order(order: Mapping[str, Any]) -> Notification:
    return Notification(
        subject=order["subject"],
        message=order["message"],
        email_type=order["email_type"],
        template=order["template"],
        template_data=order["template_data"],
        priority=Priority(order["priority"]),
        on_uncertain=OnUncertain(order["on_uncertain"]),
        reply_to=tuple(Mailbox(address, name) for address, name in order["reply_to"]),
        account_id=order["account_id"],
        pool_id=order["pool_id"],
        strategy=Strategy(order["strategy"]) if order["strategy"] else None,
        send_at=_moment(order["send_at"]),
        expires_at=_moment(order["expires_at"]),
        metadata=order["metadata"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
