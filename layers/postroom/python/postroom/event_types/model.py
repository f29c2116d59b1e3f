"""The kinds of events that users may hear of: five that everybody has, and a tenant's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from postroom.priorities import Priority

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Nature(StrEnum):
    """What an event means to who hears of it. Roles go by it.

    ``news``: something is done, and nobody has to do anything. ``failure``: something went wrong. ``result``: what a
    check found.
    """

    NEWS = "news"
    FAILURE = "failure"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class EventType:
    """``template`` is the name of one, and ``priority`` that of the mails.

    ``revision`` is 0 for a built-in one that nobody changed.
    """

    name: str
    nature: Nature
    template: str
    priority: Priority = Priority.NORMAL
    description: str = ""
    revision: int = 0
    updated_at: datetime | None = None

    @property
    def is_built_in(self) -> bool:
        return self.name in BUILT_IN


BUILT_IN: Mapping[str, EventType] = {
    one.name: one
    for one in (
        EventType("job_success", Nature.NEWS, "job_success", description="A job ended well."),
        EventType("job_failed", Nature.FAILURE, "job_failed", description="A job failed."),
        EventType("job_partial", Nature.FAILURE, "job_partial", description="A part of a job failed."),
        EventType("compliance_violation", Nature.RESULT, "compliance_violation", description="A policy is violated."),
        EventType(
            "scheduled_backup_complete",
            Nature.NEWS,
            "scheduled_backup_complete",
            description="A backup that was scheduled is complete.",
        ),
    )
}
"""A tenant may give them another template, priority and description; what they mean stays."""


def in_words(name: str) -> str:
    """``disk_almost_full``: Disk almost full."""
    return name.replace("_", " ").strip().capitalize()
