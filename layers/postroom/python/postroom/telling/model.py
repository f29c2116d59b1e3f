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
