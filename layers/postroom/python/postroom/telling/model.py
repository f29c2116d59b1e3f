"""What is done about one user and one event."""

from dataclasses import dataclass
from enum import StrEnum


class Told(StrEnum):
    """As an event counts its users. The first four have a notice, the others none."""

    IMMEDIATE = "immediate"
    DIGEST = "digest"
    QUIET_HOURS = "quiet_hours"
    THROTTLED = "throttled"
    NOT_WANTED = "not_wanted"
    OTHER_JOB_TYPE = "other_job_type"
    UNKNOWN_USER = "unknown_user"


@dataclass(frozen=True, slots=True)
class Links:
    """The signed links of a notice: to a user's preferences, and to less of this kind. "" where there are none."""

    preferences_url: str = ""
    less_url: str = ""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What a mail with them has for the button of a mail program (RFC 8058): less of this kind, or none at all."""
        url = self.less_url or self.preferences_url
        if not url:
            return ()
        return ("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
