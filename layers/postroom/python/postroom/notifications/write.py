"""What a notification says to each user of a portion."""

from collections.abc import Mapping, Sequence
from typing import Any

from postroom.jobs.model import Job
from postroom.messages.draft import Draft
from postroom.messages.model import Content, Mailbox
from postroom.notifications.model import LABEL, Notification
from postroom.notifications.order import read_order
from postroom.templates.model import Filling, Wanted
from postroom.users.data import data_of_user
from postroom.users.model import User


def write_drafts(job: Job, order: Mapping[str, Any], users: Sequence[User]) -> list[Draft | str]:
    del job
    wanted = read_order(order)
    return [draft_of(wanted, user) for user in users]


def draft_of(wanted: Notification, user: User) -> Draft:
    """In the user's locale, and in the variant for the user's type."""
    return Draft(
        recipients=(user.email,),
        content=Content(
            subject="",
            text=None,
            html=None,
            to=(Mailbox(user.email, user.name),),
            reply_to=wanted.reply_to,
            filling=Filling(_data(wanted, user)),
        ),
        priority=wanted.priority,
        on_uncertain=wanted.on_uncertain,
        account_id=wanted.account_id,
        pool_id=wanted.pool_id,
        strategy=wanted.strategy,
        template=Wanted(wanted.template, user.locale or "", user.user_type or ""),
        send_at=wanted.send_at,
        expires_at=wanted.expires_at,
        metadata={**wanted.metadata, **({LABEL: wanted.email_type} if wanted.email_type else {})},
    )


def _data(wanted: Notification, user: User) -> dict[str, Any]:
    """Every name of ours is there, if only as "". What the sender gives by the same name is the sender's."""
    ours = {
        "title": wanted.subject or "",
        "message": wanted.message or "",
        LABEL: wanted.email_type or "",
        "name": user.name,
    }
    return {**ours, **wanted.template_data, "user": data_of_user(user)}
