"""A notification: the same thing said to many users, to each in a mail of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postroom.messages.model import Mailbox, OnUncertain, Priority
from postroom.pools.model import Strategy

KIND = "notification"
"""Of its jobs."""

BUILT_IN = "notification"
"""The template that is taken when none is named."""

LONGEST_SHOWN = 10_000
MOST_LINES_SHOWN = 500
"""Letters, and lines, of a message that the built-in template shows: it cuts what is longer."""

LABEL = "email_type"
JOB_LABEL = "job_id"
"""What the metadata of its messages has beside what the sender gives."""


@dataclass(frozen=True, slots=True)
class Notification:
    """``email_type`` is the sender's own word for it. What a template is named for may be all in ``template_data``.

    ``highest_priority`` is the most urgent that whoever asks for it may send.
    """

    subject: str | None
    message: str | None
    email_type: str | None
    template: str
    template_data: Mapping[str, Any]
    priority: Priority
    on_uncertain: OnUncertain
    reply_to: tuple[Mailbox, ...] = ()
    account_id: str | None = None
    pool_id: str | None = None
    strategy: Strategy | None = None
    send_at: datetime | None = None
    expires_at: datetime | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    highest_priority: Priority = Priority.HIGH

    @property
    def is_cut_by_built_in(self) -> bool:
        text = str(self.template_data.get("message", self.message or "")).strip()
        return len(text) > LONGEST_SHOWN or len(text.splitlines()) > MOST_LINES_SHOWN

    @property
    def title(self) -> str:
        """For a list of jobs."""
        return self.subject or self.email_type or self.template
