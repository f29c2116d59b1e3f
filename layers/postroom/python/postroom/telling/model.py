"""What is done about one user and one event."""

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
